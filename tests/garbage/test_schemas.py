"""Events made from the published schemas, right and wrong: each is taken in or refused under a
number, whatever it says. Nothing else ever comes of it: no error, and so no trying again."""

import asyncio
import json
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contracts.events import Event
from contracts.topics import shard_of
from services.chassis.intake import Tally
from services.chassis.received import Received
from services.chassis.records import Record, Refusal, parse
from tests.garbage.house import House
from tests.garbage.samples import TYPES
from tests.garbage.strategies import SCHEMAS, mutated, valid

EXAMPLES = int(os.environ.get("NENKIN_FUZZ_EXAMPLES", "40"))
"""More where somebody has the time: NENKIN_FUZZ_EXAMPLES=5000."""
_NUMBERED = re.compile(r"[A-Z]{2}-[0-9]{4}")
_slowly = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="NENKIN_FUZZ_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large,
                           HealthCheck.filter_too_much, HealthCheck.large_base_example],
)  # fmt: skip


def documents(type_: type[Event]) -> st.SearchStrategy[Any]:
    schema = SCHEMAS[type_]
    return st.one_of(valid(schema, schema), mutated(valid(schema, schema)))


_MARKS = "select producer, topic, shard, epoch, number from bus.marks"
_FORGET = "update bus.marks set epoch = 0, number = 9000000000000000000 where number > 1000000000"
_RESTORE = """
update bus.marks set epoch = $4, number = $5 where producer = $1 and topic = $2 and shard = $3
"""


class Numbers:
    """One after the other, for every record that is made."""

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> int:
        self.last += 1
        return self.last


NUMBERS = Numbers()


def record(type_: type[Event], document: Any) -> Record:
    """The document as its producer would put it on the bus, under the right key if it has one."""
    body = json.dumps(document).encode()
    source = type_.TOPIC.producers[0]
    number = NUMBERS.next()
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid4()),
        "ce_type": type_.TYPE,
        "ce_source": source,
        "ce_time": datetime.now(UTC).isoformat(),
        # An epoch of its own: what the real producers have sent in the first is long past.
        "ce_sequence": f"9.{number + 10**9}",
    }
    try:
        key = type_.model_validate_json(body).record_key or source
    except ValueError:
        key = str(uuid4())
    return Record(type_.TOPIC.name, shard_of(key), number + 10**9, key, headers, body)


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.TYPE)
@_slowly
@given(data=st.data())
def test_whatever_it_says_it_is_taken_or_refused_under_a_number(
    type_: type[Event], data: st.DataObject
) -> None:
    document = data.draw(documents(type_))
    item = parse(record(type_, document))
    if isinstance(item, Refusal):
        assert _NUMBERED.fullmatch(item.code)
        return
    assert isinstance(item, Received)
    # What is taken is what the schema describes (of formats, and what JSON calls a number, it
    # says less): nobody can publish by a reading of the contract that only we have.
    again = json.loads(item.event.model_dump_json())
    assert not list(Draft202012Validator(SCHEMAS[type_]).iter_errors(again))


@pytest.mark.stack
@pytest.mark.xdist_group("garbage")
@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.TYPE)
def test_no_service_trips_over_what_the_contract_lets_in(house: House, type_: type[Event]) -> None:
    """Only what passes the contract is handed over; each service refuses it or takes it."""

    @_slowly
    @given(batch=st.lists(documents(type_), min_size=1, max_size=6))
    def taken(batch: Sequence[Any]) -> None:
        records = [record(type_, document) for document in batch]
        fitting = [r for r in records if isinstance(parse(r), Received)]
        if fitting:
            for tally, codes in house.do(_take(house, type_, fitting)):
                assert tally.handled + tally.refused + tally.waiting == len(fitting)
                assert all(_NUMBERED.fullmatch(code) for code in codes)

    marks = {service: house.rows(service, _MARKS) for service in type_.TOPIC.consumers}
    try:
        taken()
    finally:  # what the real producers send next is not to be taken for old
        for service, before in marks.items():
            house.execute(service, _FORGET)
            for row in before:
                house.execute(service, _RESTORE, *row.values())


async def _take(
    house: House, type_: type[Event], records: Sequence[Record]
) -> list[tuple[Tally, list[str]]]:
    async def by(service: str) -> tuple[Tally, list[str]]:
        intake = house.services[service].intake
        intake._breakers._latest.clear()  # so much garbage would open it
        tally = await intake.take(records)
        async with house.services[service].database.transaction() as connection:
            rows = await connection.fetch(
                "select code from bus.dead_letters where kafka_offset = any($1::bigint[])"
                " and code is not null",
                [r.offset for r in records],
            )
        return tally, [row["code"] for row in rows]

    return await asyncio.gather(*(by(service) for service in type_.TOPIC.consumers))
