"""What the topics and events promise together, and whether what is committed says the same."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contracts.__main__ import main
from contracts.events import REGISTRY, Event
from contracts.tools import asyncapi, schemas
from contracts.topics import SERVICES, SHARDS, TOPICS, UPSTREAM, Topic, shard_of

topics = pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
types = pytest.mark.parametrize("event", REGISTRY.values(), ids=lambda event: event.TYPE)


@topics
def test_kafka_is_transport_not_archive(topic: Topic) -> None:
    kafka = asyncapi.document()["channels"][topic.name]["bindings"]["kafka"]["topicConfiguration"]
    assert kafka["cleanup.policy"] == ["delete"]
    if topic.personal_data:
        assert timedelta(0) < topic.retention <= timedelta(days=14)
        assert 0 < kafka["retention.ms"] <= 14 * 24 * 60 * 60 * 1000


@topics
def test_a_topic_says_what_its_key_is_and_whom_it_concerns(topic: Topic) -> None:
    assert topic.key
    assert topic.description.endswith(".")
    assert topic.producers
    assert topic.consumers or topic.readers
    assert {*topic.producers, *topic.consumers, *topic.readers} <= {*SERVICES, *UPSTREAM}
    assert {*topic.consumers} <= {*SERVICES}  # who tells how far it is
    assert {*topic.readers} <= {*UPSTREAM}


@topics
def test_a_key_is_no_number_that_means_something_outside(topic: Topic) -> None:
    numbers = ("addressee number", "pension number", "individual number", "番号")
    named = [number for number in numbers if number in topic.key]
    assert not named or topic.key.startswith("digest of ")


@topics
def test_a_topic_carries_events(topic: Topic) -> None:
    assert asyncapi.events_on(topic)


@types
def test_an_event_type_belongs_to_one_declared_topic(event: type[Event]) -> None:
    homes = [topic for topic in TOPICS.values() if event in asyncapi.events_on(topic)]
    assert homes == [event.TOPIC]


@types
def test_an_event_type_is_named_with_its_version(event: type[Event]) -> None:
    assert re.fullmatch(r"nenkin(\.[a-z_]+)+\.v[0-9]+", event.TYPE)
    assert event.__doc__


@types
def test_an_event_is_immutable_and_refuses_what_it_does_not_know(event: type[Event]) -> None:
    assert event.model_config.get("frozen") is True
    for part in _objects(schemas.schema_of(event)):
        assert part.get("additionalProperties") is not None


@types
def test_no_event_has_a_place_for_an_individual_number(event: type[Event]) -> None:
    names = {name for part in _objects(schemas.schema_of(event)) for name in part["properties"]}
    assert not {name for name in names if "individual_number" in name} - {"individual_number_token"}
    assert "number" not in names


@types
def test_the_schemas_are_schemas(event: type[Event]) -> None:
    jsonschema.Draft202012Validator.check_schema(schemas.schema_of(event))


def _objects(node: Any) -> list[dict[str, Any]]:
    """Every object type in a schema."""
    if isinstance(node, list):
        return [found for item in node for found in _objects(item)]
    if not isinstance(node, dict):
        return []
    inside = [found for value in node.values() for found in _objects(value)]
    return [node, *inside] if node.get("type") == "object" and "properties" in node else inside


def test_committed_schemas_are_current() -> None:
    assert list(schemas.stale()) == []


def test_the_committed_asyncapi_document_is_current() -> None:
    assert list(asyncapi.stale()) == []


def test_the_asyncapi_document_is_one() -> None:
    # The specification's own schema: npm @asyncapi/specs 6.11.1, schemas/3.0.0.json, Apache-2.0.
    specification = json.loads((Path(__file__).parent / "asyncapi-3.0.0.schema.json").read_bytes())
    document = json.loads(asyncapi.PATH.read_bytes())
    jsonschema.Draft7Validator(specification).validate(document)
    for broken in (document | {"asyncapi": "2.6.0"}, document | {"channels": [1]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft7Validator(specification).validate(broken)


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = json.loads(asyncapi.PATH.read_bytes())
    references = set(re.findall(r'"\$ref": "([^"]+)"', asyncapi.PATH.read_text()))
    assert references
    for reference in references:
        if reference.startswith("#/"):
            node = document
            for part in reference.removeprefix("#/").split("/"):
                node = node[part]
        else:
            assert (asyncapi.PATH.parent / reference).is_file()


@pytest.mark.parametrize(
    "arguments",
    [["schemas", "--check"], ["asyncapi", "--check"], ["vectors", "--check"], ["compat"]],
    ids=" ".join,
)
def test_the_checks_pass_here(arguments: list[str]) -> None:
    assert main(arguments) == 0


def test_the_checks_find_what_is_not_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schemas, "FOLDER", tmp_path)
    monkeypatch.setattr(asyncapi, "PATH", tmp_path / "asyncapi.txt")
    assert main(["schemas", "--check"]) == main(["asyncapi", "--check"]) == 1
    assert "is missing" in capsys.readouterr().err

    (tmp_path / "nenkin.forgotten.v1.json").write_text("{}")
    assert main(["compat"]) == 1
    assert "nenkin.forgotten.v1: event type removed" in capsys.readouterr().err

    assert main(["schemas", "--write"]) == main(["asyncapi", "--write"]) == 0
    assert main(["schemas", "--check"]) == main(["asyncapi", "--check"]) == main(["compat"]) == 0
    assert {path.stem for path in tmp_path.glob("*.json")} == REGISTRY.keys()

    (tmp_path / "nenkin.resident.changed.v1.json").write_text("{}")
    assert main(["schemas", "--check"]) == 1
    assert "is not current" in capsys.readouterr().err


def test_comparing_with_a_revision_that_does_not_exist(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["compat", "--base", "no-such-revision"]) == 1
    assert "CT-0501" in capsys.readouterr().err


def test_the_same_key_goes_to_the_same_shard() -> None:
    assert shard_of("a") == shard_of("a")
    assert {shard_of(str(number)) for number in range(100)} == set(range(SHARDS))


def test_the_readme_explains_every_error_code() -> None:
    readme = (asyncapi.PATH.parent / "README.md").read_text()
    explained = set(re.findall(r"CT-\d{4}", readme))
    for first, last in re.findall(r"CT-(\d{4}) to CT-(\d{4})", readme):
        explained |= {f"CT-{code:04d}" for code in range(int(first), int(last) + 1)}
    raised = {
        code
        for path in asyncapi.PATH.parent.rglob("*.py")
        for code in re.findall(r"CT-\d{4}", path.read_text())
    }
    assert raised <= explained
