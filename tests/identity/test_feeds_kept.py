"""What other systems tell, on the real database: kept whole, compared, attached or held (C01)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.events.feeds import FeedRecord
from contracts.events.residents import Address, PersonName
from services.chassis.intake import Tally
from services.identity.attaching import attach_due
from tests.identity.feeds import EVERY_FEED, TAX_NUMBER, attributes, income
from tests.identity.house import House
from tests.identity.people import HANAKO, Kind, token, told

pytestmark = pytest.mark.stack

TARO = "000000000000020"
MOVED = attributes(address="千葉市緑区おゆみ野1-1")
MARRIED = attributes(name="佐藤　花子")


async def tell(house: House, *events: FeedRecord) -> Tally:
    return await house.service.intake.take(
        [one for e in events for one in house.records(e.source, [(e.record_key, e)])]
    )


async def links(house: House) -> dict[str, tuple[str, UUID | None]]:
    rows = await house.rows("select addressee_number, state, person_id from identity.feed_links")
    return {row["addressee_number"]: (row["state"], row["person_id"]) for row in rows}


async def attached(house: House) -> dict[str, tuple[int, int | None]]:
    rows = await house.rows(
        "select subject, record_version, attached_version from identity.feed_records"
    )
    return {row["subject"]: (row["record_version"], row["attached_version"]) for row in rows}


async def outcomes(house: House) -> list[str]:
    rows = await house.rows("select outcome from identity.comparisons order by compared_at")
    return [row["outcome"] for row in rows]


async def queue(house: House) -> list[tuple[str, str]]:
    rows = await house.rows("select state, outcome from identity.near_misses order by opened_at")
    return [(row["state"], row["outcome"]) for row in rows]


async def look_again(house: House) -> None:
    """As if the minute were over."""
    async with house.owner() as connection:
        await connection.execute(
            "update identity.feed_links set due_at = $1 where due_at is not null",
            datetime.now(UTC) - timedelta(seconds=1),
        )
    await attach_due(house.service)


async def test_every_feed_finds_its_person_by_the_four_attributes(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    tally = await tell(house, *EVERY_FEED)
    assert (tally.handled, tally.refused) == (len(EVERY_FEED), 0)
    hanako = await house.person_id()
    assert set((await links(house)).values()) == {("linked", hanako)}
    assert len(await links(house)) == 4
    assert set((await attached(house)).values()) == {(1, 1)}
    assert await outcomes(house) == ["agreed"] * len(EVERY_FEED)
    assert await queue(house) == []


async def test_the_comparison_is_kept_with_the_record(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income(told=attributes(address="千葉市中央区中央1-1-1")))
    (kept,) = await house.rows("select * from identity.comparisons")
    assert kept["person_id"] == await house.person_id()
    assert (kept["system"], kept["addressee_number"], kept["subject"], kept["record_version"]) == (
        "tax_system", TAX_NUMBER, "income/2026", 1,
    )  # fmt: skip
    assert (kept["name"], kept["address"], kept["birth_date"], kept["sex"]) == (
        "exact", "notation", "exact", "exact",
    )  # fmt: skip


async def test_a_correction_adds_to_the_history(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income(), income(version=3, total_income=900_000))
    await tell(house, income(version=2, total_income=1))
    assert await attached(house) == {"income/2026": (3, 3)}
    rows = await house.rows(
        "select record_version, late, content->'income'->>'total_income' as yen"
        " from identity.feed_versions order by record_version"
    )
    assert [tuple(row.values()) for row in rows] == [
        (1, False, "1200000"), (2, True, "1"), (3, False, "900000"),
    ]  # fmt: skip


async def test_the_same_record_again_is_dropped_and_another_under_its_version_refused(
    house: House,
) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income())
    tally = await tell(house, income())
    assert (tally.handled, tally.refused) == (1, 0)
    assert len(await house.rows("select from identity.feed_versions")) == 1
    tally = await tell(house, income(total_income=5))
    assert (tally.handled, tally.refused) == (0, 1)
    (letter,) = await house.rows("select code from bus.dead_letters")
    assert letter["code"] == "ID-1001"


async def test_each_levy_year_is_a_record_of_its_own(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income(2025, version=7), income(2026))
    assert await attached(house) == {"income/2025": (7, 7), "income/2026": (1, 1)}


async def test_who_only_comes_near_is_on_the_work_list_and_has_nothing(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income(told=MARRIED))
    assert await links(house) == {TAX_NUMBER: ("near", None)}
    assert await attached(house) == {"income/2026": (1, None)}
    assert await queue(house) == [("open", "near")]


async def test_two_who_are_the_same_in_all_four_are_on_the_work_list(house: House) -> None:
    await house.told(told(Kind.MOVE_IN), told(Kind.MOVE_IN, number=TARO, number_token=token(2)))
    await tell(house, income())
    assert await links(house) == {TAX_NUMBER: ("near", None)}
    assert await queue(house) == [("open", "ambiguous")]


async def test_a_record_that_comes_before_its_person_waits_for_them(house: House) -> None:
    await tell(house, income())
    assert await links(house) == {TAX_NUMBER: ("nobody", None)}
    await house.told(told(Kind.MOVE_IN))
    assert await attach_due(house.service) == (1, 1)
    assert await links(house) == {TAX_NUMBER: ("linked", await house.person_id())}
    assert await attached(house) == {"income/2026": (1, 1)}
    assert await outcomes(house) == ["nobody", "agreed"]


async def test_who_told_of_a_person_in_the_same_moment_is_compared_once_more(
    house: House,
) -> None:
    await tell(house, income())
    await look_again(house)
    assert await attach_due(house.service) == (0, 0)
    assert await outcomes(house) == ["nobody", "nobody"]


async def test_a_near_miss_ends_by_itself_once_the_register_says_so_too(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income(told=MOVED))
    assert await queue(house) == [("open", "near")]
    await house.told(
        told(Kind.ADDRESS_CHANGE, version=2, address=Address(text="千葉市緑区おゆみ野１番地１"))
    )
    assert await attach_due(house.service) == (1, 1)
    assert await queue(house) == [("resolved", "near")]
    assert await attached(house) == {"income/2026": (1, 1)}
    steps = await house.rows("select step, staff_id from identity.near_miss_steps order by at")
    assert [tuple(step.values()) for step in steps] == [("opened", None), ("resolved", None)]


async def test_a_move_alone_takes_nobodys_record_away(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income())
    await tell(house, income(version=2, told=MOVED))
    assert await attached(house) == {"income/2026": (2, 2)}
    assert await outcomes(house) == ["agreed", "by_link"]


async def test_another_name_under_a_known_number_is_held(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income())
    await tell(house, income(version=2, told=MARRIED), income(2025, told=MARRIED))
    hanako = await house.person_id()
    assert await links(house) == {TAX_NUMBER: ("held", hanako)}
    assert await attached(house) == {"income/2026": (2, 1), "income/2025": (1, None)}
    assert await queue(house) == [("open", "near")]
    await house.told(told(Kind.NAME_CHANGE, version=2, name=PersonName(kanji="佐藤　花子")))
    assert await attach_due(house.service) == (1, 1)
    assert await attached(house) == {"income/2026": (2, 2), "income/2025": (1, 1)}


async def test_what_is_held_stays_held_where_its_number_was_found_in_the_same_batch(
    house: House,
) -> None:
    await tell(house, income(2025, told=attributes(name="海野　藻屑")))
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income(), income(version=2, told=MARRIED))
    assert await attached(house) == {"income/2025": (1, 1), "income/2026": (2, 1)}


async def test_the_same_version_with_attributes_told_in_another_way_is_compared(
    house: House,
) -> None:
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income(told=MARRIED))
    tally = await tell(house, income())
    assert tally.refused == 0
    assert await attached(house) == {"income/2026": (1, 1)}
    assert await queue(house) == [("resolved", "near")]


@pytest.mark.parametrize("size", [1, 3, 50])
async def test_batches_of_any_size_come_to_the_same(house: House, size: int) -> None:
    people = [(f"{n:015d}", f"山田　{'花月星雪風'[n % 5]}{'子美江'[n % 3]}") for n in range(20)]
    await house.told(*(
        told(Kind.MOVE_IN, number=number, number_token=token(n + 1), name=PersonName(kanji=name))
        for n, (number, name) in enumerate(people)
    ))  # fmt: skip
    events = [
        income(year, number=f"T{n}", version=version, told=attributes(name=name))
        for version in (1, 2)
        for n, (_, name) in enumerate(people)
        for year in (2025, 2026)
    ]
    for start in range(0, len(events), size):
        await tell(house, *events[start : start + size])
    # Fifteen names for twenty people: five are borne by two, who are the same in all four.
    states = sorted(state for state, _ in (await links(house)).values())
    assert states == ["linked"] * 10 + ["near"] * 10
    records = await house.rows("select record_version, attached_version from identity.feed_records")
    assert sorted(map(_row, records), key=str) == [(2, 2)] * 20 + [(2, None)] * 20
    assert len(await queue(house)) == 10


def _row(row: dict[str, Any]) -> Sequence[Any]:
    return tuple(row.values())


async def test_nothing_of_a_feed_is_told_to_the_neighbours(house: House) -> None:
    await house.told(told(Kind.MOVE_IN, number=HANAKO))
    before = await house.views()
    await tell(house, *EVERY_FEED)
    assert await house.views() == before
