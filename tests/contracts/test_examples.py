"""The upstream examples do what the README says, and their events are taken."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jsonschema
import pytest

from contracts.codes import ResidentChangeKind
from contracts.events import ResidentChange
from contracts.examples import publish_resident_change as example
from contracts.keys import resident_key
from contracts.numbers import is_individual_number
from contracts.sealing import SealedNumber, SealingSuite, open_sealed
from contracts.tools import vectors

GO_EXAMPLE = Path(example.__file__).parent / "go"
GO = shutil.which("go")

suites = pytest.mark.parametrize("suite", list(SealingSuite))
needs_go = pytest.mark.skipif(GO is None, reason="there is no Go here")


def vector_key(suite: SealingSuite) -> vectors.VectorKey:
    return next(key for key in vectors.Vectors.load().keys if key.suite is suite)


def public_document(suite: SealingSuite) -> dict[str, str]:
    return vector_key(suite).model_dump(mode="json", exclude={"seed"})


def opened(sealed: SealedNumber | None, event_id: UUID, suite: SealingSuite) -> str:
    assert sealed is not None
    key = vectors.private_key(vector_key(suite))
    return open_sealed(sealed, key, sender="resident_register", event_id=event_id)


@suites
def test_the_python_example_publishes_what_the_vault_takes(suite: SealingSuite) -> None:
    event_id = uuid4()
    event = example.moved_in("42", "999900000011", public_document(suite), event_id)
    change = ResidentChange.model_validate_json(example.body(event))
    assert change.change is ResidentChangeKind.MOVE_IN
    assert opened(change.sealed_number, event_id, suite) == "999900000011"
    assert ResidentChange.TOPIC.name == example.TOPIC
    assert example.record_key("42").decode() == resident_key(example.SENDER, "42")


def test_the_example_checks_against_the_schema_before_it_sends() -> None:
    event = example.moved_in("42", "999900000011", public_document(SealingSuite.X25519), uuid4())
    event["record"]["birth_date"]["value"] = None
    with pytest.raises(jsonschema.ValidationError):
        example.body(event)


def test_the_headers_are_a_cloud_event() -> None:
    event_id = uuid4()
    headers = {name: value.decode() for name, value in example.headers(event_id)}
    assert headers["ce_id"] == str(event_id)
    assert headers["ce_type"] == ResidentChange.TYPE
    assert headers["ce_source"] in ResidentChange.TOPIC.producers
    assert headers["ce_specversion"] == "1.0"


def go(*arguments: str) -> str:
    assert GO is not None
    done = subprocess.run(
        [GO, "run", ".", *arguments], cwd=GO_EXAMPLE, check=False, capture_output=True, text=True
    )
    if done.returncode and "requires go" in done.stderr:
        pytest.skip("crypto/hpke needs Go 1.26")
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_go
def test_go_opens_what_python_sealed_and_python_what_go_sealed() -> None:
    own = json.loads(go("vectors", str(vectors.PATH)))
    assert {seal["sealed"]["suite"] for seal in own} == set(SealingSuite)
    for seal in own:
        sealed = SealedNumber.model_validate(seal["sealed"])
        number = opened(sealed, UUID(seal["event_id"]), sealed.suite)
        assert number == seal["number"]
        assert is_individual_number(number)


@needs_go
@suites
def test_the_go_example_prints_a_record_that_the_vault_takes(
    suite: SealingSuite, tmp_path: Path
) -> None:
    key_file = tmp_path / "sealing-key.json"
    key_file.write_text(json.dumps(public_document(suite)))
    headers, key, value = go("record", str(key_file)).rstrip("\n").split("\t")
    attributes = dict(header.split(":", 1) for header in headers.split(","))
    event: Any = json.loads(value)
    jsonschema.validate(event, json.loads(example.SCHEMA.read_bytes()))
    change = ResidentChange.model_validate_json(value)
    assert opened(change.sealed_number, UUID(attributes["ce_id"]), suite) == "999900000011"
    assert key == resident_key("resident_register", change.record.addressee_number)
    assert attributes["ce_type"] == ResidentChange.TYPE
