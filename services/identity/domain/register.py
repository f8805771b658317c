"""What a batch of register records makes of the persons that are known.

`Register` is the working set of one transaction: it is told what is known of the records that a
batch speaks of, takes the batch's events one after the other, and has then gathered what to write
and what to tell. Taking events one by one or in any batches comes to the same.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.events import PersonChanged, ResidentTokenised
from contracts.events.residents import ResidentRecord
from contracts.keys import resident_key
from contracts.values import value
from services.identity.domain.findings import FindingKind, FindingState
from services.identity.domain.folding import Folding, NameKeys
from services.identity.domain.numbers import NumberState, finding_on_change, state_of
from services.identity.domain.outside import SYSTEM as OUTSIDE
from services.identity.domain.outside import died_on
from services.identity.domain.residence import NOBODY, Residence, follow, without_stay
from services.identity.domain.view import Occasion, view_of
from services.identity.domain.whereabouts import (
    Whereabouts,
    addresses_digest,
    addresses_of,
    whereabouts,
)

Place = tuple[str, str]
"""A record's place in the registers: (system, addressee number)."""


class Refusal(StrEnum):
    """Why a record is not taken; the value is the code of the README's table."""

    VERSION_REUSED = "ID-1001"
    FOREIGN_KEY = "ID-1002"


REASONS: Final = {
    Refusal.VERSION_REUSED: "this version of the record was received before with other content",
    Refusal.FOREIGN_KEY: "the record key is not that of the addressee number",
}


class Standing(StrEnum):
    """How a record stands to what is known of it."""

    ACCEPTED = "accepted"
    LATE = "late"
    """Older than what is known: noted, and nothing else."""
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(slots=True)
class Known:
    """A register record as it stands, and its person."""

    place: Place
    person_id: UUID
    """The person that the record made, whoever answers for it."""
    integrated_number: str
    record_version: int = 0
    content_digest: bytes = b""
    individual_number_token: str | None = None
    number_state: NumberState = NumberState.UNNUMBERED
    household_id: UUID | None = None
    names_digest: bytes = b""
    addresses_digest: bytes = b""
    residence: Residence = NOBODY
    person_version: int = 0
    view_digest: bytes = b""
    record: ResidentRecord | None = None
    """The record of this batch's last version; not read back from what is stored."""
    occasion: Occasion | None = None
    """The change that the last event to the neighbours told of, where this batch sends one."""
    answered_by: UUID | None = None
    """Who answers for the person, where it was merged."""


@value
class Version:
    """One version of a record, for the history."""

    index: int
    """Which event of the batch."""
    place: Place
    person_id: UUID
    event: ResidentTokenised
    content: str
    content_digest: bytes
    late: bool


@value
class Name:
    """One name by which a person can be searched."""

    place: Place
    kind: str
    since_version: int
    keys: NameKeys


@dataclass(frozen=True, slots=True)
class Finding:
    """Something for staff to look at."""

    finding_id: UUID
    kind: FindingKind
    state: FindingState
    person_id: UUID
    other_person_id: UUID | None
    place: Place
    record_version: int


