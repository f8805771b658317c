"""What form, register, timeline and integrated database say, put together for the review.

Nothing is filled in here: of whom nobody was asked, what was refused, and what the other systems do
not know stays unknown, and the review (``domain/application``) asks for it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict

from contracts.codes import ResidentKind
from contracts.dates import UncertainDate
from contracts.events import AnsweredAbout, ExemptionsFactsAnswered, FactOutcome, Whose
from contracts.events.facts import DisabilityCertificatesFact, IncomeFact, PublicAssistanceFact
from contracts.forms import AttachmentRecord, AttachmentState
from contracts.months import Month
from services.exemptions.domain.application.cycles import Months
from services.exemptions.domain.application.facts import (
    APPLICANT,
    Application,
    Assistance,
    Case,
    Disaster,
    Enrolment,
    JobLoss,
    Schooling,
    Someone,
    Spell,
    Violence,
    day_before,
)
from services.exemptions.domain.application.income import YearIncome
from services.exemptions.domain.asked import Said
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.months import months_in_category_1

SPOUSE: Final = Whose.SPOUSE.value
HOUSEHOLDER: Final = Whose.HOUSEHOLDER.value
BEFORE: Final = "householder-before"
"""Who headed the household before, and is neither applicant nor spouse."""
_KEYS: Final = {Whose.APPLICANT: APPLICANT, Whose.SPOUSE: SPOUSE, Whose.HOUSEHOLDER: HOUSEHOLDER}
_SHOW_JOB_LOSS: Final = {
    Whose.APPLICANT: {"applicant-out-of-work", "out-of-work"},
    Whose.SPOUSE: {"spouse-out-of-work"},
    Whose.HOUSEHOLDER: {"householder-out-of-work"},
}
_SHOWS_DISASTER: Final = "disaster"
_SHOWS_BENEFIT: Final = "special-disability-benefit"


class ReviewFacts(BaseModel):
    """Identity's answer about one person, without its ids."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    income: tuple[IncomeFact, ...] = ()
    public_assistance: PublicAssistanceFact | None = None
    disability_certificates: DisabilityCertificatesFact | None = None


Told = ReviewFacts | AnsweredAbout | ExemptionsFactsAnswered
"""What identity told of one person: as it was kept, or as it came."""
REVIEWED: Final = set(ReviewFacts.model_fields)
"""What of an answer the review looks at, and is kept for it."""


def applied(said: Said) -> Application:
    """The application as the review looks at it."""
    return Application(said.applied_on, Months(said.first, said.last), said.wanted)


def shown_by(documents: Iterable[AttachmentRecord]) -> frozenset[str]:
    """The codes of the documents that were seen, or waived for a reason that the form knows."""
    missing = AttachmentState.MISSING
    return frozenset(document.code for document in documents if document.state is not missing)


def case(
    said: Said,
    known: PersonFacts,
    told: Mapping[Whose, Told],
    shown: Collection[str],
    taken: Mapping[Month, ExemptionKind] | None = None,
) -> Case:
    """Everything that the review of an application looks at.

    ``told``: the answers that came, by whose they are. ``shown``: the codes of the documents that
    were seen, or waived. ``taken``: the months that settled notices exempt by law.
    """
    months = Months(said.first, said.last).all()
    one = months_in_category_1(known.periods or (), said.last, since=said.first)
    unsure = known.periods is None or bool(known.qualification_review)
    return Case(
        birth_date=known.birth_date or _UNKNOWN,
        people={_KEYS[whose]: _someone(said, whose, told.get(whose), shown) for whose in Whose},
        householders=_householders(said),
        spouses=_spouses(said),
        category_1=one,
        undecided=frozenset(months) - one if unsure else frozenset(),
        taken=taken or {},
        enrolments=tuple(_enrolments(said)),
        assistance=_assistance(known, told.get(Whose.APPLICANT)),
        disasters=tuple(_disasters(said, shown)),
        violence=tuple(_violence(said)),
        special_disability_benefit=(Months(said.first, said.last),)
        if said.special_disability_benefit and _SHOWS_BENEFIT in shown
        else (),
    )


_UNKNOWN: Final = UncertainDate.model_validate({"precision": "unknown", "notation": "不詳"})


def _someone(said: Said, whose: Whose, facts: Told | None, shown: Collection[str]) -> Someone:
    left_on = (said.out_of_work or {}).get(whose)
    seen = not _SHOW_JOB_LOSS[whose].isdisjoint(shown)
    losses = () if left_on is None else (JobLoss(UncertainDate.exact(left_on), seen),)
    if facts is None:
        return Someone(job_losses=losses)
    young = (said.young_dependants or {}).get(whose)
    other = (said.other_deductions or {}).get(whose)
    held = facts.disability_certificates
    return Someone(
        incomes={
            fact.levy_year - 1: YearIncome(fact.outcome, fact.income, young, other)
            for fact in facts.income
        },
        certificates=held.certificates if held is not None else (),
        certificates_outcome=held.outcome if held is not None else FactOutcome.NO_RECORD,
        job_losses=losses,
    )


def _spouses(said: Said) -> tuple[Spell, ...]:
    if said.spouse is None:
        return ()
    return (Spell(SPOUSE, said.spouse_since, day_before(said.spouse_until)),)


def _householders(said: Said) -> tuple[Spell, ...]:
    now = SPOUSE if said.spouse_is_householder else APPLICANT
    if said.householder is not None:
        now = HOUSEHOLDER
    if said.householder_since is None or said.householder_before is None:
        return (Spell(now),)
    # Of whoever else headed it before nobody is asked: the review asks for their income.
    before = {"applicant": APPLICANT, "spouse": SPOUSE}.get(said.householder_before, BEFORE)
    return (
        Spell(before, last=day_before(said.householder_since)),
        Spell(now, first=said.householder_since),
    )


def _enrolments(said: Said) -> Iterator[Enrolment]:
    if said.school is not None:
        school = said.school
        # 規則77条の6: a list of institutions that the counter looks up; the form names the kind.
        known = Schooling.UNKNOWN if school.kind == "other" else Schooling.RECOGNISED
        yield Enrolment(school.enrolled_on, school.graduates_on, known)


def _assistance(known: PersonFacts, facts: Told | None) -> Assistance:
    found = facts.public_assistance if facts is not None else None
    foreign = known.resident_kind is ResidentKind.FOREIGN
    if found is None:
        return Assistance(foreign=foreign)
    return Assistance(found.outcome, found.periods, foreign=foreign)


def _disasters(said: Said, shown: Collection[str]) -> Iterator[Disaster]:
    if said.disaster_on is not None:
        seen = True if _SHOWS_DISASTER in shown else None
        yield Disaster(UncertainDate.exact(said.disaster_on), half_lost=seen)


def _violence(said: Said) -> Iterator[Violence]:
    if said.violence is not None:
        yield Violence(
            SPOUSE,
            since=said.violence.since,
            applicant_in_difficulty=said.violence.applicant_in_difficulty,
            householder_in_difficulty=said.violence.householder_in_difficulty,
        )
