"""JPS's records as facts: timelines, numbers, differences; in whatever order they arrive."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import (
    ArrearsEvent,
    ArrearsTold,
    CorrectedValues,
    InsuredCategory,
    ItemOutcome,
    NumberStanding,
    NumberTold,
    OldAgeRight,
    PersonTold,
    RightTold,
    StayTold,
)
from contracts.functions import Function
from services.qualification.domain.differences import RULES, differences
from services.qualification.domain.facts import Fact, PensionNumberStatement
from services.qualification.domain.numbers import pension_numbers
from services.qualification.told_by_jps import contents
from tests.qualification.decided import decided, sent, told
from tests.qualification.house import AT_45, Counter, House, notice
from tests.qualification.people import LAW, Life, d, notice_id

_IDS = count(1)
SETTLER = Function.NOTICE_SETTLE
AS_OF = "2026-11-01"
NUMBER, OTHER = "2271174711", "2271174712"


def record(person_id: UUID, as_of: str = AS_OF, **more: Any) -> PersonTold:
    return PersonTold(told_id=UUID(int=next(_IDS)), person_id=person_id, as_of=d(as_of), **more)


def stay(category: int, began: str, ended: str | None = None) -> StayTold:
    return StayTold(
        category=InsuredCategory(category), began=d(began), ended=d(ended) if ended else None
    )


def number(number: str, standing: NumberStanding = NumberStanding.ASSIGNED) -> NumberTold:
    return NumberTold(basic_pension_number=number, standing=standing)


# Numbers


def said(
    digits: str,
    on: str,
    standing: NumberStanding = NumberStanding.ASSIGNED,
    *,
    by_notice: bool = False,
) -> PensionNumberStatement:
    who = notice_id("number") if by_notice else None
    return PensionNumberStatement(digits, who, d(on), standing)


FORMER, WITHDRAWN = NumberStanding.FORMER, NumberStanding.WITHDRAWN


@pytest.mark.parametrize(
    ("statements", "current", "standings"),
    [
        ([], None, {}),
        ([said(NUMBER, AS_OF)], NUMBER, {NUMBER: "assigned"}),
        ([said(NUMBER, AS_OF, by_notice=True)], NUMBER, {NUMBER: "assigned"}),
        # Replaced by another.
        ([said(NUMBER, "2026-01-01"), said(NUMBER, AS_OF, FORMER), said(OTHER, AS_OF)], OTHER,
         {NUMBER: "former", OTHER: "assigned"}),
        # Withdrawn, and nothing in its place: not yet assigned.
        ([said(NUMBER, "2026-01-01"), said(NUMBER, AS_OF, WITHDRAWN)], None,
         {NUMBER: "withdrawn"}),
        # Given again.
        ([said(NUMBER, "2026-01-01", WITHDRAWN), said(NUMBER, AS_OF)], NUMBER,
         {NUMBER: "assigned"}),
        # On the same day JPS's word counts.
        ([said(NUMBER, AS_OF, by_notice=True), said(NUMBER, AS_OF, FORMER)], None,
         {NUMBER: "former"}),
        # Two assigned: the later, and a suspected duplicate.
        ([said(NUMBER, "2026-01-01", by_notice=True), said(OTHER, AS_OF)], OTHER,
         {NUMBER: "assigned", OTHER: "assigned"}),
    ],
)  # fmt: skip
@given(data=st.data())
def test_which_number_counts_whatever_the_order(
    statements: list[PensionNumberStatement],
    current: str | None,
    standings: dict[str, str],
    data: st.DataObject,
) -> None:
    life = Life("1981-03-03")
    order = data.draw(st.permutations(range(len(statements))))
    for place, index in enumerate(order):
        statement = statements[index]
        life.facts.append(Fact(life_moment(place), statement))
    numbers = pension_numbers(life.facts)
    assert numbers.current == current
    assert {n.number: n.standing.value for n in numbers.all} == standings


def life_moment(place: int) -> Any:
    return datetime(2026, 11, 2, tzinfo=UTC) + timedelta(hours=place)


# Differences


def differing(life: Life, day: str = "2026-12-01") -> list[str]:
    found = differences(life.facts, LAW, d(day))
    assert all("{" not in each.reason.sentence for each in found)
    return [f"{each.since} {each.reason.code}" for each in found]


def employed() -> Life:
    """Left work on 31 March 2026, a notice says; of category 1 since."""
    return AT_45.copy().leaves_work("2026-03-31", settled="2026-04-05", since="2020-04-01")


@pytest.mark.parametrize(
    ("stays", "expected"),
    [
        ([(2, "2020-04-01", "2026-04-01")], []),
        # They have it that the person is employed still.
        ([(2, "2020-04-01", None)],
         ["2026-04-01 jps-category-differs", "2026-04-01 jps-record-differs"]),
        # Employed again for a while, of which nobody told us.
        ([(2, "2020-04-01", "2026-04-01"), (2, "2026-06-01", "2026-08-01")],
         ["2026-06-01 jps-category-differs"]),
        ([(2, "2020-04-01", "2026-04-01"), (3, "2026-09-01", None)],
         ["2026-09-01 jps-category-differs"]),
    ],
)  # fmt: skip
def test_stays_of_theirs_in_which_we_have_category_1(
    stays: list[tuple[int, str, str | None]], expected: list[str]
) -> None:
    assert differing(employed().jps_tells(AS_OF, *stays)) == expected


def test_what_is_only_presumed_is_no_difference_and_without_jps_there_is_none() -> None:
    assert differing(Life("1996-05-05").born_here().jps_tells(AS_OF, (2, "2020-04-01", None))) == []
    assert differing(employed()) == []


def test_two_numbers_and_one_that_they_do_not_know() -> None:
    life = employed().has_number(NUMBER, settled="2026-04-05")
    life._record(said(OTHER, AS_OF), d(AS_OF))
    assert differing(life) == [
        "2026-11-01 pension-number-two", "2026-04-05 pension-number-differs",
    ]  # fmt: skip
    assert NUMBER not in " ".join(
        each.reason.sentence for each in differences(life.facts, LAW, d("2026-12-01"))
    )


def test_two_numbers_of_one_person_are_put_up_though_jps_told_nothing() -> None:
    """Two records merged, each with a number that a notice gave."""
    first = employed().has_number(NUMBER, settled="2026-04-05")
    second = employed().has_number(OTHER, settled="2026-05-07")
    together = [*first.facts, *second.facts]
    found = differences(together, LAW, d("2026-12-01"))
    assert [each.reason.code for each in found] == ["pension-number-two"]
    assert differences(first.facts, LAW, d("2026-12-01")) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_difference_has_an_article(rule: Any) -> None:
    assert rule.article


# Facts from records, in whatever order


ONE = UUID(int=1)
SINCE_JULY = RightTold(right=OldAgeRight.EMPLOYEES, entitled_on=d("2026-07-01"))
UNPAID = ArrearsTold(event=ArrearsEvent.UNPAID_SINCE, on=d("2026-02-01"))
EARLIER = (stay(2, "2020-04-01", "2026-04-01"),)
LATER = (stay(2, "2020-04-01", "2026-03-01"), stay(3, "2026-03-01"))
PARTS = [
    record(ONE, stays=EARLIER, complete_since=d("2019-01-01"), credited_months=200),
    record(ONE, "2026-11-15", stays=LATER),
    record(ONE, rights=(SINCE_JULY,)),
    record(ONE, arrears=(UNPAID,)),
    record(ONE, numbers=(number(NUMBER), number(OTHER, FORMER))),
]


@given(order=st.permutations(range(len(PARTS))))
def test_the_order_of_records_does_not_matter(order: list[int]) -> None:
    def lived(sequence: Any) -> Life:
        life = AT_45.copy()
        for place, index in enumerate(sequence):
            for content in contents(PARTS[index]):
                life.facts.append(Fact(life_moment(place), content))
        return life

    one, other = lived(range(len(PARTS))), lived(order)
    assert one.on("2026-12-01") == other.on("2026-12-01")
    assert pension_numbers(one.facts) == pension_numbers(other.facts)
    assert differing(one) == differing(other)


@given(st.integers(min_value=0, max_value=len(PARTS) - 1))
def test_an_earlier_moment_never_changes(later: int) -> None:
    life = employed()
    before = life.on("2026-11-01", known="2026-11-01")
    for content in contents(PARTS[later]):
        life.facts.append(Fact(life_moment(0), content))
    assert life.on("2026-11-01", known="2026-11-01") == before


# At the counter


async def page(counter: Counter, person_id: UUID, **query: Any) -> dict[str, Any]:
    return await counter.page(person_id, **query)


async def work(counter: Counter, path: str = "/jps-differences") -> list[dict[str, Any]]:
    answer = await counter.call("GET", path, SETTLER)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = next(v for v in answer.json().values() if isinstance(v, list))
    return found


@pytest.mark.stack
async def test_what_jps_tells_is_on_the_page_as_theirs_and_differences_are_work(
    house: House, counter: Counter, hanako: UUID
) -> None:
    answer = await counter.accept(notice(hanako))
    await counter.settle(answer.json()["summary"]["notice_id"])
    house.on("2026-12-01")
    theirs = record(hanako, "2026-11-20", stays=(stay(2, "2020-04-01"),), credited_months=210,
                    numbers=(number(NUMBER), number(OTHER, FORMER)))  # fmt: skip
    await told(house, theirs)
    await told(house, theirs)
    shown = await page(counter, hanako)
    assert shown["jps_record"]["credited_months"] == 210
    assert [s["category_label"] for s in shown["jps_record"]["stays"]] == ["第２号被保険者"]
    assert shown["basic_pension_number"] == NUMBER
    assert [(n["number"], n["standing_label"]) for n in shown["pension_numbers"]] == [
        (NUMBER, "付番"), (OTHER, "旧番号"),
    ]  # fmt: skip
    codes = [each["code"] for each in shown["differences"]]
    assert codes == [each["code"] for each in await work(counter)]
    assert "jps-category-differs" in codes
    assert "日本年金機構の記録" in shown["differences"][0]["sentence"]
    # What was known before does not know of it.
    earlier = await page(counter, hanako, as_of="2026-11-30")
    assert (earlier["jps_record"], earlier["pension_numbers"]) == (None, [])
    assert len(await house.rows("select * from qualification.jps_records")) == 1

    # A later record agrees with ours: what differed is gone by itself.
    house.on("2026-12-02")
    await told(house, record(hanako, "2026-12-01", stays=(stay(2, "2020-04-01", "2026-11-01"),)))
    assert await work(counter) == []
    assert (await page(counter, hanako))["differences"] == []


@pytest.mark.stack
async def test_a_difference_is_settled_by_saying_what_was_done(
    house: House, counter: Counter, hanako: UUID
) -> None:
    answer = await counter.accept(notice(hanako))
    await counter.settle(answer.json()["summary"]["notice_id"])
    (item,) = await house.reports(hanako)
    await told(house, sent(hanako, item.item_id, "2026-11-05"))
    house.on("2026-11-20")
    correction = CorrectedValues(occurred_on=d("2026-10-30"))
    await told(house, decided(hanako, item.item_id, "2026-11-19", ItemOutcome.CORRECTED,
                              corrected=correction, assigned_number=NUMBER))  # fmt: skip
    (difference,) = await work(counter)
    assert difference["code"] == "jps-corrected"
    assert "2026" not in difference["sentence"]
    assert (await page(counter, hanako))["basic_pension_number"] == NUMBER
    path = f"/jps-differences/{difference['difference_id']}/settle"
    done = {"done": "本人に確認し、退職日の訂正届を受け付けた"}
    assert (await counter.call("POST", path, SETTLER, json=done)).status_code == 204
    assert await work(counter) == []
    again = await counter.call("POST", path, SETTLER, json=done)
    assert (again.status_code, again.json()["code"]) == (409, "QU-0604")


@pytest.mark.stack
async def test_one_number_of_two_persons_is_on_a_list(house: House, counter: Counter) -> None:
    people = [uuid4(), uuid4(), uuid4()]
    for person_id in people:
        await house.lives(person_id, AT_45.copy())
    house.on("2026-11-20")
    for person_id in people[:2]:
        await told(house, record(person_id, numbers=(number(NUMBER),)))
    await told(house, record(people[2], numbers=(number(NUMBER, FORMER),)))
    (shared,) = await work(counter, "/shared-pension-numbers")
    assert (shared["number"], set(shared["persons"])) == (NUMBER, {str(p) for p in people[:2]})
    # JPS takes it from one of them.
    later = record(people[0], "2026-11-19", numbers=(number(NUMBER, WITHDRAWN), number(OTHER)))
    await told(house, later)
    assert await work(counter, "/shared-pension-numbers") == []
    assert (await page(counter, people[0]))["basic_pension_number"] == OTHER


@pytest.mark.stack
async def test_of_somebody_unknown_it_is_a_dead_letter(house: House) -> None:
    event = record(uuid4(), numbers=(number(NUMBER),))
    impossible = replace_stay(record(uuid4()))
    await told(house, event)
    letters = await house.rows("select code from bus.dead_letters")
    assert [letter["code"] for letter in letters] == ["QU-1004"]
    assert not await house.rows("select * from qualification.jps_records")
    with pytest.raises(ValueError, match="begins before it ends"):
        contents(impossible)


def replace_stay(event: PersonTold) -> PersonTold:
    return event.model_copy(update={"stays": (stay(2, "2026-04-01", "2026-04-01"),)})
