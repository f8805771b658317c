"""What-if for the counter: who comes, what is keyed in, and what they are shown side by side."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.exemption_what_if import ExemptionWhatIf
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.side_by_side import Option, SideBySide, side_by_side
from services.exemptions.domain.what_if import (
    application_of,
    by_law,
    case_of,
    order_of,
    taken_of,
    wrong,
)
from services.exemptions.files import read_application, read_by_law

TODAY = date(2026, 10, 15)
FIGURES, BY_LAW = read_application(), read_by_law()
ALONE: dict[str, Any] = {
    "birth_date": "1990-05-10",
    "first": "2026-07",
    "last": "2027-06",
    "applicant": {"incomes": [{"income_year": 2025, "total_income": 900_000, "aged_16_to_18": 0}]},
}
PREMIUMS = 9 * 17_920 + 3 * 18_290
"""July 2026 to March 2027, and April to June 2027."""


def asked(**changes: Any) -> ExemptionWhatIf:
    return ExemptionWhatIf.model_validate({**ALONE, **changes})


def answer(question: ExemptionWhatIf) -> SideBySide:
    found = by_law(question, TODAY, BY_LAW)
    taken = taken_of(question, found, BY_LAW)
    order = order_of(question, FIGURES, TODAY)
    application = application_of(question, order, TODAY)
    return side_by_side(application, case_of(question, taken), FIGURES)


def of(found: SideBySide, kind: Kind) -> Option:
    (option,) = (option for option in found.each if option.kinds == (kind,))
    return option


def year(total: int, **more: Any) -> dict[str, Any]:
    return {"income_year": 2025, "total_income": total, "aged_16_to_18": 0, **more}


def test_one_who_may_have_half_sees_what_each_costs() -> None:
    """900,000 yen alone: over 3/4's 880,000, within half's 1,280,000."""
    found = answer(asked())
    assert found.paying.to_pay == PREMIUMS
    assert found.paying.pension == 21_183  # 847,300 × 12/480, half up
    half = of(found, Kind.HALF)
    assert (half.passing, half.asking) == (12, 0)
    assert half.to_pay == 9 * 8_960 + 3 * 9_150
    assert half.pension == 15_887  # three quarters of it
    quarter = of(found, Kind.QUARTER)
    assert quarter.to_pay == 9 * 13_440 + 3 * 13_720
    assert [of(found, kind).passing for kind in (Kind.FULL, Kind.THREE_QUARTERS)] == [0, 0]
    assert of(found, Kind.FULL).to_pay == PREMIUMS  # what does not pass is paid
    assert found.wanted.outcomes[0].kind is Kind.HALF
    assert {note.code for note in found.notes} == {
        "rest-has-to-be-paid",
        "can-be-paid-later",
        "estimate",
    }


def test_an_unemployed_couple_with_two_children() -> None:
    """He lost his work in August 2026; she has little. Both are 40 and rent for themselves."""
    couple = asked(
        birth_date="1986-02-01",
        applicant={
            "incomes": [year(3_800_000, spouse="general", dependants_under_16=2)],
            "left_work_on": "2026-08-31",
            "left_work_shown": True,
        },
        spouse={"incomes": [year(400_000)]},
        not_category_1=[{"first": "2026-07", "last": "2026-08"}],
    )
    found = answer(couple)
    full = of(found, Kind.FULL)
    assert (full.passing, full.to_pay) == (10, 0)
    assert full.pension == 8_826  # ten months at half
    results = [(str(o.month), o.result.value) for o in found.wanted.outcomes[:3]]
    assert results == [("2026-07", "excluded"), ("2026-08", "excluded"), ("2026-09", "passes")]
    unseen = asked(**{**couple.model_dump(mode="json"), "applicant": {
        **couple.applicant.model_dump(mode="json"), "left_work_shown": False}})  # fmt: skip
    waiting = of(answer(unseen), Kind.FULL)
    assert (waiting.passing, waiting.asking) == (0, 10)
    assert {r.code for r in waiting.outcomes[5].missing} == {"job-loss-not-shown"}


def test_a_student_turning_20_in_april() -> None:
    student = asked(
        birth_date="2006-04-20",
        applied_on="2026-04-25",
        first="2026-04",
        last="2027-03",
        applicant={"incomes": [year(300_000)]},
        householder_is="other",
        householder={"incomes": [year(8_000_000)]},
        schools=[{"first": "2025-04-01"}],
    )
    found = answer(student)
    option = of(found, Kind.STUDENT)
    assert (option.passing, option.to_pay, option.pension) == (12, 0, 0)
    assert of(found, Kind.FULL).passing == 0
    assert of(found, Kind.DEFERMENT).passing == 0
    assert "not-in-the-amount" in {note.code for note in found.notes}


def test_a_mother_of_twins_born_early_in_november_2026() -> None:
    """Due 20 November, born on the 2nd before she notified: by the birth, either way November."""
    mother = asked(
        first="2026-07",
        last="2027-12",
        applied_on="2026-11-20",
        births=[{"due_on": "2026-11-20", "born_on": "2026-11-02", "multiple": True}],
        applicant={"incomes": [year(9_000_000)]},
    )
    found = by_law(mother, TODAY, BY_LAW)
    taken = taken_of(mother, found, BY_LAW)
    maternity = [str(m) for m, kind in sorted(taken.items()) if kind is Kind.MATERNITY]
    child_care = [str(m) for m, kind in sorted(taken.items()) if kind is Kind.CHILD_CARE]
    assert (maternity[0], maternity[-1], len(maternity)) == ("2026-08", "2027-01", 6)
    assert (child_care[0], child_care[-1], len(child_care)) == ("2027-02", "2027-10", 9)
    whole = answer(mother)
    # Of 18 months, 15 need not be paid and count as paid: July 2026, November and December 2027.
    assert whole.paying.to_pay == 17_920 + 2 * 18_290
    assert whole.paying.pension == 31_774  # 18 paid months
    assert [o.result.value for o in whole.wanted.outcomes[:2]] == ["fails", "excluded"]


def test_a_father_has_child_care_alone() -> None:
    father = asked(
        first="2026-10", last="2027-12",
        births=[{"born_on": "2026-11-10", "mother": False}],
    )  # fmt: skip
    taken = taken_of(father, by_law(father, TODAY, BY_LAW), BY_LAW)
    assert set(taken.values()) == {Kind.CHILD_CARE}
    assert (str(min(taken)), str(max(taken))) == ("2026-11", "2027-10")
    apart = asked(births=[{"born_on": "2026-11-10", "mother": False, "raises_child": False}])
    assert taken_of(apart, by_law(apart, TODAY, BY_LAW), BY_LAW) == {}


def test_a_woman_who_fled_her_home() -> None:
    """Her husband's income is not asked for; she heads her own household now."""
    fled = asked(
        applicant={"incomes": [year(2_500_000)]},
        spouse={"violent": True},
        violence_since="2026-05-02",
        in_difficulty=True,
    )
    full = of(answer(fled), Kind.FULL)
    assert (full.passing, full.asking, full.to_pay) == (12, 0, 0)
    assert {r.code for o in full.outcomes for r in o.reasons} == {"violence", "violent-spouse"}
    unjudged = asked(**{**fled.model_dump(mode="json"), "in_difficulty": None})
    assert of(answer(unjudged), Kind.FULL).asking == 12


