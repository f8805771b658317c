"""The compatibility check: what a change of an event may be, case by case."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import Code, OpenCode, Sex
from contracts.months import Month
from contracts.tools import compat, schemas


def event(**properties: Any) -> dict[str, Any]:
    """A schema of an object with these properties; those without a default are required."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": [name for name, schema in properties.items() if "default" not in schema],
    }


def refused(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [str(refusal) for refusal in compat.refusals({"e": before}, {"e": after})]


TEXT = {"type": "string"}
NULL = {"type": "null"}
OPTIONAL = {"anyOf": [TEXT, NULL], "default": None}


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        ("nothing", event(a=TEXT), event(a=TEXT)),
        ("a new optional property", event(a=TEXT), event(a=TEXT, b=OPTIONAL)),
        ("a required property becomes optional", event(a=TEXT), event(a=OPTIONAL)),
        ("a property may also be null", event(a=TEXT), event(a={"anyOf": [TEXT, NULL]})),
        ("a default stays when null is allowed too", event(a=TEXT | {"default": "x"}),
         event(a={"anyOf": [TEXT, NULL], "default": "x"})),
        ("an alternative more", event(a={"anyOf": [TEXT, NULL]}),
         event(a={"anyOf": [NULL, {"type": "integer"}, TEXT]})),
        ("a wider type", event(a={"type": "integer"}), event(a={"type": "number"})),
        ("any type", event(a=TEXT), event(a={})),
        ("a longer text", event(a=TEXT | {"maxLength": 5}), event(a=TEXT | {"maxLength": 6})),
        ("no shortest length", event(a=TEXT | {"minLength": 5}), event(a=TEXT)),
        ("a lower bound", event(a={"minimum": 1}), event(a={"minimum": 0})),
        ("no pattern any more", event(a=TEXT | {"pattern": "^a$"}), event(a=TEXT)),
        ("no format any more", event(a=TEXT | {"format": "date"}), event(a=TEXT)),
        ("words about it", event(a=TEXT | {"description": "x"}), event(a=TEXT | {"title": "y"})),
        ("values in another order", event(a={"enum": ["1", "2"]}), event(a={"enum": ["2", "1"]})),
        ("items of any kind", event(a={"items": TEXT}), event(a={})),
        ("an open enum grown", event(a={"enum": ["1"], "x-open": True}),
         event(a={"enum": ["1", "2"], "x-open": True})),
        ("an enum opened", event(a={"enum": ["1"]}), event(a={"enum": ["1"], "x-open": True})),
        ("wider items", event(a={"items": TEXT}), event(a={"items": {"anyOf": [TEXT, NULL]}})),
    ],
)  # fmt: skip
def test_allowed(change: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    assert refused(before, after) == []


@pytest.mark.parametrize(
    ("change", "before", "after", "rule"),
    [
        ("removed", event(a=TEXT, b=TEXT), event(a=TEXT), "e.b: property removed or renamed"),
        ("renamed", event(a=OPTIONAL), event(b=OPTIONAL), "e.a: property removed or renamed"),
        ("new and required", event(a=TEXT), event(a=TEXT, b=TEXT), "e.b: property newly required"),
        ("newly required", event(a=OPTIONAL), event(a=OPTIONAL) | {"required": ["a"]},
         "e.a: property newly required"),
        ("no longer null", event(a={"anyOf": [TEXT, NULL]}), event(a=TEXT), "e.a: type narrowed"),
        ("an alternative less", event(a={"anyOf": [TEXT, {"type": "integer"}, NULL]}),
         event(a={"anyOf": [TEXT, NULL]}), "e.a: type narrowed"),
        ("narrower type", event(a={"type": "number"}), event(a={"type": "integer"}),
         "e.a: type narrowed"),
        ("another type", event(a=TEXT), event(a={"type": "integer"}), "e.a: type narrowed"),
        ("type where there was none", event(a={}), event(a=TEXT), "e.a: type narrowed"),
        ("enum grown", event(a={"enum": ["1"]}), event(a={"enum": ["1", "2"]}),
         "e.a: set of values changed"),
        ("enum shrunk", event(a={"enum": ["1", "2"]}), event(a={"enum": ["1"]}),
         "e.a: set of values changed"),
        ("enum lifted", event(a={"enum": ["1"]}), event(a={}), "e.a: set of values changed"),
        ("enum introduced", event(a=TEXT), event(a=TEXT | {"enum": ["1"]}),
         "e.a: set of values changed"),
        ("enum in an optional", event(a={"anyOf": [{"enum": ["1"]}, NULL], "default": None}),
         event(a={"anyOf": [{"enum": ["1", "2"]}, NULL], "default": None}),
         "e.a: set of values changed"),
        ("open enum shrunk", event(a={"enum": ["1", "2"], "x-open": True}),
         event(a={"enum": ["1"], "x-open": True}), "e.a: set of values changed"),
        ("enum opened and grown at once", event(a={"enum": ["1"]}),
         event(a={"enum": ["1", "2"], "x-open": True}), "e.a: set of values changed"),
        ("open enum closed", event(a={"enum": ["1"], "x-open": True}), event(a={"enum": ["1"]}),
         "e.a: set of values closed"),
        ("another constant", event(a={"const": "x"}), event(a={"const": "y"}),
         "e.a: set of values changed"),
        ("pattern introduced", event(a=TEXT), event(a=TEXT | {"pattern": "^a$"}),
         "e.a: pattern tightened"),
        ("another pattern", event(a={"pattern": "a"}), event(a={"pattern": "b"}),
         "e.a: pattern tightened"),
        ("format introduced", event(a=TEXT), event(a=TEXT | {"format": "date"}),
         "e.a: format tightened"),
        ("shorter text", event(a={"maxLength": 6}), event(a={"maxLength": 5}),
         "e.a: maxLength tightened"),
        ("longest introduced", event(a=TEXT), event(a=TEXT | {"maxLength": 5}),
         "e.a: maxLength tightened"),
        ("longer shortest", event(a={"minLength": 1}), event(a={"minLength": 2}),
         "e.a: minLength tightened"),
        ("more items needed", event(a={"minItems": 0}), event(a={"minItems": 1}),
         "e.a: minItems tightened"),
        ("smaller maximum", event(a={"maximum": 9}), event(a={"maximum": 8}),
         "e.a: maximum tightened"),
        ("other items", event(a={"items": TEXT}), event(a={"items": NULL}),
         "e.a[]: type narrowed"),
        ("items introduced", event(a={}), event(a={"items": TEXT}), "e.a[]: type narrowed"),
        ("opened", event(a=TEXT), event(a=TEXT) | {"additionalProperties": True},
         "e: additionalProperties changed"),
        ("closed", event(a=TEXT) | {"additionalProperties": True}, event(a=TEXT),
         "e: additionalProperties changed"),
        ("values of a map", event(a={"additionalProperties": TEXT}),
         event(a={"additionalProperties": NULL}), "e.a.*: type narrowed"),
        ("another default", event(a=TEXT | {"default": "x"}), event(a=TEXT | {"default": "y"}),
         "e.a: default changed"),
        ("deep inside", event(a=event(b=event(c=TEXT))), event(a=event(b=event(c=NULL))),
         "e.a.b.c: type narrowed"),
        ("a keyword nobody compares", event(a={"not": TEXT}), event(a={"not": NULL}),
         "e.a: not changed"),
        ("another topic", event(a=TEXT) | {"x-topic": "one"}, event(a=TEXT) | {"x-topic": "two"},
         "e: x-topic changed"),
    ],
)  # fmt: skip
def test_refused(change: str, before: dict[str, Any], after: dict[str, Any], rule: str) -> None:
    assert refused(before, after) == [rule]


def test_a_new_event_type_is_allowed_and_a_removed_one_is_not() -> None:
    one, both = {"a.v1": event(a=TEXT)}, {"a.v1": event(a=TEXT), "a.v2": event(b=TEXT)}
    assert list(compat.refusals(one, both)) == []
    assert list(compat.refusals(both, one)) == [compat.Refusal("a.v2", "event type removed")]


def test_a_retired_type_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compat, "RETIRED", frozenset({"a.v1"}))
    assert list(compat.refusals({"a.v1": event(a=TEXT)}, {})) == []


