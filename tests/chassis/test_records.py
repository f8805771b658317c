"""Records from the bus, held against their contract."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from contracts.events import AuditOperation, AuditRecorded
from services.chassis import cloudevents
from services.chassis.received import Received
from services.chassis.records import MAX_BODY, Record, Refusal, parse, position

NOW = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
EVENT = AuditRecorded(at=NOW, operation=AuditOperation.INQUIRY, person_id=UUID(int=0xABC))
PERSON = str(UUID(int=0xABC))
NOBODYS = EVENT.model_copy(update={"person_id": None}).model_dump_json().encode()
HEADERS = cloudevents.read_headers(
    cloudevents.write(
        UUID("00000000-0000-4000-8000-000000000001"), EVENT.TYPE, "identity", NOW, (1, 7), None
    )
)


def record(body: bytes | None = None, key: str | None = PERSON, **headers: str | None) -> Record:
    merged = {**HEADERS, **headers}
    kept = {name: value for name, value in merged.items() if value is not None}
    if body is None:
        body = EVENT.model_dump_json().encode()
    return Record("audit.events", 3, 41, key, kept, body)


def test_what_is_about_nobody_bears_its_senders_name() -> None:
    assert isinstance(parse(record(NOBODYS, key="identity")), Received)


def test_a_good_record_becomes_its_event() -> None:
    received = parse(record())
    assert isinstance(received, Received)
    assert received.event == EVENT
    assert (received.source, received.shard, received.key) == ("identity", 3, PERSON)


SECRET = "秘密123456789018"


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (record(key=None), "CH-1001"),
        (record(body=b"x" * (MAX_BODY + 1)), "CH-1002"),
        (record(ce_id=None), "CH-1003"),
        (record(ce_id="17"), "CH-1003"),
        (record(ce_time="2026-10-01T00:00:00"), "CH-1003"),
        (record(ce_specversion="0.3"), "CH-1003"),
        (record(ce_sequence="7"), "CH-1003"),
        (record(ce_sequence="1." + "9" * 5000), "CH-1003"),
        (record(ce_sequence="9999999999.1"), "CH-1003"),
        (record(ce_time="0001-01-01T00:00:00+14:00"), "CH-1003"),
        (record(ce_type="nenkin.unknown.v9"), "CH-1004"),
        (record(ce_type="nenkin.person.changed.v1"), "CH-1004"),
        (record(ce_source="resident_register"), "CH-1005"),
        (record(ce_sequence=None), "CH-1006"),
        (record(body=b"not json"), "CH-1007"),
        (record(body=b""), "CH-1007"),
        (record(body=json.dumps({"at": SECRET}).encode()), "CH-1007"),
        (record(body=json.dumps({**json.loads(EVENT.model_dump_json()), "x": SECRET}).encode()),
         "CH-1007"),
        (record(body=EVENT.model_copy(update={"purpose": "a\0b"}).model_dump_json().encode()),
         "CH-1007"),
        (record(key="k" * 201), "CH-1008"),
        (record(key="identity"), "CH-1009"),
        (record(key=PERSON.upper()), "CH-1009"),
        (record(NOBODYS, key=PERSON), "CH-1009"),
    ],
)  # fmt: skip
def test_a_bad_record_is_refused_with_its_number_and_without_its_content(
    bad: Record, code: str
) -> None:
    refusal = parse(bad)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert SECRET not in refusal.reason


def test_our_events_are_placed_by_the_senders_number_others_by_their_offset() -> None:
    assert position(record(), bus_epoch=9) == ("identity", 1, 7)
    assert position(record(ce_sequence=None), bus_epoch=9) == ("", 9, 41)


@pytest.mark.parametrize("sequence", ["1." + "9" * 19, "1." + "9" * 5000, "9999999999.1", "x", "1"])
def test_a_number_that_no_database_holds_is_none(sequence: str) -> None:
    assert position(record(ce_sequence=sequence), bus_epoch=9) == ("", 9, 41)


def test_nobody_moves_the_marks_of_a_sender_who_may_not_write_the_topic() -> None:
    forged = record(ce_source="resident_register", ce_sequence="1.999")
    assert position(forged, bus_epoch=9) == ("", 9, 41)


def test_a_backslash_before_u0000_is_a_text_like_any_other() -> None:
    body = json.dumps({**json.loads(EVENT.model_dump_json()), "purpose": "a\\u0000b"}).encode()
    assert isinstance(parse(record(body=body)), Received)


@pytest.mark.parametrize(
    "trace", ["", "x", "00-" + "a" * 32 + "-" + "b" * 16 + "-01\0ce_source\0gateway", SECRET]
)
def test_what_is_no_trace_context_is_not_handed_on(trace: str) -> None:
    received = parse(record(traceparent=trace))
    assert isinstance(received, Received)
    assert received.trace is None


def test_headers_are_text_that_a_database_can_hold() -> None:
    raw = [("a", None), ("b", b"\xff"), ("c", b"x\0y"), ("d\0", b"\\u0000")]
    assert cloudevents.read_headers(raw) == {"b": "\\xff", "c": "x\\x00y", "d\\x00": "\\u0000"}
