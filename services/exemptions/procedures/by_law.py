"""法定免除・産前産後免除・育児免除の届出 (規則75条・76条, 73条の7, 73条の9): what is their own."""

from typing import ClassVar
from uuid import UUID

from contracts.events import ExemptionNoticeKind, ExemptionNotified
from contracts.forms import Finding
from services.exemptions.domain.exemption_examination import examine
from services.exemptions.domain.exemption_notices import SUBJECTS, Said, effect, said
from services.exemptions.exempting import Desk
from services.exemptions.procedure import Effect, Handed, NoticeProcedure
from services.exemptions.stores.entries import Notice


class ByLaw(NoticeProcedure):
    """Notices of exemption by law."""

    path = "/exemption-notices"
    forms_path = "/exemption-notice-forms"
    labels: ClassVar = {kind.value: kind.label for kind in ExemptionNoticeKind}

    def subject(self, kind: str) -> str:
        """法定免除, 産前産後免除, 育児免除: each by itself."""
        return SUBJECTS[ExemptionNoticeKind(kind)]

    def examine(self, handed: Handed[Notice], desk: Desk) -> tuple[Finding, ...]:
        """What the rules say of its months, beside the settled notices."""
        return examine(
            _said(handed), desk.known, desk.settled, desk.insured, handed.received_on, desk.figures
        )

    def effect(self, handed: Handed[Notice], desk: Desk, item_id: UUID) -> Effect:
        """免除該当情報・免除終了情報."""
        told = _said(handed)
        brought = handed.settled or effect(told, desk.settled, desk.insured, desk.figures)
        assert brought.from_month is not None  # one without a month is refused
        event = ExemptionNotified(
            item_id=item_id,
            notice_id=handed.entry_id,
            person_id=handed.person_id,
            kind=told.kind,
            reason=told.reason,
            occurred_on=told.occurred_on,
            from_month=brought.from_month,
            to_month=brought.to_month,
            notified_on=told.notified_on,
            accepted_on=handed.received_on,
            basic_pension_number=handed.basic_pension_number,
        )
        to_month = str(brought.to_month) if brought.to_month else None
        columns = {"from_month": str(brought.from_month), "to_month": to_month}
        return Effect(event, item_id, columns)


def _said(handed: Handed[Notice]) -> Said:
    return said(handed.entry_id, ExemptionNoticeKind(handed.kind), handed.values)
