"""On the real bus: from a notice at the counter to JPS's file, and back to the notice's state."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contracts.events import LinkageRequested
from contracts.topics import LINKAGE_REQUESTS
from deploy.local.testing import TestStack
from services.chassis.clock import FixedClock, SystemClock, japan_date
from services.jps_reporting.app import build
from services.jps_reporting.settings import Settings
from tests.audit.publishing import Sender
from tests.jps_reporting.conftest import with_password
from tests.jps_reporting.house import SEALER, House
from tests.jps_reporting.test_jps_bus import reading, until
from tests.jps_reporting.told import RETURNED, taken, written
from tests.qualification.house import Counter, notice
from tests.qualification.house import House as Qualification
from tests.qualification.people import Life
from tests.token_vault import vaults

pytestmark = pytest.mark.stack


async def eventually(asked: Callable[[], Awaitable[Any]], wanted: Any) -> None:
    """Wait until the answer is what is wanted."""
    found: Any = None
    for _ in range(150):
        found = await asked()
        if found == wanted:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{found!r}, not {wanted!r}")


async def test_what_jps_returned_comes_back_to_the_notice(
    clean_stack: TestStack, vault: vaults.House, tmp_path: Path
) -> None:
    # One moment for both services: a run may go on past midnight.
    stack, person_id, clock = clean_stack, uuid4(), FixedClock(SystemClock().now())
    today = japan_date(clock.now())
    settings = stack.settings(Settings, "jps_reporting", HTTP_PORT="0", LOG_LEVEL="WARNING")
    peers = {**settings.peers, "token_vault": vault.url}
    await with_password(vault)
    qualification = Qualification(stack, "qualification", str(today))
    identity = Sender(stack, "identity")
    jps_reporting = build(settings.model_copy(update={"peers": peers}))
    jps_reporting.clock = jps_reporting.intake._clock = clock
    async with (
        qualification.service.running() as service,
        jps_reporting.running() as reporting,
        reading(stack, "identity", LINKAGE_REQUESTS) as asked,
    ):
        counter, house = Counter(qualification, service), House(reporting, stack, vault)
        life = Life("1981-03-03").loaded(str(today - timedelta(days=60)), since="2010-04-01")
        await identity.send([(str(person_id), event) for event in life.events(person_id)])
        sql = "select person_id from qualification.persons"
        await eventually(lambda: qualification.rows(sql), [{"person_id": person_id}])
        body = notice(
            person_id,
            received_on=str(today),
            left_employment_on=str(today - timedelta(days=5)),
        )
        answer = await counter.accept(body)
        assert answer.status_code == 201, answer.text
        notice_id = answer.json()["summary"]["notice_id"]
        assert (await counter.settle(notice_id)).is_success

        async def state() -> str:
            rows = await qualification.rows("select state from qualification.notices")
            return str(rows[0]["state"])

        await until(house, "select count(*) from jps_reporting.items where state = 'waiting'", 1)
        await house.number(person_id, 1)
        batch = (await house.build())["batch_id"]
        (record,) = await vaults.read(asked, 1)
        request = LinkageRequested.model_validate_json(record.value)
        await identity.send([(str(person_id), house.reply(request))])
        await until(
            house,
            "select state from jps_reporting.batches where batch_id = $1::uuid",
            "checked",
            batch,
        )
        assert (await house.seal(batch)).is_success
        assert (await house.call("POST", f"/batches/{batch}/send", SEALER)).is_success
        await eventually(state, "forwarded")

        told = RETURNED | {"記録番号": "1", "届書種別": "0103", "処理年月日": f"{today:%Y%m%d}"}
        assert await taken(house, written(tmp_path, [told])) == 0
        await eventually(state, "returned")
        for database in (qualification.rows, house.fetch):
            assert not await database("select code from bus.dead_letters")
