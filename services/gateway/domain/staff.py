"""Staff (職員), and which functions each of them holds on a day (C13, C14, C16).

A grant is a fact that is never edited: it begins, may carry its own end, and may be revoked by
another fact. What somebody may do on a day is computed from both, so the permission table
(権限管理表) of any past day is the same computation over the same facts.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from contracts.functions import Function

STAFF_ID_PATTERN = r"^[a-z0-9][a-z0-9._-]{2,31}$"
_STAFF_ID = re.compile(STAFF_ID_PATTERN)

FUNCTIONS: dict[str, Function] = {function.value: function for function in Function}
"""Functions by the value that grants keep."""


class StaffRefused(ValueError):
    """A change to staff or rights breaks a rule. ``code`` is in the README; never personal data."""

    code: ClassVar[str]

    def __str__(self) -> str:
        return f"{self.code}: {super().__str__()}"


class InvalidStaffId(StaffRefused):
    """Not a user id."""

    code = "GW-0601"


class OnePersonOnly(StaffRefused):
    """A rights change needs an applicant and another person who approves it."""

    code = "GW-0602"


class PeriodRefused(StaffRefused):
    """A period ends before it begins, or reaches beyond the employment it depends on."""

    code = "GW-0603"


@dataclass(frozen=True, slots=True)
class Period:
    """A period of days, both included; no end means until further notice."""

    valid_from: date
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise PeriodRefused("the period ends before it begins")

    def covers(self, day: date) -> bool:
        """Whether ``day`` lies in the period."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def contains(self, other: "Period") -> bool:
        """Whether all of ``other`` lies in this period."""
        if other.valid_from < self.valid_from:
            return False
        if self.valid_to is None:
            return True
        return other.valid_to is not None and other.valid_to <= self.valid_to


@dataclass(frozen=True, slots=True)
class TwoPeople:
    """Who applied for a rights change and who approved it (C14), as written on the application.

    Raises `OnePersonOnly` where both are the same person, however the name is spaced or typed, or
    where one of them is missing.
    """

    applicant: str
    approver: str

    def __post_init__(self) -> None:
        folded = [_folded(name) for name in (self.applicant, self.approver)]
        if not all(folded):
            raise OnePersonOnly("an applicant and an approver are both needed")
        if folded[0] == folded[1]:
            raise OnePersonOnly("the applicant cannot approve the change")


@dataclass(frozen=True, slots=True)
class Staff:
    """One staff member. ``employment`` ends by itself for non-regular staff (会計年度任用職員)."""

    staff_id: str
    name: str
    department: str
    employment: Period
    disabled: bool = False

    def may_sign_in(self, day: date) -> bool:
        """Whether this person is staff on ``day``."""
        return not self.disabled and self.employment.covers(day)


@dataclass(frozen=True, slots=True)
class Grant:
    """One function granted for a period; ``revoked_from`` is the first day without it."""

    grant_id: UUID
    staff_id: str
    function: Function
    period: Period
    revoked_from: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether the function is held on ``day`` by this grant."""
        return self.period.covers(day) and (self.revoked_from is None or day < self.revoked_from)


def staff_id(text: str) -> str:
    """A user id as it is kept, from what somebody typed: half-width, lower case, no blanks around.

    Raises `InvalidStaffId` where it is none.
    """
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    if not _STAFF_ID.fullmatch(folded):
        raise InvalidStaffId(
            "a user id has 3 to 32 characters: a-z, 0-9, dot, hyphen, underscore; "
            "the first is a letter or digit"
        )
    return folded


def functions_on(day: date, staff: Staff, grants: Iterable[Grant]) -> frozenset[Function]:
    """The functions that ``staff`` may use on ``day``; none for somebody who is no staff then."""
    if not staff.may_sign_in(day):
        return frozenset()
    return frozenset(
        grant.function
        for grant in grants
        if grant.staff_id == staff.staff_id and grant.in_force(day)
    )


def grant_period(staff: Staff, wished: Period) -> Period:
    """The period of a new grant: within the employment, and ending with it where no end is named.

    C14: rights of non-regular staff expire with their contract. Raises `PeriodRefused` where the
    wished period reaches beyond the employment.
    """
    period = wished
    if wished.valid_to is None and staff.employment.valid_to is not None:
        period = Period(wished.valid_from, staff.employment.valid_to)
    if not staff.employment.contains(period):
        raise PeriodRefused("the rights would outlast the employment")
    return period


def _folded(name: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()
