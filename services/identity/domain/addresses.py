"""Addresses folded so that two ways of writing one address are the same.

An address itself is kept exactly as it was received. What is folded here is notation, never place:
一丁目１番１号, 1丁目1番1号 and 1-1-1 are one; 三番町 stays a town.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from contracts.events.residents import Address
from services.identity.domain.folding import Folding

_PREFECTURE: Final = re.compile(r"^(?:東京都|北海道|京都府|大阪府|\S{2,3}?県)(?=\S)")
_KANJI_NUMERAL: Final = re.compile(r"[〇一二三四五六七八九十百]+(?=丁目|番地|番(?![町丁])|号)")
_HYPHENS: Final = "\\-\u2010-\u2015\u2212\u30fc\uff0d\uff70"
_UNIT: Final = re.compile(
    rf"(?<=[0-9])(?:丁目|番地の?|番(?![町丁])|号(?![棟館])室?|の(?=[0-9])|[{_HYPHENS}]+)+"
)
_DIGITS: Final = {digit: n for n, digit in enumerate("〇一二三四五六七八九")}


@lru_cache(maxsize=16_384)
def plain(text: str) -> str:
    """Width, spaces and case folded, nothing else."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


@lru_cache(maxsize=16_384)
def fold_address(text: str, folding: Folding) -> str:
    """The key of an address's text: prefecture, numerals, units of numbers and variants folded."""
    text = _PREFECTURE.sub("", plain(text))
    text = _KANJI_NUMERAL.sub(lambda found: str(_number(found[0])), text)
    text = _UNIT.sub("~", text)
    # A unit between two digits separates them; at the end of the numbers it says nothing.
    text = re.sub("~(?![0-9])", "", text)
    return folding.kanji(text)


def whole_key(address: Address, folding: Folding) -> str:
    """The key of an address with its building, whether 方書 stands apart or in the text."""
    text = fold_address(address.text, folding)
    building = fold_address(address.building or "", folding)
    between = "~" if building[:1].isdigit() and text[-1:].isdigit() else ""
    return f"{text}{between}{building}"


def _number(kanji: str) -> int:
    """The number that kanji numerals write, by place (二十三) or by digit (二三)."""
    if not set(kanji) & set("十百"):
        return int("".join(str(_DIGITS[digit]) for digit in kanji))
    total, digits = 0, 0
    for character in kanji:
        if character in _DIGITS:
            digits = digits * 10 + _DIGITS[character]
        else:
            total += (digits or 1) * (10 if character == "十" else 100)
            digits = 0
    return total + digits
