"""The shapes of what the gateway itself answers; the owning services shape the rest."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.functions import Function
from services.chassis.problems import Problem
from services.gateway.domain.second_factor import SecondFactorPolicy
from services.gateway.domain.sessions import Standing


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class FieldProblem(_Answer):
    """One field that is wrong."""

    model_config = ConfigDict(frozen=True, extra="allow")

    field: str
    code: str | None = None
    message: str


class ProblemDocument(_Answer):
    """RFC 9457: what went wrong, in Japanese for staff, with what to do (対処)."""

    type: str = Field(examples=["urn:nenkin:problem:GW-0103"])
    title: str
    status: int
    code: Annotated[str, Field(examples=["GW-0103"])]
    detail: str | None = None
    action: str | None = None
    errors: list[FieldProblem] | None = None
    trace_id: str | None = None

    def problem(self, headers: dict[str, str] | None = None) -> Problem:
        """The same as something to raise."""
        return Problem(
            self.code,
            self.status,
            self.title,
            detail=self.detail,
            action=self.action,
            errors=[error.model_dump(exclude_none=True) for error in self.errors or ()],
            headers=headers,
        )


class FunctionView(_Answer):
    """One function (権限機能) that the staff member holds: an entry of the menu (C16)."""

    code: Function
    label: str


class StaffView(_Answer):
    """Who is signed in."""

    staff_id: str
    name: str
    department: str


class SessionView(_Answer):
    """The session: who, for how long, and what the menu may show. The server decides anew."""

    session_id: UUID
    standing: Standing
    """live, locked (unlock it), or second_factor_due."""
    second_factor: SecondFactorPolicy
    """Which second factor the deployment asks for: "none" is the only one that exists yet."""
    staff: StaffView
    functions: list[FunctionView]
    """Empty unless the session is live."""
    signed_in_at: datetime
    locks_at: datetime
    """The moment of the lock if nothing more is done; the server may count up to 30 s earlier."""
    ends_at: datetime


class PartState(StrEnum):
    """Whether a part of a page could be had."""

    SHOWN = "shown"
    ABSENT = "absent"
    """The service has nothing of this person, or not yet."""
    UNAVAILABLE = "unavailable"


class Part(_Answer):
    """One service's part of a page: its answer as it is, or why there is none now."""

    state: PartState
    content: Any = None
    """What the owning service answered; None where it did not."""
    problem: ProblemDocument | None = None


class PersonPage(_Answer):
    """個人照会: one person as the services that know of them answer."""

    person: dict[str, Any]
    """Identity's answer: name, addresses, household. Without it there is no page."""
    qualification: Part
    exemptions: Part
    claims: Part
    reports: Part
    """Report items of this person and what was provided to JPS (C23)."""
    as_of: date | None
    """The day on which the timeline is shown; None: today."""
    known_at: datetime | None
    """The moment whose knowledge it is shown by; None: the end of that day."""
