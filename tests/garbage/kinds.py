"""The kinds of garbage: what lies on the bus in the place of a good event, and what is to become
of it."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, get_args
from uuid import UUID, uuid4

from contracts.events import (
    REGISTRY,
    Event,
    ExemptionsFactsAnswered,
    ItemDecided,
    ItemForwarded,
    LinkageAnswered,
    NoticeReportable,
    OwnedItemForwarded,
    ReportItemForwarded,
    ReportItemKind,
    ReportOwner,
    ResidentChange,
)
from contracts.numbers import synthetic_individual_number
from contracts.sealing import PrivateSealingKey, PublicSealingKey, SealedNumber, seal
from contracts.topics import UPSTREAM_REGISTER
from tests.garbage.house import House, Sent
from tests.garbage.jps import decided, forwarded
from tests.garbage.samples import SAMPLES, number, reply

TAKEN = "taken"
MEGABYTE = 1_000_000
VERSIONS = ("record_version", "person_version", "timeline_version")


@dataclass
class Case:
    """One kind of garbage about one person, with good events around it."""

    house: House
    type: type[Event]
    n: int
    other: int
    """Somebody else of the same shard."""
    event_id: UUID = field(default_factory=uuid4)

    def event(self, version: int = 2, event_id: UUID | None = None, n: int | None = None) -> Event:
        return SAMPLES[self.type](
            self.house, self.n if n is None else n, version, event_id or self.event_id
        )

    @cached_property
    def good(self) -> Event:
        """What should have been there; made once, so that a mended one is the same."""
        return self.event()

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.good.model_dump_json())
        return found

    def record(self, event: Event | None = None, **more: Any) -> Sent:
        return self.house.record(event or self.good, event_id=self.event_id, **more)

    def body(self, body: Any) -> Sent:
        """The event's headers and key, and this body."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.record(body=raw)

    def sealed(self, **parts: Any) -> Sent:
        """The event with its seal changed."""
        document = self.json
        document["sealed_number"] |= parts
        return self.body(document)

    def resealed(self, digits: str, key: PublicSealingKey, event_id: UUID) -> Sent:
        """The event with another seal."""
        sealed = seal(digits, key, sender=UPSTREAM_REGISTER, event_id=event_id)
        return self.body({**self.json, "sealed_number": sealed.model_dump(mode="json")})

    @property
    def digits(self) -> str:
        return synthetic_individual_number(self.n)

    @property
    def seal(self) -> SealedNumber:
        assert isinstance(self.good, ResidentChange)
        assert self.good.sealed_number is not None
        return self.good.sealed_number


@dataclass(frozen=True)
class Kind:
    """A kind of garbage. ``becomes``: the code under which it is parked, ``TAKEN``, or one of
    these for each service that has its own mind. ``mended``: whether another body mends it."""

    name: str
    make: Callable[[Case], Sent | list[Sent]]
    becomes: str | Mapping[str, str]
    mended: bool = False
    of: Callable[[type[Event]], bool] = lambda _type: True
    behind: str = "n"
    """Whose later events wait behind it: the person's, ``other``'s, or nobody's (empty)."""

    def code(self, service: str) -> str:
        if isinstance(self.becomes, str):
            return self.becomes
        return self.becomes.get(service, TAKEN)


