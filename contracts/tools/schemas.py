"""JSON Schemas of the events: one committed file per event type, made from the models.

They are what other languages read, and what the compatibility check compares with.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from contracts.events import REGISTRY, Event

FOLDER = Path(__file__).parent.parent / "schemas"

JsonSchema = dict[str, Any]


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles that only repeat the name of a field."""

    def field_title_should_be_set(self, _schema: object) -> bool:
        return False


def schema_of(event: type[Event]) -> JsonSchema:
    """The JSON Schema (2020-12) of one event type, and the topic that carries it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:event:{event.TYPE}",
        "x-topic": event.TOPIC.name,
        **event.model_json_schema(schema_generator=_Untitled),
    }


def working() -> dict[str, JsonSchema]:
    """The schemas of the models as they stand, by event type."""
    return {type_: schema_of(REGISTRY[type_]) for type_ in sorted(REGISTRY)}


def committed() -> dict[str, JsonSchema]:
    """The schemas as they lie in the folder, by event type."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))}


def write() -> None:
    """Make the folder hold exactly the schemas of the models."""
    schemas = working()
    for path in FOLDER.glob("*.json"):
        if path.stem not in schemas:
            path.unlink()
    for type_, schema in schemas.items():
        _path(type_).write_text(_text(schema))


def stale() -> Iterator[str]:
    """What the folder holds otherwise than the models say."""
    schemas = working()
    for type_, schema in schemas.items():
        path = _path(type_)
        if not path.exists():
            yield f"{path.name} is missing: run python -m contracts schemas --write"
        elif path.read_text() != _text(schema):
            yield f"{path.name} is not current: run python -m contracts schemas --write"
    for type_ in committed().keys() - schemas.keys():
        yield f"{_path(type_).name} belongs to no event type"


def _path(type_: str) -> Path:
    return FOLDER / f"{type_}.json"


def _text(schema: JsonSchema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
