"""``python -m contracts check``: what is wrong with upstream events, before they are published.

The register's changes and the records of the integrated database (income, public assistance, …)
are told apart by ``ce_type``. Everything is checked that can be seen without a private key:
headers, schema, record key, order of versions, form of the seal, and that no individual number
stands in the clear. Whether a seal opens only the vault can tell. Findings never repeat what was
read, so that they can be shown to others.
"""

import binascii
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from contracts.events import REGISTRY, FeedRecord, ResidentChange, SupportMeasureRecorded
from contracts.numbers import is_individual_number
from contracts.sealing import InvalidSealingKey, PublicSealingKey, SealedNumber
from contracts.tools.records import NoRecord, UpstreamRecord, read_records

MAX_VALUE_BYTES: Final = 1024 * 1024

TO_DO: Final = {
    "CT-0701": "write a record as one line: headers, key, value with tabs between, or as JSON",
    "CT-0702": "send the headers of a CloudEvent, as listed under Events in contracts/README.md",
    "CT-0703": "make a new random UUID for every event",
    "CT-0704": "send the event's JSON as the value, in UTF-8 and of 1 MiB at most",
    "CT-0705": "compare with contracts/schemas/<ce_type>.json at this place",
    "CT-0706": "compute the key from ce_source and this record's addressee_number",
    "CT-0707": "number a record's versions upwards, and publish its changes in order",
    "CT-0708": "fetch the vault's current public key, and seal to that",
    "CT-0709": "send Base64 of enc followed by ct, with the lengths of the suite",
    "CT-0710": "seal each event's number anew, for that event's id",
    "CT-0711": "take the individual number out: it stands in sealed_number and nowhere else",
}
"""What to do about each finding."""

UpstreamEvent = ResidentChange | FeedRecord | SupportMeasureRecorded

UPSTREAM_TYPES: Final[Mapping[str, type[UpstreamEvent]]] = {
    event.TYPE: event
    for event in REGISTRY.values()
    if issubclass(event, UpstreamEvent) and event.TOPIC.from_upstream
}
"""The events that systems outside the house publish, by their type."""

_HEADERS: Final = {"content-type": "application/json", "ce_specversion": "1.0"}
_DIGITS = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_OWN_NUMBERS = frozenset({"addressee_number", "household_number", "ciphertext", "persons"})
"""Where twelve digits are the register's own number, or no digits at all."""
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. ``code`` is in `TO_DO` and in the README."""

    place: str
    code: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.code}: {self.what}"


@dataclass
class Check:
    """Checks records one after the other, in the order in which they are to be published."""

    key: PublicSealingKey | None = None
    """The vault's public key; without it the key id of a seal is not compared."""
    records: int = 0
    sealed: int = 0
    _ids: dict[str, str] = field(default_factory=dict)
    _versions: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    _seals: dict[str, str] = field(default_factory=dict)

    @property
    def persons(self) -> int:
        """How many numbers (宛名番号) of a system the records are of."""
        return len({key for key, _ in self._versions})

    def summary(self) -> str:
        """How much was looked at."""
        return (
            f"{_many(self.records, 'record')} of {_many(self.persons, 'person')},"
            f" {self.sealed} with a sealed number"
        )

    def files(self, files: Iterable[Path]) -> Iterator[Finding]:
        """All that is to be mended in files. Raises `OSError` where one cannot be read."""
        for file in files:
            for record in read_records(file):
                self.records += 1
                if isinstance(record, NoRecord):
                    yield Finding(record.place, record.code, record.args[0])
                else:
                    yield from self.record(record)

    def record(self, record: UpstreamRecord) -> Iterator[Finding]:
        """All that is to be mended in one record."""
        model = model_of(record)
        yield from _headers(record, model)
        event_id = record.headers.get("ce_id", "")
        yield from self._once(self._ids, event_id, record.place, "CT-0703", "the event id")
        read = _json(record)
        if isinstance(read, Finding):
            yield read
            return
        yield from _in_the_clear(record, read)
        try:
            event = model.model_validate_json(record.value)
        except ValidationError as error:
            yield from _invalid(record.place, error)
            return
        yield from self._key(record, event)
        yield from self._order(record, event)
        if isinstance(event, ResidentChange) and event.sealed_number is not None:
            self.sealed += 1
            yield from self._seal(record.place, event.sealed_number)

    @staticmethod
    def _key(record: UpstreamRecord, event: UpstreamEvent) -> Iterator[Finding]:
        if record.key != event.record_key:
            what = f"the record key is not this person's, which is {event.record_key}"
            yield Finding(record.place, "CT-0706", what)

    def _order(self, record: UpstreamRecord, event: UpstreamEvent) -> Iterator[Finding]:
        about = event.record_key, event.subject if isinstance(event, FeedRecord) else ""
        before = self._versions.get(about)
        if before and event.record_version <= before[0]:
            what = (
                f"version {event.record_version} of a record comes after version {before[0]}"
                f" ({before[1]}): it would be refused, or change nothing"
            )
            yield Finding(record.place, "CT-0707", what)
        else:
            self._versions[about] = event.record_version, record.place

    def _seal(self, place: str, sealed: SealedNumber) -> Iterator[Finding]:
        if self.key is not None and sealed.key_id != self.key.key_id:
            yield Finding(place, "CT-0708", "sealed to another key id than the published key's")
        elif self.key is not None and sealed.suite is not self.key.suite:
            yield Finding(place, "CT-0708", f"the published key is for suite {self.key.suite}")
        try:
            length = len(binascii.a2b_base64(sealed.ciphertext, strict_mode=True))
        except ValueError:
            yield Finding(place, "CT-0709", "the ciphertext is not padded standard Base64")
            return
        if length != sealed.suite.sealed_bytes:
            what = f"{length} bytes are sealed; {sealed.suite} has {sealed.suite.sealed_bytes}"
            yield Finding(place, "CT-0709", what)
        yield from self._once(self._seals, sealed.ciphertext, place, "CT-0710", "the seal")

    @staticmethod
    def _once(
        seen: dict[str, str], item: str, place: str, code: str, name: str
    ) -> Iterator[Finding]:
        if item and (first := seen.setdefault(item, place)) != place:
            yield Finding(place, code, f"{name} is that of {first}")


