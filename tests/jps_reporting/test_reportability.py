"""What has to be reported and what need not be, by situation."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import ReportItemKind
from services.jps_reporting.domain.items import ItemOrigin
from services.jps_reporting.domain.reportability import UNKNOWN, Verdict
from tests.jps_reporting.making import PARAMETERS, Kind, item

TABLE = PARAMETERS.reportability
NOTICE, REGISTER, AGE = ItemOrigin.NOTICE, ItemOrigin.RESIDENT_REGISTER, ItemOrigin.AGE
DIED = date(2026, 10, 1)

SITUATIONS: list[tuple[str, ReportItemKind, dict[str, Any], Verdict, str]] = [
    (
        "reaches 20: JPS knows from the resident network",
        Kind.ACQUISITION, {"origin": AGE, "reason": "age-20"}, Verdict.NOT_NEEDED, "RP-01",
    ),
    (
        "reaches 20 on the last day before the ordinance changed: a notice was due",
        Kind.ACQUISITION,
        {"origin": AGE, "reason": "age-20", "occurred_on": date(2019, 9, 30)},
        Verdict.UNDECIDED, "RP-00",
    ),
    (
        "reaches 20 on the first day of the change",
        Kind.ACQUISITION,
        {"origin": AGE, "reason": "age-20", "occurred_on": date(2019, 10, 1)},
        Verdict.NOT_NEEDED, "RP-01",
    ),
    (
        "reaches 20 just after moving, and hands the form in",
        Kind.ACQUISITION, {"origin": NOTICE, "reason": "age-20"}, Verdict.TO_REPORT, "RP-21",
    ),
    (
        "reaches 60: nobody notifies it",
        Kind.LOSS, {"origin": AGE, "reason": "age-60"}, Verdict.NOT_NEEDED, "RP-02",
    ),
    (
        "dies, entered in time: no notice of death is due",
        Kind.DEATH,
        {"origin": REGISTER, "occurred_on": DIED + timedelta(1), "accepted_on": DIED},
        Verdict.NOT_NEEDED, "RP-03",
    ),
    (
        "dies, entered on the seventh day after",
        Kind.DEATH,
        {
            "origin": REGISTER,
            "occurred_on": DIED + timedelta(1),
            "accepted_on": DIED + timedelta(7),
        },
        Verdict.NOT_NEEDED, "RP-03",
    ),
    (
        "dies, entered on the eighth day after: somebody has to look",
        Kind.DEATH,
        {
            "origin": REGISTER,
            "occurred_on": DIED + timedelta(1),
            "accepted_on": DIED + timedelta(8),
        },
        Verdict.UNDECIDED, "RP-04",
    ),
    (
        "dies, and the form for it is handed in",
        Kind.DEATH, {"origin": NOTICE}, Verdict.TO_REPORT, "RP-24",
    ),
    (
        "moves in from abroad",
        Kind.ACQUISITION,
        {"origin": REGISTER, "reason": "moved-in-from-abroad"}, Verdict.TO_REPORT, "RP-11",
    ),
    (
        "moves abroad",
        Kind.LOSS, {"origin": REGISTER, "reason": "moved-abroad"}, Verdict.TO_REPORT, "RP-12",
    ),
    (
        "a residence status that the Act does not cover ends: the form is missing",
        Kind.ACQUISITION,
        {"origin": REGISTER, "reason": "no-longer-excluded"}, Verdict.UNDECIDED, "RP-13",
    ),
    (
        "resigns, notice at the counter",
        Kind.CATEGORY_CHANGE, {"origin": NOTICE}, Verdict.TO_REPORT, "RP-23",
    ),
    ("a notice of loss", Kind.LOSS, {"origin": NOTICE}, Verdict.TO_REPORT, "RP-22"),
    (
        "a category change that no notice stands behind",
        Kind.CATEGORY_CHANGE, {"origin": REGISTER}, Verdict.UNDECIDED, "RP-00",
    ),
    (
        "a reason that nobody entered in the table",
        Kind.LOSS, {"origin": REGISTER, "reason": "abducted"}, Verdict.UNDECIDED, "RP-00",
    ),
    (
        "reached 20 before this system went into service",
        Kind.ACQUISITION,
        {
            "origin": AGE,
            "reason": "age-20",
            "occurred_on": date(2026, 3, 31),
            "accepted_on": date(2026, 3, 31),
        },
        Verdict.NOT_NEEDED, "RP-90",
    ),
    (
        "reached 20 on its first day",
        Kind.ACQUISITION,
        {
            "origin": AGE,
            "reason": "age-20",
            "occurred_on": date(2026, 4, 1),
            "accepted_on": date(2026, 4, 1),
        },
        Verdict.NOT_NEEDED, "RP-01",
    ),
    (
        "moved in from abroad long before",
        Kind.ACQUISITION,
        {
            "origin": REGISTER,
            "reason": "moved-in-from-abroad",
            "occurred_on": date(1998, 7, 1),
            "accepted_on": date(1998, 7, 3),
        },
        Verdict.NOT_NEEDED, "RP-90",
    ),
    ("additional premium", Kind.ADDITIONAL_PREMIUM_START, {}, Verdict.TO_REPORT, "RP-31"),
    ("gives it up", Kind.ADDITIONAL_PREMIUM_END, {}, Verdict.TO_REPORT, "RP-31"),
    ("statutory exemption", Kind.STATUTORY_EXEMPTION_START, {}, Verdict.TO_REPORT, "RP-34"),
    ("its end", Kind.STATUTORY_EXEMPTION_END, {}, Verdict.TO_REPORT, "RP-34"),
    ("maternity", Kind.MATERNITY_EXEMPTION, {}, Verdict.TO_REPORT, "RP-35"),
    ("child-care", Kind.CHILD_CARE_EXEMPTION, {}, Verdict.TO_REPORT, "RP-36"),
    ("its end", Kind.CHILD_CARE_EXEMPTION_END, {}, Verdict.TO_REPORT, "RP-36"),
    ("paid all the same", Kind.PAY_REQUEST, {}, Verdict.TO_REPORT, "RP-41"),
    ("a change of it", Kind.PAY_REQUEST_CHANGE, {}, Verdict.TO_REPORT, "RP-41"),
    ("farmers' pension", Kind.FARMERS_PENSION_START, {}, Verdict.TO_REPORT, "RP-42"),
    ("the end of that", Kind.FARMERS_PENSION_END, {}, Verdict.TO_REPORT, "RP-42"),
    ("child-care before the article", Kind.CHILD_CARE_EXEMPTION,
     {"accepted_on": date(2026, 9, 30)}, Verdict.UNDECIDED, "RP-00"),
    ("claims unpaid benefits", Kind.UNPAID_BENEFIT_CLAIM, {}, Verdict.TO_REPORT, "RP-32"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "facts", "verdict", "rule"),
    [situation[1:] for situation in SITUATIONS],
    ids=[situation[0] for situation in SITUATIONS],
)
def test_situations(
    kind: ReportItemKind, facts: dict[str, Any], verdict: Verdict, rule: str
) -> None:
    said = TABLE.classify(item(kind, **facts))
    assert (said.verdict, said.rule) == (verdict, rule)
    assert said.reason
    assert said.article or said is UNKNOWN


def test_only_these_may_be_notified_before_they_happen() -> None:
    """A move abroad, a birth, child care, and insurance by choice on the day of moving abroad."""
    preceding = {rule.id for rule in TABLE.rule if rule.may_precede}
    assert preceding == {"RP-12", "RP-35", "RP-36", "RP-37"}


def test_every_row_has_an_article_and_an_id_of_its_own() -> None:
    assert all(rule.article.startswith("国民年金法") for rule in TABLE.rule)
    assert len({rule.id for rule in TABLE.rule}) == len(TABLE.rule)


@given(
    st.sampled_from(list(Kind)),
    st.sampled_from(list(ItemOrigin)),
    st.sampled_from(["age-20", "age-60", "death", "moved-abroad", "moved-in-from-abroad", "?"]),
    st.dates() | st.sampled_from([date.min, date.max]),
    st.dates() | st.sampled_from([date.min, date.max]),
)
def test_every_item_gets_exactly_one_verdict_with_a_reason(
    kind: ReportItemKind, origin: ItemOrigin, reason: str, occurred: date, accepted: date
) -> None:
    said = TABLE.classify(
        item(kind, origin=origin, reason=reason, occurred_on=occurred, accepted_on=accepted)
    )
    assert said.verdict in Verdict
    assert said.reason


IN_FORCE = {
    Kind.MATERNITY_EXEMPTION: date(2019, 4, 1),
    Kind.CHILD_CARE_EXEMPTION: date(2026, 10, 1),
    Kind.CHILD_CARE_EXEMPTION_END: date(2026, 10, 1),
    Kind.PAY_REQUEST: date(2014, 4, 1),
    Kind.PAY_REQUEST_CHANGE: date(2014, 4, 1),
}
"""Kinds whose article was not there from the first."""


@given(st.sampled_from(list(Kind)), st.dates(date(2010, 1, 1), date(2040, 1, 1)))
def test_what_was_handed_in_is_always_reported(kind: ReportItemKind, day: date) -> None:
    said = TABLE.classify(item(kind, origin=NOTICE, occurred_on=day, accepted_on=day))
    in_force = day >= IN_FORCE.get(kind, date.min)
    assert said.verdict is (Verdict.TO_REPORT if in_force else Verdict.UNDECIDED)


@pytest.mark.parametrize("occurred", [date.min, date.max])
@pytest.mark.parametrize("accepted", [date.min, date.max])
def test_a_death_at_either_end_of_the_calendar_has_its_verdict(
    occurred: date, accepted: date
) -> None:
    death = item(Kind.DEATH, origin=REGISTER, occurred_on=occurred, accepted_on=accepted)
    assert TABLE.classify(death).verdict in Verdict
