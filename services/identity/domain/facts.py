"""What of the integrated database is told to whom: the items asked for, of the years and days asked
for, and of each whether there is a value, no record, no declaration, more than one, or a record
whose person is not certain yet."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from contracts.events import FactItem, FactOutcome, FactsAnswered, FactsRequested, FeedChange
from contracts.events.facts import (
    INCOME_ITEMS,
    DisabilityCertificatesFact,
    HealthInsuranceFact,
    IncomeFact,
    LongTermCareFact,
    PublicAssistanceFact,
)
from contracts.events.feeds import Span
from contracts.events.income import Income, IncomeStanding
from contracts.events.insurance import HealthInsurancePeriod, LongTermCarePeriod
from contracts.events.welfare import AssistancePeriod, DisabilityCertificate
from services.identity.domain.fact_purposes import FactRefusal

A = TypeVar("A", bound=FactsAnswered)


@dataclass(frozen=True, slots=True)
class Held:
    """A record of somebody's, as attached."""

    content: str
    change: FeedChange
    recorded_at: datetime
    newer_waits: bool
    """A newer version of it is not attached: its four attributes do not agree."""

    @property
    def says(self) -> dict[str, Any]:
        """The record."""
        said: dict[str, Any] = json.loads(self.content)
        return said


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one person: records by subject, and the subjects of records that may be
    theirs."""

    held: Mapping[str, Sequence[Held]] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()

    def find(self, subject: str) -> tuple[FactOutcome, Held | None]:
        """The record about a subject, or why there is none to be told."""
        there = [each for each in self.held.get(subject, ()) if not _withdrawn(each)]
        if any(each.newer_waits for each in self.held.get(subject, ())):
            return FactOutcome.UNSETTLED, None
        if not there:
            waits = subject in self.waiting
            return FactOutcome.UNSETTLED if waits else FactOutcome.NO_RECORD, None
        if len({each.content for each in there}) > 1:
            return FactOutcome.MORE_THAN_ONE, None
        return FactOutcome.VALUE, max(there, key=lambda each: each.recorded_at)


NOTHING: Final = Known()
"""Of whom nothing was ever told."""


def subjects(request: FactsRequested) -> tuple[str, ...]:
    """What the request is about, by the subjects of records."""
    years = tuple(f"income/{year}" for year in request.levy_years)
    return years + tuple(sorted(item.value for item in set(request.items) - INCOME_ITEMS))


def answer(kind: type[A], request: FactsRequested, known: Known) -> A:
    """The answer: nothing that was not asked for is in it."""
    asked = set(request.items)
    income = asked & INCOME_ITEMS
    span = request.span
    return kind(
        request_id=request.request_id,
        reference=request.reference,
        person_id=request.person_id,
        income=tuple(_income(year, income, known) for year in request.levy_years),
        public_assistance=None
        if span is None or FactItem.PUBLIC_ASSISTANCE not in asked
        else _assistance(known, span),
        disability_certificates=None
        if span is None or FactItem.DISABILITY_CERTIFICATES not in asked
        else _certificates(known, span),
        health_insurance=None
        if span is None or FactItem.HEALTH_INSURANCE not in asked
        else _health(known, span),
        long_term_care=None
        if span is None or FactItem.LONG_TERM_CARE not in asked
        else _care(known, span),
    )


def refusal(kind: type[A], request: FactsRequested, reason: FactRefusal) -> A:
    """The answer that tells nothing but why."""
    return kind(
        request_id=request.request_id,
        reference=request.reference,
        person_id=request.person_id,
        refusal=reason,
    )


def outcomes(told: FactsAnswered) -> dict[str, str]:
    """By subject what came of it, as codes for the audit record."""
    found = {f"income/{fact.levy_year}": fact.outcome.value for fact in told.income}
    for name in ("public_assistance", "disability_certificates", "health_insurance",
                 "long_term_care"):  # fmt: skip
        fact = getattr(told, name)
        if fact is not None:
            found[name] = fact.outcome.value
    return found


def _withdrawn(held: Held) -> bool:
    return held.says.get("standing") == IncomeStanding.WITHDRAWN


def _income(year: int, items: set[FactItem], known: Known) -> IncomeFact:
    outcome, held = known.find(f"income/{year}")
    if held is None:
        return IncomeFact(levy_year=year, outcome=outcome)
    said = held.says
    declared = said["income"]
    if said["standing"] == IncomeStanding.NOT_DECLARED:
        outcome = FactOutcome.NOT_DECLARED
    return IncomeFact(
        levy_year=year,
        outcome=outcome,
        income_year=said["income_year"],
        corrected=held.change is FeedChange.CORRECTED,
        recorded_at=held.recorded_at,
        income=None
        if declared is None
        else Income(**{item.value: declared.get(item.value) for item in items}),
    )


def _assistance(known: Known, span: Span) -> PublicAssistanceFact:
    outcome, held = known.find("public_assistance")
    if held is None:
        return PublicAssistanceFact(outcome=outcome)
    periods = [AssistancePeriod.model_validate_json(json.dumps(p)) for p in held.says["periods"]]
    return PublicAssistanceFact(
        outcome=outcome,
        recorded_at=held.recorded_at,
        periods=tuple(period for period in periods if period.overlaps(span)),
    )


def _certificates(known: Known, span: Span) -> DisabilityCertificatesFact:
    outcome, held = known.find("disability_certificates")
    if held is None:
        return DisabilityCertificatesFact(outcome=outcome)
    certificates = [
        DisabilityCertificate.model_validate_json(json.dumps(certificate))
        for certificate in held.says["certificates"]
    ]
    return DisabilityCertificatesFact(
        outcome=outcome,
        recorded_at=held.recorded_at,
        certificates=tuple(c for c in certificates if c.span.overlaps(span)),
    )


def _health(known: Known, span: Span) -> HealthInsuranceFact:
    outcome, held = known.find("health_insurance")
    if held is None:
        return HealthInsuranceFact(outcome=outcome)
    periods = [
        HealthInsurancePeriod.model_validate_json(json.dumps(period))
        for period in held.says["periods"]
    ]
    return HealthInsuranceFact(
        outcome=outcome,
        recorded_at=held.recorded_at,
        periods=tuple(period for period in periods if period.span.overlaps(span)),
    )


def _care(known: Known, span: Span) -> LongTermCareFact:
    outcome, held = known.find("long_term_care")
    if held is None:
        return LongTermCareFact(outcome=outcome)
    periods = [
        LongTermCarePeriod.model_validate_json(json.dumps(period))
        for period in held.says["periods"]
    ]
    return LongTermCareFact(
        outcome=outcome,
        recorded_at=held.recorded_at,
        periods=tuple(period for period in periods if period.span.overlaps(span)),
    )
