"""The review as it is at the counter: who is tested, by which ground, month by month."""

from dataclasses import replace
from typing import Any

import pytest

from contracts.dates import DatePrecision, UncertainDate
from contracts.events import FactOutcome
from contracts.events.income import DeductibleSpouse, SelfDisability, WidowOrSingleParent
from contracts.events.welfare import (
    CertificateKind,
    DisabilityCertificate,
)
from services.exemptions.domain.application.facts import (
    Application,
    Enrolment,
    JobLoss,
    Schooling,
    Spell,
)
from services.exemptions.domain.application.income import YearIncome
from services.exemptions.domain.application.kinds import EXEMPTIONS
from services.exemptions.domain.application.review import Result, applied, spans
from services.exemptions.domain.kinds import ExemptionKind as Kind
from tests.exemptions.households import (
    ALL,
    case,
    codes,
    d,
    day,
    income,
    insured,
    m,
    missing,
    months,
    outcomes,
    someone,
    table,
    the,
    untold,
)

POOR, RICH = income(500_000), income(9_000_000)
SOMEDAY = UncertainDate(
    precision=DatePrecision.SEASON, notation="令和8年春", sort_date=d("2026-03-01")
)
LOST = JobLoss(day("2026-05-31"), shown=True)


@pytest.mark.parametrize(
    ("applicant", "spouse", "householder", "expected"),
    [
        (POOR, None, None, "full"),
        (RICH, None, None, "fails"),
        (POOR, POOR, None, "full"),
        (POOR, RICH, None, "fails"),
        (POOR, POOR, RICH, "deferment"),  # deferment does not look at the householder
        (POOR, None, RICH, "deferment"),
        (RICH, POOR, POOR, "fails"),
        (income(800_000), None, None, "three_quarters"),
        (income(1_200_000), None, None, "half"),
        (income(1_600_000), None, None, "quarter"),
        (income(1_680_000), None, None, "quarter"),
        (income(1_680_001), None, None, "fails"),
        # The one with the most decides, each by their own threshold.
        (POOR, income(1_200_000), None, "half"),
        (income(1_200_000), POOR, income(1_600_000), "quarter"),
    ],
)
def test_everybody_who_is_tested_has_to_pass(
    applicant: YearIncome, spouse: YearIncome | None, householder: YearIncome | None, expected: str
) -> None:
    """90条1項ただし書, 90条の2各項ただし書, 納付猶予は配偶者のみ."""
    facts = case(
        someone(applicant),
        spouse=someone(spouse) if spouse else None,
        householder=someone(householder) if householder else None,
    )
    assert the(outcomes(facts)) == expected


def test_one_who_is_spouse_and_householder_is_tested_once() -> None:
    facts = case(someone(POOR), spouse=someone(RICH), householders=(Spell("spouse"),))
    (first, *_) = outcomes(facts, order=EXEMPTIONS)
    people = first.tests[0].people
    assert [person.tested.roles for person in people] == [("applicant",), ("spouse", "householder")]


def test_not_all_need_the_same_ground() -> None:
    """本人は失業、配偶者は障害、世帯主は所得."""
    facts = case(
        someone(RICH, job_losses=(LOST,)),
        spouse=someone(income(1_350_000, self_disability=SelfDisability.ORDINARY)),
        householder=someone(POOR),
    )
    found = outcomes(facts)
    assert the(found) == "full"
    assert codes(found) == {"job-lost", "status-within", "income-within"}


@pytest.mark.parametrize(
    ("items", "total", "expected"),
    [
        ({"self_disability": SelfDisability.ORDINARY}, 1_350_000, "full"),
        # Over the limit: 950,001 after 40万円, more than the 88万円 of 3/4, within half.
        ({"self_disability": SelfDisability.SEVERE}, 1_350_001, "half"),
        ({"self_widow_or_single_parent": WidowOrSingleParent.WIDOW}, 1_350_000, "full"),
        ({"self_widow_or_single_parent": WidowOrSingleParent.SINGLE_PARENT}, 1_350_000, "full"),
        ({"self_widow_or_single_parent": WidowOrSingleParent.SPECIAL_WIDOW}, 1_350_000, "full"),
        ({}, 1_350_000, "quarter"),
    ],
)
def test_disability_widows_and_single_parents(
    items: dict[str, Any], total: int, expected: str
) -> None:
    """90条1項3号, 令6条の7の2・6条の8. Above the limit part exemption takes 40万円 off."""
    facts = case(someone(income(total, **items)))
    if expected == "three_quarters":
        expected = "half"
    assert the(outcomes(facts)) == expected


