"""One person from two records, and back (統合・分離): one timeline, each its own again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.events import Event, PersonMerged, PersonSeparated
from services.qualification.conclusions import conclude_one
from services.qualification.domain.facts import Fact
from services.qualification.domain.timeline import AsOf, Timeline, timeline
from services.qualification.stores.persons import Known
from tests.qualification.house import Counter, House, notice
from tests.qualification.people import LAW, Life, d, rows
from tests.qualification.test_always import lives as any_life

A, B = UUID(int=0xA, version=4), UUID(int=0xB, version=4)
DECISION = UUID(int=0xD, version=4)
END = date(2090, 1, 1)


def one(*lives: Life) -> list[Fact]:
    """The facts of a person with these records, the surviving one's first."""
    return [replace(f, record=n) for n, life in enumerate(lives) for f in life.facts]


def line(facts: Sequence[Fact], day: str = "2040-01-01") -> Timeline:
    return timeline(facts, LAW, AsOf(d(day)))


def born(year: int = 1990) -> Life:
    return Life(f"{year}-05-02")


@pytest.mark.parametrize(
    ("lives", "expected"),
    [
        (
            (born().moves_in_from_abroad("2020-04-01").moves_abroad("2024-03-31"),
             born().moves_in_from_abroad("2026-04-01")),
            ["1: 2020-04-01 moved-in-from-abroad → 2024-04-01 moved-abroad",
             "1: 2026-04-01 moved-in-from-abroad →"],
        ),
        (
            (born(2005).born_here().moves_out("2027-01-10"),
             born(2005).moves_in("2028-02-01")),
            rows(born(2005).born_here().moves_out("2027-01-10").moves_in("2028-02-01")
                 .on("2040-01-01")),
        ),
        (
            (born(2005).born_here(), born(2005).loaded("2026-10-01", since="2005-05-02")),
            ["1: 2025-05-01 age-20 →"],
        ),
        (
            (born().moves_in_from_abroad("2020-04-01"),
             born().moves_in_from_abroad("2026-04-01").dies("2030-01-01")),
            ["1: 2020-04-01 moved-in-from-abroad → 2030-01-02 death"],
        ),
    ],
    ids=[
        "here twice, abroad between", "moved out and came back under a new number",
        "registered twice all along", "whose death only one record tells",
    ],
)  # fmt: skip
def test_where_somebody_lived_is_what_the_records_tell_together(
    lives: tuple[Life, ...], expected: list[str]
) -> None:
    assert rows(line(one(*lives))) == expected


def test_what_a_record_does_not_answer_for_another_may() -> None:
    """A record of the first load tells nothing of before; another that was heard from the start
    does."""
    loaded = born(2000).loaded("2026-10-01", since="2024-04-01")
    heard = born(2000).moves_in_from_abroad("2020-06-01").moves_abroad("2022-06-30")
    assert rows(line(one(loaded, heard)))[0] == (
        "1: 2020-06-01 moved-in-from-abroad → 2022-07-01 moved-abroad"
    )
    assert rows(line(one(loaded, heard)))[1].startswith("?: ")


def test_records_that_contradict_each_other_are_put_up_for_work() -> None:
    here = born().moves_in_from_abroad("2020-04-01")
    away = born().moves_in_from_abroad("2020-04-01").moves_abroad("2023-05-01")
    told = line(one(here, away))
    assert rows(told) == ["1: 2020-04-01 moved-in-from-abroad →"]
    assert "residence-overlaps" in [review.code for review in told.reviews]
    assert not line(one(here, here)).reviews


@given(any_life(), st.sampled_from([date(2026, 10, 1), date(2031, 5, 2), END]))
@settings(max_examples=60)
def test_the_same_record_twice_is_the_same_as_once(life: Life, day: date) -> None:
    twice = timeline(one(life, life), LAW, AsOf(day))
    assert [(s.category, s.first.day) for s in twice.segments] == [
        (s.category, s.first.day) for s in timeline(life.facts, LAW, AsOf(day)).segments
    ]


