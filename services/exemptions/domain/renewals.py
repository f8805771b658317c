"""The renewal of a cycle: what of last year's form goes on, and whether a person has to look."""

from typing import Final

from contracts.codes import Code
from contracts.forms import Submission
from contracts.forms.declaration import EnteredValue
from services.exemptions.domain.application.continuing import Continuation, Renewed
from services.exemptions.domain.application.kinds import Ground
from services.exemptions.domain.application.review import Result
from services.exemptions.domain.kinds import ExemptionKind


class RenewalState(Code):
    """How the renewal of one applicant stands."""

    ASKED = "asked", "照会中"
    CLEAR = "clear", "該当（確認事項なし）"
    TO_LOOK_AT = "to_look_at", "要確認"


# What is of its own year alone: a continuing application rests on income and status (77条3項).
_OF_ITS_YEAR: Final = (
    "from_month",
    "to_month",
    "applicant_out_of_work_on",
    "spouse_out_of_work_on",
    "householder_out_of_work_on",
    "disaster_on",
    "young_dependants",
    "spouse_young_dependants",
    "householder_young_dependants",
    "applicant_other_deductions",
    "spouse_other_deductions",
    "householder_other_deductions",
)
_PARTS: Final = ("three_quarters", "half", "quarter")


def continued(before: Submission, by: Continuation, cycle: int, applied_on: str) -> Submission:
    """The form of the next cycle, as if it had been handed in: who belongs together goes on as it
    was stated last (a marriage or divorce is to be notified, 規則77条の7の2); months, parts and
    what is of its own year do not."""
    changed: dict[str, EnteredValue | None] = dict.fromkeys(_OF_ITS_YEAR)
    changed |= dict.fromkeys(_PARTS, False)
    changed |= {
        "cycle": str(cycle),
        "applied_on": applied_on,
        "full": True,
        "deferment": by.kind is ExemptionKind.DEFERMENT,
        "continuing": True,
    }
    return before.model_copy(update={"values": before.values | changed})


def by_what(kind: str, ground: str) -> Continuation:
    """By what an application is continued, from its codes."""
    return Continuation(ExemptionKind(kind), Ground(ground))


def state_of(renewed: Renewed) -> RenewalState:
    """Whether a person has to look: where something is asked for or remarked, and where no month
    passes at all."""
    passes = any(outcome.result is Result.PASSES for outcome in renewed.outcomes)
    clear = passes and not renewed.needs_a_person
    return RenewalState.CLEAR if clear else RenewalState.TO_LOOK_AT