def test_a_certificate_speaks_for_a_disability_of_the_year() -> None:
    card = DisabilityCertificate(
        kind=CertificateKind.MENTAL,
        grade="2級",
        issued_on=d("2024-01-10"),
        valid_to=d("2025-12-30"),
    )
    told = case(someone(income(1_300_000), certificates=(card,)))
    assert the(outcomes(told)) == "quarter"  # on 31 December 2025 it held no more
    held = card.model_copy(update={"valid_to": d("2026-01-31")})
    found = outcomes(case(someone(income(1_300_000), certificates=(held,))))
    assert the(found) == "full"
    assert {r.certainty.value for one in found for r in one.reasons} == {"unverified"}


@pytest.mark.parametrize(
    ("outcome", "asked_for"),
    [
        (FactOutcome.NOT_DECLARED, "income-not-declared"),
        (FactOutcome.NO_RECORD, "income-no-record"),
        (FactOutcome.MORE_THAN_ONE, "income-more-than-one"),
        (FactOutcome.UNSETTLED, "income-unsettled"),
    ],
)
def test_what_is_not_known_asks_and_is_never_a_refusal(
    outcome: FactOutcome, asked_for: str
) -> None:
    for facts in (
        case(someone(untold(outcome))),
        case(someone(POOR), spouse=someone(untold(outcome))),
        case(someone(POOR), householder=someone(untold(outcome))),
    ):
        found = outcomes(facts)
        assert the(found) == "asks"
        assert asked_for in missing(found)
        assert all(one.kind is Kind.FULL for one in found)


def test_a_lesser_kind_is_named_beside_what_is_asked_and_not_in_its_place() -> None:
    facts = case(someone(POOR), householder=someone(untold(FactOutcome.NOT_DECLARED)))
    (first, *_) = outcomes(facts)
    assert (first.result, first.kind, first.otherwise) == (Result.ASKS, Kind.FULL, Kind.DEFERMENT)
    # Where somebody fails whatever the other brings, nothing is asked.
    hopeless = case(someone(RICH), householder=someone(untold(FactOutcome.NOT_DECLARED)))
    assert the(outcomes(hopeless)) == "fails"
    assert missing(outcomes(hopeless)) == set()


def test_who_belongs_to_the_household_has_to_be_known() -> None:
    untold_spouse = case(someone(POOR), spouses=None)
    assert missing(outcomes(untold_spouse)) == {"spouse-not-told"}
    assert missing(outcomes(case(someone(POOR), householders=()))) == {"householder-unclear"}
    # Deferment passes without the householder, and is named beside.
    (first, *_) = outcomes(case(someone(POOR), householders=()))
    assert first.otherwise is Kind.DEFERMENT
    unclear = case(someone(POOR), spouse=someone(RICH), spouses=(Spell("spouse", last=SOMEDAY),))
    assert missing(outcomes(unclear)) == {"spouse-unclear"}
    two = case(someone(POOR), spouses=(Spell("a"), Spell("b")))
    assert missing(outcomes(two)) == {"more-than-one-spouse"}


def test_a_change_of_the_household_splits_the_period() -> None:
    """A marriage on 20 October 2025, judged in retrospect: from October on the spouse counts."""
    facts = case(
        someone(POOR), spouse=someone(RICH), spouses=(Spell("spouse", first=day("2025-10-20")),)
    )
    found = outcomes(facts, "2025-07..2026-06")
    assert [(str(first.month), str(last.month), first.result) for first, last in spans(found)] == [
        ("2025-07", "2025-09", "passes"),
        ("2025-10", "2026-06", "fails"),
    ]
    divorced = replace(facts, spouses=(Spell("spouse", last=day("2025-10-20")),))
    found = outcomes(divorced, "2025-07..2026-06")
    assert table(found)["2025-09"] == "fails"
    assert table(found)["2025-10"] == "full"


