"""Person events and JPS results on the real database, through the chassis."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.codes import ResidentKind
from contracts.events import (
    InsuredCategory,
    ItemForwarded,
    ReportItemKind,
    TransitionKind,
    TransitionOrigin,
)
from services.qualification.conclusions import conclude
from services.qualification.stores import persons
from tests.qualification.house import House
from tests.qualification.people import LAW, Life, d

pytestmark = pytest.mark.stack

ONE = InsuredCategory.CATEGORY_1
HANAKO, TARO, JIRO = (UUID(int=n, version=4) for n in (1, 2, 3))


def forwarded(item_id: UUID, person_id: UUID, kind: ReportItemKind) -> ItemForwarded:
    return ItemForwarded(
        item_id=item_id,
        person_id=person_id,
        kind=kind,
        batch_id=uuid4(),
        medium_serial=7,
        forwarded_on=d("2026-10-14"),
    )


async def test_moving_in_from_abroad_is_told_and_reported_once(house: House) -> None:
    life = Life("1996-05-05").moves_in_from_abroad("2026-09-28", told="2026-09-30")
    await house.lives(HANAKO, life)
    (change,) = await house.changes()
    assert (change.person_id, change.timeline_version) == (HANAKO, 1)
    (period,) = change.periods
    assert (period.category, period.acquired_on) == (ONE, d("2026-09-28"))
    assert period.acquisition_reason == "moved-in-from-abroad"
    (report,) = await house.reports()
    assert report.transition is TransitionKind.ACQUISITION
    assert report.origin is TransitionOrigin.RESIDENT_REGISTER
    assert (report.occurred_on, report.accepted_on) == (d("2026-09-28"), d("2026-09-30"))
    assert report.basic_pension_number is None

    await house.lives(HANAKO, life)
    assert len(await house.changes()) == len(await house.reports()) == 1


async def test_the_first_load_tells_nobody_anything(house: House) -> None:
    await house.lives(HANAKO, Life("1996-05-05").loaded("2026-10-01", since="2015-04-01"))
    await house.lives(TARO, Life("1951-05-05").loaded("2026-10-01", since="1990-04-01"))
    await house.lives(JIRO, Life("2010-05-05").loaded("2026-10-01", since="2010-05-05"))
    assert await house.changes() == []
    assert await house.reports() == []
    due = await house.rows("select next_due from qualification.persons order by person_id")
    assert [row["next_due"] for row in due] == [d("2056-05-04"), None, d("2030-05-04")]


async def test_records_begin_on_the_configured_day(house: House) -> None:
    house.service = house.another(RECORDS_BEGIN="2026-09-01")
    async with house.service.opened():
        life = Life("2006-09-16").loaded("2026-10-01", since="2006-09-16")
        await house.lives(HANAKO, life)
        (report,) = await house.reports()
        assert (report.reason, report.occurred_on) == ("age-20", d("2026-09-15"))


async def test_an_older_version_changes_nothing_and_is_counted(house: House) -> None:
    first, second = (
        Life("1996-05-05")
        .moves_in_from_abroad("2026-09-10")
        .moves_abroad("2026-09-20")
        .events(HANAKO)
    )
    await house.told(second)
    before = await house.rows("select * from qualification.persons")
    await house.told(first)
    assert await house.rows("select * from qualification.persons") == before
    facts = await house.rows("select kind, ordinal from qualification.facts")
    assert facts == [{"kind": "register", "ordinal": 2}]
    assert b"qualification_outdated_persons_total 1.0" in house.service.metrics.text()


async def test_versions_of_one_person_in_one_batch(house: House) -> None:
    life = Life("1996-05-05").moves_in_from_abroad("2026-09-10").moves_abroad("2026-09-20")
    await house.told(*life.events(HANAKO))
    (change,) = await house.changes()
    assert [p.lost_on for p in change.periods] == [d("2026-09-21")]
    assert [r.transition for r in await house.reports()] == ["acquisition", "loss"]
    assert len(await house.rows("select from qualification.facts")) == 2


async def test_a_correction_moves_the_day_and_leaves_the_old_report_marked(house: House) -> None:
    life = Life("2006-09-02").moves_in("2026-04-01")
    await house.lives(HANAKO, life)
    await house.told(*life.is_corrected("2026-09-30", birth="2006-09-12").events(HANAKO))
    assert [r.occurred_on for r in await house.reports()] == [d("2026-09-01"), d("2026-09-11")]
    rows = await house.rows(
        "select occurred_on, stands from qualification.transitions order by occurred_on"
    )
    assert [(row["occurred_on"], row["stands"]) for row in rows] == [
        (d("2026-09-01"), False),
        (d("2026-09-11"), True),
    ]
    assert [c.timeline_version for c in await house.changes()] == [1, 2]


async def test_a_correction_taken_back_is_not_reported_again(house: House) -> None:
    life = Life("2006-09-02").moves_in("2026-04-01")
    life.is_corrected("2026-09-29", birth="2006-09-12")
    life.is_corrected("2026-09-30", birth="2006-09-02")
    await house.lives(HANAKO, life)
    assert [r.occurred_on for r in await house.reports()] == [d("2026-09-01"), d("2026-09-11")]
    standing = await house.rows("select occurred_on from qualification.transitions where stands")
    assert [row["occurred_on"] for row in standing] == [d("2026-09-01")]


async def test_reviews_travel_with_the_timeline(house: House) -> None:
    life = Life("1996-05-05").moves_in_from_abroad("2026-04-10")
    await house.lives(HANAKO, life.dies("令和8年9月上旬", told="2026-09-20"))
    last = (await house.changes())[-1]
    assert last.review == ("death-day-uncertain",)
    assert [(p.lost_on, p.loss_reason) for p in last.periods] == [(None, "death-day-uncertain")]
    assert [r.reason for r in await house.reports()] == ["moved-in-from-abroad"]


async def test_who_moves_to_another_city_loses_nothing(house: House) -> None:
    life = Life("1996-05-05").moves_in_from_abroad("2026-04-10").moves_out("2026-09-20")
    await house.lives(HANAKO, life)
    (period,) = (await house.changes())[-1].periods
    assert (period.lost_on, period.loss_reason) == (None, "moved-out-of-city")
    assert len(await house.reports()) == 1


async def test_dates_that_no_rule_covers_park_the_person_and_nobody_else(house: House) -> None:
    impossible = Life("1996-05-05").moves_in_from_abroad("2026-04-10")
    impossible.dies("9999-12-31", told="2026-09-20")
    fine = Life("1996-05-05", kind=ResidentKind.JAPANESE).moves_in_from_abroad("2026-04-10")
    tally = await house.told(*impossible.events(HANAKO), *fine.events(TARO))
    assert (tally.handled, tally.refused, tally.waiting) == (1, 1, 1)
    letters = await house.rows("select state, code from bus.dead_letters order by id")
    assert [tuple(row.values()) for row in letters] == [("parked", "QU-1001"), ("waiting", None)]
    assert [c.person_id for c in await house.changes()] == [TARO]


async def test_what_was_sent_is_noted(house: House) -> None:
    await house.lives(HANAKO, Life("1996-05-05").moves_in_from_abroad("2026-09-10"))
    (report,) = await house.reports()
    await house.forwarded(
        forwarded(report.item_id, HANAKO, ReportItemKind.ACQUISITION),
        forwarded(uuid4(), TARO, ReportItemKind.ADDITIONAL_PREMIUM_START),
    )
    (row,) = await house.rows(
        "select forwarded_on, medium_serial, forwarded_at from qualification.transitions"
    )
    assert (row["forwarded_on"], row["medium_serial"]) == (d("2026-10-14"), 7)
    assert row["forwarded_at"] == house.clock.now()


async def test_an_item_that_is_not_ours_is_refused(house: House) -> None:
    await house.lives(HANAKO, Life("1996-05-05").moves_in_from_abroad("2026-09-10"))
    (report,) = await house.reports()
    tally = await house.forwarded(
        forwarded(uuid4(), HANAKO, ReportItemKind.LOSS),
        forwarded(report.item_id, TARO, ReportItemKind.ACQUISITION),
    )
    assert (tally.handled, tally.refused) == (0, 2)
    letters = await house.rows("select distinct code from bus.dead_letters")
    assert [row["code"] for row in letters] == ["QU-1002"]


async def test_recomputing_from_all_facts_is_what_was_concluded_step_by_step(house: House) -> None:
    told = {
        uuid4(): Life("1996-05-05").moves_in_from_abroad("2024-04-10").moves_abroad("2025-01-20"),
        uuid4(): Life("2005-03-01").moves_in("2024-04-10").moves_out("2026-01-20"),
        uuid4(): Life("1966-09-20").moves_in_from_abroad("2024-04-10"),
        uuid4(): Life("1990-03-01").loaded("2026-10-01", since="2015-04-01"),
        uuid4(): Life("2006-09-02").moves_in("2026-04-01").is_corrected(
            "2026-09-29", birth="2006-09-12"
        ),
    }  # fmt: skip
    for person_id, life in told.items():
        await house.lives(person_id, life)
    sent = len(await house.changes()), len(await house.reports())
    async with house.service.unit_of_work() as uow:
        facts = await persons.facts_of(uow.connection, list(told))
        for person_id, known in (await persons.lock(uow.connection, told)).items():
            again = conclude(person_id, known, facts[person_id], LAW, uow.today)
            assert (again.changed, again.known) == (None, known)
    assert await house.command("recompute", after=None) == 0
    assert (len(await house.changes()), len(await house.reports())) == sent


async def test_the_running_role_cannot_alter_facts(house: House) -> None:
    await house.lives(HANAKO, Life("1996-05-05").moves_in_from_abroad("2026-09-10"))
    for statement in (
        "update qualification.facts set recorded_at = now()",
        "delete from qualification.facts",
        "delete from qualification.persons",
        "update qualification.transitions set occurred_on = current_date",
        "delete from qualification.notices",
        "update qualification.notices set accepted_by = 'x'",
        "truncate qualification.facts",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with house.service.unit_of_work() as uow:
                await uow.connection.execute(statement)


async def test_facts_keep_the_moment_they_were_recorded(house: House) -> None:
    await house.lives(HANAKO, Life("1996-05-05").moves_in_from_abroad("2026-09-10"))
    async with house.service.database.read() as connection:
        (fact,) = (await persons.facts_of(connection, [HANAKO]))[HANAKO]
    assert fact.recorded_at == datetime(2026, 10, 1, 3, tzinfo=UTC)
    assert fact.concerns == d("2026-09-10")
