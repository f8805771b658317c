"""What a batch of the integrated database's records makes of what is known.

`Feeds` is the working set of one transaction, like `services.identity.domain.register.Register`:
versions are kept, late ones change nothing, the same one again is dropped, and each record is
compared with the register before it is anybody's (control C01).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.events.feeds import FeedRecord, FourAttributes
from services.identity.domain.comparison import (
    Bearer,
    Judgement,
    Outcome,
    compare_all,
    judge,
    judge_linked,
)
from services.identity.domain.folding import Folding
from services.identity.domain.register import Refusal, Standing

Number = tuple[str, str]
"""A number of a system: (system, addressee number)."""
Place = tuple[str, str, str]
"""A record's place: (system, addressee number, subject)."""

_AROUND: Final = {
    "record_version", "source", "change", "addressee_number", "person", "reported_on",
}  # fmt: skip
"""What of an event is not the record's own content."""


class LinkState(StrEnum):
    """How a number of a system stands to a person."""

    LINKED = "linked"
    HELD = "held"
    """It is a person's, and the attributes told last do not agree: newer records wait."""
    NEAR = "near"
    NOBODY = "nobody"
    DISMISSED = "dismissed"
    """Staff settled that it is none of those who come near."""


@dataclass(slots=True)
class Link:
    """A number of a system, and whose it is."""

    number: Number
    state: LinkState = LinkState.NOBODY
    person_id: UUID | None = None
    attributes_digest: bytes = b""
    told: FourAttributes | None = None
    """The attributes told last, where this batch told some."""
    entry_id: UUID | None = None
    """The entry of the work list that is open about it."""
    undone: frozenset[UUID] = frozenset()
    """Whose it was settled not to be, after it had been theirs."""
    joined: bool = False
    """It became a person's in this batch: records that waited before it are that person's too."""


@dataclass(slots=True)
class KnownRecord:
    """A record as it stands: its newest version, and the newest that is somebody's."""

    place: Place
    record_version: int = 0
    content_digest: bytes = b""
    attached_version: int | None = None


@dataclass(frozen=True, slots=True)
class FeedVersion:
    """One version of a record, for the history."""

    index: int
    place: Place
    event: FeedRecord
    content: str
    content_digest: bytes
    late: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A comparison's outcome, kept with the record that it is about."""

    place: Place
    record_version: int
    judgement: Judgement


