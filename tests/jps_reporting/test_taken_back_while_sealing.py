"""What its owner takes or holds back while the vault makes a medium is not on that medium."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import ItemOnMedium
from contracts.numbers import synthetic_individual_number
from deploy.local.testing import TestStack
from services.chassis.problems import Problem
from services.jps_reporting import sealing
from services.jps_reporting.app import build
from services.jps_reporting.settings import Settings
from services.jps_reporting.stores import linkage
from tests.audit.publishing import Sender
from tests.jps_reporting import test_voiding as voiding
from tests.jps_reporting.conftest import with_password
from tests.jps_reporting.house import SEALER, House
from tests.jps_reporting.making import reportable
from tests.jps_reporting.test_corrections import corrected, records, told
from tests.jps_reporting.test_held import held, numbered
from tests.jps_reporting.test_jps_bus import until
from tests.jps_reporting.test_sealing import _staff
from tests.jps_reporting.test_standing import item, stands
from tests.token_vault import vaults

pytestmark = pytest.mark.stack
SEAL = sealing.record
ON = date(2026, 10, 9)
_FALLS = "update jps_reporting.items set fell_away_on = $2 where item_id = $1"
_HELD = "update jps_reporting.items set held_on = $2 where item_id = $1"


async def sealed_meanwhile(
    house: House, batch: str, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], Any]
) -> str | None:
    """Seal; the vault wrote the medium, then ``meanwhile`` comes, then the end of sealing. The code
    of the refusal."""

    async def then(*passed: Any) -> None:
        assert await house.state(batch) == "sealing"
        await meanwhile()
        await SEAL(*passed)

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "record", then)
        try:
            await sealing.seal(house.service, house.service.state, _staff(), UUID(batch))
        except Problem as refused:
            return refused.code
    return None


async def on_media(house: House) -> list[tuple[UUID, int, bool]]:
    """What owners were told of media: item, serial, whether it is on it."""
    said = await house.emitted(ItemOnMedium)
    return [(one.item_id, one.medium_serial, one.on_medium) for one in said]


async def nothing_was_made(house: House) -> None:
    """No medium, no provision, and no owner was told of any."""
    assert not await house.fetch("select from jps_reporting.provisions")
    assert not await house.fetch("select from jps_reporting.media where sealed_at is not null")
    assert await on_media(house) == []


@pytest.mark.parametrize(
    ("word", "becomes"), [(stands, ("withdrawn", None)), (held, ("blocked", "JR-1205"))]
)
async def test_it_leaves_the_batch_and_what_the_vault_wrote_is_not_kept(
    sealing_house: House,
    monkeypatch: pytest.MonkeyPatch,
    word: Callable[[Any], Any],
    becomes: tuple[str, str | None],
) -> None:
    house = sealing_house
    gone, stays = await numbered(house, 2)
    batch = await house.checked()
    code = await sealed_meanwhile(house, batch, monkeypatch, lambda: house.take([word(gone)]))
    assert code == "JR-3007"
    found = await item(house, gone)
    assert (found["state"], found["blocked_code"]) == becomes
    await nothing_was_made(house)
    # The batch was checked anew without it; the serial stays, and the medium has the other alone.
    assert await house.state(batch) == "checked"
    assert (await house.seal(batch)).json()["medium"]["serial"] == 1
    assert await on_media(house) == [(stays.item_id, 1, True)]
    written = "".join(await records(house, batch))
    assert synthetic_individual_number(2) in written
    assert synthetic_individual_number(1) not in written


async def test_with_the_last_of_a_batch_the_batch_is_given_up(
    sealing_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = sealing_house
    (event,) = await numbered(house, 1)
    batch = await house.checked()
    code = await sealed_meanwhile(house, batch, monkeypatch, lambda: house.take([stands(event)]))
    assert code == "JR-3002"
    assert await house.state(batch) == "cancelled"
    await nothing_was_made(house)
    # It stands after all, and goes on another medium: the serial of the first is not used again.
    await house.take([stands(event, again=True)])
    assert (await house.call("POST", f"/items/{event.item_id}/release")).is_success
    again = await house.checked()
    assert (await house.seal(again)).json()["medium"]["serial"] == 2


async def test_after_a_crash_in_the_middle_it_is_not_on_the_medium_either(
    sealing_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ordered, the vault wrote it, the process died: the batch stays in sealing until then."""
    house = sealing_house
    gone, held_back, stays = await numbered(house, 3)
    batch = await house.checked()

    async def crash(*_: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "record", crash)
        with pytest.raises(RuntimeError, match="killed"):
            await sealing.seal(house.service, house.service.state, _staff(), UUID(batch))
    assert await house.state(batch) == "sealing"
    await house.take([stands(gone)])
    await house.take([held(held_back)])
    assert (await item(house, gone))["state"] == "withdrawn"
    assert (await item(house, held_back))["blocked_code"] == "JR-1205"
    assert (await house.seal(batch)).json()["medium"]["serial"] == 1
    assert await on_media(house) == [(stays.item_id, 1, True)]


