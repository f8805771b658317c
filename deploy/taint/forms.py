"""Every form in which twelve digits may lie in a file, as patterns that are quick to search for.

A pattern begins with the number's first digits as literal bytes: Python's ``re`` then runs at more
than a gigabyte a second, and one pattern after another is quicker than all of them in one. For the
same reason a form covers both byte orders and both cases wherever its digits look alike in them.
"""

import base64
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

_ASCII_SEPARATORS = "".join(map(chr, range(1, 0x30))) + ":;<=>?@[\\]^_`{|}~\x7f"
_WIDE_SEPARATORS = (
    "\u00a0\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u3000\u30fb\u30fc\uff0d\uff0e\uff0f\uff3f"
)
SEPARATORS = _ASCII_SEPARATORS + _WIDE_SEPARATORS
"""What may stand between two digits, once: controls, spaces, hyphens and dashes, points."""


@dataclass(frozen=True)
class Form:
    """One way of writing digits. ``lead`` comes before the first, ``gap`` between any two."""

    name: str
    digits: tuple[bytes, ...]
    """How each digit is written, but for what all have in common."""
    lead: bytes
    gap: bytes
    """A pattern: what is common to the next digit, and perhaps a separator."""
    lengths: tuple[int, ...]
    """How long twelve digits are without separators."""

    def pattern(self, prefix: str) -> re.Pattern[bytes]:
        """Twelve digits that begin with ``prefix``; the others are its groups."""
        gap = b"(?:%s)" % self.gap
        known = gap.join(re.escape(self.digits[int(digit)]) for digit in prefix)
        digit = b"(%s)" % _one_of(self.digits)
        rest = (gap + digit) * (12 - len(prefix))
        return re.compile(re.escape(self.lead) + known + rest, re.DOTALL)

    @cached_property
    def value(self) -> dict[bytes, str]:
        """The digit by how it is written."""
        return {written: str(digit) for digit, written in enumerate(self.digits)}


def _one_of(units: Iterable[bytes]) -> bytes:
    single = [re.escape(unit) for unit in units if len(unit) == 1]
    longer = [re.escape(unit) for unit in units if len(unit) > 1]
    return b"|".join(([b"[" + b"".join(single) + b"]"] if single else []) + longer)


def _separators(encoding: str) -> bytes:
    found = []
    for character in SEPARATORS:
        try:
            found.append(character.encode(encoding))
        except UnicodeEncodeError:
            continue
    return _one_of(found)


_ASCII = tuple(b"%d" % digit for digit in range(10))


def _from(first: int) -> tuple[bytes, ...]:
    return tuple(bytes([first + digit]) for digit in range(10))


def _led(name: str, encoding: str) -> Form:
    """Full width where each digit has the same bytes before its own."""
    lead = "０".encode(encoding)[:-1]
    gap = b"(?:%s)?%s" % (_separators(encoding), re.escape(lead))
    first = "０".encode(encoding)[-1]
    return Form(name, _from(first), lead, gap, (12 * (len(lead) + 1),))


def _wide(name: str, first: int, high: bytes) -> Form:
    """UTF-16 in either order and UTF-32: bytes that tell the digit, ``high`` bytes in between.

    A separator comes after the high byte in one order, and before it in the other.
    """
    after, before = _separators("utf-16-le"), _separators("utf-16-be")
    longer = _separators("utf-32-le")
    gap = rb"%b(?:\0\0(?:%b)?|%b)?|(?:%b)%b" % (high, longer, after, before, high)
    return Form(name, _from(first), b"", gap, (23, 45))


_APART = rb"(?:[ :,%\-]|\\{1,2}x|, ?0x|0x)?"
"""What may set two bytes of a dump apart."""


def _hexed(data: bytes) -> bytes:
    """A pattern for these bytes in a dump, in either case."""
    return _APART.join(
        re.sub(rb"[a-f]", lambda letter: b"[%b%b]" % (letter[0], letter[0].upper()), pair)
        for pair in (b"%02x" % byte for byte in data)
    )


