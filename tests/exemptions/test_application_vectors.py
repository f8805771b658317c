"""Worked cases of the law (input, expected, basis) on exemption by application."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.events.income import DeductibleSpouse, SelfDisability
from contracts.months import Month
from services.exemptions.domain.application.amounts import remainder
from services.exemptions.domain.application.cycles import edge_month, income_year, open_months
from services.exemptions.domain.application.facts import Enrolment, JobLoss, Schooling
from services.exemptions.domain.application.kinds import EXEMPTIONS
from services.exemptions.domain.application.thresholds import threshold
from services.exemptions.domain.kinds import ExemptionKind as Kind
from tests.exemptions.households import FIGURES, case, d, day, income, m, outcomes, someone, table

VECTORS: dict[str, dict[str, Any]] = {
    vector["id"]: vector
    for vector in json.loads(Path(__file__).with_name("vectors_application.json").read_text())[
        "vectors"
    ]
}
COLUMNS = {
    "全額・納付猶予": (Kind.FULL, Kind.DEFERMENT),
    "全額": (Kind.FULL,),
    "3/4": (Kind.THREE_QUARTERS,),
    "半額・学生": (Kind.HALF, Kind.STUDENT),
    "1/4": (Kind.QUARTER,),
}
DEPENDANTS: dict[str, dict[str, Any]] = {
    "limit-1": {"dependants_general": 1},
    "limit-2": {"dependants_general": 2},
    "limit-k1": {"dependants_general": 1, "aged_16_to_18": 1},
    "limit-k2": {"dependants_elderly": 1},
}
"""What the tax system tells of the dependants of each case."""


def ids(prefix: str) -> list[str]:
    return [name for name in VECTORS if name.startswith(prefix)]


@pytest.mark.parametrize("name", DEPENDANTS)
def test_thresholds(name: str) -> None:
    year = income(**DEPENDANTS[name])
    for column, amount in VECTORS[name]["expected"].items():
        for kind in COLUMNS[column]:
            limit = threshold(kind, year, Month(2026, 10), FIGURES).amount
            assert (limit.low, limit.high) == (amount, amount), kind


def test_a_spouse_of_seventy_counts_as_an_elderly_dependant() -> None:
    year = income(deductible_spouse=DeductibleSpouse.ELDERLY)
    expected = VECTORS["limit-k2"]["expected"]
    for column, amount in expected.items():
        for kind in COLUMNS[column]:
            assert threshold(kind, year, Month(2026, 10), FIGURES).amount.low == amount


@pytest.mark.parametrize("name", ids("limit-b"))
def test_the_edge_of_the_threshold(name: str) -> None:
    vector = VECTORS[name]
    alone = case(someone(income(vector["input"]["income"])))
    for column, passes in vector["expected"].items():
        (kind,) = COLUMNS[column]
        found = set(table(outcomes(alone, order=(kind,))).values())
        assert found == ({kind.value} if passes else {"fails"})


def test_disability_with_its_own_limit() -> None:
    vector = VECTORS["limit-disab"]
    year = income(vector["input"]["income"], self_disability=SelfDisability.ORDINARY)
    found = outcomes(case(someone(year)), order=(Kind.FULL,))
    assert vector["expected"] == {"全額_3号": True}
    assert set(table(found).values()) == {"full"}
    assert {reason.code for one in found for reason in one.reasons} == {"status-within"}
    over = income(vector["input"]["income"] + 1, self_disability=SelfDisability.ORDINARY)
    assert set(table(outcomes(case(someone(over)), order=(Kind.FULL,))).values()) == {"fails"}


@pytest.mark.parametrize("name", ids("incyear"))
def test_income_years(name: str) -> None:
    given = VECTORS[name]["input"]
    kind = Kind.STUDENT if given["student"] else Kind.FULL
    year = income_year(m(given["month"]), kind, FIGURES)
    assert year == VECTORS[name]["expected"]["income_year"]


def test_the_window_reaches_two_years_and_a_month_back() -> None:
    vector = VECTORS["window-2025-04-15"]
    applied_on = d(vector["input"]["apply"])
    assert open_months(applied_on, Kind.FULL, FIGURES).first == m(
        vector["expected"]["oldest_month"]
    )
    assert edge_month(applied_on, FIGURES) is None


@pytest.mark.parametrize("name", ids("shitsugyo"))
def test_job_loss_reaches_to_the_second_june_or_march(name: str) -> None:
    vector, last = VECTORS[name], m(VECTORS[name]["expected"]["last_month"])
    student = vector["input"]["type"] == "学生"
    rich = someone(
        income(9_000_000), job_losses=(JobLoss(day(vector["input"]["unemployed_on"]), shown=True),)
    )
    kind = Kind.STUDENT if student else Kind.FULL
    schools = (Enrolment(d("2026-04-01"), None, Schooling.RECOGNISED),) if student else ()
    facts = case(rich, enrolments=schools)
    span = f"{last - 1}..{last + 1}"
    found = table(outcomes(facts, span, on=f"{last + 2}-01", order=(kind,)))
    assert found == {str(last - 1): kind, str(last): kind, str(last + 1): "fails"}


def test_deferment_ends_before_the_month_of_reaching_50() -> None:
    vector = VECTORS["age50-01"]
    last = m(vector["expected"]["last_eligible_month"])
    facts = case(someone(income()), birth_date=day(vector["input"]["birth"]))
    found = table(outcomes(facts, f"{last}..{last + 1}", order=(Kind.DEFERMENT,)))
    assert found == {str(last): "deferment", str(last + 1): "fails"}


@pytest.mark.parametrize("name", ids("ichibu"))
def test_part_payment(name: str) -> None:
    vector = VECTORS[name]
    premium, expected = vector["input"]["premium"], vector["expected"]
    year = 2018 + int(vector["input"]["year"][1:])
    assert FIGURES.premium.of_year(year).value == premium
    quarter = expected.get("1/4免除", expected.get("1/4免除の納付額"))
    assert [remainder(premium, kind) for kind in EXEMPTIONS] == [
        0,
        expected["3/4免除の納付額"],
        expected["半額"],
        quarter,
    ]


def test_no_case_on_these_rules_is_left_out() -> None:
    done = {*DEPENDANTS, *ids("limit-b"), "limit-disab", *ids("incyear"), *ids("window")}
    done |= {*ids("shitsugyo"), "age50-01", *ids("ichibu")}
    assert set(VECTORS) == done
    assert len(done) == 19
