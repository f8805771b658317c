"""What of the integrated database is told to whom: the items asked for, of the years and days asked
for, and of each whether there is a value, no record, no declaration, more than one, or a record
whose person is not certain yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, TypeVar

from pydantic_core import from_json

from contracts.events import (
    AnsweredAbout,
    FactItem,
    FactOutcome,
    FactsAnswered,
    FactsRequested,
    FeedChange,
)
from contracts.events.facts import (
    INCOME_ITEMS,
    DisabilityCertificatesFact,
    HealthInsuranceFact,
    IncomeFact,
    LongTermCareFact,
    PublicAssistanceFact,
)
from contracts.events.feeds import Span
from contracts.events.income import IncomeStanding
from contracts.values import value
from services.identity.domain.fact_purposes import FactRefusal, HouseholdAsked

A = TypeVar("A", bound=FactsAnswered)
Asking = FactsRequested | HouseholdAsked

_SPANNED: Final[Mapping[FactItem, tuple[type[Any], str]]] = {
    FactItem.PUBLIC_ASSISTANCE: (PublicAssistanceFact, "periods"),
    FactItem.DISABILITY_CERTIFICATES: (DisabilityCertificatesFact, "certificates"),
    FactItem.HEALTH_INSURANCE: (HealthInsuranceFact, "periods"),
    FactItem.LONG_TERM_CARE: (LongTermCareFact, "periods"),
}
"""What is told for days, each under the item's name: the fact, and its list of what has a span."""


_LAST_APPLIED_FOR: Final = 7
"""The month in which a cycle's last month, June, can be applied for last: 25 months after it."""
_WITHDRAWN: Final = IncomeStanding.WITHDRAWN.value
_NOT_DECLARED: Final = IncomeStanding.NOT_DECLARED.value


