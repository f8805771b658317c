"""What is done with a notice of exemption by law: examined, settled, shown, recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from contracts.events import AuditOperation, ExemptionNotified
from contracts.forms import (
    EntryState,
    Finding,
    Form,
    Forms,
    InvalidTransition,
    SamePerson,
    outstanding,
    refusals,
    require_another_person,
    require_transition,
    unacknowledged,
    validate,
    values_of,
)
from contracts.functions import Function
from contracts.months import Month
from services.chassis.problems import Problem
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import problems, work
from services.exemptions.domain.exemption_examination import examine
from services.exemptions.domain.exemption_notices import Said, combined, effect, said
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.months import months_in_category_1
from services.exemptions.domain.parameters import ByLaw
from services.exemptions.exemption_views import ExemptionNoticeSummary, ExemptionNoticeView, Span
from services.exemptions.stores import exemption_notices
from services.exemptions.stores.exemption_notices import ExemptionNotice
from services.exemptions.views import Settling

_AHEAD = 24
"""Months that staff look ahead to."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What an examination rests on: the person, the settled notices, the forms and figures."""

    known: PersonFacts
    settled: tuple[Said, ...]
    figures: ByLaw
    through: Month

    @property
    def insured(self) -> frozenset[Month] | None:
        """The months of category 1; None: no timeline has come."""
        periods = self.known.periods
        return None if periods is None else months_in_category_1(periods, self.through)


def desk(
    known: PersonFacts,
    held: Iterable[ExemptionNotice],
    forms: Forms,
    figures: ByLaw,
    now: Month,
) -> Desk:
    """The person's settled notices, as their forms say them, beside what is known."""
    settled = tuple(said_by(forms, notice) for notice in held if notice.counts)
    return Desk(known, settled, figures, now + _AHEAD)


def taken(
    known: PersonFacts,
    held: Iterable[ExemptionNotice],
    forms: Forms,
    figures: ByLaw,
    through: Month,
) -> dict[Month, ExemptionKind]:
    """The months that settled notices exempt: nothing need be applied for there."""
    settled = [said_by(forms, notice) for notice in held if notice.counts]
    return combined(settled, known, figures, through).kinds if settled else {}


def said_by(forms: Forms, notice: ExemptionNotice) -> Said:
    """What a kept notice says, by the form of the day on which it came in."""
    form = forms.form(notice.kind.value, notice.received_on)
    return said(notice.notice_id, notice.kind, values_of(form, notice.submission))


def found(notice: Said, received_on: ExemptionNotice, at: Desk) -> tuple[Finding, ...]:
    """What the examination of a notice finds now."""
    return examine(notice, at.known, at.settled, at.insured, received_on.received_on, at.figures)


def settling_refusal(
    notice: ExemptionNotice, what: Settling, staff_id: str, form: Form, at: Desk, uow: UnitOfWork
) -> Problem | None:
    """Why a notice cannot be settled now; None where it can."""
    try:
        require_transition(notice.state, EntryState.SETTLED)
        require_another_person(notice.accepted_by, staff_id)
    except InvalidTransition:
        return problems.wrong_state(notice.state)
    except SamePerson:
        return problems.same_person()
    submission = notice.submission.with_documents(what.documents)
    errors = validate(form, submission, today=uow.today)
    if errors:
        return problems.faulty_form(errors)
    missing = outstanding(form, submission)
    if missing:
        return problems.documents_missing(missing)
    findings = found(said(notice.notice_id, notice.kind, values_of(form, submission)), notice, at)
    if refusals(findings):
        return problems.refused(refusals(findings))
    unseen = unacknowledged(findings, what.acknowledged)
    return problems.not_looked_at(unseen) if unseen else None


async def settle(
    uow: UnitOfWork,
    notice: ExemptionNotice,
    what: Settling,
    staff: StaffContext,
    form: Form,
    at: Desk,
) -> None:
    """Settle a notice: it takes effect, and is told to whoever reports it to JPS."""
    told = said(notice.notice_id, notice.kind, values_of(form, notice.submission))
    brought = effect(told, at.settled, at.insured, at.figures)
    assert brought.from_month is not None  # one without a month is refused
    item_id = uuid4()
    documents = {document.code: document for document in what.documents}
    await exemption_notices.settle(
        uow.connection,
        notice.notice_id,
        item_id=item_id,
        effect=brought,
        documents=list(documents.values()),
        acknowledged=what.acknowledged,
        by=staff.staff_id,
        now=uow.now,
    )
    uow.emit(
        ExemptionNotified(
            item_id=item_id,
            notice_id=notice.notice_id,
            person_id=notice.person_id,
            kind=notice.kind,
            reason=told.reason,
            occurred_on=told.occurred_on,
            from_month=brought.from_month,
            to_month=brought.to_month,
            notified_on=notice.notified_on,
            accepted_on=notice.received_on,
            basic_pension_number=notice.basic_pension_number,
        ),
        key=str(notice.person_id),
    )
    work.record(uow, staff, AuditOperation.ENTRY_SETTLED, notice.person_id, notice.notice_id,
                {"of": notice.kind.value, "acknowledged": " ".join(what.acknowledged)},
                function=Function.NOTICE_SETTLE)  # fmt: skip


def view(form: Form, notice: ExemptionNotice, at: Desk) -> ExemptionNoticeView:
    """A notice as staff see it; findings only while it waits to be settled."""
    waits = notice.state is EntryState.RECEIVED
    missing = outstanding(form, notice.submission) if waits else ()
    told = said(notice.notice_id, notice.kind, values_of(form, notice.submission))
    return ExemptionNoticeView(
        notice=ExemptionNoticeSummary.of(notice),
        submission=notice.submission,
        withdrawn_reason=notice.withdrawn_reason,
        acknowledged=notice.acknowledged,
        findings=found(told, notice, at) if waits else (),
        missing_documents=tuple(attachment.code for attachment in missing),
    )


def kinds(at: Desk) -> dict[Month, ExemptionKind]:
    """The months that settled notices exempt, and by what."""
    return combined(at.settled, at.known, at.figures, at.through).kinds


def spans(at: Desk) -> tuple[Span, ...]:
    """What the person's months are exempt by, by settled notices, with the reasons."""
    return Span.of(combined(at.settled, at.known, at.figures, at.through))
