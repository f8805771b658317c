"""Characters that a CP932 medium can hold, and the reviewed table for those that it cannot.

A character goes on the medium only if it comes back as itself: ``cp932`` writes 〜 and ～ as the
same bytes, so reading one back gives the other. What does not come back needs an entry in the
table, and every use of an entry is recorded. Nothing is ever replaced silently.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.jps_reporting.domain.widths import full_width, half_width

ENCODING: Final = "cp932"
_MEANS_NOTHING: Final = re.compile("[\x00-\x1f\x7f-\x9f\ue000-\uf8ff]")
"""Controls and private use: CP932 encodes some of them, and nobody can read them."""
_VARIATION_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


class Scope(StrEnum):
    """Where an entry may be used: in text, or in half-width kana only."""

    TEXT = "text"
    KANA = "kana"


class Substitution(BaseModel):
    """One reviewed entry: what may be written in place of a character that the medium lacks."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    character: str = Field(alias="from", min_length=1, max_length=4)
    replacement: str = Field(alias="to", min_length=1, max_length=4)
    scope: Scope = Scope.TEXT
    basis: str


class SubstitutionTable(BaseModel):
    """The entries that somebody answers for.

    Raises ``ValueError`` for a table that is not reviewed, for a replacement that could not be
    written itself, and for an entry that replaces what needs no replacing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["reviewed"]
    reviewed_on: date
    reviewed_by: str = Field(min_length=1)
    variation_selectors: Literal["refuse", "base_character"]
    """Whether a variant by selector (葛󠄀) may be written as its base character, and recorded."""
    substitution: tuple[Substitution, ...]

    @model_validator(mode="after")
    def _writable(self) -> Self:
        for entry in self.substitution:
            if entry.scope is Scope.TEXT and all(map(comes_back, entry.character)):
                raise ValueError("an entry replaces what CP932 can hold")
            if entry.scope is Scope.KANA and half_width(entry.character):
                raise ValueError("an entry replaces kana that have a half-width form")
            if entry.scope is Scope.TEXT and not all(map(comes_back, entry.replacement)):
                raise ValueError("a replacement cannot be written in CP932 itself")
            if entry.scope is Scope.KANA and not all(map(half_width, entry.replacement)):
                raise ValueError("a kana replacement has no half-width form itself")
        if len(self.entries) != len(self.substitution):
            raise ValueError("two entries for one character")
        return self

    @cached_property
    def entries(self) -> dict[tuple[Scope, str], str]:
        """The replacement for a character in a scope."""
        return {(e.scope, e.character): e.replacement for e in self.substitution}


@dataclass(frozen=True, slots=True)
class Used:
    """One use of the table: it is recorded on the batch with its item and field."""

    character: str
    replacement: str


class Trouble(StrEnum):
    """Why a character cannot be written."""

    NOT_IN_CP932 = "not_in_cp932"
    PRIVATE_USE = "private_use"
    CONTROL = "control"
    NO_HALF_WIDTH = "no_half_width"


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it goes on the medium, or the characters that keep it from going there."""

    text: str
    used: tuple[Used, ...] = ()
    troubles: tuple[tuple[Trouble, str], ...] = ()


@lru_cache(maxsize=16_384)
def comes_back(character: str) -> bool:
    """Whether CP932 holds the character and reading it back gives the same one.

    Private-use characters encode too (U+E000 as F040), to a glyph that only this city has: they are
    no characters to anybody else.
    """
    if unicodedata.category(character) in ("Co", "Cc"):
        return False
    try:
        return character.encode(ENCODING).decode(ENCODING) == character
    except UnicodeError:
        return False


def _all_come_back(text: str) -> bool:
    """The same for a whole text at once: nearly every text of nearly every record."""
    if _MEANS_NOTHING.search(text):
        return False
    try:
        return text.encode(ENCODING).decode(ENCODING) == text
    except UnicodeError:
        return False


def is_variation_selector(character: str) -> bool:
    """Whether the character only chooses a variant of the one before it."""
    return any(ord(character) in block for block in _VARIATION_SELECTORS)


def clusters(text: str) -> Iterator[str]:
    """Characters with the variation selector or combining mark that follows them."""
    held = ""
    for character in text:
        if held and (is_variation_selector(character) or unicodedata.combining(character)):
            held += character
            continue
        if held:
            yield held
        held = character
    if held:
        yield held


def write_text(text: str, table: SubstitutionTable, *, full: bool = False) -> Written:
    """``text`` for a column of text, in CP932; with ``full`` all of it in full width."""
    if full:
        text = full_width(text)
    if _all_come_back(text):
        return Written(text)
    written: list[str] = []
    used: list[Used] = []
    troubles: list[tuple[Trouble, str]] = []
    for cluster in clusters(text):
        if len(cluster) == 1 and comes_back(cluster):
            written.append(cluster)
            continue
        replacement = _replacement(cluster, table)
        if replacement is None:
            troubles.append((_trouble(cluster), cluster))
            continue
        written.append(replacement)
        used.append(Used(cluster, replacement))
    return Written("".join(written), tuple(used), tuple(troubles))


def write_kana(text: str, table: SubstitutionTable) -> Written:
    """``text`` for a column of half-width kana (ｶﾞ as two characters, spaces half-width)."""
    written: list[str] = []
    used: list[Used] = []
    troubles: list[tuple[Trouble, str]] = []
    for cluster in clusters(text):
        half = half_width(cluster)
        if half is None and (replacement := table.entries.get((Scope.KANA, cluster))):
            half = "".join(half_width(c) or "" for c in replacement)
            used.append(Used(cluster, half))
        if half is None:
            troubles.append((_kana_trouble(cluster), cluster))
            continue
        written.append(half)
    return Written("".join(written), tuple(used), tuple(troubles))


def _replacement(cluster: str, table: SubstitutionTable) -> str | None:
    entry = table.entries.get((Scope.TEXT, cluster))
    if entry is not None or len(cluster) == 1:
        return entry
    base, marks = cluster[0], cluster[1:]
    if table.variation_selectors == "refuse" or not all(map(is_variation_selector, marks)):
        return None
    return base if comes_back(base) else table.entries.get((Scope.TEXT, base))


def _trouble(cluster: str) -> Trouble:
    category = unicodedata.category(cluster[0])
    if category == "Co":
        return Trouble.PRIVATE_USE
    return Trouble.CONTROL if category == "Cc" else Trouble.NOT_IN_CP932


def _kana_trouble(cluster: str) -> Trouble:
    trouble = _trouble(cluster)
    return Trouble.NO_HALF_WIDTH if trouble is Trouble.NOT_IN_CP932 else trouble
