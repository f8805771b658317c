"""The review of an application: what was told of its people, put before the rules, and settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from pydantic import TypeAdapter

from contracts.events import AuditOperation, ExemptionApplicationSettled
from contracts.forms import (
    EntryState,
    Finding,
    Form,
    InvalidTransition,
    SamePerson,
    Submission,
    outstanding,
    require_another_person,
    require_transition,
    unacknowledged,
    validate,
    values_of,
)
from contracts.functions import Function
from contracts.law import NoValue
from contracts.months import Month
from services.chassis.clock import japan_date
from services.chassis.problems import Problem
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import application_problems, applying, problems
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
from services.exemptions.households import Registers
from services.exemptions.review_views import ReviewedMonth, reviewed_months
from services.exemptions.stores import applications
from services.exemptions.stores.answers import Answer
from services.exemptions.stores.applications import Kept
from services.exemptions.views import Settling

_MONTHS = TypeAdapter(tuple[ReviewedMonth, ...])
Taken = Mapping[Month, ExemptionKind]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What the rules say of an application by what is known now; None: answers are awaited."""

    outcomes: tuple[MonthOutcome, ...] | None
    findings: tuple[Finding, ...]
    goes_on: Continuation | None = None
    """By what the next cycle is reviewed without a form."""


def said_by(form: Form, kept: Kept) -> Said:
    """What a kept application says."""
    return application(kept.kind, values_of(form, kept.submission))


def said_in(form: Form, submission: Submission) -> Said:
    """What a form of exemption says."""
    return application(ApplicationKind.EXEMPTION, values_of(form, submission))


def renewed(
    said: Said,
    kept: Kept,
    known: PersonFacts,
    found: Sequence[Answer],
    figures: Parameters,
    taken: Taken,
    registers: Registers,
) -> Renewed:
    """The review of a continuing application. Raises ``NoValue``."""
    assert kept.continued is not None  # the caller asks of continuing ones alone
    months = applied(said).months
    looked_at = _case(said, kept, known, found, taken)
    found_out = renew(kept.continued, months, said.applied_on, looked_at, figures)
    changes = registers.changes(said, kept)
    return replace(found_out, remarks=(*found_out.remarks, *changes)) if changes else found_out


def _case(
    said: Said, kept: Kept, known: PersonFacts, found: Sequence[Answer], taken: Taken
) -> Case:
    told = {answer.asked.whose: answer.facts for answer in found if answer.facts is not None}
    return case(said, known, told, shown_by(kept.submission.attachments), taken)


def goes_on(said: Said, outcomes: Sequence[MonthOutcome]) -> Continuation | None:
    """By what the next cycle is reviewed without a form, where the applicant asked for that and
    may (規則77条3項・77条の5第3項)."""
    asked = applied(said)
    if not said.continuing or may_continue(asked, outcomes)[0] is not Met.MET:
        return None
    return continuation(outcomes, Month.of(said.applied_on))


def reviewed(
    form: Form,
    kept: Kept,
    known: PersonFacts,
    answers: Sequence[Answer],
    figures: Parameters,
    taken: Taken,
    registers: Registers,
) -> Reviewed:
    """The review by what is known now. Raises the problem where no figure of the law is known.

    ``taken``: the months that the person's settled notices exempt by law. ``registers``: the
    household of a continuing applicant by the register.
    """
    if any(answer.answered_at is None for answer in answers):
        return Reviewed(None, ())
    said = said_by(form, kept)
    refused = [(a.asked.whose, a.refusal) for a in answers if a.refusal is not None]
    looked_for = applied(said)
    try:
        if kept.continued is not None:
            again = renewed(said, kept, known, answers, figures, taken, registers)
            found = findings(again.outcomes, refused, remarks=again.remarks)
            return Reviewed(again.outcomes, found, again.goes_on)
        outcomes = review(looked_for, _case(said, kept, known, answers, taken), figures)
    except NoValue:
        raise application_problems.no_figures(kept.cycle) from None
    continuing = may_continue(looked_for, outcomes) if said.continuing else None
    found = findings(outcomes, refused, continuing)
    return Reviewed(outcomes, found, goes_on(said, outcomes))


def settled_months(kept: Kept) -> tuple[ReviewedMonth, ...] | None:
    """The review as it was settled; None before that."""
    return None if kept.reviewed is None else _MONTHS.validate_json(kept.reviewed)


def with_documents(kept: Kept, said: Settling) -> Kept:
    """The application with the documents that came in since."""
    return replace(kept, submission=kept.submission.with_documents(said.documents))


def settling_refusal(
    form: Form, kept: Kept, said: Settling, staff_id: str, now: datetime, found: Reviewed
) -> Problem | None:
    """Why an application cannot be settled now; None where it can."""
    try:
        require_transition(kept.state, EntryState.SETTLED)
        require_another_person(kept.accepted_by, staff_id)
    except InvalidTransition:
        return problems.wrong_state(kept.state)
    except SamePerson:
        return problems.same_person()
    # Of a continuing application nothing is handed in (規則77条3項).
    errors = validate(form, kept.submission, today=japan_date(now)) if not kept.continued else []
    if errors:
        return problems.faulty_form(errors)
    missing = outstanding(form, kept.submission) if not kept.continued else ()
    if missing:
        return problems.documents_missing(missing)
    if found.outcomes is None:
        return application_problems.waits_for_answers()
    unseen = unacknowledged(found.findings, said.acknowledged)
    return problems.not_looked_at(unseen) if unseen else None


def is_of_today(answers: list[Answer], now: datetime) -> bool:
    """Whether what was told was asked for today: income may be corrected any day (更正)."""
    return all(japan_date(answer.asked_at) == japan_date(now) for answer in answers)


async def settle(
    uow: UnitOfWork,
    form: Form,
    kept: Kept,
    said: Settling,
    staff: StaffContext,
    found: Reviewed,
) -> None:
    """Settle an application: the review stands as the city's, and the application is told to
    whoever forwards it to JPS, which decides (C40)."""
    item_id, told = uuid4(), said_by(form, kept)
    documents = {document.code: document for document in said.documents}
    await applications.settle(
        uow.connection,
        kept.application_id,
        item_id=item_id,
        reviewed=_MONTHS.dump_json(reviewed_months(found.outcomes or ())).decode(),
        goes_on=found.goes_on,
        documents=list(documents.values()),
        acknowledged=said.acknowledged,
        by=staff.staff_id,
        now=uow.now,
    )
    uow.emit(
        ExemptionApplicationSettled(
            item_id=item_id,
            application_id=kept.application_id,
            person_id=kept.person_id,
            form=kept.kind.value,
            cycle=kept.cycle,
            from_month=told.first,
            to_month=told.last,
            applied_on=kept.applied_on,
            accepted_on=kept.received_on,
            basic_pension_number=kept.basic_pension_number,
        ),
        key=str(kept.person_id),
    )
    applying.record(
        uow,
        staff,
        AuditOperation.ENTRY_SETTLED,
        kept,
        {"acknowledged": " ".join(said.acknowledged)},
        function=Function.NOTICE_SETTLE,
    )
