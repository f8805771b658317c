"""The purpose table: which service may be told which items of a person, for what, and by which
article (番号法9条・19条, control C11). What the table does not list is refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from contracts.events import LinkageItem, LinkagePurpose

RefusalReason = Literal["requester", "purpose", "item"]


@dataclass(frozen=True, slots=True)
class Purpose:
    """One entry: what one service may ask for one purpose, from one day to another."""

    purpose: LinkagePurpose
    asker: str
    items: frozenset[LinkageItem]
    article: str
    valid_from: date
    valid_to: date | None = None
    """The last day, inclusive; None while the entry is in force."""

    def in_force(self, on: date) -> bool:
        """Whether the entry holds on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request is answered: by which article, or why not."""

    article: str | None = None
    refusal: RefusalReason | None = None


class PurposeTable:
    """The entries, and the one question put to them.

    Raises ``ValueError`` where two entries for the same purpose and asker hold on the same day.
    """

    def __init__(self, entries: Iterable[Purpose]) -> None:
        self._entries = tuple(entries)
        for i, entry in enumerate(self._entries):
            for other in self._entries[i + 1 :]:
                if (entry.purpose, entry.asker) == (other.purpose, other.asker) and (
                    entry.in_force(other.valid_from) or other.in_force(entry.valid_from)
                ):
                    raise ValueError(
                        f"two entries for {entry.asker} and {entry.purpose} hold on one day"
                    )

    def decide(
        self, asker: str, purpose: LinkagePurpose, items: Sequence[LinkageItem], on: date
    ) -> Decision:
        """Whether ``asker`` may be told ``items`` for ``purpose`` on that day: all or nothing."""
        of_asker = [entry for entry in self._entries if entry.asker == asker]
        if not of_asker:
            return Decision(refusal="requester")
        for entry in of_asker:
            if entry.purpose is purpose and entry.in_force(on):
                if entry.items.issuperset(items):
                    return Decision(article=entry.article)
                return Decision(refusal="item")
        return Decision(refusal="purpose")
