"""付加保険料の納付・辞退の申出 (法87条の2, 規則81条): what is its own in an entry's life."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from contracts.events import AdditionalPremiumChanged, ReportItemKind
from contracts.events.exemptions import AdditionalPremiumChange
from contracts.forms import Finding
from contracts.months import Month
from services.exemptions import exempting
from services.exemptions.domain.additional_premium import periods, start_month, stop_month
from services.exemptions.domain.examination import examine
from services.exemptions.domain.facts import Notified, PersonFacts
from services.exemptions.domain.notices import CHANGES, notified
from services.exemptions.exempting import Desk
from services.exemptions.months_concerned import premium_notices
from services.exemptions.procedure import Effect, Handed, NoticeProcedure
from services.exemptions.stores.entries import Notice
from services.exemptions.views import PremiumNoticeSummary


class AdditionalPremium(NoticeProcedure):
    """Notices to pay the additional premium, and to stop."""

    path = "/additional-premium-notices"
    forms_path = "/notice-forms"
    labels: ClassVar = {kind: ReportItemKind(kind).label for kind in CHANGES}

    def examine(self, handed: Handed[Notice], desk: Desk) -> tuple[Finding, ...]:
        """Beside the settled notices, and what the person is exempt by."""
        return examine(_said(handed), _known(desk), premium_notices(desk), handed.received_on)

    def effect(self, handed: Handed[Notice], desk: Desk, item_id: UUID) -> Effect:
        """付加加入情報・付加脱退情報."""
        said = _said(handed)
        kept = handed.settled and handed.settled.from_month
        from_month = kept or _from_month(said, _known(desk), premium_notices(desk))
        event = AdditionalPremiumChanged(
            item_id=item_id,
            notice_id=handed.entry_id,
            person_id=handed.person_id,
            change=said.change,
            from_month=from_month,
            notified_on=said.notified_on,
            accepted_on=handed.received_on,
            basic_pension_number=handed.basic_pension_number,
        )
        return Effect(event, item_id, {"from_month": str(from_month)})

    def summary(self, entry: Notice) -> PremiumNoticeSummary:
        """A notice in a list, with what it changes."""
        return PremiumNoticeSummary.of(entry, self.labels[entry.kind], change=CHANGES[entry.kind])


def _said(handed: Handed[Notice]) -> Notified:
    return notified(handed.kind, handed.entry_id, handed.values)


def _known(desk: Desk) -> PersonFacts:
    """What is known of a person, with the months that settled notices exempt."""
    return desk.known.model_copy(update={"exempt": exempting.kinds(desk)})


def _from_month(said: Notified, known: PersonFacts, settled: Sequence[Notified]) -> Month:
    """The month that the notice takes effect from; an end never before its start."""
    if said.change is AdditionalPremiumChange.START:
        return start_month(said.notified_on)
    paid = periods(settled, known)
    return max(stop_month(said), paid[-1].from_month) if paid else stop_month(said)
