"""A merge that comes while the vault writes a medium."""

from typing import Any
from uuid import UUID

import pytest

from services.chassis.problems import Problem
from services.jps_reporting import sealing
from tests.chassis.merging import merged, separated
from tests.jps_reporting.house import House
from tests.jps_reporting.test_sealing import _staff, reported

pytestmark = pytest.mark.stack


async def test_two_who_are_found_to_be_one_while_the_vault_writes_are_not_sent_twice(
    sealing_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch was ordered, and only then the merge came: what was written is not kept."""
    house = sealing_house
    events, _ = await reported(house, 2)
    batch = await house.checked()
    one, other = (event.person_id for event in events)
    record = sealing.record

    async def meanwhile(*passed: Any) -> None:
        assert await house.state(batch) == "sealing"
        await house.take([merged(other, one)])
        await record(*passed)

    monkeypatch.setattr(sealing, "record", meanwhile)
    with pytest.raises(Problem) as refused:
        await sealing.seal(house.service, house.service.state, _staff(), UUID(batch))
    assert refused.value.code == "JR-3002"
    monkeypatch.setattr(sealing, "record", record)
    assert await house.state(batch) == "has_errors"
    assert not await house.fetch("select from jps_reporting.provisions")
    assert (await house.seal(batch, "s003")).json()["code"] == "JR-3002"
    # It was no merge after all: the same medium is made, under the same serial.
    await house.take([separated(other)])
    sealed = await house.seal(batch, "s003")
    assert sealed.json()["medium"]["serial"] == 1