def test_a_man_on_public_assistance_who_starts_to_work() -> None:
    """生活扶助 to 10 September 2026: statutory to September, and by application from October."""
    man = asked(
        applicant={"incomes": [year(0)]},
        statutory=[{"since": "2024-04-10", "until": "2026-09-10"}],
    )
    found = answer(man)
    results = [o.result.value for o in found.wanted.outcomes]
    assert results == ["excluded"] * 3 + ["passes"] * 9
    assert of(found, Kind.FULL).to_pay == 0
    assert of(found, Kind.FULL).pension == 10_591  # twelve months at half, by law or application
    assert found.paying.to_pay == PREMIUMS - 3 * 17_920


def test_a_late_applicant_for_three_past_years() -> None:
    late = asked(
        first="2024-07",
        last="2027-06",
        applicant={
            "incomes": [
                {"income_year": 2023, "total_income": 600_000},
                {"income_year": 2024, "standing": "not_declared"},
                year(900_000),
            ]
        },
    )
    found = answer(late)
    by_month = {str(o.month): (o.result.value, o.kind) for o in found.wanted.outcomes}
    assert by_month["2024-07"] == ("excluded", None)  # barred since 31 August 2026
    assert by_month["2024-08"] == ("excluded", None)
    assert by_month["2024-09"] == ("passes", Kind.FULL)
    assert by_month["2025-07"] == ("asks", Kind.FULL)
    assert by_month["2026-07"] == ("passes", Kind.HALF)
    assert found.wanted.asking == 12


def test_months_without_a_premium_are_not_priced() -> None:
    far = asked(applied_on="2028-05-01", first="2027-07", last="2028-06",
                applicant={"incomes": [{"income_year": 2026}]})  # fmt: skip
    found = answer(far)
    assert found.paying.to_pay is None
    assert found.paying.pension is None
    assert of(found, Kind.FULL).passing == 12
    assert of(found, Kind.FULL).to_pay == 0  # nothing is left to pay, whatever the premium is
    said = {note.code: note.sentence for note in found.notes}
    assert said.keys() >= {"premium-not-set", "pension-not-set"}
    assert "2028-04〜2028-06" in said["premium-not-set"]


def test_the_order_that_was_asked_for() -> None:
    assert answer(asked(order=["quarter"])).wanted.outcomes[0].kind is Kind.QUARTER
    assert answer(asked(order=["full"])).wanted.passing == 0


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"last": "2026-06"}, ["last"]),
        ({"last": "2031-07"}, ["last"]),
        ({"birth_date": "2026-10-16"}, ["birth_date"]),
        ({"order": ["half", "half"]}, ["order"]),
        ({"applicant": {"incomes": [year(0), year(1)]}}, ["applicant.incomes.1.income_year"]),
        (
            {"spouse": {"incomes": [{"income_year": 2025, "aged_16_to_18": 1}]}},
            ["spouse.incomes.0.aged_16_to_18"],
        ),
        ({"householder_is": "spouse"}, ["householder_is"]),
        ({"spouse": {"since": "2026-05-01", "until": "2026-04-30"}}, ["spouse.until"]),
        ({"householder": {}}, ["householder"]),
        ({"householder_is": "other"}, ["householder"]),
        ({"births": [{}]}, ["births.0"]),
        ({"statutory": [{"since": "2026-05-01", "until": "2026-04-30"}]}, ["statutory.0.until"]),
        ({"schools": [{"first": "2026-05-01", "last": "2026-04-30"}]}, ["schools.0.last"]),
        ({"paid": [{"first": "2026-05", "last": "2026-04"}]}, ["paid.0.last"]),
    ],
)
def test_what_cannot_be(changes: dict[str, Any], fields: list[str]) -> None:
    assert [error.field for error in wrong(asked(**changes), TODAY)] == fields


@pytest.mark.parametrize(
    "extra", ["name", "person_id", "individual_number", "basic_pension_number"]
)
def test_it_asks_for_nobody(extra: str) -> None:
    with pytest.raises(ValidationError):
        asked(**{extra: "x"})
