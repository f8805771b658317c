"""Notices that were settled before a release that reports their kind: reported by a command."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts.events import AuditOperation, AuditRecorded
from tests.qualification.decided import told
from tests.qualification.house import HANAKO, Counter, House
from tests.qualification.people import d
from tests.qualification.test_notice_kinds import HERE
from tests.qualification.test_notices_reported import forwarded, reported, settled, state
from tests.qualification.test_taking_back import take_back

pytestmark = pytest.mark.stack


async def as_an_earlier_release_left_it(house: House) -> None:
    """What was settled bears no item, and nothing was told."""
    async with house.owner() as connection:
        await connection.execute("update qualification.notices set item_id = null")
        await connection.execute("delete from qualification.transitions where kind = 'notice'")
        await connection.execute("delete from bus.outbox")


async def run(house: House, **arguments: Any) -> int:
    return await house.command("report-settled", **{"dry_run": False, "sent": None, **arguments})


@pytest.fixture
async def old(house: House, counter: Counter) -> list[UUID]:
    """A change of name, and insurance applied for on the day of a move abroad."""
    await house.lives(HANAKO, HERE.copy().moves_abroad("2026-11-05"))
    house.on("2026-11-05")
    name = await settled(counter, "name_change", HANAKO)
    abroad = {"item": "abroad", "family_register_prefecture": "千葉県", "payment": None}
    applied = await settled(counter, "voluntary_application", HANAKO, **abroad)
    await as_an_earlier_release_left_it(house)
    return [UUID(name), UUID(applied)]


async def test_what_was_settled_is_reported_once_as_it_would_have_been(
    house: House, counter: Counter, old: list[UUID], capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(house, dry_run=True) == 0
    assert await reported(house) == []
    assert "name_change: 1 to be reported, 0 sent otherwise" in capsys.readouterr().out
    small = house.another(NIGHTLY_BATCH="1")
    async with small.opened():
        assert await run(house, service=small) == 0
    assert await run(house) == 0
    reports = await reported(house)
    assert [report.notice_id for report in reports] == old
    assert [(str(r.occurred_on), r.reason) for r in reports][1] == ("2026-11-06", "abroad")
    assert {report.accepted_on for report in reports} == {d("2026-11-05")}
    jobs = [e for e in await house.outbox(AuditRecorded) if e.operation is AuditOperation.BATCH_JOB]
    assert [(e.count, e.details["job"]) for e in jobs] == [(1, "report-settled")] * 2
    # From then on it is followed like any other.
    await told(house, forwarded(reports[0]))
    assert await state(counter, str(old[0])) == "forwarded"


async def test_what_went_to_jps_otherwise_and_what_was_taken_back_is_left_out(
    house: House, counter: Counter, old: list[UUID], tmp_path: Path
) -> None:
    sent = tmp_path / "sent"
    sent.write_text(f"{old[0]}\n")
    assert await run(house, sent=sent) == 0
    assert [report.notice_id for report in await reported(house)] == old[1:]
    await take_back(counter, str(old[0]))
    assert await run(house) == 0
    assert [report.notice_id for report in await reported(house)] == old[1:]


async def test_a_file_that_is_no_list_of_notices_is_refused(house: House, tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    assert await run(house, sent=sent) == 2
    sent.write_text("2026-00001\n")
    assert await run(house, sent=sent) == 2
