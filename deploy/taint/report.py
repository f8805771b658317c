"""What a search came to: where it looked, what it found, what it could not look into."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from deploy.local.progress import Progress
from deploy.taint.batches import Unreadable
from deploy.taint.numbers import Known
from deploy.taint.places import Place, Unsearched
from deploy.taint.search import Search

_SHOWN = 200
_TELL_EVERY_S = 5.0
MASK = "…"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A known number is here, in this form."""

    kind: str
    place: str
    offset: int
    form: str


@dataclass
class Report:
    """The result of a search."""

    findings: list[Finding] = field(default_factory=list)
    unsearched: list[str] = field(default_factory=list)
    places: Counter[str] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)

    @property
    def status(self) -> int:
        """The exit code: 1 where something was found, 2 where something was not looked into."""
        return 1 if self.findings else 2 if self.unsearched else 0

    def text(self) -> str:
        """For a terminal. Tells no number, also where one is part of a file's name."""
        lines = [
            f"{kind:24} {self.places[kind]:7,} searched {self.bytes[kind] / 1e6:10,.1f} MB"
            for kind in sorted(self.places)
        ]
        lines += [f"not searched: {what}" for what in self.unsearched]
        by_place: dict[tuple[str, str, str], list[int]] = {}
        for f in self.findings:
            by_place.setdefault((f.kind, f.place, f.form), []).append(f.offset)
        for (kind, place, form), offsets in list(by_place.items())[:_SHOWN]:
            more = f" and {len(offsets) - 1} more" if len(offsets) > 1 else ""
            lines.append(f"FOUND {kind} {place} at byte {min(offsets):,}{more}: {form}")
        if len(by_place) > _SHOWN:
            lines.append(f"and {len(by_place) - _SHOWN} more lines")
        found = len(self.findings)
        lines.append(f"{found} found" if found else "no individual number found")
        return "\n".join(lines)


def look(
    places: Iterable[Place],
    known: Known,
    report: Report | None = None,
    progress: Progress | None = None,
) -> Report:
    """Search all of the places, one after the other."""
    found = report or Report()
    search = Search(known)
    told = time.monotonic()
    for place in places:
        if progress and time.monotonic() - told > _TELL_EVERY_S:
            told = time.monotonic()
            done = sum(found.bytes.values()) / 1e6
            progress.say("taint", f"{done:,.0f} MB searched, {len(found.findings)} found")
        name = _masked(place.name, search)
        found.places[place.kind] += 1
        try:
            for hit in search.stream(_counted(place, found)):
                found.findings.append(Finding(place.kind, name, hit.offset, hit.form))
        except (Unsearched, Unreadable) as why:
            found.unsearched.append(f"{place.kind} {name}: {why}")
    return found


def _masked(name: str, search: Search) -> str:
    """A place's name without a number that is part of it."""
    parts = name.split("/")
    return "/".join(MASK if search.scan(part.encode()) else part for part in parts)


def _counted(place: Place, report: Report) -> Iterator[bytes]:
    for chunk in place.chunks():
        report.bytes[place.kind] += len(chunk)
        yield chunk