def _without(document: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


def _required(type_: type[Event]) -> str:
    return next(name for name, each in type_.model_fields.items() if each.is_required())


def _dated(type_: type[Event]) -> Iterator[str]:
    """The fields that are a day or a moment."""
    for name, each in type_.model_fields.items():
        if {date, datetime} & {each.annotation, *get_args(each.annotation)}:
            yield name


def _version(type_: type[Event]) -> str | None:
    return next((name for name in VERSIONS if name in type_.model_fields), None)


def _number(type_: type[Event]) -> str | None:
    """A field that is a whole number."""
    return next((n for n, e in type_.model_fields.items() if e.annotation is int), None)


def _too_large(type_: type[Event]) -> int:
    """The least that no column takes; the register's own versions have 64 bits, ours 32."""
    return 2**63 if _number(type_) == "record_version" else 2**31


def _altered(case: Case) -> Sent:
    raw = bytearray(base64.b64decode(case.seal.ciphertext))
    raw[-20] ^= 1
    return case.sealed(ciphertext=base64.b64encode(raw).decode())


def _inhabited(type_: type[Event]) -> type[Event]:
    """Some type of another topic."""
    return next(each for each in REGISTRY.values() if each.TOPIC != type_.TOPIC)


def _sealing(type_: type[Event]) -> bool:
    return type_ is ResidentChange


def _of_a_service(type_: type[Event]) -> bool:
    return not type_.TOPIC.from_upstream


def _twice(case: Case) -> list[Sent]:
    record = case.record()
    return [record, record]


def _unreported(kind: ReportItemKind) -> Callable[[Case], Sent]:
    return lambda case: case.record(forwarded(kind, uuid4(), case.n))


SCHEMA = "CH-1007"
_STRANGE = PrivateSealingKey.generate("nobody-knows-it")

KINDS: tuple[Kind, ...] = (
    Kind("no body", lambda c: c.body(b""), SCHEMA, mended=True),
    Kind("not JSON", lambda c: c.body(b"not json"), SCHEMA, mended=True),
    Kind("half of a JSON", lambda c: c.body(c.record().body[:-9]), SCHEMA, mended=True),
    Kind("JSON that is no object", lambda c: c.body([1, None]), SCHEMA, mended=True),
    Kind("nested without end", lambda c: c.body(b"[" * 100_000), SCHEMA, mended=True),
    Kind("no UTF-8", lambda c: c.body(b'{"\xff": 1}'), SCHEMA, mended=True),
    Kind("half a surrogate pair", lambda c: c.body(rb'{"\ud842": 1}'), SCHEMA, mended=True),
    Kind("UTF-16", lambda c: c.body(json.dumps(c.json).encode("utf-16")), SCHEMA, mended=True),
    Kind("a missing field", lambda c: c.body(_without(c.json, _required(c.type))), SCHEMA,
         mended=True),
    Kind("an unknown field", lambda c: c.body({**c.json, "秘密": 1}), SCHEMA, mended=True),
    Kind("U+0000 in a name", lambda c: c.body({**c.json, "\0": 1}), SCHEMA, mended=True),
    Kind("0 for a day", lambda c: c.body({**c.json, next(_dated(c.type)): "0"}), SCHEMA,
         mended=True, of=lambda t: any(_dated(t))),
    Kind("a number that no database holds",
         lambda c: c.body({**c.json, str(_number(c.type)): 10**40}), SCHEMA, mended=True,
         of=lambda t: _number(t) is not None),
    Kind("a number too large for a column",
         lambda c: c.body({**c.json, str(_number(c.type)): _too_large(c.type)}), SCHEMA,
         mended=True, of=lambda t: _number(t) is not None),
    Kind("1 MB that says nothing", lambda c: c.body({"x": "あ" * (MEGABYTE // 6)}), SCHEMA,
         mended=True),
    Kind("1 MB of space around it", lambda c: c.body(c.record().body + b" " * MEGABYTE), TAKEN),
    Kind("an unknown type", lambda c: c.record(ce_type=b"nenkin.nothing.v1"), "CH-1004"),
    Kind("a version to come", lambda c: c.record(ce_type=c.type.TYPE[:-1].encode() + b"9"),
         "CH-1004"),
    Kind("a type of another topic",
         lambda c: c.record(ce_type=_inhabited(c.type).TYPE.encode()), "CH-1004"),
    Kind("no type", lambda c: c.record(ce_type=None), "CH-1003"),
    Kind("no time", lambda c: c.record(ce_time=b"yesterday"), "CH-1003"),
    Kind("a stranger's name", lambda c: c.record(ce_source=b"mallory"), "CH-1005"),
    Kind("no number of its sender", lambda c: c.record(ce_sequence=None), "CH-1006",
         of=_of_a_service),
    Kind("the key of another", lambda c: c.record(key=c.event(n=c.other).record_key), "CH-1009",
         behind="other"),
    Kind("no key", lambda c: Sent(c.type.TOPIC.name, None, c.record().headers, c.record().body),
         "CH-1001", behind=""),
    Kind("an endless key", lambda c: c.record(key=c.type.TYPE * 200), "CH-1008", behind=""),
    Kind("the same record twice", _twice, TAKEN),
    Kind("an older version", lambda c: c.body({**c.json, str(_version(c.type)): 1}), TAKEN,
         of=lambda t: _version(t) is not None),
    Kind("an acquisition that nobody reported", _unreported(ReportItemKind.ACQUISITION),
         {"qualification": "QU-1002"}, mended=True, of=lambda t: t is ItemForwarded),
    Kind("a decision on what nobody sent",
         lambda c: c.record(decided(ReportOwner.QUALIFICATION, uuid4(), c.n)),
         {"qualification": "QU-1003"}, mended=True, of=lambda t: t is ItemDecided),
    Kind("a decision on an application that nobody sent",
         lambda c: c.record(decided(ReportOwner.EXEMPTIONS, uuid4(), c.n)),
         {"exemptions": "EX-1004"}, mended=True, of=lambda t: t is ItemDecided),
    Kind("a decision on a claim that nobody sent",
         lambda c: c.record(decided(ReportOwner.CLAIMS, uuid4(), c.n)),
         {"claims": "CL-1004"}, mended=True, of=lambda t: t is ItemDecided),
    Kind("a premium that nobody reported",
         _unreported(ReportItemKind.ADDITIONAL_PREMIUM_START),
         {"exemptions": "EX-1001"}, mended=True, of=lambda t: t is ItemForwarded),
    Kind("an application that nobody reported",
         _unreported(ReportItemKind.STUDENT_APPLICATION),
         {"exemptions": "EX-1001"}, mended=True, of=lambda t: t is ReportItemForwarded),
    Kind("a notice that nobody reported",
         lambda c: c.body({**c.json, "owner": "qualification"}),
         {"qualification": "QU-1002"}, mended=True, of=lambda t: t is OwnedItemForwarded),
    Kind("a kind of report that nobody knows", lambda c: c.body({**c.json, "kind": "of_later"}),
         {"jps_reporting": "JR-1005"}, mended=True, of=lambda t: t is NoticeReportable),
    Kind("a claim that nobody reported", _unreported(ReportItemKind.UNPAID_BENEFIT_CLAIM),
         {"claims": "CL-1001"}, mended=True, of=lambda t: t is ItemForwarded),
    Kind("an answer to no question", lambda c: c.record(reply(uuid4(), c.n)), "JR-1002",
         mended=True, of=lambda t: t is LinkageAnswered),
    Kind("an answer about another",
         lambda c: c.body({**c.json, "reference": str(uuid4())}), "JR-1003",
         mended=True, of=lambda t: t is LinkageAnswered),
    Kind("facts that nobody asked for",
         lambda c: c.body({**c.json, "request_id": str(uuid4())}), "EX-1002",
         mended=True, of=lambda t: t is ExemptionsFactsAnswered),
    Kind("sealed to a key that nobody knows",
         lambda c: c.resealed(c.digits, _STRANGE.public, c.event_id), "TV-1001",
         mended=True, of=_sealing),
    Kind("sealed to another key of the same name",
         lambda c: c.resealed(
             c.digits, PrivateSealingKey.generate(c.house.key.key_id).public, c.event_id
         ), "TV-1005", mended=True, of=_sealing),
    Kind("a seal of another suite", lambda c: c.sealed(suite="x25519"), "TV-1003",
         mended=True, of=_sealing),
    Kind("a seal cut short", lambda c: c.sealed(ciphertext=c.seal.ciphertext[:-8]), "TV-1004",
         mended=True, of=_sealing),
    Kind("a seal cut to nothing", lambda c: c.sealed(ciphertext=""), SCHEMA,
         mended=True, of=_sealing),
    Kind("a seal that is no Base64", lambda c: c.sealed(ciphertext="A" * 1_531), "TV-1004",
         mended=True, of=_sealing),
    Kind("an altered seal", _altered, "TV-1005", mended=True, of=_sealing),
    Kind("a seal copied from another event",
         lambda c: c.resealed(c.digits, c.house.key, uuid4()), "TV-1005",
         mended=True, of=_sealing),
    Kind("a wrong check digit",
         lambda c: c.resealed(
             c.digits[:-1] + str((int(c.digits[-1]) + 1) % 10), c.house.key, c.event_id
         ), "TV-1007", mended=True, of=_sealing),
)  # fmt: skip


def cases(house: House, type_: type[Event]) -> list[tuple[Kind, Case]]:
    """Every kind that there is of a type, each about a person of its own."""
    fitting = [kind for kind in KINDS if kind.of(type_)]
    return [
        (kind, Case(house, type_, number(type_, 2 * i), number(type_, 2 * i + 1)))
        for i, kind in enumerate(fitting, start=1)
    ]
