"""Notices that are themselves reported to JPS, since no change of a category follows from them.

What a settled notice brings about of category 1 is reported as that (`transitions`); what is asked
for by choice, or is for JPS alone, is passed on as the notice that it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from contracts.events import NoticeReportable, ReportItemKind, VoluntaryInsurance
from contracts.forms import Value
from services.qualification.domain.meanings import (
    ADDRESS_CHANGE,
    CATEGORY_3_NOTICE,
    NAME_CHANGE,
    PENSION_NUMBER_NOTICE_REISSUE,
    SPECIAL_VOLUNTARY_APPLICATION,
    VOLUNTARY_APPLICATION,
    VOLUNTARY_WITHDRAWAL,
)
from services.qualification.domain.transitions import Transition, again_id

_ITEMS: Final = UUID("2a0a3d3e-27d5-5c0d-9b0e-3a1f5c0c7b42")

NAMED_BY: Final[Mapping[str, tuple[ReportItemKind, str | None]]] = {
    VOLUNTARY_APPLICATION: (ReportItemKind.VOLUNTARY_APPLICATION, "item"),
    SPECIAL_VOLUNTARY_APPLICATION: (ReportItemKind.SPECIAL_VOLUNTARY_APPLICATION, "item"),
    VOLUNTARY_WITHDRAWAL: (ReportItemKind.VOLUNTARY_WITHDRAWAL, None),
    NAME_CHANGE: (ReportItemKind.NAME_CHANGE, None),
    ADDRESS_CHANGE: (ReportItemKind.ADDRESS_CHANGE, None),
    CATEGORY_3_NOTICE: (ReportItemKind.CATEGORY_3_NOTICE, "notice_kind"),
    PENSION_NUMBER_NOTICE_REISSUE: (
        ReportItemKind.PENSION_NUMBER_NOTICE_REISSUE,
        "reissue_reason",
    ),
}
"""The kinds of notice that are reported themselves, and the field that says what of it it is."""

_SAYS: Final[Mapping[str, str]] = {
    VOLUNTARY_WITHDRAWAL: "withdrawn",
    NAME_CHANGE: "name-changed",
    ADDRESS_CHANGE: "address-changed",
}


@dataclass(frozen=True, slots=True)
class NoticeReport:
    """One report of a notice."""

    item_id: UUID
    first_item_id: UUID | None
    """Under which it was reported first; None: this is the first."""
    person_id: UUID
    notice_id: UUID
    kind: ReportItemKind
    occurred_on: date
    reason: str
    accepted_on: date

    def event(self, basic_pension_number: str | None) -> NoticeReportable:
        """As jps_reporting is told."""
        return NoticeReportable(
            item_id=self.item_id,
            person_id=self.person_id,
            kind=self.kind.value,
            notice_id=self.notice_id,
            occurred_on=self.occurred_on,
            reason=self.reason,
            basic_pension_number=basic_pension_number,
            accepted_on=self.accepted_on,
        )


def report_of(
    kind: str,
    values: Mapping[str, Value],
    *,
    person_id: UUID,
    notice_id: UUID,
    occurred_on: date,
    accepted_on: date,
    transition: Transition | None,
) -> NoticeReport | None:
    """The report of a settled notice; None: a notice of that kind is not reported itself.

    ``transition``: what it brings about. Insurance by choice begins and ends on its day, which of
    an application on the day of a move abroad is the following one.
    """
    if kind not in NAMED_BY:
        return None
    reported_as, field = NAMED_BY[kind]
    reason = _SAYS[kind] if field is None else str(values[field])
    if kind == VOLUNTARY_WITHDRAWAL and transition is not None:
        ended = transition.before
        reason = ended.value if isinstance(ended, VoluntaryInsurance) else reason
    return NoticeReport(
        item_id=uuid5(_ITEMS, str(notice_id)),
        first_item_id=None,
        person_id=person_id,
        notice_id=notice_id,
        kind=reported_as,
        occurred_on=transition.occurred_on if transition is not None else occurred_on,
        reason=reason,
        accepted_on=accepted_on,
    )


def again(report: NoticeReport, first: UUID, attempt: int) -> NoticeReport:
    """The same reported for the ``attempt``-th time, under an id of its own."""
    return NoticeReport(
        item_id=again_id(first, attempt),
        first_item_id=first,
        person_id=report.person_id,
        notice_id=report.notice_id,
        kind=report.kind,
        occurred_on=report.occurred_on,
        reason=report.reason,
        accepted_on=report.accepted_on,
    )
