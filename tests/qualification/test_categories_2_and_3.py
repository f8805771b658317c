"""Categories 2 and 3 as told, beyond 65 and abroad; rights to old-age benefits."""

import pytest

from contracts.events import InsuredCategory
from contracts.months import Month
from services.qualification.domain.facts import AcquisitionStatement, Fact
from services.qualification.domain.months import insured_months
from services.qualification.domain.told import OldAgeBenefit, OverseasReason
from tests.qualification.house import noon
from tests.qualification.people import FIRST_LOAD, Life, d, happened, notice_id, rows

FAR = "2099-12-31"
THREE = InsuredCategory.CATEGORY_3
BASIC = OldAgeBenefit.BASIC


def here(birth: str) -> Life:
    return Life(birth).moves_in_from_abroad("2005-04-01")


def loaded(birth: str) -> Life:
    """In the first load, so that nothing is known before it."""
    return Life(birth).loaded(FIRST_LOAD, since="2010-04-01")


CASES = [
    (
        "JPS tells of a stay in category 2: category 1 around it",
        here("1980-05-05").jps_tells("2026-10-01", (2, "2010-04-01", "2015-04-01")),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2010-04-01 jps-category",
            "2: 2010-04-01 jps-category → 2015-04-01 jps-changed-to-category-1",
            "1: 2015-04-01 jps-changed-to-category-1 → 2040-05-04 age-60",
        ],
    ),
    (
        "JPS's record is complete: what was unknown is category 1",
        loaded("1981-03-03").jps_tells(
            "2026-11-01", (2, "2004-04-01", "2020-04-01"), complete_since="2001-03-02"
        ),
        [
            "1: 2001-03-02 jps-record-complete → 2004-04-01 jps-category",
            "2: 2004-04-01 jps-category → 2020-04-01 jps-changed-to-category-1",
            "1: 2020-04-01 jps-changed-to-category-1 → 2041-03-02 age-60",
        ],
    ),
    (
        "and before it is complete it stays unknown",
        loaded("1981-03-03").jps_tells("2026-11-01", complete_since="2012-04-01"),
        [
            "?: 2001-03-02 not-in-our-records → 2012-04-01 jps-record-complete",
            "1: 2012-04-01 jps-record-complete → 2041-03-02 age-60",
        ],
    ),
    (
        "from 2 to 3 without a gap: a change, no loss",
        here("1980-05-05").jps_tells(
            "2026-10-01", (2, "2010-04-01", "2015-04-01"), (3, "2015-04-01", None)
        ),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2010-04-01 jps-category",
            "2: 2010-04-01 jps-category → 2015-04-01 jps-category",
            "3: 2015-04-01 jps-category → 2040-05-04 age-60",
        ],
    ),
    (
        "a notice accepted before the reference day is superseded",
        here("1980-05-05")
        .leaves_work("2026-08-31", since="2020-04-01", settled="2026-09-03")
        .jps_tells("2026-10-01", (2, "2020-04-01", "2026-08-01")),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2020-04-01 jps-category",
            "2: 2020-04-01 jps-category → 2026-08-01 jps-changed-to-category-1",
            "1: 2026-08-01 jps-changed-to-category-1 → 2040-05-04 age-60",
        ],
    ),
    (
        "a notice accepted after it ends the stay that the record has open",
        here("1980-05-05")
        .jps_tells("2026-10-01", (2, "2020-04-01", None))
        .leaves_work("2026-10-31", settled="2026-11-05"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2020-04-01 jps-category",
            "2: 2020-04-01 jps-category → 2026-11-01 changed-to-category-1",
            "1: 2026-11-01 changed-to-category-1 → 2040-05-04 age-60",
        ],
    ),
    (
        "of two records that of the later reference day counts",
        here("1980-05-05")
        .jps_tells("2026-12-01", (2, "2020-04-01", "2026-11-01"))
        .jps_tells("2026-10-01", (2, "2019-04-01", None)),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2020-04-01 jps-category",
            "2: 2020-04-01 jps-category → 2026-11-01 jps-changed-to-category-1",
            "1: 2026-11-01 jps-changed-to-category-1 → 2040-05-04 age-60",
        ],
    ),
    (
        "9条4号: able to draw a retirement pension: lost that day",
        here("1975-05-05").gets_benefit("2026-04-01"),
        ["1: 2005-04-01 moved-in-from-abroad → 2026-04-01 old-age-benefit"],
    ),
    (
        "8条3号: no longer: acquired that day",
        here("1975-05-05").gets_benefit("2026-04-01", "2028-07-10"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2026-04-01 old-age-benefit",
            "1: 2028-07-10 no-longer-old-age-benefit → 2035-05-04 age-60",
        ],
    ),
    (
        "9条2号括弧: abroad and able to draw it on one day: that day",
        here("1975-05-05").gets_benefit("2026-04-10").moves_abroad("2026-04-10"),
        ["1: 2005-04-01 moved-in-from-abroad → 2026-04-10 old-age-benefit"],
    ),
    (
        "9条4号括弧: of category 2 it ends nothing",
        here("1975-05-05")
        .gets_benefit("2026-04-10")
        .jps_tells("2026-10-01", (2, "2010-04-01", None))
        .has_no_right("2020-01-01"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2010-04-01 jps-category",
            "2: 2010-04-01 jps-category → 2040-05-04 category-2-at-65",
        ],
    ),
    (
        "the old-age basic pension is no such benefit",
        here("1975-05-05").gets_benefit("2026-04-01", benefit=BASIC),
        ["1: 2005-04-01 moved-in-from-abroad → 2035-05-04 age-60"],
    ),
    (
        "附則3条: 65 in category 2 with a right: lost that day",
        here("1960-05-05")
        .was_insured_elsewhere("2010-04-01", None, settled="2026-01-01")
        .gets_benefit("2025-05-04", benefit=BASIC),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2010-04-01 stated-category",
            "2: 2010-04-01 stated-category → 2025-05-04 category-2-at-65",
        ],
    ),
    (
        "附則3条: without a right until 70",
        here("1960-05-05")
        .was_insured_elsewhere("2010-04-01", None, settled="2026-01-01")
        .has_no_right("2026-01-01"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2010-04-01 stated-category",
            "2: 2010-04-01 stated-category → 2030-05-04 category-2-at-70",
        ],
    ),
    (
        "附則3条: a right that comes after 65",
        here("1960-05-05")
        .was_insured_elsewhere("2010-04-01", None, settled="2026-01-01")
        .gets_benefit("2027-03-15", benefit=BASIC),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2010-04-01 stated-category",
            "2: 2010-04-01 stated-category → 2027-03-15 category-2-gained-right",
        ],
    ),
    (
        "附則3条: nobody told of a right",
        here("1960-05-05").was_insured_elsewhere("2010-04-01", None, settled="2026-01-01"),
        [
            "1: 2005-04-01 moved-in-from-abroad → 2010-04-01 stated-category",
            "2: 2010-04-01 stated-category → 2025-05-04 category-2-at-65-unknown",
        ],
    ),
    (
        "規則1条の3: category 3 goes along to the spouse's post abroad",
        here("1985-05-05")
        .was_insured_elsewhere("2020-04-01", None, settled="2026-01-10", category=THREE)
        .moves_abroad("2026-05-20")
        .lives_abroad_for(OverseasReason.ACCOMPANYING, "2026-05-20"),
        [
            "1: 2005-05-04 age-20 → 2020-04-01 stated-category",
            "3: 2020-04-01 stated-category → 2045-05-04 age-60",
        ],
    ),
    (
        "規則1条の3: the exception ceases: lost the day after (9条6号)",
        here("1985-05-05")
        .was_insured_elsewhere("2020-04-01", None, settled="2026-01-10", category=THREE)
        .moves_abroad("2026-05-20")
        .lives_abroad_for(OverseasReason.STUDY, "2026-05-20", "2027-03-31"),
        [
            "1: 2005-05-04 age-20 → 2020-04-01 stated-category",
            "3: 2020-04-01 stated-category → 2027-04-01 category-3-abroad",
        ],
    ),
    (
        "規則1条の3: one exception follows another",
        here("1985-05-05")
        .was_insured_elsewhere("2020-04-01", None, settled="2026-01-10", category=THREE)
        .moves_abroad("2026-05-20")
        .lives_abroad_for(OverseasReason.STUDY, "2026-05-20", "2027-03-31")
        .lives_abroad_for(OverseasReason.ACCOMPANYING, "2027-04-01"),
        [
            "1: 2005-05-04 age-20 → 2020-04-01 stated-category",
            "3: 2020-04-01 stated-category → 2045-05-04 age-60",
        ],
    ),
    (
        "規則1条の3: nobody told of an exception: unknown; back in Japan category 3 again",
        here("1985-05-05")
        .was_insured_elsewhere("2020-04-01", None, settled="2026-01-10", category=THREE)
        .moves_abroad("2026-05-20")
        .moves_in_from_abroad("2028-05-01"),
        [
            "1: 2005-05-04 age-20 → 2020-04-01 stated-category",
            "3: 2020-04-01 stated-category → 2026-05-21 category-3-abroad-unknown",
            "3: 2028-05-01 category-3-in-japan → 2045-05-04 age-60",
        ],
    ),
    (
        "before 2020-04-01 category 3 asked for no address in Japan",
        here("1985-05-05")
        .moves_abroad("2016-05-20")
        .was_insured_elsewhere("2015-04-01", "2019-04-01", settled="2026-01-10", category=THREE),
        [
            "1: 2005-05-04 age-20 → 2015-04-01 stated-category",
            "3: 2015-04-01 stated-category → 2019-04-01 stated-category-ended",
        ],
    ),
    (
        "of a stay in JPS's record JPS has decided, abroad or not",
        here("1985-05-05")
        .moves_abroad("2026-05-20")
        .jps_tells("2026-12-01", (3, "2020-04-01", None)),
        [
            "1: 2005-05-04 age-20 → 2020-04-01 jps-category",
            "3: 2020-04-01 jps-category → 2045-05-04 age-60",
        ],
    ),
    (
        "種別変更 3→1: no longer a dependent spouse",
        here("1985-05-05").was_insured_elsewhere(
            "2020-04-01", "2026-10-16", settled="2026-10-20", category=THREE
        ),
        [
            "1: 2005-05-04 age-20 → 2020-04-01 stated-category",
            "3: 2020-04-01 stated-category → 2026-10-16 changed-to-category-1",
            "1: 2026-10-16 changed-to-category-1 → 2045-05-04 age-60",
        ],
    ),
]