def read_key(file: Path) -> PublicSealingKey:
    """The vault's public key as it is handed out. Raises `InvalidSealingKey` or `OSError`."""
    try:
        key = PublicSealingKey.model_validate_json(file.read_bytes())
    except ValidationError:
        raise InvalidSealingKey(
            "the file is not what publish-key prints: key_id, suite, public"
        ) from None
    _ = key.hpke_key
    return key


def tell(files: Sequence[Path], key_file: Path | None, write: Callable[[str], object]) -> int:
    """Say what is to be mended, and how much was looked at; returns 1 if there was something.

    Raises `InvalidSealingKey`, or `OSError` where a file cannot be read.
    """
    checking = Check(read_key(key_file) if key_file else None)
    findings = list(checking.files(files))
    count = len(findings)
    write(listed(findings))
    write(f"{checking.summary()}: {_many(count, 'finding') if count else 'nothing to mend'}\n")
    if checking.key is None and checking.sealed:
        write("seals were not compared with the vault's key: give --sealing-key FILE\n")
    return 1 if count or not checking.records else 0


def listed(findings: Sequence[Finding]) -> str:
    """Findings for a terminal, what to do once for those of a number that follow each other."""
    lines = []
    for code, group in groupby(findings, key=lambda finding: finding.code):
        lines += [f"{finding}\n" for finding in group]
        lines.append(f"    do: {TO_DO[code]}\n")
    return "".join(lines)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def model_of(record: UpstreamRecord) -> type[UpstreamEvent]:
    """The event that a record says it is; what says nothing known is taken for the register's."""
    return UPSTREAM_TYPES.get(record.headers.get("ce_type", ""), ResidentChange)


def _headers(record: UpstreamRecord, model: type[UpstreamEvent]) -> Iterator[Finding]:
    headers = record.headers

    def wrong(name: str, what: str) -> Finding:
        said = what if headers.get(name) else "is missing"
        return Finding(record.place, "CT-0702", f"{name} {said}")

    for name, value in _HEADERS.items():
        if headers.get(name) != value:
            yield wrong(name, f"is not {value}")
    if headers.get("ce_type") not in UPSTREAM_TYPES:
        yield wrong("ce_type", f"is none of {', '.join(sorted(UPSTREAM_TYPES))}")
    if headers.get("ce_source") not in model.TOPIC.producers:
        yield wrong("ce_source", f"is not {' or '.join(model.TOPIC.producers)}")
    try:
        canonical = str(UUID(headers.get("ce_id", ""))) == headers["ce_id"]
    except ValueError:
        canonical = False
    if not canonical:
        yield wrong("ce_id", "is not a UUID in lower case with hyphens")
    try:
        offset = datetime.fromisoformat(headers.get("ce_time", "")).tzinfo is not None
    except ValueError:
        offset = False
    if not offset:
        yield wrong("ce_time", "is not a moment with its offset, as in 2026-10-01T09:00:00Z")


def _json(record: UpstreamRecord) -> Any:
    if len(record.value) > MAX_VALUE_BYTES:
        return Finding(record.place, "CT-0704", f"the value has {len(record.value)} bytes")
    try:
        read = json.loads(record.value)
    except (ValueError, RecursionError):
        return Finding(record.place, "CT-0704", "the value is not JSON in UTF-8")
    if _NUL.search(record.value):
        return Finding(record.place, "CT-0704", "a text holds the character U+0000")
    return read


def _invalid(place: str, error: ValidationError) -> Iterator[Finding]:
    for e in error.errors(include_url=False, include_context=False, include_input=False):
        known = e["loc"][:-1] if e["type"] == "extra_forbidden" else e["loc"]
        where = ".".join(map(str, known)) or "the event"
        what = "has a field that is not known" if e["type"] == "extra_forbidden" else e["msg"]
        yield Finding(place, "CT-0705", f"{where}: {what}")


def _in_the_clear(record: UpstreamRecord, read: Any) -> Iterator[Finding]:
    """Where twelve digits with the right check digit stand. A made-up number of another kind has
    one in eleven times the check digit of an individual number, so the register's own are left."""
    places = [("the record key", record.key)]
    places += [(f"header {name}", text) for name, text in record.headers.items()]
    places += _texts(read, "")
    for where, text in places:
        if any(map(is_individual_number, _DIGITS.findall(text))):
            yield Finding(
                record.place, "CT-0711", f"{where} holds what may be an individual number"
            )


def _texts(read: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(read, dict):
        for name, value in read.items():
            if name not in _OWN_NUMBERS:
                yield from _texts(value, f"{where}.{name}" if where else name)
    elif isinstance(read, list):
        for value in read:
            yield from _texts(value, where)
    elif isinstance(read, (str, int)):
        yield where, str(read)