def test_months_to_come_are_judged_by_the_household_of_the_application() -> None:
    facts = case(
        someone(POOR), spouse=someone(RICH), spouses=(Spell("spouse", first=day("2026-07-11")),)
    )
    assert the(outcomes(facts, on="2026-07-10")) == "full"
    assert the(outcomes(facts, on="2026-07-11")) == "fails"


def test_students_months_are_for_students_payment_alone() -> None:
    school = Enrolment(d("2026-04-01"), d("2027-03-31"))
    facts = case(
        someone(POOR), spouse=someone(RICH), householder=someone(RICH), enrolments=(school,)
    )
    assert the(outcomes(facts, "2026-07..2027-03")) == "fails"
    assert "student-month" in codes(outcomes(facts, "2026-07"))
    found = table(outcomes(facts, "2026-03..2027-03", order=(Kind.STUDENT,)))
    assert (found.pop("2026-03"), set(found.values())) == ("fails", {"student"})
    assert the(outcomes(case(someone(POOR)), order=(Kind.STUDENT,), span="2026-07")) == "fails"


@pytest.mark.parametrize(("total", "expected"), [(1_280_000, "student"), (1_280_001, "fails")])
def test_only_the_students_own_means_count(total: int, expected: str) -> None:
    school = Enrolment(d("2026-04-01"))
    facts = case(someone(income(total)), spouse=someone(RICH), householder=someone(RICH),
                 enrolments=(school,))  # fmt: skip
    assert the(outcomes(facts, "2026-07..2027-03", order=(Kind.STUDENT,))) == expected


def test_a_school_that_is_not_known_to_count_asks_for_both() -> None:
    school = Enrolment(d("2026-04-01"), school=Schooling.UNKNOWN)
    facts = case(someone(POOR), enrolments=(school,))
    assert missing(outcomes(facts, "2026-07", order=(Kind.STUDENT,))) == {"school-unknown"}
    assert missing(outcomes(facts, "2026-07", order=(Kind.FULL,))) == {"school-unknown"}
    other = replace(facts, enrolments=(replace(school, school=Schooling.NOT_RECOGNISED),))
    assert the(outcomes(other, "2026-07")) == "full"


def test_a_month_in_part_at_school_is_noted() -> None:
    left = case(someone(POOR), enrolments=(Enrolment(d("2026-04-01"), d("2026-09-10")),))
    (september,) = outcomes(left, "2026-09", on="2026-10-01", order=(Kind.STUDENT,))
    assert september.result is Result.PASSES
    assert "part-of-month-student" in {reason.code for reason in september.reasons}
    assert the(outcomes(left, "2026-10", on="2026-10-01", order=(Kind.FULL,))) == "full"


@pytest.mark.parametrize(
    ("birth", "month", "expected", "article"),
    [
        ("1976-09-01", "2026-07", "deferment", "平成26年法律第64号附則14条1項1号"),
        ("1976-09-01", "2026-08", "fails", None),
        ("1996-09-01", "2026-07", "deferment", "平成16年法律第104号附則19条2項1号"),
        ("1996-09-01", "2026-08", "deferment", "平成26年法律第64号附則14条1項1号"),
        ("1990-01-01", "2035-06", "deferment", "平成26年法律第64号附則14条1項1号"),
        ("1990-01-01", "2035-07", "fails", None),
    ],
)
def test_deferment_by_age_and_until_june_2035(
    birth: str, month: str, expected: str, article: str | None
) -> None:
    facts = case(someone(POOR), birth_date=day(birth))
    (one,) = outcomes(facts, month, on=f"{m(month)}-28", order=(Kind.DEFERMENT,))
    assert the([one]) == expected
    if article is not None:
        assert one.reasons[0].article.startswith(article)
    unknown = replace(facts, birth_date=SOMEDAY)
    if m(month) <= m("2035-06"):
        assert missing(outcomes(unknown, month, on=f"{m(month)}-28", order=(Kind.DEFERMENT,))) == {
            "birth-unknown"
        }


