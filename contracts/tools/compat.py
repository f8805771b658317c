"""The compatibility check: what was valid stays valid and means the same.

Consumers are rolled out before producers, and topics hold yesterday's events. So a schema may only
grow: a new optional property, a wider type, a looser bound. Everything else needs a new version of
the event type. Tables of codes are closed (`contracts.codes`): they may not even grow, except those
that were told as open (``x-open``) in what is compared with: they may grow, and never close.

A keyword that this check does not know may not change at all: it never guesses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.codes import OPEN
from contracts.tools import history
from contracts.tools.schemas import JsonSchema

RETIRED: frozenset[str] = frozenset()
"""Event types that may go: nothing produces them and no topic still holds one."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One incompatible change: where, and which rule it breaks."""

    path: str
    rule: str

    def __str__(self) -> str:
        return f"{self.path}: {self.rule}"


_BEFORE_ANYBODY_READ_IT = datetime(2026, 11, 29, 19, 30, tzinfo=UTC)

GRANTED: Mapping[Refusal, datetime] = {
    Refusal("nenkin.audit.recorded.v1.operation", "set of values changed"): _BEFORE_ANYBODY_READ_IT,
    Refusal("nenkin.jps.item_forwarded.v1.kind", "set of values changed"): _BEFORE_ANYBODY_READ_IT,
    Refusal(
        "nenkin.jps.person_told.v1.numbers[].number", "property removed or renamed"
    ): _BEFORE_ANYBODY_READ_IT,
    Refusal(
        "nenkin.jps.person_told.v1.numbers[].basic_pension_number", "property newly required"
    ): _BEFORE_ANYBODY_READ_IT,
}
"""Changes that were let through by decision, and until when what they break was committed."""


def refusals(
    before: Mapping[str, JsonSchema], after: Mapping[str, JsonSchema]
) -> Iterator[Refusal]:
    """Every incompatible change between two sets of schemas, by event type."""
    for type_, schema in before.items():
        if type_ in after:
            yield from _compare(_inlined(schema), _inlined(after[type_]), type_)
        elif type_ not in RETIRED:
            yield Refusal(type_, "event type removed")


def refusals_since(
    past: history.Past, after: Mapping[str, JsonSchema], root: Path = history.ROOT
) -> Iterator[str]:
    """What is refused against each revision that counts, once each, with the newest such one."""
    told: set[Refusal] = set()
    for revision in past.revisions:
        for refusal in refusals(history.at_revision(revision.name, root), after):
            granted = refusal in GRANTED and revision.committed < GRANTED[refusal]
            if not granted and refusal not in told:
                told.add(refusal)
                yield f"{refusal} (compared with {revision})"


def _inlined(schema: JsonSchema) -> JsonSchema:
    """The schema with its references replaced by what they point to: their names do not matter."""
    definitions = schema.get("$defs", {})

    def inline(node: Any, inside: tuple[str, ...]) -> Any:
        if isinstance(node, list):
            return [inline(item, inside) for item in node]
        if not isinstance(node, dict):
            return node
        rest = {key: inline(value, inside) for key, value in node.items() if key != "$ref"}
        if "$ref" not in node:
            return rest
        name = node["$ref"].removeprefix("#/$defs/")
        if name in inside:
            raise NotImplementedError(f"{name} contains itself: this check compares trees only")
        return {**inline(definitions[name], (*inside, name)), **rest}

    tree: JsonSchema = inline({key: part for key, part in schema.items() if key != "$defs"}, ())
    return tree


_SAYS_NOTHING = frozenset(
    {"$schema", "$id", "$comment", "title", "description", "examples", "deprecated"}
)
_LOWER_BOUNDS = frozenset({"minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum"})
_UPPER_BOUNDS = frozenset({"maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum"})
_ONLY_LIFTED = frozenset({"pattern", "format", "multipleOf", "uniqueItems"})
_ABSENT = object()


