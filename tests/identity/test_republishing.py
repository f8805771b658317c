"""Sending the last events again, and folding names anew."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.events import AuditOperation, AuditRecorded, PersonChanged
from contracts.events.residents import PersonName
from services.identity import commands
from services.identity.domain.folding import Folding
from services.identity.stores import republishing
from tests.identity.house import House
from tests.identity.people import Kind, became, token, told
from tests.identity.test_from_the_register import everything

pytestmark = pytest.mark.stack

SINCE_2020 = became("2020-04-01")


def arguments(since: datetime | None = None, *, restored: bool = False) -> argparse.Namespace:
    return argparse.Namespace(since=since, restored=restored)


async def republish(
    house: House, since: datetime | None = None, *, restored: bool = False
) -> list[PersonChanged]:
    """Run the command; return what it sent."""
    before = len(await house.views())
    assert await commands.republish(house.service, arguments(since, restored=restored)) == 0
    return (await house.views())[before:]


def latest(events: Sequence[PersonChanged]) -> dict[UUID, PersonChanged]:
    return {event.person_id: event for event in events}


async def test_every_person_as_last_told(house: House) -> None:
    await house.told(*everything())
    expected = latest(await house.views())
    again = await republish(house)
    assert latest(again) == expected
    assert len(again) == len(expected)


async def test_it_is_recorded(house: House) -> None:
    await house.told(*everything())
    await republish(house)
    (kept,) = await house.outbox(AuditRecorded)
    assert (kept.operation, kept.count) == (AuditOperation.BATCH_JOB, 7)
    assert kept.details == {"job": "republish", "finished": True, "ahead": 0}


async def test_the_event_is_the_one_first_sent_whatever_came_since(house: House) -> None:
    await house.told(told(Kind.MOVE_IN, "2020-04-01"))
    (first,) = await house.views()
    await house.told(
        told(Kind.NAME_CHANGE, version=2, became=SINCE_2020, name=PersonName(kanji="佐藤"))
    )
    assert await republish(house) == [first]


async def test_only_those_told_since_a_moment(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    later = datetime.now(UTC) + timedelta(hours=1)
    assert await republish(house, later) == []
    assert len(await republish(house, later - timedelta(hours=2))) == 1


async def test_after_a_restoration_neighbours_take_what_is_known_for_newer(house: House) -> None:
    await house.told(told(Kind.MOVE_IN, "2020-04-01"))
    (first,) = await house.views()
    assert await republish(house, restored=True) == [
        first.model_copy(update={"person_version": 1001})
    ]
    await house.told(told(Kind.MOVE_OUT, "2023-06-30", version=2, became=SINCE_2020))
    assert (await house.views())[-1].person_version == 1002
    assert [event.person_version for event in await republish(house)] == [1002]


async def test_an_interrupted_run_goes_on_where_it_stopped(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await house.told(
        *(told(Kind.MOVE_IN, number=f"{n:015d}", number_token=token(n + 1)) for n in range(7))
    )
    expected = latest(await house.views())
    monkeypatch.setattr(commands, "_BATCH", 3)
    views, calls = republishing.views, 0

    async def failing(*arguments: object) -> list[PersonChanged]:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise ConnectionResetError
        return await views(*arguments)  # type: ignore[arg-type]  # handed through as they came

    monkeypatch.setattr(republishing, "views", failing)
    before = len(await house.views())
    with pytest.raises(ConnectionResetError):
        await commands.republish(house.service, arguments())
    assert len(await house.views()) - before == 3
    await commands.republish(house.service, arguments())
    sent = (await house.views())[before:]
    assert len(sent) == 7
    assert latest(sent) == expected
    assert "going on after 3 persons" in capsys.readouterr().err
    # The next one begins anew.
    assert len(await republish(house)) == 7


async def test_names_are_folded_anew_by_a_changed_table(house: House) -> None:
    await house.told(told(Kind.MOVE_IN, name=PersonName(kanji="桧山　花子", kana="ヒヤマ ハナコ")))
    keys = "select kanji_key, kana_key from identity.names"
    assert (await house.rows(keys))[0]["kanji_key"] == "桧山花子"
    house.service.state = replace(house.service.state, folding=Folding({"桧": "檜"}))
    assert await commands.refold(house.service, argparse.Namespace()) == 0
    assert await house.rows(keys) == [{"kanji_key": "檜山花子", "kana_key": "ヒヤマハナコ"}]