@pytest.mark.parametrize(
    ("life", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_categories(life: Life, expected: list[str]) -> None:
    assert rows(life.on(FAR)) == expected


@pytest.mark.parametrize(
    ("life", "day", "review"),
    [
        (CASES[4][1], "2026-10-02", "jps-record-differs"),
        (CASES[15][1], "2026-10-02", "category-2-at-65-unknown"),
        (CASES[19][1], "2026-10-02", "category-3-abroad-unknown"),
    ],
)
def test_what_is_put_up_for_work(life: Life, day: str, review: str) -> None:
    assert review in [found.code for found in life.on(day).reviews]


def test_a_notice_that_the_record_bears_out_is_no_difference() -> None:
    life = (
        here("1980-05-05")
        .leaves_work("2026-08-31", since="2020-04-01", settled="2026-09-03")
        .jps_tells("2026-10-01", (2, "2020-04-01", "2026-09-01"))
    )
    assert not life.on("2026-10-02").reviews


def test_what_jps_told_is_not_reported_to_jps() -> None:
    line = here("1980-05-05").jps_tells("2026-10-01", (2, "2010-04-01", "2015-04-01")).on(FAR)
    assert [
        (h, t.is_reportable) for h, t in zip(happened(line), line.transitions, strict=True)
    ] == [
        ("2005-04-01 acquisition 0→1 moved-in-from-abroad", True),
        ("2010-04-01 category_change 1→2 jps-category", False),
        ("2015-04-01 category_change 2→1 jps-changed-to-category-1", False),
        ("2040-05-04 loss 1→0 age-60", True),
    ]


def test_a_notice_of_what_jps_knew_first_is_reported_all_the_same() -> None:
    line = (
        here("1980-05-05")
        .jps_tells("2026-10-01", (2, "2010-04-01", "2026-09-01"))
        .leaves_work("2026-08-31", settled="2026-10-05")
        .on("2026-10-05")
    )
    change = line.transitions[-1]
    assert (change.reason, change.is_reportable) == ("changed-to-category-1", True)


def test_months_follow_the_record() -> None:
    life = here("1980-05-05").jps_tells("2026-10-01", (2, "2026-04-15", "2026-06-20"))
    months = insured_months(life.on("2026-10-01").segments, Month(2026, 7))
    assert [int(months[Month(2026, m)]) for m in (3, 4, 5, 6, 7)] == [1, 2, 2, 1, 1]


def acquires(life: Life, on: str, accepted: str) -> Life:
    """A settled notice of acquisition."""
    said = AcquisitionStatement(d(on), notice_id("acquisition"), d(accepted))
    life.facts.append(Fact(noon(accepted), said))
    return life


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        (
            acquires(loaded("1981-03-03").jps_tells("2026-12-01"), "2026-10-20", "2026-11-05"),
            [
                "?: 2001-03-02 not-in-our-records → 2026-10-20 acquired-by-notice",
                "1: 2026-10-20 acquired-by-notice →",
            ],
        ),
        (
            acquires(
                loaded("1981-03-03").jps_tells("2026-12-01", complete_since="2010-04-01"),
                "2026-10-20",
                "2026-11-05",
            ),
            [
                "?: 2001-03-02 not-in-our-records → 2010-04-01 jps-record-complete",
                "1: 2010-04-01 jps-record-complete →",
            ],
        ),
        (
            loaded("1981-03-03").jps_tells("2026-11-01", complete_since="2026-11-01"),
            [
                "?: 2001-03-02 not-in-our-records → 2026-11-01 jps-record-complete",
                "1: 2026-11-01 jps-record-complete →",
            ],
        ),
    ],
    ids=["a notice beside a record of stays", "a record that is complete", "complete from its day"],
)
def test_acquisition_by_notice_and_the_record(life: Life, expected: list[str]) -> None:
    assert rows(life.on("2026-12-31")) == expected
    assert "acquisition-differs" not in [found.code for found in life.on("2026-12-31").reviews]
