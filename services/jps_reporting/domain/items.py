"""Report items (報告項目): one thing that JPS has to be told, or that it need not be told."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import permutations
from typing import ClassVar, Final, Self
from uuid import UUID

from contracts.events import InsuredCategory, ReportItemKind, ReportProcessing
from contracts.events.claims import ClaimantRelationship
from contracts.months import Month


class Labelled(StrEnum):
    """A code with the Japanese label that staff read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class ItemState(Labelled):
    """Where an item is. Every item is in exactly one state."""

    WAITING = "waiting", "報告待ち"
    IN_BATCH = "in_batch", "送付単位に編入"
    SEALED = "sealed", "媒体作成済"
    SENT = "sent", "送付済"
    BLOCKED = "blocked", "保留"
    NOT_NEEDED = "not_needed", "報告不要"
    ACCEPTED = "accepted", "機構受理"
    RETURNED = "returned", "機構返戻"
    CORRECTED = "corrected", "機構訂正"
    WITHDRAWN = "withdrawn", "取下げ"


DECIDED: Final = frozenset({ItemState.ACCEPTED, ItemState.RETURNED, ItemState.CORRECTED})
"""The states that JPS's decision brings: a later decision replaces an earlier one."""

MOVES: frozenset[tuple[ItemState, ItemState]] = frozenset(
    {
        (ItemState.WAITING, ItemState.IN_BATCH),
        (ItemState.IN_BATCH, ItemState.WAITING),
        (ItemState.IN_BATCH, ItemState.BLOCKED),
        (ItemState.BLOCKED, ItemState.WAITING),
        # Its owner holds it back.
        (ItemState.WAITING, ItemState.BLOCKED),
        (ItemState.IN_BATCH, ItemState.SEALED),
        (ItemState.SEALED, ItemState.SENT),
        # Its medium was voided before it was handed over.
        (ItemState.SEALED, ItemState.WAITING),
        (ItemState.SEALED, ItemState.BLOCKED),
        (ItemState.SEALED, ItemState.WITHDRAWN),
        # Its fact was taken back before it was sent; where that stands again, a person looks.
        (ItemState.WAITING, ItemState.WITHDRAWN),
        (ItemState.BLOCKED, ItemState.WITHDRAWN),
        (ItemState.IN_BATCH, ItemState.WITHDRAWN),
        (ItemState.WITHDRAWN, ItemState.BLOCKED),
    }
    | {(ItemState.SENT, decided) for decided in DECIDED}
    # What was taken for JPS's decision on it is about another.
    | {(decided, ItemState.SENT) for decided in DECIDED}
    | set(permutations(DECIDED, 2))
)
"""The only ways from one state to another. What was sent never waits again: a mistake in
it, or what JPS returned, is a report of its own."""


HELD_FOR: Final = "再審査の差異、別人の情報に基づく審査、資格の変更・要確認又は本登録取消の提案"
"""What its owner holds an item back for, as staff read it."""
HELD_BY_OWNER: Final = "JR-1205"
"""Held back by its owner, who alone lets it go."""
HELD_IN_BATCH: Final = "JR-2054"
"""The same, found by the check of a batch that it was taken out of."""
GIVING_UP: Final = "JR-1206"
"""A correction of which somebody proposes to give it up: until another decides."""
BLOCKED_FOR: Final = {
    "JR-1201": "報告の要否を職員が判断する項目です。",
    "JR-1202": "送付期限が定まっていません。",
    "JR-1203": "職員が送付単位から除きました。",
    "JR-1204": "取り下げられた事実が、再び事実となりました。",
    HELD_BY_OWNER: f"{HELD_FOR}があります。免除等で対応してください。",
    GIVING_UP: "訂正の取下げが提案されています。別の職員が確定または却下してください。",
}
"""Why an item is held back, as staff read it, beside the checks' own."""


class ItemSource(Labelled):
    """The service that owns the fact behind the item."""

    QUALIFICATION = "qualification", "資格"
    EXEMPTIONS = "exemptions", "付加・免除"
    CLAIMS = "claims", "裁定受付"


class ItemOrigin(Labelled):
    """What the fact rests on: a notice somebody handed in, the resident register, or an age."""

    NOTICE = "notice", "届書"
    RESIDENT_REGISTER = "resident_register", "住民記録"
    AGE = "age", "年齢到達"


class IllegalMove(Exception):
    """An item cannot go from the one state to the other."""

    code: ClassVar[str] = "JR-1101"


def require_move(before: ItemState, after: ItemState) -> None:
    """Raises `IllegalMove` unless an item may go from ``before`` to ``after``."""
    if (before, after) not in MOVES:
        raise IllegalMove(f"{before} to {after}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportItem:
    """What is known of an item from the service that owns it; name and address are not here."""

    item_id: UUID
    person_id: UUID
    kind: ReportItemKind
    source: ItemSource
    origin: ItemOrigin
    occurred_on: date
    """The day of the fact: 資格得喪・種別変更の年月日, 申出日, 死亡年月日."""
    accepted_on: date
    """受理日."""
    reason: str
    """The owning service's reason code."""
    document_id: UUID | None = None
    """The notice or claim behind it."""
    category_before: InsuredCategory | None = None
    category_after: InsuredCategory | None = None
    basic_pension_number: str | None = None
    """10 digits; None is lawful: not yet assigned."""
    from_month: Month | None = None
    """First month with or without the additional premium, or an exemption."""
    pension_code: str | None = None
    claimant_relationship: ClaimantRelationship | None = None
    processing: ReportProcessing = ReportProcessing.REPORT
    corrects: UUID | None = None
    """The item that this one takes back, or tells once more; its content is that item's."""
