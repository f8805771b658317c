"""A record as it lies on the bus, before and after it is held against the contract."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from contracts.events import REGISTRY
from contracts.topics import TOPICS, UPSTREAM
from contracts.values import value
from services.chassis.cloudevents import (
    Attributes,
    BadHeaders,
    read_headers,
    read_sequence,
    text,
)
from services.chassis.received import Received
from services.chassis.texts import writes_nul

MAX_BODY = 1024 * 1024
MAX_KEY = 200


@value
class Record:
    """One record of a consumed topic, from Kafka or from the dead letters."""

    topic: str
    shard: int
    offset: int
    key: str | None
    headers: dict[str, str]
    body: bytes
    letter: int | None = None
    """The dead letter's id, where it comes from there."""

    @classmethod
    def from_kafka(cls, raw: Any) -> "Record":
        """From an aiokafka ``ConsumerRecord``."""
        return cls(
            raw.topic,
            raw.partition,
            raw.offset,
            text(raw.key) if raw.key else None,
            read_headers(raw.headers),
            raw.value or b"",
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a record is not taken: a numbered code and a reason without personal data."""

    code: str
    reason: str


@lru_cache(maxsize=4_096)
def _numbers_its_own(topic: str, source: str) -> bool:
    return source not in UPSTREAM and source in TOPICS[topic].producers


def position(record: Record, bus_epoch: int) -> tuple[str, int, int]:
    """(producer, epoch, number): what the marks are kept by.

    A sender of the house numbers its events; for records from outside, and for those of nobody
    who may write the topic, the offset is the number, whatever they say.
    """
    source = record.headers.get("ce_source", "")
    if _numbers_its_own(record.topic, source):
        sequence = read_sequence(record.headers.get("ce_sequence", ""))
        if sequence is not None:
            return source, *sequence
    return "", bus_epoch, record.offset


def parse(record: Record) -> Received[Any] | Refusal:
    """Hold a record against its contract; say what is wrong instead of raising."""
    if not record.key:
        return Refusal("CH-1001", "the record has no key")
    if len(record.key) > MAX_KEY:
        return Refusal("CH-1008", f"the key has {len(record.key)} characters; {MAX_KEY} may be")
    if len(record.body) > MAX_BODY:
        return Refusal("CH-1002", f"the body has {len(record.body)} bytes; {MAX_BODY} are allowed")
    try:
        attributes = Attributes(record.headers)
    except BadHeaders as bad:
        return Refusal("CH-1003", bad.reason)
    model = REGISTRY.get(attributes.type)
    if model is None or model.TOPIC.name != record.topic:
        return Refusal("CH-1004", "the event type is not one of this topic")
    if attributes.source not in TOPICS[record.topic].producers:
        return Refusal("CH-1005", "the source is not a producer of this topic")
    if attributes.source not in UPSTREAM and attributes.sequence is None:
        return Refusal("CH-1006", "ce_sequence is missing")
    try:
        event = model.__pydantic_validator__.validate_json(record.body)
    except ValidationError as error:
        return Refusal("CH-1007", _describe(error))
    if writes_nul(record.body):
        return Refusal("CH-1007", "a text holds the character U+0000, which no database keeps")
    if record.key != (event.record_key or attributes.source):
        return Refusal("CH-1009", "the key is not the one that this event has to have")
    return Received(
        event=event,
        key=record.key,
        event_id=attributes.event_id,
        type=attributes.type,
        source=attributes.source,
        time=attributes.time,
        topic=record.topic,
        shard=record.shard,
        trace=attributes.trace,
        body=record.body,
    )


def _describe(error: ValidationError) -> str:
    """Where and how the body breaks the contract; never a value, nor a name the sender chose."""
    places = [
        {"at": _place(e["loc"], e["type"]), "is": e["type"]}
        for e in error.errors(include_url=False, include_context=False, include_input=False)[:10]
    ]
    return json.dumps(places)


def _place(loc: tuple[int | str, ...], kind: str) -> str:
    known = (*loc[:-1], "(unknown)") if kind == "extra_forbidden" else loc
    return ".".join(map(str, known)) or "body"