@given(any_life(), any_life(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_of_arrival_does_not_matter_and_nothing_overlaps(
    first: Life, second: Life, random: Any
) -> None:
    facts = one(first, second)
    whole = timeline(facts, LAW, AsOf(END))
    random.shuffle(facts)
    again = timeline(facts, LAW, AsOf(END))
    assert (again.segments, set(again.reviews)) == (whole.segments, set(whole.reviews))
    for before, after in zip(whole.segments, whole.segments[1:], strict=False):
        assert before.past is not None
        assert before.past.day <= after.first.day


@given(any_life(), any_life())
@settings(max_examples=60)
def test_each_transition_is_one_ids_to_report_and_no_other_day_s(first: Life, second: Life) -> None:
    facts = {A: first.facts, B: second.facts}
    known = {A: Known(1), B: Known(1)}
    whole = conclude_one((A, B), known, facts, LAW, END)
    alone = {p: conclude_one((p,), known, facts, LAW, END) for p in (A, B)}
    for transition in whole.transitions:
        owner = whole.owner(transition)
        own = {happened_key(t) for t in alone[owner].transitions}
        other = {happened_key(t) for t in alone[B if owner == A else A].transitions}
        assert happened_key(transition) in own or (
            owner == A and happened_key(transition) not in other
        )
    assert whole.former[B].next_due is None


def test_what_was_nobodys_to_report_alone_is_the_surviving_persons() -> None:
    """Alone the former id reaches 20 in category 3, which JPS knows; together in category 1."""
    first, second = born(2000), born(2000)
    first.moves_in_from_abroad("2022-01-01").jps_tells("2022-03-01", complete_since="2015-01-01")
    second.moves_in_from_abroad("2015-01-01").jps_tells("2020-07-01", (3, "2019-01-01", None))
    whole = conclude_one(
        (A, B), {A: Known(1), B: Known(1)}, {A: first.facts, B: second.facts}, LAW, END
    )
    assert [(t.reason, whole.owner(t)) for t in whole.transitions] == [("age-20", A), ("age-60", A)]


def happened_key(transition: Any) -> tuple[Any, ...]:
    return transition.kind, transition.occurred_on, transition.reason


# On the real database: what arrives in whatever order.

FIRST = born(1990).moves_in_from_abroad("2020-04-01").moves_abroad("2026-11-30")
THIRD = born(1990).moves_in("2018-04-01")
SECOND = born(1990).moves_in_from_abroad("2027-01-15")


def merged(version: int = 1, former: UUID = B, surviving: UUID = A) -> PersonMerged:
    return PersonMerged(
        person_id=former, identity_version=version, surviving_id=surviving,
        decision_id=DECISION, decided_on=d("2027-02-01"),
    )  # fmt: skip


def separated(version: int = 2, former: UUID = B) -> PersonSeparated:
    return PersonSeparated(
        person_id=former, identity_version=version, decision_id=DECISION,
        decided_on=d("2027-02-02"),
    )  # fmt: skip


async def take(house: House, *events: Event) -> None:
    records = house.records("identity", [(event.person_id, event) for event in events])  # type: ignore[attr-defined]  # all are keyed by person
    tally = await house.service.intake.take(records)
    assert (tally.refused, tally.waiting) == (0, 0)


def seen(page: dict[str, Any]) -> dict[str, Any]:
    """What of a page must not depend on when something arrived."""
    return {
        "person_id": page["person_id"],
        "periods": [(p["acquired_on"], p["lost_on"]) for p in page["periods"]],
        "transitions": [(t["item_id"], t["occurred_on"]) for t in page["transitions"]],
        "superseded": len(page["superseded"]),
        "next": page["next_change_on"],
    }


EVENTS: list[list[Event]] = [[*FIRST.events(A)], [*SECOND.events(B)], [merged()]]


@pytest.mark.stack
@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda o: "".join(map(str, o)))
async def test_whatever_arrives_first_there_is_one_person(
    house: House, counter: Counter, order: tuple[int, ...]
) -> None:
    house.on("2027-02-01")
    for place in order:
        for event in EVENTS[place]:
            await take(house, event)
    pages = [await counter.page(person_id) for person_id in (A, B)]
    assert seen(pages[0]) == seen(pages[1])
    assert seen(pages[0])["person_id"] == str(A)
    assert seen(pages[0])["periods"] == [("2020-04-01", "2026-12-01"), ("2027-01-15", None)]
    # Told under the surviving id last, and every transition reported once.
    last = (await house.changes(A))[-1]
    assert [p.acquired_on for p in last.periods] == [d("2020-04-01"), d("2027-01-15")]
    reports = await house.reports()
    assert sorted((r.transition.value, str(r.occurred_on)) for r in reports) == [
        ("acquisition", "2020-04-01"), ("acquisition", "2027-01-15"), ("loss", "2026-12-01"),
    ]  # fmt: skip
    # What follows from the second record is reported under its own id: so it stays after a
    # separation.
    assert {r.person_id for r in reports if r.occurred_on == d("2027-01-15")} == {B}


@pytest.mark.stack
async def test_merging_and_separating_gives_each_their_own_again(
    house: House, counter: Counter
) -> None:
    house.on("2027-02-01")
    for event in (*FIRST.events(A), *SECOND.events(B)):
        await take(house, event)
    before = [seen(await counter.page(p)) for p in (A, B)]
    told = [await house.changes(p) for p in (A, B)]
    reports = await house.reports()
    await take(house, merged())
    assert len(await house.reports()) == len(reports)
    await take(house, separated())
    assert [seen(await counter.page(p)) for p in (A, B)] == before
    assert len(await house.reports()) == len(reports)
    after = [await house.changes(p) for p in (A, B)]
    assert after[0][-1].periods == told[0][-1].periods
    assert after[1] == told[1]  # of the second nothing was told meanwhile, and nothing need be
    stands = await house.rows("select distinct stands from qualification.transitions")
    assert [row["stands"] for row in stands] == [True]


@pytest.mark.stack
async def test_an_older_version_of_a_merge_changes_nothing(house: House, counter: Counter) -> None:
    house.on("2027-02-01")
    for event in (*FIRST.events(A), *SECOND.events(B), separated(2), merged(1)):
        await take(house, event)
    assert [(await counter.page(p))["person_id"] for p in (A, B)] == [str(A), str(B)]
    for event in (merged(3), merged(3), separated(2)):
        await take(house, event)
    assert [(await counter.page(p))["person_id"] for p in (A, B)] == [str(A), str(A)]


@pytest.mark.stack
async def test_late_events_under_the_former_id_land_right(house: House, counter: Counter) -> None:
    house.on("2027-02-01")
    moved = SECOND.copy().moves_abroad("2027-01-31")
    *early, late = moved.events(B)
    for event in (*FIRST.events(A), *early, merged()):
        await take(house, event)
    await take(house, late)
    page = await counter.page(A)
    assert [(p["acquired_on"], p["lost_on"]) for p in page["periods"]][-1] == (
        "2027-01-15", "2027-02-01",
    )  # fmt: skip
    await take(house, separated())
    assert [len((await counter.page(p))["periods"]) for p in (A, B)] == [1, 1]
    assert [r.person_id for r in await house.reports() if r.occurred_on == d("2027-02-01")] == [B]


@pytest.mark.stack
async def test_what_happens_by_itself_happens_once(house: House, counter: Counter) -> None:
    """Reaching 60 is in both records' lives: of one person it is one loss."""
    house.on("2026-10-05")
    old = Life("1966-10-10").moves_in_from_abroad("2020-04-01")
    again = Life("1966-10-10").moves_in_from_abroad("2021-04-01")
    for event in (*old.events(A), *again.events(B), merged()):
        await take(house, event)
    house.on("2026-10-20")
    assert await house.nightly() == 0
    losses = [r for r in await house.reports() if r.reason == "age-60"]
    assert [r.person_id for r in losses] == [A]
    # Two after all: the second has lost it too, and that was never reported.
    await take(house, separated())
    losses = [r for r in await house.reports() if r.reason == "age-60"]
    assert sorted(r.person_id for r in losses) == [A, B]
    assert await house.nightly() == 0
    assert len([r for r in await house.reports() if r.reason == "age-60"]) == 2


@pytest.mark.stack
async def test_three_records_come_apart_where_they_were_put_together(
    house: House, counter: Counter
) -> None:
    house.on("2027-02-01")
    third = UUID(int=0xC, version=4)
    for event in (
        *FIRST.events(A),
        *SECOND.events(B),
        *born(1990).moves_in("2018-04-01").events(third),
    ):
        await take(house, event)
    await take(house, merged(1, B, A))
    await take(house, merged(1, A, third))  # the third survives both, in whatever order
    await take(house, merged(2, B, third))
    assert {(await counter.page(p))["person_id"] for p in (A, B, third)} == {str(third)}
    await take(house, separated(2, A))
    await take(house, merged(3, B, A))
    assert [(await counter.page(p))["person_id"] for p in (A, B, third)] == [
        str(A), str(A), str(third),
    ]  # fmt: skip
    assert len((await counter.page(B))["periods"]) == 2


@pytest.mark.stack
async def test_a_notice_is_the_person_s_whoever_it_was_taken_in_for(
    house: House, counter: Counter
) -> None:
    house.on("2026-11-05")
    first = Life("1981-03-03").loaded("2026-10-01", since="2010-04-01")
    second = Life("1981-03-03").loaded("2026-10-01", since="2010-04-01")
    for event in (*first.events(A), *second.events(B)):
        await take(house, event)
    accepted = await counter.accept(notice(B))
    assert accepted.status_code == 201, accepted.text
    await take(house, merged())
    # The same fact for the surviving id is the same fact.
    twice = await counter.accept(notice(A))
    assert twice.status_code == 409, twice.text
    settled = await counter.settle(accepted.json()["summary"]["notice_id"])
    assert settled.status_code == 200, settled.text
    assert settled.json()["summary"]["person_id"] == str(A)
    page = await counter.page(B)
    assert (page["person_id"], len(page["notices"])) == (str(A), 1)
    assert page["periods"][-1]["acquired_on"] == "2026-11-01"
    await take(house, separated())
    assert [len((await counter.page(p))["notices"]) for p in (A, B)] == [0, 1]
    assert (await counter.page(B))["periods"][-1]["acquired_on"] == "2026-11-01"
