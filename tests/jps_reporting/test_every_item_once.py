"""Whatever staff do in whatever order: every item is in one state, and on one medium at most."""

import random
from datetime import timedelta
from itertools import pairwise

import pytest

from contracts.events.residents import PersonName
from services.chassis.clock import FixedClock
from services.jps_reporting.domain.items import MOVES, ItemState
from tests.jps_reporting.house import House
from tests.jps_reporting.making import answer, reportable

pytestmark = pytest.mark.stack

STEPS = 60
WHAT = ("arrive", "build", "answer", "seal", "seal", "send", "take_out", "cancel", "release")
FITTING = {
    "seal": ("checked", "sealing"),
    "send": ("sealed",),
    "take_out": ("has_errors", "checked"),
    "cancel": ("has_errors", "collecting"),
}


async def step(house: House, chance: random.Random) -> None:
    """One thing that may happen."""
    clock = house.service.clock
    assert isinstance(clock, FixedClock)
    clock.move(timedelta(seconds=1))
    what = chance.choice(WHAT)
    rows = await house.fetch("select batch_id, state from jps_reporting.batches")
    fitting = [row for row in rows if row["state"] in FITTING.get(what, ())]
    # Now and then also where it does not fit, to be refused.
    choice = fitting if fitting and chance.random() < 0.8 else rows
    batch = str(chance.choice(choice)["batch_id"]) if choice else None
    match what:
        case "arrive":
            for _ in range(chance.randint(1, 4)):
                event = reportable(basic_pension_number="2271174711")
                name = chance.choice(["見本　花子", "𠮷田　一", "𠮟田　一"])
                house.answers[event.person_id] = answer(
                    name=PersonName(kanji=name, kana="カナ"), individual_number_token=None
                )
                await house.take([event])
        case "build":
            await house.call("POST", "/batches", json={"limit": chance.randint(1, 5)})
        case "answer":
            await house.answer_all()
        case "release":
            blocked = await house.fetch(
                "select item_id from jps_reporting.items where state = 'blocked'"
            )
            if blocked:
                await house.call("POST", f"/items/{chance.choice(blocked)['item_id']}/release")
        case "take_out" if batch:
            await house.call("POST", f"/batches/{batch}/take-out", json={"all_with_errors": True})
        case "seal" | "send" if batch:
            response = await house.call("POST", f"/batches/{batch}/{what}", "s002")
            assert response.status_code < 500, response.text
        case "cancel" if batch and chance.random() < 0.3:
            await house.call("POST", f"/batches/{batch}/cancel")


async def to_its_end(house: House) -> None:
    """Every batch that can be is sent."""
    await house.call("POST", "/batches", json={})
    await house.answer_all()
    for row in await house.fetch("select batch_id from jps_reporting.batches"):
        for what, body in (("take-out", {"all_with_errors": True}), ("seal", None), ("send", None)):
            clock = house.service.clock
            assert isinstance(clock, FixedClock)
            clock.move(timedelta(seconds=1))
            await house.call("POST", f"/batches/{row['batch_id']}/{what}", "s002", json=body)
    open_ = "select from jps_reporting.batches where state not in ('sent', 'cancelled')"
    assert not await house.fetch(open_)


async def holds(house: House) -> None:
    """What always holds."""
    twice = await house.fetch(
        "select item_id from jps_reporting.provisions group by item_id having count(*) > 1"
    )
    assert not twice
    astray = await house.fetch(
        """
        select i.item_id, i.state, b.state as batch from jps_reporting.items as i
        left join jps_reporting.batches as b using (batch_id)
        left join jps_reporting.provisions as p using (item_id)
        where (i.state = 'in_batch') is distinct from
                  (b.state in ('collecting', 'checked', 'has_errors', 'sealing'))
              and i.batch_id is not null
           or (i.state in ('sealed', 'sent')) <> (p.item_id is not null)
           or (i.state = 'sent') <> coalesce(b.state = 'sent', false)
        """
    )
    assert not astray
    serials = await house.fetch("select serial from jps_reporting.media order by serial")
    assert [row["serial"] for row in serials] == list(range(1, len(serials) + 1))
    counts = await house.fetch(
        """
        select m.record_count, count(p.item_id) as provided
        from jps_reporting.media as m left join jps_reporting.provisions as p using (medium_id)
        where m.sealed_at is not null group by m.medium_id
        """
    )
    assert all(row["record_count"] == row["provided"] for row in counts)
    errors = await house.fetch(
        """
        select from jps_reporting.findings as f join jps_reporting.provisions as p using (item_id)
        where f.severity = 'error'
        """
    )
    assert not errors


@pytest.mark.parametrize("seed", range(3))
async def test_every_item_is_in_one_state_and_on_one_medium_at_most(
    sealing_house: House, seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(STEPS):
        await step(sealing_house, chance)
        await holds(sealing_house)
    await to_its_end(sealing_house)
    await holds(sealing_house)
    rows = await sealing_house.fetch(
        "select item_id, state from jps_reporting.item_history order by item_id, at"
    )
    paths: dict[object, list[ItemState]] = {}
    for row in rows:
        paths.setdefault(row["item_id"], []).append(ItemState(row["state"]))
    assert any(ItemState.SENT in path for path in paths.values())
    assert all(move in MOVES for path in paths.values() for move in pairwise(path))
