"""From the events of the owning services to classified items. Pure: no I/O."""

import hashlib
from collections.abc import Iterable

from contracts.events import (
    AdditionalPremiumChanged,
    Event,
    ExemptionApplicationSettled,
    ExemptionNoticeKind,
    ExemptionNotified,
    NoticeReportable,
    PremiumStatementSettled,
    QualificationReportable,
    ReportItemKind,
    TransitionKind,
    UnpaidBenefitClaimReceived,
)
from contracts.events.exemptions import AdditionalPremiumChange
from services.chassis.received import Received
from services.jps_reporting.domain.deadlines import NoDeadlineKnown
from services.jps_reporting.domain.items import ItemOrigin, ItemSource, ItemState, ReportItem
from services.jps_reporting.domain.reportability import Classification, Verdict
from services.jps_reporting.parameter_files import Parameters
from services.jps_reporting.stores.items import NewItem

UNDECIDED = "JR-1201"
"""Held back: whether to report is for a person to decide."""
NO_DEADLINE = "JR-1202"
"""Held back: no parameter says by when."""


class UnknownKind(Exception):
    """JR-1005: a kind of report that this release does not know."""


_STATES = {
    Verdict.TO_REPORT: (ItemState.WAITING, None),
    Verdict.NOT_NEEDED: (ItemState.NOT_NEEDED, None),
    Verdict.UNDECIDED: (ItemState.BLOCKED, UNDECIDED),
}
_TRANSITIONS = {
    TransitionKind.ACQUISITION: ReportItemKind.ACQUISITION,
    TransitionKind.LOSS: ReportItemKind.LOSS,
    TransitionKind.CATEGORY_CHANGE: ReportItemKind.CATEGORY_CHANGE,
}
_PREMIUM = {
    AdditionalPremiumChange.START: ReportItemKind.ADDITIONAL_PREMIUM_START,
    AdditionalPremiumChange.END: ReportItemKind.ADDITIONAL_PREMIUM_END,
}
_EXEMPTIONS = {
    ExemptionNoticeKind.STATUTORY_START: ReportItemKind.STATUTORY_EXEMPTION_START,
    ExemptionNoticeKind.STATUTORY_END: ReportItemKind.STATUTORY_EXEMPTION_END,
    ExemptionNoticeKind.MATERNITY: ReportItemKind.MATERNITY_EXEMPTION,
    ExemptionNoticeKind.CHILD_CARE: ReportItemKind.CHILD_CARE_EXEMPTION,
    ExemptionNoticeKind.CHILD_CARE_END: ReportItemKind.CHILD_CARE_EXEMPTION_END,
}


def digest(item: ReportItem) -> bytes:
    """What the item is about, to tell a repeat of its id from another item under the same id.

    The owner concludes anew from its facts and may then say the same with a later-known pension
    number: that is the same item still.
    """
    about = (item.source, item.person_id, item.kind, item.occurred_on, item.reason)
    return hashlib.sha256("\0".join(map(str, about)).encode()).digest()


