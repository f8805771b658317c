"""Worked cases of the law (input, expected, basis), through the public functions of the domain."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.ages import reaches
from contracts.events import InsuredCategory, VoluntaryInsurance
from contracts.months import Month
from services.qualification.domain.months import insured_months
from tests.qualification.people import Life, d

VECTORS = {
    vector["id"]: vector
    for vector in json.loads(Path(__file__).with_name("vectors.json").read_text())["vectors"]
}
ONE = InsuredCategory.CATEGORY_1
FAR = "2099-01-01"


def months_of(life: Life) -> dict[Month, InsuredCategory | VoluntaryInsurance]:
    return insured_months(life.on(FAR).segments, Month(2098, 12))


@pytest.mark.parametrize("name", [name for name in VECTORS if name.startswith("age20")])
def test_reaching_20(name: str) -> None:
    given, expected = VECTORS[name]["input"], VECTORS[name]["expected"]
    life = Life(given["birth"]).born_here()
    (segment,) = life.on(expected["acquired"]).segments
    assert segment.first.day == d(expected["acquired"])
    assert min(months_of(life)) == Month.parse(expected["first_month"])


@pytest.mark.parametrize("name", [name for name in VECTORS if name.startswith("age60")])
def test_reaching_60(name: str) -> None:
    given, expected = VECTORS[name]["input"], VECTORS[name]["expected"]
    life = Life(given["birth"]).moves_in_from_abroad("2020-04-01")
    (segment,) = life.on(FAR).segments
    assert segment.past is not None
    assert segment.past.day == d(expected["lost"])
    assert max(months_of(life)) == Month.parse(expected["last_month"])


def test_reaching_50_by_the_same_arithmetic() -> None:
    vector = VECTORS["age50-01"]
    reached = reaches(50, d(vector["input"]["birth"]))
    assert Month.of(reached) - 1 == Month.parse(vector["expected"]["last_eligible_month"])


def test_abroad_and_employed_on_one_day() -> None:
    vector = VECTORS["out-03"]
    life = (
        Life("1990-01-10")
        .moves_in_from_abroad("2020-04-01")
        .moves_abroad(vector["input"]["moved_abroad"])
        .was_insured_elsewhere(vector["input"]["employed"], None, settled="2026-06-01")
    )
    one, two = life.on(FAR).periods
    assert one.past is not None
    assert one.past.day == d(vector["expected"]["category1_lost"])
    assert two.category is InsuredCategory.CATEGORY_2
    assert two.first.day == d(vector["expected"]["category2_from"])


def test_death() -> None:
    vector = VECTORS["death-02"]
    life = Life("1990-01-10").moves_in_from_abroad("2020-04-01").dies(vector["input"]["death"])
    (one,) = life.on(FAR).periods
    assert one.past is not None
    assert one.past.day == d(vector["expected"]["lost"])
    assert max(months_of(life)) == Month.parse(vector["expected"]["last_month"])


def test_the_last_category_of_a_month_counts() -> None:
    vector: dict[str, Any] = VECTORS["kind-01"]
    first, second, third = (change.split(" ")[0] for change in vector["input"]["changes"])
    life = (
        Life("1990-01-10")
        .moves_in_from_abroad(first)
        .was_insured_elsewhere(second, third, settled="2026-06-01")
    )
    assert vector["expected"] == {"kind_2026_05": "1号"}
    assert months_of(life)[Month(2026, 5)] is ONE


def test_every_vector_is_used() -> None:
    named = {"age50-01", "out-03", "death-02", "kind-01"}
    assert all(name in named or name.startswith(("age20", "age60")) for name in VECTORS)