def _compare(before: JsonSchema, after: JsonSchema, path: str) -> Iterator[Refusal]:
    old, new = _meaning(before), _meaning(after)
    # A default that comes or goes is a property that stops or starts being required.
    old_default, new_default = old.pop("default", _ABSENT), new.pop("default", _ABSENT)
    if _ABSENT not in (old_default, new_default) and old_default != new_default:
        yield Refusal(path, "default changed")
    was_open, is_open = old.pop(OPEN, False), new.pop(OPEN, False)
    if was_open and not is_open:
        yield Refusal(path, "set of values closed")
    if was_open and set(old.get("enum", ())) < set(new.get("enum", ())):
        del old["enum"], new["enum"]
    if "anyOf" in old or "anyOf" in new:
        yield from _alternatives(old, new, path)
        return
    for keyword in sorted(old.keys() | new.keys()):
        was, becomes = old.get(keyword, _ABSENT), new.get(keyword, _ABSENT)
        if was != becomes:
            yield from _changed(keyword, was, becomes, path)


def _meaning(schema: JsonSchema) -> JsonSchema:
    meaning = {key: value for key, value in schema.items() if key not in _SAYS_NOTHING}
    if "const" in meaning:
        meaning["enum"] = [meaning.pop("const")]
    return meaning


def _changed(keyword: str, old: Any, new: Any, path: str) -> Iterator[Refusal]:
    match keyword:
        case "properties":
            yield from _properties(old, new, path)
        case "required":
            yield from _required(old, new, path)
        case "type":
            if new is not _ABSENT and not _types(old) <= _types(new):
                yield Refusal(path, "type narrowed")
        case "enum":
            if old is _ABSENT or new is _ABSENT or set(old) != set(new):
                yield Refusal(path, "set of values changed")
        case "items":
            yield from _items(old, new, path)
        case "additionalProperties":
            if isinstance(old, dict) and isinstance(new, dict):
                yield from _compare(old, new, f"{path}.*")
            else:
                yield Refusal(path, "additionalProperties changed")
        case _ if keyword in _LOWER_BOUNDS:
            if new is not _ABSENT and (old is _ABSENT or new > old):
                yield Refusal(path, f"{keyword} tightened")
        case _ if keyword in _UPPER_BOUNDS:
            if new is not _ABSENT and (old is _ABSENT or new < old):
                yield Refusal(path, f"{keyword} tightened")
        case _ if keyword in _ONLY_LIFTED:
            if new is not _ABSENT:
                yield Refusal(path, f"{keyword} tightened")
        case _:
            yield Refusal(path, f"{keyword} changed")


def _properties(old: Any, new: Any, path: str) -> Iterator[Refusal]:
    before: JsonSchema = {} if old is _ABSENT else old
    after: JsonSchema = {} if new is _ABSENT else new
    for name, schema in before.items():
        if name in after:
            yield from _compare(schema, after[name], f"{path}.{name}")
        else:
            yield Refusal(f"{path}.{name}", "property removed or renamed")


def _required(old: Any, new: Any, path: str) -> Iterator[Refusal]:
    before: set[str] = set() if old is _ABSENT else set(old)
    after: set[str] = set() if new is _ABSENT else set(new)
    for name in sorted(after - before):
        yield Refusal(f"{path}.{name}", "property newly required")


def _items(old: Any, new: Any, path: str) -> Iterator[Refusal]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _compare(old, new, f"{path}[]")
    elif new is not _ABSENT:
        yield Refusal(f"{path}[]", "type narrowed")


def _types(value: Any) -> set[str]:
    if value is _ABSENT:
        return {"null", "boolean", "object", "array", "integer", "number", "string"}
    types = {value} if isinstance(value, str) else set(value)
    return types | {"integer"} if "number" in types else types


def _alternatives(before: JsonSchema, after: JsonSchema, path: str) -> Iterator[Refusal]:
    """Each old alternative has to be taken by a new one; else the nearest tells what is wrong."""
    if ("anyOf" in before and len(before) > 1) or ("anyOf" in after and len(after) > 1):
        if before != after:
            yield Refusal(path, "anyOf changed beside other keywords")
        return
    for old in before.get("anyOf", [before]):
        attempts = [list(_compare(old, new, path)) for new in after.get("anyOf", [after])]
        if all(attempts):
            yield from min(attempts, key=len)
