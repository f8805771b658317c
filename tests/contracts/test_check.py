"""``python -m contracts check`` finds what the house would refuse, and says what to do about it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.__main__ import main
from contracts.examples import publish_resident_change as example
from contracts.sealing import PrivateSealingKey, SealingSuite
from contracts.tools.check import TO_DO, Check, read_key
from contracts.tools.records import NoRecord, UpstreamRecord, read_records
from services.chassis.received import Received
from services.chassis.records import Record, Refusal, parse

README = Path(example.__file__).parent.parent / "README.md"
NUMBER = "999900000011"
KEYS = {suite: PrivateSealingKey.generate("inbound-1", suite).public for suite in SealingSuite}
KEY = KEYS[SealingSuite.X25519]


def event(event_id: str, key: Any = KEY) -> Any:
    document = json.loads(key.model_dump_json())
    return example.moved_in("000000000000042", NUMBER, document, event_id)  # type: ignore[arg-type]  # it is only written


def record(sealed_to: Any = KEY, **changed: Any) -> UpstreamRecord:
    """A good record; ``changed`` sets headers, ``key``, ``value``, or items of the event."""
    event_id = str(uuid4())
    headers = {name: text.decode() for name, text in example.headers(event_id)}  # type: ignore[arg-type]  # it is only written
    read = event(event_id, sealed_to)
    record_key = example.record_key("000000000000042").decode()
    for name, value in changed.items():
        if name in headers or name.startswith("ce_"):
            headers[name] = value
        elif name == "key":
            record_key = value
        elif name != "value":
            read[name] = value
    value = changed.get("value", json.dumps(read, ensure_ascii=False).encode())
    return UpstreamRecord("f:1", headers, record_key, value)


def codes(*records: UpstreamRecord, key: Any = KEY) -> list[str]:
    check = Check(key)
    return [finding.code for one in records for finding in check.record(one)]


def taken(one: UpstreamRecord) -> bool:
    """Whether the chassis takes it."""
    result = parse(Record("inbound.residents", 0, 0, one.key, one.headers, one.value))
    assert isinstance(result, (Received, Refusal))
    return isinstance(result, Received)


def seal(**changed: Any) -> dict[str, Any]:
    sealed: dict[str, Any] = event(str(uuid4()))["sealed_number"]
    return sealed | changed


@pytest.mark.parametrize("suite", list(SealingSuite))
def test_what_the_example_makes_is_good(suite: SealingSuite) -> None:
    assert codes(record(KEYS[suite]), key=KEYS[suite]) == []
    assert taken(record(KEYS[suite]))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ce_id": ""}, "CT-0702"),
        ({"ce_id": "not-a-uuid"}, "CT-0702"),
        ({"ce_time": "2026-10-01T09:00:00"}, "CT-0702"),
        ({"ce_time": "yesterday"}, "CT-0702"),
        ({"ce_type": "nenkin.resident.changed.v2"}, "CT-0702"),
        ({"ce_type": "nenkin.person.changed.v1"}, "CT-0702"),
        ({"ce_source": "tax_register"}, "CT-0702"),
        ({"ce_specversion": "0.3"}, "CT-0702"),
        ({"value": b"{"}, "CT-0704"),
        ({"value": b"\xff"}, "CT-0704"),
        ({"value": b"[" * 100_000}, "CT-0704"),
        ({"value": b'"' + b"x" * 1024 * 1024 + b'"'}, "CT-0704"),
        ({"value": b"{}"}, "CT-0705"),
        ({"record_version": 0}, "CT-0705"),
        ({"change": "vanished"}, "CT-0705"),
        ({"reported_on": "2026-02-30"}, "CT-0705"),
        ({"something": 1}, "CT-0705"),
        ({"source": "tax_register"}, "CT-0705"),
        ({"sealed_number": seal(suite="rot13")}, "CT-0705"),
    ],
)
def test_what_the_house_refuses_is_found_before(changed: dict[str, Any], code: str) -> None:
    one = record(**changed)
    assert not taken(one)
    assert code in codes(one)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"content-type": "text/plain"}, "CT-0702"),
        ({"ce_id": str(uuid4()).upper()}, "CT-0702"),
        ({"key": "0" * 24}, "CT-0706"),
        ({"sealed_number": seal(key_id="inbound-0")}, "CT-0708"),
        ({"sealed_number": seal(suite="hybrid")}, "CT-0708"),
        ({"sealed_number": seal(ciphertext="A" * 81)}, "CT-0709"),
        ({"sealed_number": seal(ciphertext="A" * 84)}, "CT-0709"),
        ({"ce_subject": NUMBER}, "CT-0711"),
        ({"key": NUMBER}, "CT-0711"),
    ],
)
def test_what_the_vault_or_identity_would_refuse_is_found_too(
    changed: dict[str, Any], code: str
) -> None:
    assert code in codes(record(**changed))


def test_a_number_in_the_clear_is_found_wherever_it_stands() -> None:
    read = event(str(uuid4()))
    read["record"]["address"]["building"] = f"個人番号 {NUMBER}"
    [finding] = Check(KEY).record(record(record=read["record"]))
    assert (finding.code, "record.address.building" in finding.what) == ("CT-0711", True)
    assert NUMBER not in str(finding)


def test_the_registers_own_numbers_are_not_taken_for_individual_numbers() -> None:
    read = event(str(uuid4()))["record"] | {"addressee_number": NUMBER, "household_number": NUMBER}
    assert codes(record(record=read, key=example.record_key(NUMBER).decode())) == []


def test_versions_of_a_resident_rise() -> None:
    assert codes(record(record_version=1), record(record_version=2)) == []
    assert codes(record(record_version=2), record(record_version=1)) == ["CT-0707"]
    assert codes(record(record_version=2), record(record_version=2)) == ["CT-0707"]


def test_an_event_id_and_a_seal_are_used_once() -> None:
    first, second = record(record_version=1), record(record_version=2)
    again = UpstreamRecord("f:2", first.headers, second.key, second.value)
    assert codes(first, again) == ["CT-0703"]
    sealed = json.loads(first.value)["sealed_number"]
    copied = record(record_version=2, sealed_number=sealed)
    moved = UpstreamRecord("f:2", copied.headers, copied.key, copied.value)
    assert codes(first, moved) == ["CT-0710"]


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    found = [at] if at else []
    return found + [place for name, item in below for place in places(item, (*at, name))]


PLACES = places(event(str(uuid4())))
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, -1, True, "", "x", "2026-13-01", [], {}, [[]], 10**30, "１２", "\0"]
)


@settings(max_examples=300)
@given(st.sampled_from(PLACES), ODD | st.text(max_size=20) | st.integers())
def test_nothing_that_the_house_refuses_passes(place: tuple[Any, ...], odd: Any) -> None:
    read: Any = event(str(uuid4()))
    inner = read
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = odd
    one = record(value=json.dumps(read).encode())
    assert taken(one) or codes(one)


# Files and the command line


def line(one: UpstreamRecord) -> bytes:
    headers = ",".join(f"{name}:{text}" for name, text in one.headers.items())
    return b"\t".join((headers.encode(), one.key.encode(), one.value))


def as_json(one: UpstreamRecord) -> bytes:
    value = json.loads(one.value)
    return json.dumps({"headers": one.headers, "key": one.key, "value": value}).encode()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(name: str, *lines: bytes) -> Path:
        (tmp_path / name).write_bytes(b"\n".join(lines) + b"\n")
        return tmp_path / name

    return write


def test_both_ways_to_write_a_record(write: Callable[..., Path]) -> None:
    one = record()
    text, parsed = read_records(write("events", line(one), b"", as_json(one)))
    assert isinstance(text, UpstreamRecord)
    assert isinstance(parsed, UpstreamRecord)
    assert (text.headers, text.key, text.value) == (one.headers, one.key, one.value)
    assert (parsed.headers, parsed.key) == (one.headers, one.key)
    assert json.loads(parsed.value) == json.loads(one.value)
    assert parsed.place.endswith("events:3")


@pytest.mark.parametrize(
    "bad",
    [b"x", b"a\tb\tc\td", b"no colon\tk\t{}", b"{", b"{}", b'{"headers":1,"key":"k","value":{}}',
     b"a:\xff\tk\t{}", b'{"headers":{"a":1},"key":"k","value":{}}'],
)  # fmt: skip
def test_a_line_that_is_no_record_is_named(write: Callable[..., Path], bad: bytes) -> None:
    [none] = read_records(write("events", bad))
    assert isinstance(none, NoRecord)
    assert none.place.endswith("events:1")


def test_what_a_person_sees(write: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    key = write("key.json", KEY.model_dump_json().encode())
    good = write("good", line(record()))
    assert main(["check", str(good), "--sealing-key", str(key)]) == 0
    said = "1 record of 1 person, 1 with a sealed number: nothing to mend\n"
    assert capsys.readouterr().out == said

    bad = write("bad", line(record(key="0" * 24)), b"x")
    assert main(["check", str(good), str(bad)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert re.fullmatch(rf"{bad}:1: CT-0706: the record key .* which is [0-9a-f]{{24}}", out[0])
    assert out[1] == f"    do: {TO_DO['CT-0706']}"
    assert out[-2].endswith(": 3 findings")  # the version is there twice as well
    assert "--sealing-key" in out[-1]


def test_a_file_that_is_not_there_and_a_key_that_is_none(
    write: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err
    good = write("good", line(record()))
    assert main(["check", str(good), "--sealing-key", str(good)]) == 1
    assert "CT-0301" in capsys.readouterr().err
    assert main(["check", str(write("empty"))]) == 1


def test_the_key_file_is_what_the_vault_hands_out(write: Callable[..., Path]) -> None:
    assert read_key(write("key.json", KEY.model_dump_json().encode())) == KEY


def test_the_examples_print_what_is_checked(
    write: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    key = write("key.json", KEY.model_dump_json().encode())
    example.main(["--sealing-key", str(key), "--print"])
    file = write("printed", capsys.readouterr().out.encode())
    assert main(["check", str(file), "--sealing-key", str(key)]) == 0
    with pytest.raises(SystemExit):
        example.main(["--sealing-key", str(key)])
    assert "--bootstrap" in capsys.readouterr().err


def test_the_readme_explains_every_finding() -> None:
    text = README.read_text()
    assert [code for code in TO_DO if f"| {code} |" not in text] == []
