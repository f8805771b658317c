"""The review of an application: what was told of its people, put before the rules, and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.events import ExemptionApplicationSettled
from contracts.forms import Finding, Form, Submission, values_in
from contracts.forms.declaration import EnteredValue
from contracts.law import NoValue
from contracts.months import Month
from services.chassis.clock import japan_date
from services.exemptions import application_problems
from services.exemptions.domain.application.continuing import (
    Continuation,
    Renewed,
    continuation,
    may_continue,
    renew,
)
from services.exemptions.domain.application.facts import Case
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.application.review import MonthOutcome, review
from services.exemptions.domain.asked import ApplicationKind, Said, application
from services.exemptions.domain.case import applied, case, shown_by
from services.exemptions.domain.examined import findings
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.reasons import Answer as Met
from services.exemptions.domain.renewals import gone
from services.exemptions.households import Registers
from services.exemptions.procedure import Effect, Handed
from services.exemptions.review_views import MONTHS, reviewed_months
from services.exemptions.stores.answers import Answer
from services.exemptions.stores.applications import Kept

Taken = Mapping[Month, ExemptionKind]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What the rules say of an application by what is known now; None: answers are awaited."""

    outcomes: tuple[MonthOutcome, ...] | None
    findings: tuple[Finding, ...]
    goes_on: Continuation | None = None
    """By what the next cycle is reviewed without a form."""


AWAITED: Final = Reviewed(None, ())


def said_by(handed: Handed[Kept]) -> Said:
    """What an application says."""
    return application(ApplicationKind(handed.kind), handed.values)


def said_in(form: Form, entered: Mapping[str, EnteredValue | None]) -> Said:
    """What a form of exemption says, by what was entered in its fields."""
    return application(ApplicationKind.EXEMPTION, values_in(form, entered))


def renewed(
    handed: Handed[Kept],
    said: Said,
    known: PersonFacts,
    found: Sequence[Answer],
    figures: Parameters,
    taken: Taken,
    registers: Registers,
) -> Renewed:
    """The review of a continuing application. Raises ``NoValue``."""
    kept = handed.kept
    assert kept is not None  # the caller asks of continuing ones alone
    assert kept.continued is not None
    months = applied(said).months
    looked_at = _case(said, handed.submission, known, found, taken)
    found_out = renew(kept.continued, months, said.applied_on, looked_at, figures)
    # Of who is not here any more the register tells no household: that is not asked for as well.
    others = gone(known, said.applied_on) or registers.changes(said, kept)
    return replace(found_out, remarks=(*found_out.remarks, *others)) if others else found_out


def _case(
    said: Said, submission: Submission, known: PersonFacts, found: Sequence[Answer], taken: Taken
) -> Case:
    told = {answer.asked.whose: answer.facts for answer in found if answer.facts is not None}
    return case(said, known, told, shown_by(submission.attachments), taken)


def goes_on(said: Said, outcomes: Sequence[MonthOutcome]) -> Continuation | None:
    """By what the next cycle is reviewed without a form, where the applicant asked for that and
    may (規則77条3項・77条の5第3項)."""
    asked = applied(said)
    if not said.continuing or may_continue(asked, outcomes)[0] is not Met.MET:
        return None
    return continuation(outcomes, Month.of(said.applied_on))


def reviewed(
    handed: Handed[Kept],
    known: PersonFacts,
    answers: Sequence[Answer],
    figures: Parameters,
    taken: Taken,
    registers: Registers,
) -> Reviewed:
    """The review by what is known now. Raises the problem where no figure of the law is known.

    ``taken``: the months that the person's settled notices exempt by law. ``registers``: the
    household of the applicant by the register.
    """
    if any(answer.answered_at is None for answer in answers):
        return AWAITED
    said = said_by(handed)
    refused = [(a.asked.whose, a.refusal) for a in answers if a.refusal is not None]
    looked_for = applied(said)
    try:
        if handed.kept is not None and handed.kept.continued:
            again = renewed(handed, said, known, answers, figures, taken, registers)
            found = findings(again.outcomes, refused, remarks=again.remarks)
            return Reviewed(again.outcomes, found, again.goes_on)
        looked_at = _case(said, handed.submission, known, answers, taken)
        outcomes = review(looked_for, looked_at, figures)
    except NoValue:
        raise application_problems.no_figures(said.cycle) from None
    continuing = may_continue(looked_for, outcomes) if said.continuing else None
    kept = handed.kept
    differing = registers.changes(said, kept) if kept is not None else ()
    found = findings(outcomes, refused, continuing, differing)
    return Reviewed(outcomes, found, goes_on(said, outcomes))


def is_of_today(answers: Sequence[Answer], now: datetime) -> bool:
    """Whether what was told was asked for today: income may be corrected any day (更正)."""
    return all(japan_date(answer.asked_at) == japan_date(now) for answer in answers)


def effect(handed: Handed[Kept], found: Reviewed, item_id: UUID) -> Effect:
    """What settling an application brings about: the review stands as the city's, and the
    application is told to whoever forwards it to JPS, which decides (C40)."""
    said, goes_on = said_by(handed), found.goes_on
    event = ExemptionApplicationSettled(
        item_id=item_id,
        application_id=handed.entry_id,
        person_id=handed.person_id,
        form=ApplicationKind(handed.kind).value,
        cycle=said.cycle,
        from_month=said.first,
        to_month=said.last,
        applied_on=said.applied_on,
        accepted_on=handed.received_on,
        basic_pension_number=handed.basic_pension_number,
    )
    reviewed = MONTHS.dump_python(reviewed_months(found.outcomes or ()), mode="json")
    columns = {
        "reviewed": reviewed,
        "continues_kind": goes_on.kind.value if goes_on else None,
        "continues_ground": goes_on.ground.value if goes_on else None,
    }
    return Effect(event, item_id, columns)
