"""Birth dates known in part: what is certain all the same, and which days are not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.eras import parse_date, possible_days
from services.qualification.domain.facts import Fact, RegisterStatement
from services.qualification.domain.timeline import AsOf, plan
from tests.qualification.people import LAW, Life, d, happened, rows, when
from tests.qualification.test_always import lives

FAR = "2099-12-31"


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("昭和55年5月 日不詳", ("1980-05-01", "1980-05-31")),
        ("昭和55年 月日不詳", ("1980-01-01", "1980-12-31")),
        ("昭和64年 月日不詳", ("1989-01-01", "1989-01-07")),
        ("平成元年1月 日不詳", ("1989-01-08", "1989-01-31")),
        ("1980年2月 日不詳", ("1980-02-01", "1980-02-29")),
        ("昭和55年5月中旬", ("1980-05-11", "1980-05-20")),
        ("1980-05-11", ("1980-05-11", "1980-05-11")),
        ("昭和55年5月中旬頃", None),
        ("昭和55年5月頃", None),
        ("推定昭和55年5月11日", None),
        ("昭和55年頃", None),
        ("昭和55年春", None),
        ("不詳", None),
    ],
)
def test_which_days_a_writing_allows(written: str, days: tuple[str, str] | None) -> None:
    expected = None if days is None else (d(days[0]), d(days[1]))
    assert possible_days(parse_date(written)) == expected


def abroad(birth: str) -> Life:
    return Life(birth).moves_in_from_abroad("2026-10-10")


CASES = [
    (
        "between 20 and 60 on every possible day: acquired on moving in, lost on a day not known",
        abroad("昭和55年5月 日不詳"),
        [
            "1: 2026-10-10 moved-in-from-abroad → 2040-04-30 birth-date-in-part",
            "?: 2040-04-30 birth-date-in-part → 2040-05-30 birth-date-in-part",
        ],
    ),
    (
        "20 on a day not known: of category 1 for certain from the last of them",
        abroad("平成19年4月 日不詳"),
        [
            "?: 2027-03-31 birth-date-in-part → 2027-04-29 birth-date-in-part",
            "1: 2027-04-29 birth-date-in-part → 2067-03-31 birth-date-in-part",
            "?: 2067-03-31 birth-date-in-part → 2067-04-29 birth-date-in-part",
        ],
    ),
    (
        "only the year: a whole year is not known",
        abroad("昭和42年 月日不詳"),
        [
            "1: 2026-10-10 moved-in-from-abroad → 2026-12-31 birth-date-in-part",
            "?: 2026-12-31 birth-date-in-part → 2027-12-30 birth-date-in-part",
        ],
    ),
    (
        "leaves while it is certain: lost on that day, whatever the birth date",
        abroad("昭和55年5月 日不詳").moves_abroad("2030-03-31"),
        ["1: 2026-10-10 moved-in-from-abroad → 2030-04-01 moved-abroad"],
    ),
    (
        "past 60 on every possible day",
        abroad("昭和35年5月 日不詳"),
        [],
    ),
    (
        "employed at 20: the day on which the stay begins is certain",
        abroad("昭和55年5月 日不詳").was_insured_elsewhere(
            "2027-04-01", "2029-04-01", settled="2029-04-10"
        ),
        [
            "1: 2026-10-10 moved-in-from-abroad → 2027-04-01 stated-category",
            "2: 2027-04-01 stated-category → 2029-04-01 changed-to-category-1",
            "1: 2029-04-01 changed-to-category-1 → 2040-04-30 birth-date-in-part",
            "?: 2040-04-30 birth-date-in-part → 2040-05-30 birth-date-in-part",
        ],
    ),
]


@pytest.mark.parametrize(("life", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_is_certain_all_the_same(life: Life, expected: list[str]) -> None:
    assert rows(life.on(FAR)) == expected


def test_what_is_certain_is_reported_and_what_is_not_is_work() -> None:
    life = abroad("昭和42年 月日不詳")
    before, after = life.on("2026-12-30"), life.on("2028-06-01")
    assert (
        happened(before) == happened(after) == ["2026-10-10 acquisition 0→1 moved-in-from-abroad"]
    )
    assert [review.code for review in before.reviews] == []
    (review,) = after.reviews
    assert review.since == d("2026-12-31")
    assert "昭和42年1月1日から昭和42年12月31日までのいずれかの日" in review.reason.sentence


def test_an_acquisition_on_a_day_not_known_is_not_reported() -> None:
    assert happened(abroad("平成19年4月 日不詳").on("2030-01-01")) == []


def reborn(life: Life, written: str) -> Iterator[Fact]:
    """The same life with another birth date."""
    for fact in life.facts:
        if isinstance(fact.content, RegisterStatement):
            yield replace(fact, content=replace(fact.content, birth_date=when(written)))
        else:
            yield fact


@given(lives(), st.data())
def test_for_every_day_that_the_writing_allows_it_holds(life: Life, data: st.DataObject) -> None:
    """Whatever is told as certain of a birth in a month is so for each day of the month."""
    born = d(life.birth)
    written = f"{born.year}年{born.month}月 日不詳"
    first, last = possible_days(parse_date(written)) or (born, born)
    day = data.draw(st.dates(first, last))
    certain = plan(list(reborn(life, written)), LAW)
    known = plan(list(reborn(life, day.isoformat())), LAW)
    for segment in certain.segments:
        if segment.category is None:
            continue
        past = segment.past.day if segment.past else d("2100-01-01")
        for asked in {segment.first.day, past - timedelta(days=1)}:
            held = [s.category for s in known.until(AsOf(asked)).segments[-1:] if s.past is None]
            assert held == [segment.category]