async def test_a_correction_that_falls_meanwhile_is_not_on_the_medium(
    sealing_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cancellation is being written, and the fact stands after all."""
    house = sealing_house
    (event,) = await told(house)
    await house.take([stands(event)])
    await corrected(house, event)
    other = reportable()
    await house.number(other.person_id, 2)
    await house.take([other])
    batch = await house.checked()
    back = stands(event, again=True)
    assert await sealed_meanwhile(house, batch, monkeypatch, lambda: house.take([back])) == (
        "JR-3007"
    )
    (correction,) = await house.fetch("select state from jps_reporting.items where corrects = $1",
                                      event.item_id)  # fmt: skip
    assert correction["state"] == "withdrawn"
    assert (await house.seal(batch)).is_success
    assert [i for i, _, _ in await on_media(house)] == [event.item_id, other.item_id]


@pytest.mark.parametrize(("word", "code"), [(_FALLS, "JR-3034"), (_HELD, "JR-3035")])
@pytest.mark.parametrize("commits", [True, False])
async def test_a_word_that_found_it_before_it_was_in_the_batch_is_waited_for(
    sealing_house: House, monkeypatch: pytest.MonkeyPatch, word: str, code: str, commits: bool
) -> None:
    """The owner's word was looked up before the batch was built, so it holds the item and not the
    batch, and is not committed as sealing ends."""
    house = sealing_house
    event, _ = await numbered(house, 2)
    batch = await house.checked()
    sealed: asyncio.Task[str | None] | None = None
    written = asyncio.Event()

    async def meanwhile() -> None:
        written.set()

    async with house.service.database.session() as connection:
        turn = connection.transaction()
        await turn.start()
        await connection.execute(word, event.item_id, ON)
        sealed = asyncio.create_task(sealed_meanwhile(house, batch, monkeypatch, meanwhile))
        await written.wait()
        await waits_for(house, "items")
        assert not sealed.done()
        await (turn.commit() if commits else turn.rollback())
    if not commits:
        assert await sealed is None
        assert len(await on_media(house)) == 2
        return
    assert await sealed == code
    await nothing_was_made(house)
    assert await house.state(batch) == "sealing"
    # As the refusal says: checked again, taken out, made under the same serial.
    assert (await house.call("POST", f"/batches/{batch}/check")).is_success
    out = {"all_with_errors": True}
    assert (await house.call("POST", f"/batches/{batch}/take-out", json=out)).is_success
    assert (await house.seal(batch)).json()["medium"]["serial"] == 1
    assert event.item_id not in {i for i, _, _ in await on_media(house)}


async def waits_for(house: House, table: str) -> None:
    """Until a statement on the table waits for another transaction."""
    await until(
        house,
        "select count(*) > 0 from pg_stat_activity where wait_event_type = 'Lock'"
        " and datname = current_database() and query like '%' || $1 || '%'",
        True,
        table,
    )


async def test_a_word_that_comes_as_sealing_ends_finds_it_on_the_medium(
    sealing_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for the batch; then the medium is made, its owner was told so, and it goes unless
    the medium is voided: then it is withdrawn, and the owner is told that too."""
    house = sealing_house
    gone, _ = await numbered(house, 2)
    batch = await house.checked()
    comes: asyncio.Task[None] | None = None
    erase = linkage.erase

    async def ending(*passed: Any) -> None:
        nonlocal comes
        comes = asyncio.create_task(house.take([stands(gone)]))
        await waits_for(house, "batches")
        await erase(*passed)

    monkeypatch.setattr(linkage, "erase", ending)
    assert (await house.seal(batch)).is_success
    monkeypatch.setattr(linkage, "erase", erase)
    assert comes is not None
    await comes
    found = await item(house, gone)
    assert (found["state"], found["fell_away_on"]) == ("sealed", ON)
    listed = (await house.call("GET", "/items?fell_away=true")).json()["items"]
    assert [one["correction_due"] for one in listed] == [True]
    assert (gone.item_id, 1, True) in await on_media(house)
    assert (await voiding.propose(house, batch)).is_success
    assert (await voiding.settle(house, batch)).is_success
    assert (await item(house, gone))["state"] == "withdrawn"
    assert (gone.item_id, 1, False) in await on_media(house)


async def test_a_refusal_orders_no_medium(sealing_house: House) -> None:
    """No serial is taken, and the batch is not in sealing, for what is refused before."""
    house = sealing_house
    event, _ = await numbered(house, 2)
    batch = await house.checked()
    async with house.service.unit_of_work() as uow:
        await uow.connection.execute(_FALLS, event.item_id, ON)
    assert (await house.seal(batch)).json()["code"] == "JR-3034"
    assert await house.state(batch) == "checked"
    assert not await house.fetch("select from jps_reporting.media")


async def test_over_the_real_bus_while_the_vault_is_at_work(
    clean_stack: TestStack, vault: vaults.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = clean_stack
    settings = stack.settings(Settings, "jps_reporting", HTTP_PORT="0", LOG_LEVEL="WARNING")
    peers = {**settings.peers, "token_vault": vault.url}
    await with_password(vault)
    gone, stays = (reportable(person_id=uuid4()) for _ in range(2))
    async with build(settings.model_copy(update={"peers": peers})).running() as service:
        house = House(service, stack, vault)
        for index, event in enumerate((gone, stays), 1):
            await house.number(event.person_id, index)
        qualification = Sender(stack, "qualification")
        await qualification.send([(str(e.person_id), e) for e in (gone, stays)])
        await until(house, "select count(*) from jps_reporting.items", 2)
        batch = (await house.build())["batch_id"]
        replies = [(str(r.person_id), house.reply(r)) for r in await house.requests()]
        await Sender(stack, "identity").send(replies)
        state = "select state from jps_reporting.batches where batch_id = $1::uuid"
        await until(house, state, "checked", batch)

        async def meanwhile() -> None:
            await qualification.send([(str(gone.person_id), stands(gone))])
            await until(
                house,
                "select state from jps_reporting.items where item_id = $1",
                "withdrawn",
                gone.item_id,
            )

        assert await sealed_meanwhile(house, batch, monkeypatch, meanwhile) == "JR-3007"
        assert (await house.seal(batch, SEALER)).json()["medium"]["serial"] == 1
        rows = await house.fetch("select item_id from jps_reporting.provisions")
        assert [row["item_id"] for row in rows] == [stays.item_id]
        assert not await house.fetch("select code from bus.dead_letters")