@dataclass
class Feeds:
    """The working set. ``found`` are the persons that may be meant, by the attributes' digest."""

    known: dict[Place, KnownRecord]
    digests: dict[tuple[Place, int], bytes]
    links: dict[Number, Link]
    bearers: dict[UUID, Sequence[Bearer]]
    """Persons to whom numbers of the batch are linked."""
    found: Mapping[bytes, Sequence[Bearer]]
    folding: Folding
    ids: Iterator[UUID]

    touched: dict[Place, KnownRecord] = field(default_factory=dict)
    corrected: set[Place] = field(default_factory=set)
    """Records that were somebody's already, and are told otherwise."""
    judged_links: dict[Number, Judged] = field(default_factory=dict)
    """Numbers that were judged, by the last record judged."""
    versions: list[FeedVersion] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    refused: list[tuple[int, Refusal]] = field(default_factory=list)
    _of_number: dict[Number, list[KnownRecord]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place, known in self.known.items():
            self._of_number.setdefault(place[:2], []).append(known)

    def take(self, index: int, event: FeedRecord) -> Standing:
        """Take the batch's ``index``-th event."""
        place = place_of(event)
        content = event.model_dump_json(exclude=_AROUND)
        digest = _digest(content)
        known = self.known.get(place)
        if known is not None and event.record_version <= known.record_version:
            return self._again(index, known, event, content, digest)
        if known is None:
            known = self.known[place] = KnownRecord(place)
            self._of_number.setdefault(place[:2], []).append(known)
        self._note(index, event, content, digest, late=False)
        otherwise = known.attached_version is not None and known.content_digest != digest
        known.record_version, known.content_digest = event.record_version, digest
        self.touched[place] = known
        self._judge(place, event.record_version, event.person)
        if self.links[place[:2]].state is LinkState.LINKED:
            known.attached_version = event.record_version
            if otherwise:
                self.corrected.add(place)
        return Standing.ACCEPTED

    def look_again(self, place: Place, record_version: int, told: FourAttributes) -> Judgement:
        """Judge a number anew by the attributes told last: the register may know more by now."""
        return self._judge(place, record_version, told)

    def _again(
        self, index: int, known: KnownRecord, event: FeedRecord, content: str, digest: bytes
    ) -> Standing:
        before = self.digests.get((known.place, event.record_version))
        if before is None:
            self._note(index, event, content, digest, late=True)
            return Standing.LATE
        if before != digest:
            self.refused.append((index, Refusal.VERSION_REUSED))
            return Standing.REFUSED
        link = self.links.get(known.place[:2])
        if (
            event.record_version == known.record_version
            and link is not None
            and link.attributes_digest != attributes_digest(event.person)
        ):
            # The record is as it was; the person is told of in another way.
            self._judge(known.place, event.record_version, event.person)
            if link.state is LinkState.LINKED:
                known.attached_version = known.record_version
                self.touched[known.place] = known
        return Standing.DUPLICATE

    def _note(
        self, index: int, event: FeedRecord, content: str, digest: bytes, *, late: bool
    ) -> None:
        place = place_of(event)
        self.digests[place, event.record_version] = digest
        self.versions.append(FeedVersion(index, place, event, content, digest, late))

    def _judge(self, place: Place, record_version: int, told: FourAttributes) -> Judgement:
        number = place[:2]
        link = self.links.get(number)
        if link is None:
            link = self.links[number] = Link(number)
        digest = attributes_digest(told)
        judgement = self._judgement(link, told, digest)
        was_linked = link.state is LinkState.LINKED
        link.attributes_digest, link.told = digest, told
        if judgement.outcome.attaches:
            link.person_id, link.state = judgement.person_id, LinkState.LINKED
            if not was_linked:
                self._join(link)
            if judgement.person_id is not None and judgement.person_id not in self.bearers:
                self.bearers[judgement.person_id] = self._those(digest, judgement.person_id)
        elif judgement.outcome.queues:
            link.state = LinkState.NEAR if link.person_id is None else LinkState.HELD
            link.entry_id = link.entry_id or next(self.ids)
        elif judgement.outcome is Outcome.NOBODY:
            link.state = LinkState.NOBODY
        found = Judged(place, record_version, judgement)
        self.judged.append(found)
        self.judged_links[number] = found
        return judgement

    def _join(self, link: Link) -> None:
        """The number is a person's: so are the records that waited until now, and no later ones."""
        link.joined = True
        for known in self._of_number.get(link.number, ()):
            if known.attached_version != known.record_version:
                known.attached_version = known.record_version
                self.touched[known.place] = known

    def _judgement(self, link: Link, told: FourAttributes, digest: bytes) -> Judgement:
        if link.person_id is not None:
            bearers = self.bearers.get(link.person_id, ())
            theirs = compare_all(told, bearers, self.folding).get(link.person_id)
            if theirs is None:  # the registers have no record of them any more
                return Judgement(Outcome.NEAR)
            as_before = link.state is LinkState.LINKED and digest == link.attributes_digest
            return judge_linked(link.person_id, theirs, as_before=as_before)
        if link.state is LinkState.DISMISSED and digest == link.attributes_digest:
            return Judgement(Outcome.DISMISSED)
        found = judge(compare_all(told, self.found.get(digest, ()), self.folding))
        if found.person_id is not None and found.person_id in link.undone:
            return Judgement(Outcome.NEAR, compared=found.compared)
        return found

    def _those(self, digest: bytes, person_id: UUID) -> Sequence[Bearer]:
        return [b for b in self.found.get(digest, ()) if b.person_id == person_id]


def place_of(event: FeedRecord) -> Place:
    """Where the record belongs."""
    return event.source, event.addressee_number, event.subject


def attributes_digest(told: FourAttributes) -> bytes:
    """Equal when the four attributes are told in the very same way."""
    return _digest(told.model_dump_json())


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
