"""納付の申出, 農業者年金, 国民年金基金, 障害の程度: what is their own in an entry's life."""

from typing import ClassVar
from uuid import UUID

from contracts.events import PremiumStatementKind, PremiumStatementSettled
from contracts.forms import Finding
from contracts.months import Month
from services.exemptions.domain.additional_premium import earliest_stop
from services.exemptions.domain.due import first_not_due
from services.exemptions.domain.exemption_notices import combined, grounds_held
from services.exemptions.domain.statement_examination import examine
from services.exemptions.domain.statements import Kind, Statement, StatementKind, statement
from services.exemptions.domain.statutory import Ground
from services.exemptions.exempting import Desk
from services.exemptions.months_concerned import premium_periods
from services.exemptions.procedure import Effect, Handed, NoticeProcedure
from services.exemptions.stores.entries import Notice


class Statements(NoticeProcedure):
    """Statements that bear on exempt months or on the additional premium."""

    path = "/premium-statements"
    forms_path = "/premium-statement-forms"
    labels: ClassVar = {kind.value: kind.label for kind in StatementKind}

    def subject(self, kind: str) -> str:
        """納付の申出, 農業者年金, 国民年金基金, 障害の程度: each by itself."""
        return StatementKind(kind).subject

    def examine(self, handed: Handed[Notice], desk: Desk) -> tuple[Finding, ...]:
        """Beside what settled notices and statements tell."""
        held = grounds_held(desk.settled, desk.figures, desk.known.disability_changes)
        return examine(
            _said(handed),
            desk.known,
            combined(desk.settled, desk.known, desk.figures, desk.through),
            premium_periods(desk),
            tuple(holding for holding in held if holding.ground is Ground.DISABILITY),
            handed.received_on,
            desk.figures,
        )

    def effect(
        self,
        handed: Handed[Notice],
        desk: Desk,  # noqa: ARG002  what a statement says does not hang on what is held
        item_id: UUID,
    ) -> Effect:
        """Its months; what others decided and report themselves is told to nobody."""
        said = _said(handed)
        first = (handed.settled and handed.settled.from_month) or _from_month(said)
        last = said.month("to_month") if said.month("from_month") else None
        columns = {"from_month": str(first), "to_month": str(last) if last else None}
        if not said.kind.is_reported:
            return Effect(None, None, columns)
        event = PremiumStatementSettled(
            item_id=item_id,
            statement_id=handed.entry_id,
            person_id=handed.person_id,
            kind=PremiumStatementKind(said.kind.value),
            occurred_on=said.occurred_on,
            from_month=first,
            to_month=last,
            notified_on=said.notified_on,
            accepted_on=handed.received_on,
            basic_pension_number=handed.basic_pension_number,
        )
        return Effect(event, item_id, columns)


def _said(handed: Handed[Notice]) -> Statement:
    return statement(handed.entry_id, StatementKind(handed.kind), handed.values)


def _from_month(said: Statement) -> Month:
    """The first month for which it changes anything."""
    match said.kind:
        case Kind.PAY_REQUEST:
            return said.month("from_month") or Month.of(said.notified_on)
        case Kind.PAY_REQUEST_CHANGE:
            return first_not_due(said.notified_on)
        case Kind.PENSION_FUND_JOINED:
            return earliest_stop(said.occurred_on)
        case _:
            return Month.of(said.occurred_on)
