"""Events as somebody would write them who has nothing but the published schemas, and then worse."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from contracts.events import REGISTRY, Event

_FOLDER: Final = Path(__file__).parents[2] / "contracts" / "schemas"
SCHEMAS: Final[dict[type[Event], dict[str, Any]]] = {
    type_: json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    for name, type_ in REGISTRY.items()
}

_TEXT = st.text(max_size=60)
_ODD_TEXTS = st.sampled_from(
    ["", " ", "0", "\0", "\ud800", "\U00020bb7\U000e0102", "\u202e", "e\u0301", "あ" * 5_000,
     "'; drop table bus.marks; --", "../../etc/passwd", "{{7*7}}", "NaN", "-0", "1e999", "null"]
)  # fmt: skip
_INTEGERS = st.one_of(
    st.integers(0, 20),
    st.sampled_from([-1, 0, 2**15, 2**31 - 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**40]),
    st.integers(),
)
_DAYS = st.one_of(
    st.dates().map(str),
    st.sampled_from(["0001-01-01", "9999-12-31", "1868-01-24", "2026-02-29", "0", "令和8年10月"]),
)
_MOMENTS = st.one_of(
    st.datetimes().map(lambda moment: f"{moment.isoformat()}+09:00"),
    st.sampled_from(["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "2026-10-01T00:00:00"]),
)
_ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), _INTEGERS, st.floats(), _TEXT, _ODD_TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_TEXT | _ODD_TEXTS, inner, max_size=4)
    ),
    max_leaves=8,
)


def valid(schema: Mapping[str, Any], root: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """What the schema describes (of what several keywords say together, roughly)."""
    if "$ref" in schema:
        return valid(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    if "anyOf" in schema:
        return st.one_of(*(valid(each, root) for each in schema["anyOf"]))
    match schema.get("type"):
        case "object" if "properties" in schema:
            return _object(schema, root)
        case "object":
            values = valid(schema.get("additionalProperties") or {}, root)
            return st.dictionaries(_TEXT, values, max_size=5)
        case "array":
            least = schema.get("minItems", 0)
            most = min(schema.get("maxItems", 4), 4)
            return st.lists(valid(schema["items"], root), min_size=least, max_size=max(least, most))
        case "string":
            return _string(schema)
        case "integer":
            return _INTEGERS.filter(lambda n: n >= schema.get("minimum", n))
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case _:
            return _ANYTHING


def _object(schema: Mapping[str, Any], root: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    required = set(schema.get("required", ()))
    of = {name: valid(each, root) for name, each in schema["properties"].items()}
    return st.fixed_dictionaries(
        {name: each for name, each in of.items() if name in required},
        optional={name: each for name, each in of.items() if name not in required},
    )


def _string(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    match schema.get("format"):
        case "uuid":
            return st.uuids().map(str)
        case "date":
            return _DAYS
        case "date-time":
            return _MOMENTS
    least, most = schema.get("minLength", 0), min(schema.get("maxLength", 60), 60)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True).filter(
            lambda text: least <= len(text) <= schema.get("maxLength", len(text))
        )
    return st.text(min_size=least, max_size=max(least, most)) | _ODD_TEXTS


@st.composite
def mutated(draw: st.DrawFn, document: st.SearchStrategy[Any]) -> Any:
    """A document with some of its parts taken out, doubled, or replaced by anything at all."""
    found = draw(document)
    for _ in range(draw(st.integers(0, 3))):
        found = _mutate(draw, found)
    return found


def _mutate(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        name = draw(st.sampled_from(sorted(value)))
        rest = {key: each for key, each in value.items() if key != name}
        match draw(st.sampled_from(["in", "in", "in", "out", "more"])):
            case "in":
                return {**rest, name: _mutate(draw, value[name])}
            case "out":
                return rest
            case _:
                return {**value, draw(_TEXT | _ODD_TEXTS): draw(_ANYTHING)}
    if isinstance(value, list) and value and draw(st.booleans()):
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], _mutate(draw, value[at]), *value[at:]]
    return draw(_ANYTHING)