def item_of(event: Event, parameters: Parameters) -> ReportItem | None:
    """The report item that an event is about; None for an event that is none.

    Raises `UnknownKind`.
    """
    match event:
        case QualificationReportable():
            return _of_qualification(event, parameters.reportability.death_reasons)
        case NoticeReportable():
            return _of_notice(event)
        case AdditionalPremiumChanged():
            return ReportItem(
                item_id=event.item_id,
                person_id=event.person_id,
                kind=_PREMIUM[event.change],
                source=ItemSource.EXEMPTIONS,
                origin=ItemOrigin.NOTICE,
                document_id=event.notice_id,
                occurred_on=event.notified_on,
                accepted_on=event.accepted_on,
                reason=f"additional-premium-{event.change.value}",
                basic_pension_number=event.basic_pension_number,
                from_month=event.from_month,
            )
        case ExemptionApplicationSettled():
            return ReportItem(
                item_id=event.item_id,
                person_id=event.person_id,
                kind=ReportItemKind(event.form),
                source=ItemSource.EXEMPTIONS,
                origin=ItemOrigin.NOTICE,
                document_id=event.application_id,
                occurred_on=event.applied_on,
                accepted_on=event.accepted_on,
                reason=f"application-of-{event.cycle}",
                basic_pension_number=event.basic_pension_number,
                from_month=event.from_month,
            )
        case ExemptionNotified():
            return ReportItem(
                item_id=event.item_id,
                person_id=event.person_id,
                kind=_EXEMPTIONS[event.kind],
                source=ItemSource.EXEMPTIONS,
                origin=ItemOrigin.NOTICE,
                document_id=event.notice_id,
                occurred_on=event.occurred_on,
                accepted_on=event.accepted_on,
                reason=event.reason,
                basic_pension_number=event.basic_pension_number,
                from_month=event.from_month,
            )
        case PremiumStatementSettled():
            return ReportItem(
                item_id=event.item_id,
                person_id=event.person_id,
                kind=ReportItemKind(event.kind.value),
                source=ItemSource.EXEMPTIONS,
                origin=ItemOrigin.NOTICE,
                document_id=event.statement_id,
                occurred_on=event.occurred_on,
                accepted_on=event.accepted_on,
                reason=event.kind.value.replace("_", "-"),
                basic_pension_number=event.basic_pension_number,
                from_month=event.from_month,
            )
        case UnpaidBenefitClaimReceived():
            return ReportItem(
                item_id=event.item_id,
                person_id=event.person_id,
                kind=ReportItemKind.UNPAID_BENEFIT_CLAIM,
                source=ItemSource.CLAIMS,
                origin=ItemOrigin.NOTICE,
                document_id=event.claim_id,
                occurred_on=event.died_on,
                accepted_on=event.accepted_on,
                reason="unpaid-benefit-claim",
                basic_pension_number=event.basic_pension_number,
                pension_code=event.pension_code,
                claimant_relationship=event.claimant_relationship,
            )
        case _:
            return None


def _of_qualification(event: QualificationReportable, death_reasons: Iterable[str]) -> ReportItem:
    kind = _TRANSITIONS[event.transition]
    if kind is ReportItemKind.LOSS and event.reason in death_reasons:
        kind = ReportItemKind.DEATH
    return ReportItem(
        item_id=event.item_id,
        person_id=event.person_id,
        kind=kind,
        source=ItemSource.QUALIFICATION,
        origin=ItemOrigin(event.origin.value),
        document_id=event.notice_id,
        occurred_on=event.occurred_on,
        accepted_on=event.accepted_on,
        reason=event.reason,
        category_before=event.category_before,
        category_after=event.category_after,
        basic_pension_number=event.basic_pension_number,
    )


def _of_notice(event: NoticeReportable) -> ReportItem:
    try:
        kind = ReportItemKind(event.kind)
    except ValueError:
        raise UnknownKind from None
    return ReportItem(
        item_id=event.item_id,
        person_id=event.person_id,
        kind=kind,
        source=ItemSource.QUALIFICATION,
        origin=ItemOrigin.NOTICE,
        document_id=event.notice_id,
        occurred_on=event.occurred_on,
        accepted_on=event.accepted_on,
        reason=event.reason,
        basic_pension_number=event.basic_pension_number,
    )


def classified(received: Received[Event], item: ReportItem, parameters: Parameters) -> NewItem:
    """The item with the table's verdict, its due date, and the state it starts in."""
    said: Classification = parameters.reportability.classify(item)
    state, code = _STATES[said.verdict]
    try:
        due = parameters.deadlines.due(item.kind, item.accepted_on)
    except NoDeadlineKnown:
        due = None
        if state is ItemState.WAITING:
            state, code = ItemState.BLOCKED, NO_DEADLINE
    return NewItem(
        item=item,
        classification=said,
        due=due,
        state=state,
        blocked_code=code,
        content_digest=digest(item),
        trace=received.trace,
    )
