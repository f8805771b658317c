"""Addresses folded so that two ways of writing one address are the same.

An address itself is kept exactly as it was received. What is folded here is notation, never place:
一丁目１番１号, 1丁目1番1号 and 1-1-1 are one; 三番町 stays a town.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from contracts.events.residents import Address
from contracts.values import value
from services.identity.domain.folding import Folding

_PREFECTURE: Final = re.compile(r"^(?:東京都|北海道|京都府|大阪府|\S{2,3}?県)(?=\S)")
_KANJI_NUMERAL: Final = re.compile(r"[〇一二三四五六七八九十百]+(?=丁目|番地|番(?![町丁])|号)")
_HYPHENS: Final = "\\-\u2010-\u2015\u2212\u30fc\uff0d\uff70"
_UNIT: Final = re.compile(
    rf"(?<=[0-9])(?:丁目|番地の?|番(?![町丁])|号(?![棟館])室?|の(?=[0-9])|[{_HYPHENS}]+)+"
)
_NO_NUMBER: Final = re.compile("~(?![0-9])")
_DIGITS: Final = {digit: n for n, digit in enumerate("〇一二三四五六七八九")}


@lru_cache(maxsize=16_384)
def plain(text: str) -> str:
    """Width, spaces and case folded, nothing else."""
    return _plain(text)


@lru_cache(maxsize=16_384)
def fold_address(text: str, folding: Folding) -> str:
    """The key of an address's text: prefecture, numerals, units of numbers and variants folded."""
    return _fold(text, folding)


# As they are, for who remembers what comes of them anyway.
def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _fold(text: str, folding: Folding) -> str:
    text = _PREFECTURE.sub("", _plain(text))
    text = _KANJI_NUMERAL.sub(lambda found: str(_number(found[0])), text)
    text = _UNIT.sub("~", text)
    # A unit between two digits separates them; at the end of the numbers it says nothing.
    text = _NO_NUMBER.sub("", text)
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


_TOWN: Final = re.compile(r"^[^0-9]+")
_NUMBER: Final = re.compile(r"^[0-9]+(?:~[0-9]+)*")
_ROOM: Final = re.compile(r"(?<=[^0-9~])~?([0-9]+(?:~[0-9]+)*)$")


@value
class AddressParts:
    """An address by its parts, folded: what is searched. Empty where there is no such part."""

    town: str
    """Everything before the first number: 千葉市中央区中央."""
    number: str
    """丁目, 番, 号: ``1~1~1``."""
    building: str
    """方書 without the number of the room."""
    room: str


def parts(address: Address, folding: Folding) -> AddressParts:
    """The parts of an address, whether 方書 stands apart or in the text."""
    return _parts(address.text, address.building or "", folding)


# Who lives together lives at one address, and those who came from one place name it.
@lru_cache(maxsize=16_384)
def _parts(text: str, building: str, folding: Folding) -> AddressParts:
    return _split(_fold(text, folding), _fold(building, folding) if building else "")


@dataclass(frozen=True, slots=True)
class AskedAddress:
    """What staff write to search by, in the two ways it can be meant. Empty: it cannot be."""

    town: str
    """The end of a town's name where numbers follow, else any part of it."""
    number: str
    building: str
    """The beginning of a building's name, after the numbers of a town."""
    room: str
    alone: str
    """Any part of a building's name, its end where the number of a room follows."""
    alone_room: str


def asked_address(text: str, folding: Folding) -> AskedAddress:
    """What an address criterion can mean. A town or building of less than two characters is
    none: it would be anywhere."""
    key = fold_address(text, folding)
    found = _split(key, "")
    room = _ROOM.search(key)
    alone = key if room is None else key[: room.start()]
    is_town = len(found.town) > 1 and not found.town[0].isdigit()
    is_building = len(alone) > 1 and not set(alone) <= set("0123456789~")
    return AskedAddress(
        town=found.town if is_town else "",
        number=found.number,
        building=found.building,
        room=found.room,
        alone=alone if is_building else "",
        alone_room="" if room is None else room[1],
    )


def _split(text: str, building: str) -> AddressParts:
    found = _TOWN.match(text)
    town = text if found is None else found[0]
    rest = text[len(town) :]
    number = _NUMBER.match(rest)
    written = "" if number is None else number[0]
    building = rest[len(written) :].lstrip("~") + building
    room = _ROOM.search(building)
    return AddressParts(
        town=town,
        number=written,
        building=building if room is None else building[: room.start()],
        room="" if room is None else room[1],
    )