@value
class Held:
    """A record of somebody's, as attached."""

    content: str
    change: FeedChange
    recorded_at: datetime
    newer_waits: bool
    """A newer version of it is not attached: its four attributes do not agree."""
    says: Mapping[str, Any] = field(init=False, compare=False)
    """The record, read."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "says", from_json(self.content))


@value
class Known:
    """All that is known of one person: records by subject, and the subjects of records that may be
    theirs."""

    held: Mapping[str, Sequence[Held]] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()

    def find(self, subject: str) -> tuple[FactOutcome, Held | None]:
        """The record about a subject, or why there is none to be told."""
        held = self.held.get(subject, ())
        for each in held:
            if each.newer_waits:
                return FactOutcome.UNSETTLED, None
        there = [each for each in held if not _withdrawn(each)] if held else []
        if not there:
            waits = subject in self.waiting
            return FactOutcome.UNSETTLED if waits else FactOutcome.NO_RECORD, None
        if len(there) > 1 and len({each.content for each in there}) > 1:
            return FactOutcome.MORE_THAN_ONE, None
        if len(there) == 1:
            return FactOutcome.VALUE, there[0]
        return FactOutcome.VALUE, max(there, key=lambda each: each.recorded_at)


NOTHING: Final = Known()
"""Of whom nothing was ever told."""


@dataclass(frozen=True, slots=True)
class _Items:
    """Items of a request: many requests ask for the same."""

    income: tuple[str, ...]
    spanned: tuple[FactItem, ...]
    subjects: tuple[str, ...]
    """Of those that are not of income."""


@lru_cache(maxsize=256)
def _read(items: tuple[FactItem, ...]) -> _Items:
    asked = frozenset(items)
    return _Items(
        income=tuple(sorted(item.value for item in asked & INCOME_ITEMS)),
        spanned=tuple(item for item in _SPANNED if item in asked),
        subjects=tuple(sorted(item.value for item in asked - INCOME_ITEMS)),
    )


def subjects(request: Asking) -> tuple[str, ...]:
    """What the request is about, by the subjects of records."""
    years = tuple(f"income/{year}" for year in request.levy_years)
    return years + _read(request.items).subjects


def answer(kind: type[A], request: FactsRequested, known: Known) -> A:
    """The answer: nothing that was not asked for is in it."""
    return kind(
        request_id=request.request_id,
        reference=request.reference,
        person_id=request.person_id,
        **items(request, known),
    )


def items(request: Asking, known: Known) -> dict[str, Any]:
    """The facts asked for, by the names that answers give them, for the answer to check all at
    once."""
    asked, span = _read(request.items), request.span
    told: dict[str, Any] = {
        "income": tuple(_income(year, asked.income, known) for year in request.levy_years)
    }
    if span is not None:
        for item in asked.spanned:
            told[item.value] = _spanned(item, known, span)
    return told


def awaited(request: Asking, known: Known) -> list[int]:
    """The levy years asked about of which there is no income to tell yet: 記録なし, 突合中. What
    is 未申告 is a record, and told otherwise once it is declared."""
    return [
        year
        for year in request.levy_years
        if known.find(f"income/{year}")[0] in (FactOutcome.NO_RECORD, FactOutcome.UNSETTLED)
    ]


def oldest_awaited(today: date) -> int:
    """The oldest levy year whose income is worth waiting for: a year after nobody can apply for a
    month of its cycle any more.

    A cycle ends with June of the next year, and a month can be applied for until the end of the
    25th month after it (NPA arts. 91, 102(4): two years and one month).
    """
    return today.year - 3 if today.month > _LAST_APPLIED_FOR else today.year - 4


def withheld(kind: type[A], request: FactsRequested) -> A:
    """The answer about somebody whom 照会抑止 protects: nothing is told of what there is."""
    return answer(kind, request, unsettled(request)).model_copy(update={"blocked": True})


def unsettled(request: Asking) -> Known:
    """Of whom all that is asked about is told as not certain."""
    return Known(waiting=frozenset(subjects(request)))


def refusal(kind: type[A], request: FactsRequested, reason: FactRefusal) -> A:
    """The answer that tells nothing but why."""
    return kind(
        request_id=request.request_id,
        reference=request.reference,
        person_id=request.person_id,
        refusal=reason,
    )


def outcomes(told: FactsAnswered | AnsweredAbout) -> dict[str, str]:
    """By subject what came of it, as codes for the audit record."""
    found = {f"income/{fact.levy_year}": fact.outcome.value for fact in told.income}
    for name in _told_of(type(told)):
        fact = getattr(told, name)
        if fact is not None:
            found[name] = fact.outcome.value
    return found


@lru_cache(maxsize=16)
def _told_of(answer: type[FactsAnswered | AnsweredAbout]) -> tuple[str, ...]:
    """What is told for days in such an answer."""
    return tuple(item.value for item in _SPANNED if item.value in answer.model_fields)


def _withdrawn(held: Held) -> bool:
    return held.says.get("standing") == _WITHDRAWN


def _income(year: int, items: Sequence[str], known: Known) -> IncomeFact | Mapping[str, Any]:
    outcome, held = known.find(f"income/{year}")
    if held is None:
        return _no_income(year, outcome)
    said = held.says
    declared = said["income"]
    if said["standing"] == _NOT_DECLARED:
        outcome = FactOutcome.NOT_DECLARED
    return {
        "levy_year": year,
        "outcome": outcome,
        "income_year": said["income_year"],
        "corrected": held.change is FeedChange.CORRECTED,
        "recorded_at": held.recorded_at,
        "income": None if declared is None else {item: declared.get(item) for item in items},
    }


@lru_cache(maxsize=256)
def _no_income(year: int, outcome: FactOutcome) -> IncomeFact:
    return IncomeFact(levy_year=year, outcome=outcome)


@lru_cache(maxsize=64)
def _none(item: FactItem, outcome: FactOutcome) -> Any:
    kind, _ = _SPANNED[item]
    return kind(outcome=outcome)


def _spanned(item: FactItem, known: Known, span: Span) -> Any:
    """What is told for days: of the record only what lies within them."""
    outcome, held = known.find(item.value)
    if held is None:
        return _none(item, outcome)
    kind, part = _SPANNED[item]
    told = kind(outcome=outcome, recorded_at=held.recorded_at, **{part: held.says[part]})
    within = tuple(one for one in getattr(told, part) if _span(one).overlaps(span))
    return told.model_copy(update={part: within})


def _span(one: Any) -> Span:
    return one if isinstance(one, Span) else one.span
