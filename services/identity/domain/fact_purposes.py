"""The purpose table for facts: which service may be told which items, of whom, for what, and by
which article (番号法9条2項, control C11). What the table does not list is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from contracts.events import AskedAbout, FactItem, FactPurpose, FactsRequested, Whose
from contracts.events.feeds import Span
from contracts.values import value

FactRefusal = Literal["requester", "purpose", "item", "whose", "relation"]


@value
class HouseholdAsked:
    """What is asked about one application (`HouseholdFactsRequested`), also among many."""

    reference: UUID
    applicant_id: UUID
    people: tuple[AskedAbout, ...]
    purpose: FactPurpose
    items: tuple[FactItem, ...]
    levy_years: tuple[int, ...]
    span: Span
    registered_on: date | None


@dataclass(frozen=True, slots=True)
class FactEntry:
    """What one service may be told for one purpose, from one day to another."""

    purpose: FactPurpose
    asker: str
    whose: frozenset[Whose]
    items: frozenset[FactItem]
    article: str
    valid_from: date
    valid_to: date | None = None
    """The last day, inclusive; None while the entry is in force."""
    household: str | None = None
    """By which article it may be told who householder and spouse are; None: it may not."""

    def in_force(self, on: date) -> bool:
        """Whether the entry holds on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def clashes(self, other: "FactEntry") -> bool:
        """Whether both speak of the same on one day."""
        return (
            (self.purpose, self.asker) == (other.purpose, other.asker)
            and not self.whose.isdisjoint(other.whose)
            and (self.in_force(other.valid_from) or other.in_force(self.valid_from))
        )


@dataclass(frozen=True, slots=True)
class FactDecision:
    """Whether a request is answered: by which article, or why not."""

    article: str | None = None
    refusal: FactRefusal | None = None


class FactPurposeTable:
    """The entries, and the one question put to them.

    Raises ``ValueError`` where two entries speak of the same purpose, asker and person on one day.
    """

    def __init__(self, entries: Iterable[FactEntry]) -> None:
        self._entries = tuple(entries)
        for i, entry in enumerate(self._entries):
            if any(entry.clashes(other) for other in self._entries[i + 1 :]):
                raise ValueError(f"two entries for {entry.asker} and {entry.purpose} on one day")

    def decide(self, asker: str, request: FactsRequested, on: date) -> FactDecision:
        """Whether ``asker`` may be told all of what is asked on that day: all or nothing."""
        of_asker = [entry for entry in self._entries if entry.asker == asker]
        if not of_asker:
            return FactDecision(refusal="requester")
        of_purpose = [e for e in of_asker if e.purpose is request.purpose and e.in_force(on)]
        if not of_purpose:
            return FactDecision(refusal="purpose")
        for entry in of_purpose:
            if request.whose in entry.whose:
                if entry.items.issuperset(request.items):
                    return FactDecision(article=entry.article)
                return FactDecision(refusal="item")
        return FactDecision(refusal="whose")

    def decide_each(
        self, asker: str, request: HouseholdAsked, on: date
    ) -> tuple[dict[Whose, FactDecision], FactDecision]:
        """The same of everybody of one application, each by themselves, and of the question who
        the householder and the spouse are by the register."""
        entries = [entry for entry in self._entries if entry.asker == asker]
        of_purpose = [e for e in entries if e.purpose is request.purpose and e.in_force(on)]
        if not of_purpose:
            refused = FactDecision(refusal="purpose" if entries else "requester")
            return {one.whose: refused for one in request.people}, refused
        each = {}
        for one in request.people:
            found = next((entry for entry in of_purpose if one.whose in entry.whose), None)
            if found is None:
                each[one.whose] = FactDecision(refusal="whose")
            elif not found.items.issuperset(request.items):
                each[one.whose] = FactDecision(refusal="item")
            else:
                each[one.whose] = FactDecision(article=found.article)
        household = next((e.household for e in of_purpose if e.household is not None), None)
        if household is None:
            return each, FactDecision(refusal="item")
        return each, FactDecision(article=household)

    def may_ask(self, asker: str, purpose: FactPurpose, item: FactItem, on: date) -> str | None:
        """By which article ``asker`` may ask for an item of somebody's own; None: it may not."""
        for entry in self._entries:
            if (
                (entry.asker, entry.purpose) == (asker, purpose)
                and entry.in_force(on)
                and Whose.APPLICANT in entry.whose
                and item in entry.items
            ):
                return entry.article
        return None

    def decide_for_staff(self, request: FactsRequested, on: date) -> FactDecision:
        """Whether staff may be shown all of what is asked: what the service that works for the
        purpose may be told."""
        refused = FactDecision(refusal="purpose")
        for asker in sorted({entry.asker for entry in self._entries}):
            decision = self.decide(asker, request, on)
            if decision.refusal is None:
                return decision
            if decision.refusal != "purpose":
                refused = decision
        return refused
