"""Searching bytes for known numbers in every form. A hit is an offset and a form, never digits."""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from deploy.taint.forms import FORMS, Base64Form, Form, base64_forms, shared_literals
from deploy.taint.numbers import Known

CHUNK = 8 * 1024 * 1024
OVERLAP = 1024
"""More than the longest form takes: what lies across two chunks is found in the second."""

_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/_-]|\\n|[\r\n])+")
_BASE64_BREAKS = re.compile(rb"\\n|[\r\n]")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_BASE64_REACH = 320


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A known number begins at this byte, in this form."""

    offset: int
    form: str


class Search:
    """One search for one set of known numbers."""

    def __init__(self, known: Known) -> None:
        self._known = known

    @cached_property
    def _patterns(self) -> list[tuple[Form, str, re.Pattern[bytes]]]:
        return [(f, prefix, f.pattern(prefix)) for prefix in self._known.prefixes for f in FORMS]

    @cached_property
    def _base64(self) -> list[tuple[bytes, list[Base64Form]]]:
        return shared_literals(f for prefix in self._known.prefixes for f in base64_forms(prefix))

    def scan(self, data: bytes) -> list[Hit]:
        """All hits in these bytes, in order."""
        return sorted({*self._read(data), *self._decoded(data)})

    def stream(self, chunks: Iterable[bytes]) -> Iterator[Hit]:
        """All hits in bytes that come in pieces; offsets count from the first byte."""
        offset, rest = 0, b""
        seen: set[Hit] = set()
        for chunk in chunks:
            data = rest + chunk
            if len(data) < CHUNK // 8:
                rest = data
                continue
            found = {Hit(offset + hit.offset, hit.form) for hit in self.scan(data)}
            yield from sorted(found - seen)
            offset += len(data) - OVERLAP
            seen = {hit for hit in found | seen if hit.offset >= offset}
            rest = data[-OVERLAP:]
        found = {Hit(offset + hit.offset, hit.form) for hit in self.scan(rest)}
        yield from sorted(found - seen)

    def _read(self, data: bytes) -> Iterator[Hit]:
        for form, prefix, pattern in self._patterns:
            match = pattern.search(data)
            while match:
                if prefix + "".join(form.value[unit] for unit in match.groups()) in self._known:
                    whole = match.end() - match.start() in form.lengths
                    yield Hit(
                        match.start(), form.name if whole else f"{form.name}, with separators"
                    )
                # Digits may come before the number that look like its beginning.
                match = pattern.search(data, match.start() + 1)

    def _decoded(self, data: bytes) -> Iterator[Hit]:
        for piece, forms in self._base64:
            at = data.find(piece)
            while at >= 0:
                for form in forms:
                    start = at - form.skip
                    if start >= 0 and self._holds(data[start : start + _BASE64_REACH], form):
                        yield Hit(start, form.name)
                at = data.find(piece, at + 1)

    def _holds(self, written: bytes, form: Base64Form) -> bool:
        """Whether Base64, from the start of a group on, holds a number that begins where it can."""
        run = _BASE64.match(written)
        text = _BASE64_BREAKS.sub(b"", run.group()) if run else b""
        rest = len(text) % 4
        if rest == 1:
            text = text[:-1]
        elif rest:
            text += b"=" * (4 - rest)
        decoded = base64.b64decode(text.translate(_STANDARD))
        return any(hit.offset == form.begins for hit in self._read(decoded))
