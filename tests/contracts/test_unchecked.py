"""Models made of what holds their contract already are those that the constructor makes."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, ValidationError, model_validator

from contracts import enums, values
from contracts.codes import BecameResidentReason, ResidentChangeKind, ResidentKind
from contracts.dates import UncertainDate
from contracts.events import InsuredCategory, PersonChanged, QualificationChanged
from contracts.events.persons import ResidencePeriod
from contracts.events.qualification import QualificationPeriod
from contracts.values import unchecked

SOMEBODY, HOUSEHOLD = UUID(int=1, version=4), UUID(int=2, version=4)
ON = UncertainDate.exact(date(2026, 4, 1))
PARTS: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (ResidencePeriod, {"began": ON, "began_reason": BecameResidentReason.MOVE_IN}),
    (
        PersonChanged,
        {
            "is_householder": True,
            "household_id": HOUSEHOLD,
            "residence": (),
            "resident_kind": ResidentKind.JAPANESE,
            "birth_date": ON,
            "reported_on": date(2026, 4, 2),
            "changed_on": ON,
            "change": ResidentChangeKind.MOVE_IN,
            "person_version": 1,
            "person_id": SOMEBODY,
        },
    ),
    (
        QualificationPeriod,
        {
            "category": InsuredCategory.CATEGORY_1,
            "acquired_on": date(2026, 4, 1),
            "acquisition_reason": "age-20",
        },
    ),
    (
        QualificationChanged,
        {
            "person_id": SOMEBODY,
            "timeline_version": 2,
            "basic_pension_number_known": False,
            "periods": (),
            "review": ("residence-overlaps",),
        },
    ),
]


@pytest.fixture
def in_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    """As services run, and tests do not."""
    monkeypatch.setattr(values._Freezing, "really", False)


@pytest.mark.usefixtures("in_operation")
@pytest.mark.parametrize(("model", "parts"), PARTS, ids=[model.__name__ for model, _ in PARTS])
def test_it_is_what_the_constructor_makes(model: type[BaseModel], parts: dict[str, Any]) -> None:
    made, checked = unchecked(model)(**parts), model(**parts)
    assert made == checked
    assert hash(made) == hash(checked)
    # In the order of the fields too, whatever the order of the parts.
    assert made.model_dump_json() == checked.model_dump_json()
    assert model.model_validate_json(made.model_dump_json()) == checked
    assert made.model_copy(update={}) == checked
    assert made.__dict__ is not unchecked(model)(**parts).__dict__
    with pytest.raises(ValidationError, match="frozen"):
        setattr(made, next(iter(parts)), None)


def test_in_tests_each_is_checked() -> None:
    with pytest.raises(ValidationError):
        unchecked(QualificationPeriod)(**PARTS[2][1] | {"category": 4})


class Agreeing(BaseModel):
    """Checks more than its fields one by one."""

    a: int = 1

    @model_validator(mode="after")
    def _agree(self) -> "Agreeing":
        return self


class Collecting(BaseModel):
    """Its default has to be made anew."""

    found: list[int] = Field(default_factory=list)


@pytest.mark.parametrize("model", [Agreeing, Collecting])
def test_what_only_the_constructor_can_make_is_refused(model: type[BaseModel]) -> None:
    with pytest.raises(TypeError, match=model.__name__):
        unchecked(model)


class Colour(enums.StrEnum):
    """One in text, one in numbers."""

    RED = "red"


class Size(enums.IntEnum):
    """The same in numbers."""

    LARGE = 3


def test_codes_are_pythons_own_but_for_the_way_to_their_value() -> None:
    assert Colour.RED.value == "red" == str(Colour.RED)
    assert type(Colour.RED.value) is str
    assert Colour("red") is Colour.RED
    assert Size.LARGE.value == 3 == Size(3)
    assert type(Size.LARGE.value) is int
    assert [*Colour] == [Colour.RED]
    with pytest.raises(AttributeError):
        Colour.RED.value = "blue"  # type: ignore[misc]  # the very thing