def _hex(name: str, first: int, lead: bytes, encoding: str) -> Form:
    """Bytes as two hex digits each. ``lead``: those between the bytes that tell the digit."""
    digits = tuple(b"%02x" % (first + digit) for digit in range(10))
    common = _APART.join((b"", *(_hexed(bytes([byte])) for byte in lead), b""))
    wide = encoding == "utf-16"
    encodings = ("utf-16-le", "utf-16-be") if wide else (encoding,)
    separators = b"|".join(
        _hexed(character.encode(each)) for each in encodings for character in SEPARATORS
    )
    after = rb"|%b(?:%b)%b" % (common, separators, _APART) if wide else b""
    gap = rb"%b|%b(?:%b)%b%b" % (common, _APART, separators, common, after)
    return Form(name, digits, b"", gap, (11 * (2 + 2 * len(lead)) + 2,))


FORMS: tuple[Form, ...] = (
    Form("digits", _ASCII, b"", b"(?:%s)?" % _separators("utf-8"), (12,)),
    _wide("digits in UTF-16 or UTF-32", 0x30, rb"\0"),
    _led("full width in UTF-8", "utf-8"),
    _wide("full width in UTF-16 or UTF-32", 0x10, rb"\xff"),
    _led("full width in Shift JIS", "cp932"),
    _led("full width in EUC-JP", "euc-jp"),
    Form(
        "escaped as in JSON",
        _ASCII,
        b"",
        rb"(?:%s|\\u[0-9a-fA-F]{4})?\\u(?:003|[fF][fF]1)" % _separators("ascii"),
        (11 * 6 + 1,),
    ),
    _hex("hex of digits", 0x30, b"", "utf-8"),
    _hex("hex of digits in UTF-16", 0x30, b"\0", "utf-16"),
    _hex("hex of full width in UTF-8", 0x90, b"\xef\xbc", "utf-8"),
    _hex("hex of full width in UTF-16", 0x10, b"\xff", "utf-16"),
)
"""Every form that is read digit by digit."""

_IN_BASE64 = (
    ("digits", "0123456789", ("utf-8",)),
    ("digits in UTF-16", "0123456789", ("utf-16-le", "utf-16-be")),
    ("full width in UTF-8", "０１２３４５６７８９", ("utf-8",)),
    ("full width in UTF-16", "０１２３４５６７８９", ("utf-16-le", "utf-16-be")),
    ("full width in Shift JIS", "０１２３４５６７８９", ("cp932",)),
)
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True, slots=True, order=True)
class Base64Form:
    """Where Base64 holds digits: characters that depend on the first of them alone."""

    name: str
    literal: bytes
    skip: int
    """Characters from the start of a group of four to the literal."""
    begins: int
    """Where the digits begin among the bytes from there on, as ``FORMS`` has it."""


def base64_forms(prefix: str) -> Iterator[Base64Form]:
    """For a text in each encoding and at each of the three alignments, in both alphabets."""
    for name, digits, encodings in _IN_BASE64:
        text = "".join(digits[int(digit)] for digit in prefix)
        for encoding, alignment in itertools.product(encodings, range(3)):
            known = text.encode(encoding)
            low, high = (
                base64.b64encode(fill * alignment + known + fill * 3) for fill in (b"\0", b"\xff")
            )
            fixed = [a == b for a, b in zip(low, high, strict=True)]
            start = fixed.index(True)
            literal = low[start : fixed.index(False, start)]
            for written in sorted({literal, literal.translate(_URL_SAFE)}):
                begins = alignment + encoding.endswith("-be")
                yield Base64Form(f"Base64 of {name}", written, start, begins)


_SHARED = 5
"""Characters of what several literals are searched for by: few enough to be shared by many."""


def shared_literals(forms: Iterable[Base64Form]) -> list[tuple[bytes, list[Base64Form]]]:
    """The forms by a piece of their literal that they share, moved to where it is in each: a pass
    over the data for each piece, and as few pieces as can be found by taking the best one first."""
    left = sorted(set(forms))
    found = []
    while left:
        pieces: dict[bytes, list[Base64Form]] = {}
        for form in left:
            width = min(_SHARED, len(form.literal))
            for at in range(len(form.literal) - width + 1):
                piece = form.literal[at : at + width]
                moved = replace(form, skip=form.skip + at)
                pieces.setdefault(piece, []).append(moved)
        best = max(sorted(pieces), key=lambda piece: len({f.literal for f in pieces[piece]}))
        found.append((best, pieces[best]))
        covered = {(form.name, form.literal) for form in pieces[best]}
        left = [form for form in left if (form.name, form.literal) not in covered]
    return found
