"""The renewal of a cycle: what of last year's form goes on, and whether a person has to look."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from contracts.codes import Code
from contracts.events import Whose
from contracts.forms.declaration import EnteredValue
from contracts.law import Certainty
from services.exemptions.domain.application.continuing import Continuation, Renewed
from services.exemptions.domain.application.kinds import Ground
from services.exemptions.domain.application.review import Result
from services.exemptions.domain.examination import resident_on
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.reasons import Reason, Rule, Says, because


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
LEFT: Final = Rule(
    "renewal-moved-out",
    "国民年金法施行規則77条3項・77条の5第3項",
    "{day}に当市の住民ではありません（転出等）。住所地の市区町村・年金事務所での取扱いを確認してください。",
    Certainty.UNVERIFIED,
    says=Says.ASKS,
)
WHERE_UNKNOWN: Final = Rule(
    "renewal-residence-unknown",
    "国民年金法施行規則77条3項・77条の5第3項",
    "{day}に当市に住所があるか、記録からは判定できません。住民記録で確認してください。",
    says=Says.ASKS,
)
DIED: Final = Rule(
    "renewal-died",
    "国民年金法9条1号",
    "亡くなった方です（{notation}）。継続審査を取り下げてください。",
    says=Says.ASKS,
)
_PARTS: Final = ("three_quarters", "half", "quarter")


def otherwise(by: Continuation, cycle: int, applied_on: str) -> dict[str, EnteredValue | None]:
    """What the form of the next cycle says otherwise than the last: who belongs together goes on
    as it was stated last (a marriage or divorce is to be notified, 規則77条の7の2); months, parts
    and what is of its own year do not."""
    changed: dict[str, EnteredValue | None] = dict.fromkeys(_OF_ITS_YEAR)
    changed |= dict.fromkeys(_PARTS, False)
    changed |= {
        "cycle": str(cycle),
        "applied_on": applied_on,
        "full": True,
        "deferment": by.kind is ExemptionKind.DEFERMENT,
        "continuing": True,
    }
    return changed


def continued(
    before: Mapping[str, EnteredValue | None], changed: Mapping[str, EnteredValue | None]
) -> dict[str, EnteredValue | None]:
    """What the form of the next cycle says, as if it had been handed in (`otherwise`)."""
    return {**before, **changed}


def gone(known: PersonFacts, day: date) -> tuple[Reason, ...]:
    """Why an applicant is not this city's to review any more: died, or moved out by ``day``."""
    if known.died_on is not None:
        return (because(DIED, Whose.APPLICANT, notation=known.died_on.notation),)
    here = None if known.residence is None else resident_on(known.residence, day)
    if here:
        return ()
    return (because(LEFT if here is False else WHERE_UNKNOWN, Whose.APPLICANT, day=day),)


def by_what(kind: str, ground: str) -> Continuation:
    """By what an application is continued, from its codes."""
    return Continuation(ExemptionKind(kind), Ground(ground))


def state_of(renewed: Renewed) -> RenewalState:
    """Whether a person has to look: where something is asked for or remarked, and where no month
    passes at all."""
    passes = any(outcome.result is Result.PASSES for outcome in renewed.outcomes)
    clear = passes and not renewed.needs_a_person
    return RenewalState.CLEAR if clear else RenewalState.TO_LOOK_AT
