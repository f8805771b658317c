"""What the examination of a person's notices rests on, and what their months are exempt by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contracts.events import ExemptionNoticeKind
from contracts.forms import Forms, Value, values_of
from contracts.months import Month
from services.exemptions.domain.combination import Combined
from services.exemptions.domain.exemption_notices import Said, combined, said
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.domain.kinds import Applied, ExemptionKind
from services.exemptions.domain.months import months_in_category_1
from services.exemptions.domain.parameters import ByLaw
from services.exemptions.domain.statements import StatementKind, stated, statement
from services.exemptions.exemption_views import AskedSpan, Span
from services.exemptions.stores.entries import Notice

_AHEAD = 24
"""Months that staff look ahead to."""
_STATEMENTS = frozenset(kind.value for kind in StatementKind)
_BY_LAW = frozenset(kind.value for kind in ExemptionNoticeKind)


@dataclass(frozen=True, slots=True)
class Desk:
    """What an examination rests on: the person, their notices, the forms and figures."""

    known: PersonFacts
    held: tuple[Notice, ...]
    """Every notice of the person, whatever it is about and whatever its state."""
    settled: tuple[Said, ...]
    """Of them the settled ones of exemption by law, as their forms say them."""
    forms: Forms
    figures: ByLaw
    through: Month
    applied: Applied = field(default_factory=dict)
    """What stands of that which JPS granted on applications."""

    @property
    def insured(self) -> frozenset[Month] | None:
        """The months of category 1; None: no timeline has come."""
        periods = self.known.periods
        return None if periods is None else months_in_category_1(periods, self.through)

    def values(self, notice: Notice) -> Mapping[str, Value]:
        """What a notice of this person says, for the rules."""
        return _values(self.forms, notice)


def desk(
    known: PersonFacts,
    held: Iterable[Notice],
    forms: Forms,
    figures: ByLaw,
    now: Month,
    applied: Applied,
) -> Desk:
    """The person's notices beside what is known."""
    all_held = tuple(held)
    known = with_statements(known, all_held, forms)
    return Desk(known, all_held, settled(all_held, forms), forms, figures, now + _AHEAD, applied)


def taken(
    known: PersonFacts, held: Iterable[Notice], forms: Forms, figures: ByLaw, through: Month
) -> dict[Month, ExemptionKind]:
    """The months that settled notices exempt: nothing need be applied for there."""
    all_held = tuple(held)
    told = settled(all_held, forms)
    if not told:
        return {}
    known = with_statements(known, all_held, forms)
    return combined(told, known, figures, through).kinds


def settled(held: Iterable[Notice], forms: Forms) -> tuple[Said, ...]:
    """The settled notices of exemption by law, as their forms say them."""
    return tuple(
        said(notice.entry_id, ExemptionNoticeKind(notice.kind), _values(forms, notice))
        for notice in held
        if notice.counts and notice.kind in _BY_LAW
    )


def kinds(at: Desk) -> dict[Month, ExemptionKind]:
    """The months that settled notices and JPS's decisions exempt, and by what."""
    return _combined(at).kinds


def spans(at: Desk) -> tuple[Span, ...]:
    """What the person's months are exempt by, by settled notices and JPS's decisions, with the
    reasons."""
    return Span.of(_combined(at), at.through)


def asked_to_pay(at: Desk) -> tuple[AskedSpan, ...]:
    """The months that would be exempt by law and are to be paid at the person's request."""
    return AskedSpan.of(_combined(at))


def _combined(at: Desk) -> Combined:
    return combined(at.settled, at.known, at.figures, at.through, at.applied)


def with_statements(known: PersonFacts, held: Iterable[Notice], forms: Forms) -> PersonFacts:
    """What is known, with what settled statements tell (of a disability, the farmers' pension)."""
    return stated(
        known,
        [
            statement(notice.entry_id, StatementKind(notice.kind), _values(forms, notice))
            for notice in held
            if notice.counts and notice.kind in _STATEMENTS
        ],
    )


def _values(forms: Forms, notice: Notice) -> Mapping[str, Value]:
    return values_of(forms.form(notice.kind, notice.received_on), notice.submission)