def test_the_names_of_definitions_do_not_matter() -> None:
    def referring(name: str, inside: dict[str, Any]) -> dict[str, Any]:
        return event(a={"$ref": f"#/$defs/{name}"}) | {"$defs": {name: inside}}

    assert refused(referring("Old", TEXT), referring("New", TEXT)) == []
    assert refused(referring("Old", TEXT), referring("Old", NULL)) == ["e.a: type narrowed"]


def test_a_schema_that_contains_itself_is_not_guessed_at() -> None:
    endless = event(a={"$ref": "#/$defs/A"}) | {"$defs": {"A": event(a={"$ref": "#/$defs/A"})}}
    with pytest.raises(NotImplementedError):
        refused(endless, endless)


class Grown(Code):
    MALE = "1", "男"
    FEMALE = "2", "女"


class Told(OpenCode):
    ONE = "1", "一"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


def test_changes_of_models() -> None:
    class Before(Strict):
        sex: Sex
        month: Month
        source: Literal["a"] = "a"
        note: Annotated[str, Field(max_length=5)] | None = None

    class Allowed(Strict):
        sex: Sex
        month: Month
        source: Literal["a"] = "a"
        note: Annotated[str, Field(max_length=6)] | int | None = None
        more: tuple[Sex, ...] = ()

    class Refused(Strict):
        sex: Grown
        month: str
        source: Literal["a", "b"] = "a"
        note: Annotated[str, Field(max_length=4)] | None = None

    before = Before.model_json_schema()
    assert refused(before, Allowed.model_json_schema()) == []
    assert sorted(refused(before, Refused.model_json_schema())) == [
        "e.note: maxLength tightened",
        "e.sex: set of values changed",
        "e.source: set of values changed",
    ]


def test_every_event_agrees_with_itself_and_notices_a_lost_property() -> None:
    working = schemas.working()
    assert list(compat.refusals(working, working)) == []
    for type_, schema in working.items():
        name = next(iter(schema["properties"]))
        rest = {key: part for key, part in schema["properties"].items() if key != name}
        without = {type_: schema | {"properties": rest}}
        assert compat.Refusal(f"{type_}.{name}", "property removed or renamed") in list(
            compat.refusals({type_: schema}, without)
        )


def test_a_model_says_which_of_its_codes_are_open() -> None:
    class Model(Strict):
        told: Told
        sex: Sex

    definitions = Model.model_json_schema()["$defs"]
    assert definitions["Told"]["x-open"] is True
    assert "x-open" not in definitions["Sex"]
