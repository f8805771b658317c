"""The nightly run: what happens by itself, once, up to a day."""

from uuid import UUID

import pytest

from contracts.events import AuditOperation, AuditRecorded, TransitionOrigin
from services.qualification.conclusions import write
from tests.qualification.house import House
from tests.qualification.people import Life, d

pytestmark = pytest.mark.stack

HANAKO, TARO, JIRO = (UUID(int=n, version=4) for n in (1, 2, 3))


async def three_people(house: House) -> None:
    """HANAKO reaches 20 on 10-15, TARO 60 on 10-20; JIRO moves abroad on 11-01, told before."""
    await house.lives(HANAKO, Life("2006-10-16").loaded("2026-10-01", since="2006-10-16"))
    await house.lives(TARO, Life("1966-10-21").moves_in_from_abroad("2026-04-01"))
    life = Life("1996-05-05").moves_in_from_abroad("2026-04-01")
    await house.lives(JIRO, life.moves_abroad("2026-11-01", told="2026-09-30"))


async def test_20_and_60_happen_on_their_days(house: House) -> None:
    await three_people(house)
    assert await house.nightly("2026-10-14") == 0
    assert await house.reports(HANAKO) == []
    assert await house.nightly("2026-10-15") == 0
    (reached,) = await house.reports(HANAKO)
    assert (reached.reason, reached.occurred_on) == ("age-20", d("2026-10-15"))
    assert reached.origin is TransitionOrigin.AGE
    assert reached.accepted_on == d("2026-10-15")
    assert len(await house.reports(TARO)) == 1
    assert await house.nightly("2026-10-20") == 0
    lost = (await house.reports(TARO))[-1]
    assert (lost.reason, lost.occurred_on) == ("age-60", d("2026-10-20"))
    (period,) = (await house.changes(TARO))[-1].periods
    assert period.lost_on == d("2026-10-20")


async def test_a_run_for_a_later_day_catches_up_on_all_before(house: House) -> None:
    await three_people(house)
    assert await house.nightly("2026-12-01") == 0
    assert [r.reason for r in (await house.reports())[2:]] == ["age-20", "age-60", "moved-abroad"]
    assert (await house.reports(JIRO))[-1].occurred_on == d("2026-11-02")


async def test_running_twice_changes_nothing(house: House) -> None:
    await three_people(house)
    await house.nightly("2026-10-20")
    before = await house.rows("select * from qualification.persons order by person_id")
    sent = len(await house.reports()), len(await house.changes())
    assert await house.nightly("2026-10-20") == 0
    assert await house.nightly("2026-10-10") == 0
    assert await house.rows("select * from qualification.persons order by person_id") == before
    assert (len(await house.reports()), len(await house.changes())) == sent


async def test_a_run_that_is_killed_goes_on_where_it_stopped(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await three_people(house)
    small = house.another(NIGHTLY_BATCH="1")
    batches = 0

    async def dies_in_the_second(*arguments: object) -> object:
        nonlocal batches
        batches += 1
        outcome = await write(*arguments)  # type: ignore[arg-type]  # handed on as given
        if batches == 2:
            raise RuntimeError("killed before the commit")
        return outcome

    async with small.opened():
        monkeypatch.setattr("services.qualification.conclusions.write", dies_in_the_second)
        with pytest.raises(RuntimeError):
            await house.command("nightly", small, date=d("2026-12-01"))
        assert [r.reason for r in (await house.reports())[2:]] == ["age-20"]
        monkeypatch.undo()
        assert await house.command("nightly", small, date=d("2026-12-01")) == 0
    reasons = [r.reason for r in (await house.reports())[2:]]
    assert reasons == ["age-20", "age-60", "moved-abroad"]
    (run,) = await house.rows("select persons, failed, finished_at from qualification.nightly_runs")
    assert (run["persons"], run["failed"], run["finished_at"]) == (3, 0, house.clock.now())


async def test_what_a_run_made_happen_is_not_undone_by_a_later_event(house: House) -> None:
    life = Life("2006-10-16").loaded("2026-10-01", since="2006-10-16")
    await house.lives(HANAKO, life)
    await house.nightly("2026-10-15")
    # The clock still says 1 October.
    await house.told(*life.changes_household("2026-10-01").events(HANAKO))
    (change,) = await house.changes()
    assert [p.acquired_on for p in change.periods] == [d("2026-10-15")]
    rows = await house.rows("select stands from qualification.transitions")
    assert [row["stands"] for row in rows] == [True]


async def test_without_a_date_it_runs_for_today_in_japan(house: House) -> None:
    await three_people(house)
    house.on("2026-10-15")
    assert await house.nightly() == 0
    assert [r.reason for r in await house.reports(HANAKO)] == ["age-20"]


async def test_a_day_far_ahead_is_refused(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    await three_people(house)
    assert await house.nightly("2036-10-01") == 2
    assert "QU-1401" in capsys.readouterr().err
    assert await house.rows("select from qualification.nightly_runs") == []


async def test_facts_that_no_rule_covers_stop_nobody_else(house: House) -> None:
    await three_people(house)
    async with house.owner() as connection:
        await connection.execute(
            "update qualification.facts set body = jsonb_set(body::jsonb, '{died_on}', $2)"
            " where person_id = $1",
            TARO,
            {
                "precision": "exact", "value": "9999-12-31", "notation": "9999-12-31",
                "sort_date": "9999-12-31",
            },
        )  # fmt: skip
    assert await house.nightly("2026-12-01") == 1
    assert [r.reason for r in await house.reports(HANAKO)] == ["age-20"]
    assert [r.reason for r in await house.reports(JIRO)][1:] == ["moved-abroad"]
    (run,) = await house.rows("select persons, failed from qualification.nightly_runs")
    assert (run["persons"], run["failed"]) == (2, 1)


async def test_the_run_is_recorded(house: House) -> None:
    await three_people(house)
    await house.nightly("2026-10-15")
    record, listed, asked = [
        event
        for event in await house.outbox(AuditRecorded)
        if event.operation is AuditOperation.BATCH_JOB
    ]
    assert (record.staff_id, record.count) == (None, 1)
    assert record.details == {"job": "nightly", "changed": 1, "reported": 1, "finished": True}
    # TARO came from abroad; so did JIRO, who has announced that he leaves.
    assert (listed.count, listed.details) == (1, {"job": "missing", "listed": 1, "ended": 0})
    assert (asked.count, asked.details) == (2, {"job": "ask", "items": "health_insurance"})