def test_months_that_cannot_be_applied_for() -> None:
    facts = case(
        someone(POOR),
        category_1=insured() - {m("2025-08")},
        undecided=frozenset({m("2025-09")}),
        paid=frozenset({m("2025-10")}),
        taken={m("2025-11"): Kind.MATERNITY, m("2025-12"): Kind.STATUTORY},
    )
    found = table(outcomes(facts, "2025-07..2026-01", order=(Kind.FULL,)))
    assert found == {
        "2025-07": "full",
        "2025-08": "excluded",
        "2025-09": "asks",
        "2025-10": "excluded",
        "2025-11": "excluded",
        "2025-12": "excluded",
        "2026-01": "full",
    }


def test_three_past_years_in_one_sitting() -> None:
    """A late application: 2024-06 and before are barred, July 2027 is another year's."""
    found = table(outcomes(case(someone(POOR)), "2024-05..2027-07", on="2026-07-10",
                           order=(Kind.FULL,)))  # fmt: skip
    assert [month for month, result in found.items() if result != "full"] == ["2024-05", "2027-07"]


def test_a_month_at_the_edge_of_the_window_is_for_a_person() -> None:
    (edge, open_) = outcomes(case(someone(POOR)), "2024-07..2024-08", on="2026-09-02")
    assert (edge.result, edge.kind, missing([edge])) == (Result.ASKS, Kind.FULL, {"window-edge"})
    assert open_.result is Result.PASSES
    poor_chance = outcomes(case(someone(RICH)), "2024-07", on="2026-09-02")
    assert the(poor_chance) == "fails"


def test_the_applicants_order_decides() -> None:
    facts = case(someone(POOR))
    assert the(outcomes(facts)) == "full"
    assert the(outcomes(facts, order=(Kind.QUARTER,))) == "quarter"
    assert the(outcomes(facts, order=(Kind.DEFERMENT, Kind.FULL))) == "deferment"
    assert the(outcomes(case(someone(income(800_000))), order=(Kind.FULL,))) == "fails"


@pytest.mark.parametrize(
    "order", [(), (Kind.FULL, Kind.FULL), (Kind.STUDENT, Kind.FULL), (*ALL, Kind.STUDENT)]
)
def test_an_application_names_kinds_that_go_together(order: tuple[Kind, ...]) -> None:
    with pytest.raises(ValueError, match=r"applic|applied"):
        Application(d("2026-07-10"), months("2026-07"), order)


def test_reasons_read_as_a_clerk_would_say_it() -> None:
    facts = case(someone(income(1_200_000, deductible_spouse=DeductibleSpouse.GENERAL)))
    (one,) = outcomes(facts, "2026-07", order=(Kind.FULL,))
    income_reason = next(r for r in one.reasons if r.code == "income-over")
    assert income_reason.sentence == (
        "令和7年の所得1,200,000円は、基準額1,020,000円（扶養親族等1人）を超えます。"
    )
    assert income_reason.article == "国民年金法90条1項1号、国民年金法施行令6条の7・6条の11"
    assert income_reason.whose == "applicant"
    (late,) = outcomes(facts, "2024-05", on="2026-07-10")
    assert late.reasons[0].sentence == (
        "令和8年7月10日の申請では、納期限から2年を過ぎた月は対象になりません。"
    )
    (next_year,) = outcomes(facts, "2027-07", on="2026-07-10")
    assert "令和9年6月まで" in next_year.reasons[0].sentence


def test_what_passes_is_handed_on_month_by_month() -> None:
    """A marriage: only the months before it pass, and each with its reasons."""
    facts = case(
        someone(POOR), spouse=someone(RICH), spouses=(Spell("spouse", first=day("2025-09-20")),)
    )
    found = applied(outcomes(facts, "2025-07..2026-06"), d("2026-07-10"))
    assert list(found) == [m("2025-07"), m("2025-08")]
    assert {(one.kind, one.applied_on) for one in found.values()} == {(Kind.FULL, d("2026-07-10"))}
    assert {reason.code for one in found.values() for reason in one.reasons} == {"income-within"}
