"""Search keys: names folded so that what sounds or looks alike is found.

A name itself is kept exactly as it was received. The keys lie beside it, and a criterion is folded
in the same way before it is compared. Rules: 住民記録システム標準仕様書 2.1.2 検索文字入力.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from contracts.events.residents import PersonName
from contracts.values import value

_SEPARATORS: Final = " \u3000-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d\uff70・･,.'’"
"""Spaces, hyphens and what looks like one, long marks; full and half width."""

_VARIATION_SELECTORS: Final = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
_HIRAGANA: Final = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_SMALL: Final = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
# ヂ equals ジ and チ, ジ equals シ: then all four are one, and so are ツ, ヅ, ス, ズ.
_ONE_SOUND: Final = {"チ": "シ", "ツ": "ス", "ワ": "ハ", "ヲ": "オ", "ヰ": "イ", "ヱ": "エ"}
_V_SOUNDS: Final = (("ヴァ", "ハ"), ("ヴィ", "ヒ"), ("ヴェ", "ヘ"), ("ヴォ", "ホ"), ("ヴ", "フ"))
_U_AFTER_O: Final = re.compile("(?<=[オコソトノホモヨロ])ウ+")


def _sounds() -> dict[int, str]:
    """Each katakana to the one that stands for all that the rules take for the same."""
    table = {}
    for code in range(0x30A1, 0x30FB):
        plain = unicodedata.normalize("NFD", chr(code))[0]
        plain = _SMALL.get(plain, plain)
        table[code] = _ONE_SOUND.get(plain, plain)
    return table


_DROPPED: Final = dict.fromkeys(map(ord, _SEPARATORS))
_READING: Final[dict[int, int | str | None]] = {**_HIRAGANA, **_DROPPED}
_SOUNDS: Final = _sounds()


@value
class NameKeys:
    """The keys of one name; empty where there is nothing to search by."""

    kanji: str
    kana: str
    reading: str
    """The kana as read, only width and separators folded: puts the nearest first."""
    latin: str
    given_kanji: str
    """The name without the family name, where a space tells them apart."""
    given_kana: str


class Folding:
    """Folds names. ``variants`` maps a kanji to the one that stands for its variants (異体字)."""

    def __init__(self, variants: Mapping[str, str]) -> None:
        self._looks: dict[int, int | str | None] = {
            **_DROPPED,
            **dict.fromkeys(_VARIATION_SELECTORS),
            **{ord(variant): plain for variant, plain in variants.items()},
        }

    def kanji(self, text: str) -> str:
        """Variation sequences, compatibility forms, variants and separators folded away."""
        return unicodedata.normalize("NFKC", text).translate(self._looks).casefold()

    def kana(self, text: str) -> str:
        """Voicing, small kana, long marks, hyphens and spaces ignored; ウ equals オ after オ段."""
        return _sounding(self.reading(text))

    def reading(self, text: str) -> str:
        """Width, hiragana and separators folded, nothing else."""
        return unicodedata.normalize("NFKC", text).translate(_READING)

    def latin(self, text: str) -> str:
        """Width, case and separators folded."""
        return unicodedata.normalize("NFKC", text).translate(_DROPPED).casefold()

    def keys(self, name: PersonName) -> NameKeys:
        """The keys of a name."""
        reading = self.reading(name.kana) if name.kana else ""
        given_kana = given_name(name.kana) if name.kana else ""
        given_kanji, given_kana = self._given(given_name(name.kanji), given_kana)
        return NameKeys(
            kanji=self.kanji(name.kanji),
            kana=_sounding(reading),
            reading=reading,
            latin=self.latin(name.latin) if name.latin else "",
            given_kanji=given_kanji,
            given_kana=given_kana,
        )

    # Many bear the same given name, and few the same whole one.
    @lru_cache(maxsize=16_384)  # noqa: B019  one folding lives as long as its service
    def _given(self, kanji: str, kana: str) -> tuple[str, str]:
        return self.kanji(kanji), self.kana(kana)


def _sounding(reading: str) -> str:
    if "ヴ" in reading:
        for written, sound in _V_SOUNDS:
            reading = reading.replace(written, sound)
    sounds = reading.translate(_SOUNDS)
    if "ウ" not in sounds:
        return sounds
    return _U_AFTER_O.sub(lambda run: "オ" * len(run[0]), sounds)


def given_name(name: str) -> str:
    """What follows the family name and a space; nothing where the name has no space."""
    _family, *given = name.split(maxsplit=1)
    return given[0] if given else ""
