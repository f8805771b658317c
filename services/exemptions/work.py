"""What is done with a notice: examined, settled, shown, recorded."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from contracts.events import AdditionalPremiumChanged, AuditOperation, AuditOutcome
from contracts.events.exemptions import AdditionalPremiumChange
from contracts.forms import (
    EntryState,
    Finding,
    Form,
    InvalidTransition,
    SamePerson,
    Submission,
    outstanding,
    refusals,
    require_another_person,
    require_transition,
    unacknowledged,
    validate,
)
from contracts.functions import Function
from contracts.months import Month
from services.chassis import audit
from services.chassis.problems import Problem
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import problems
from services.exemptions.domain.additional_premium import periods, start_month, stop_month
from services.exemptions.domain.examination import examine
from services.exemptions.domain.facts import Notified, PersonFacts
from services.exemptions.stores import notices
from services.exemptions.stores.notices import Notice
from services.exemptions.views import NoticeSummary, NoticeView, Settling


def refuse(
    notified: Notified, known: PersonFacts, held: Sequence[Notice], received_on: date
) -> None:
    """Raises the problem where the examination finds that a notice cannot be accepted."""
    found = examine(notified, known, _settled(held), received_on)
    if refusals(found):
        raise problems.refused(refusals(found))


def settling_refusal(
    notice: Notice,
    said: Settling,
    staff_id: str,
    form: Form,
    known: PersonFacts,
    held: Sequence[Notice],
    today: date,
) -> Problem | None:
    """Why a notice cannot be settled now; None where it can."""
    try:
        require_transition(notice.state, EntryState.SETTLED)
        require_another_person(notice.accepted_by, staff_id)
    except InvalidTransition:
        return problems.wrong_state(notice.state)
    except SamePerson:
        return problems.same_person()
    submission = notice.submission.with_documents(said.documents)
    errors = validate(form, submission, today=today)
    if errors:
        return problems.faulty_form(errors)
    missing = outstanding(form, submission)
    if missing:
        return problems.documents_missing(missing)
    found = _examined(notice, known, held)
    if refusals(found):
        return problems.refused(refusals(found))
    unseen = unacknowledged(found, said.acknowledged)
    return problems.not_looked_at(unseen) if unseen else None


async def settle(
    uow: UnitOfWork,
    notice: Notice,
    said: Settling,
    staff: StaffContext,
    known: PersonFacts,
    held: Sequence[Notice],
) -> None:
    """Settle a notice: it takes effect, and is told to whoever reports it to JPS."""
    item_id, from_month = uuid4(), _from_month(notice, known, held)
    documents = {document.code: document for document in said.documents}
    await notices.settle(
        uow.connection,
        notice.notice_id,
        item_id=item_id,
        from_month=from_month,
        documents=list(documents.values()),
        acknowledged=said.acknowledged,
        by=staff.staff_id,
        now=uow.now,
    )
    uow.emit(
        AdditionalPremiumChanged(
            item_id=item_id,
            notice_id=notice.notice_id,
            person_id=notice.person_id,
            change=notice.change,
            from_month=from_month,
            notified_on=notice.notified_on,
            accepted_on=notice.received_on,
            basic_pension_number=notice.basic_pension_number,
        ),
        key=str(notice.person_id),
    )
    record(uow, staff, AuditOperation.ENTRY_SETTLED, notice.person_id, notice.notice_id,
           {"of": notice.kind, "acknowledged": " ".join(said.acknowledged)},
           function=Function.NOTICE_SETTLE)  # fmt: skip


def view(form: Form, notice: Notice, known: PersonFacts, held: Sequence[Notice]) -> NoticeView:
    """A notice as staff see it; findings only while it waits to be settled."""
    waits = notice.state is EntryState.RECEIVED
    missing = outstanding(form, notice.submission) if waits else ()
    return NoticeView(
        notice=NoticeSummary.of(notice),
        submission=notice.submission,
        withdrawn_reason=notice.withdrawn_reason,
        acknowledged=notice.acknowledged,
        findings=_examined(notice, known, held) if waits else (),
        missing_documents=tuple(attachment.code for attachment in missing),
    )


def codes(kind: str, submission: Submission) -> dict[str, str | int | bool]:
    """What the audit record says of an acceptance: how number and person were verified (C05)."""
    check = submission.identity_check
    told: dict[str, str | int | bool] = {"of": kind, "channel": submission.channel.value}
    if check is not None:
        told |= {
            "number_verified_by": check.number.value,
            "person_verified_by": check.person.value,
            "proxy": check.proxy is not None,
        }
    return told


def record(
    uow: UnitOfWork,
    staff: StaffContext,
    operation: AuditOperation,
    person_id: UUID,
    notice_id: UUID,
    details: dict[str, str | int | bool],
    *,
    function: Function = Function.NOTICE_ACCEPT,
    outcome: AuditOutcome = AuditOutcome.DONE,
) -> None:
    """Record what was done with a notice."""
    audit.record(
        uow,
        operation,
        staff=staff,
        function=function,
        person_id=person_id,
        reference=notice_id,
        outcome=outcome,
        details=details,
    )


def _settled(held: Sequence[Notice]) -> list[Notified]:
    return [notice.notified for notice in held if notice.counts]


def _examined(notice: Notice, known: PersonFacts, held: Sequence[Notice]) -> tuple[Finding, ...]:
    return examine(notice.notified, known, _settled(held), notice.received_on)


def _from_month(notice: Notice, known: PersonFacts, held: Sequence[Notice]) -> Month:
    """The month that the notice takes effect from; an end never before its start."""
    notified = notice.notified
    if notified.change is AdditionalPremiumChange.START:
        return start_month(notified.notified_on)
    paid = periods(_settled(held), known)
    return max(stop_month(notified), paid[-1].from_month) if paid else stop_month(notified)