@dataclass
class Register:
    """The working set. ``ids`` and ``numbers`` are fresh ones, to be used up in order."""

    known: dict[Place, Known]
    bearers: dict[str, set[UUID]]
    """Token to the persons who bear it now, for every token that the batch speaks of."""
    households: Mapping[Place, UUID]
    digests: dict[tuple[Place, int], bytes]
    """Content digests of the versions on record that the batch speaks of again."""
    folding: Folding
    ids: Iterator[UUID]
    numbers: Iterator[str]
    merged: Mapping[UUID, dict[UUID, str | None]] = field(default_factory=dict)
    """Of persons that are one with others: those others and itself, each with its token as far as
    it is not known to be wrong. One and the same dictionary for all of them."""

    created: set[Place] = field(default_factory=set)
    touched: dict[Place, Known] = field(default_factory=dict)
    """Records that a version was accepted for, as they stand after the batch."""
    renumbered: dict[UUID, Known] = field(default_factory=dict)
    """Persons known before whose token or number state has changed."""
    versions: list[Version] = field(default_factory=list)
    names: dict[Place, list[Name]] = field(default_factory=dict)
    """The names by which those whose name changed are known now."""
    former_names: list[Name] = field(default_factory=list)
    """Names that came and went within the batch."""
    addresses: dict[Place, list[Whereabouts]] = field(default_factory=dict)
    """Where those whose addresses changed can be found now."""
    former_addresses: list[Whereabouts] = field(default_factory=list)
    """Addresses that came and went within the batch."""
    findings: list[Finding] = field(default_factory=list)
    events: list[tuple[int, PersonChanged]] = field(default_factory=list)
    refused: list[tuple[int, Refusal]] = field(default_factory=list)

    def take(self, index: int, key: str, event: ResidentTokenised) -> Standing:
        """Take the batch's ``index``-th event, which came under the record key ``key``."""
        place = event.source, event.record.addressee_number
        if key != resident_key(*place):
            # Under a foreign key the record could overtake its own later versions.
            return self._refuse(index, Refusal.FOREIGN_KEY)
        content = event.record.__pydantic_serializer__.to_json(event.record, exclude_defaults=True)
        digest = content_digest(content, event.individual_number_token)
        known = self.known.get(place)
        if known is not None and event.record_version <= known.record_version:
            return self._again(index, known, event, content, digest)
        if known is None:
            known = self._create(place)
        self._note(index, known, event, content, digest, late=False)
        known.record_version, known.content_digest = event.record_version, digest
        self._number(known, event)
        self._name(known, event)
        self._locate(known, event)
        self._follow(index, known, event)
        known.record = event.record
        self.touched[place] = known
        return Standing.ACCEPTED

    def _refuse(self, index: int, refusal: Refusal) -> Standing:
        self.refused.append((index, refusal))
        return Standing.REFUSED

    def _again(
        self, index: int, known: Known, event: ResidentTokenised, content: bytes, digest: bytes
    ) -> Standing:
        """A version that is not newer than the known one."""
        before = self.digests.get((known.place, event.record_version))
        if before is None:
            self._note(index, known, event, content, digest, late=True)
            return Standing.LATE
        if before == digest:
            return Standing.DUPLICATE
        return self._refuse(index, Refusal.VERSION_REUSED)

    def _create(self, place: Place) -> Known:
        known = Known(place, next(self.ids), next(self.numbers))
        self.known[place] = known
        self.created.add(place)
        return known

    def _note(
        self,
        index: int,
        known: Known,
        event: ResidentTokenised,
        content: bytes,
        digest: bytes,
        *,
        late: bool,
    ) -> None:
        self.digests[known.place, event.record_version] = digest
        self.versions.append(
            Version(index, known.place, known.person_id, event, content.decode(), digest, late)
        )

    def _number(self, known: Known, event: ResidentTokenised) -> None:
        before, token = known.individual_number_token, event.individual_number_token
        if before == token:
            return
        found = finding_on_change(before, token, event.change)
        if found is not None:
            self._find(*found, known, event, None)
        if before is not None:
            self.bearers.setdefault(before, set()).discard(known.person_id)
        if token is not None:
            bearing = self.bearers.setdefault(token, set())
            if bearing and (others := bearing - self._same(known).keys()):
                other = min(others)
                self._find(FindingKind.NUMBER_SHARED, FindingState.OPEN, known, event, other)
        known.individual_number_token = token
        known.number_state = state_of(
            token, borne_by_another=token is not None and bool(self.bearers[token])
        )
        if token is not None:
            self.bearers[token].add(known.person_id)
        self._compare_merged(known, event, token)
        if known.place not in self.created:
            self.renumbered[known.person_id] = known

    def _same(self, known: Known) -> dict[UUID, str | None]:
        return self.merged.get(known.person_id, {})

    def _compare_merged(self, known: Known, event: ResidentTokenised, token: str | None) -> None:
        """One person with two numbers: what was taken for one may be two."""
        same = self._same(known)
        if not same:
            return
        same[known.person_id] = token
        others = [p for p, borne in same.items() if borne is not None and borne != token]
        if token is not None and others:
            kind = FindingKind.NUMBERS_DIFFER
            self._find(kind, FindingState.OPEN, known, event, min(others))

    def _find(
        self,
        kind: FindingKind,
        state: FindingState,
        known: Known,
        event: ResidentTokenised,
        other: UUID | None,
    ) -> None:
        self.findings.append(
            Finding(
                next(self.ids),
                kind,
                state,
                known.person_id,
                other,
                known.place,
                event.record_version,
            )
        )

    def _name(self, known: Known, event: ResidentTokenised) -> None:
        record = event.record
        digest = names_digest(record)
        if digest == known.names_digest:
            return
        known.names_digest = digest
        self.former_names += self.names.pop(known.place, ())
        borne = [("name", record.name)]
        if record.alias is not None:
            borne.append(("alias", record.alias))
        self.names[known.place] = [
            Name(known.place, kind, event.record_version, self.folding.keys(name))
            for kind, name in borne
        ]

    def _locate(self, known: Known, event: ResidentTokenised) -> None:
        told = addresses_of(event.record)
        digest = addresses_digest(told)
        if digest == known.addresses_digest:
            return
        known.addresses_digest = digest
        self.former_addresses += self.addresses.pop(known.place, ())
        self.addresses[known.place] = whereabouts(
            known.place, told, event.record_version, self.folding
        )

    def _follow(self, index: int, known: Known, event: ResidentTokenised) -> None:
        record = event.record
        number = record.household_number
        known.household_id = None if number is None else self.households[event.source, number]
        if known.place[0] == OUTSIDE:
            known.residence = without_stay(died_on(record))
        else:
            known.residence = follow(known.residence, event)
        view = view_of(record, known.residence, known.household_id)
        digest = view.digest
        if digest == known.view_digest:
            return
        known.view_digest = digest
        known.person_version += 1
        known.occasion = Occasion(event.change, event.changed_on, event.reported_on)
        told = view.event(known.person_id, known.person_version, known.occasion)
        self.events.append((index, told))


def content_digest(content: bytes, token: str | None) -> bytes:
    """What makes two records of the same version the same: the record and whose number it bears.

    The occasion is no part of it: a snapshot sends a version again that came with a change before.
    """
    return hashlib.blake2b(b"%b\0%b" % ((token or "").encode(), content), digest_size=16).digest()


def names_digest(record: ResidentRecord) -> bytes:
    """Equal when neither the name nor the alias has changed."""
    alias = record.alias
    parts = (
        record.name.kanji,
        record.name.kana or "",
        record.name.latin or "",
        "" if alias is None else f"{alias.kanji}\0{alias.kana or ''}\0{alias.latin or ''}",
    )
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
