"""A bad release upstream: everything on a topic is invalid at once. Its intake stops, the dead
letters do not fill, other topics go on, and an operator gets it going again."""

from uuid import uuid4

import pytest

from services.chassis import breaker
from tests.garbage.house import PAIRS, House, Sent
from tests.garbage.samples import SAMPLES, TYPES, number

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("garbage")]

READ = tuple(dict.fromkeys(topic for _, topic in PAIRS))
"""Every topic that a service of the house reads."""
WINDOW = 100
"""As the house's fixture sets it: where half of the latest are bad, it is too much."""
RELEASE = 150


def good(house: House, topic: str, index: int, version: int) -> Sent:
    """A good event of the topic's first type, about one of many."""
    type_ = next(each for each in TYPES if each.TOPIC.name == topic)
    event_id = uuid4()
    event = SAMPLES[type_](house, number(type_, index), version, event_id)
    return house.record(event, event_id=event_id)


def invalid(house: House, topic: str, index: int) -> Sent:
    """The same as a sender with a bug would have it."""
    record = good(house, topic, index, 1)
    return Sent(record.topic, record.key, record.headers, record.body[:-1] + b',"oops":1}')


def test_everything_invalid_trips_the_breaker_and_operators_close_it_again(house: House) -> None:
    for topic in READ:  # whatever went before, the latest are good
        house.send(good(house, topic, 190 + n % 10, 10 + n) for n in range(WINDOW))
    house.settled()
    before = {service: len(house.letters(service)) for service in house.services}
    for topic in READ:
        house.send(invalid(house, topic, 120 + n % 30) for n in range(RELEASE))

    async def all_open() -> bool:
        for service in house.services.values():
            async with service.database.read() as connection:
                rows = await breaker.listing(connection)
            if {row["topic"] for row in rows} != {topic.name for topic in service.handlers}:
                return False
        return True

    house.until(all_open)
    for service, consumed in house.services.items():
        parked = len(house.letters(service)) - before[service]
        assert parked <= WINDOW // 2 * len(consumed.handlers), service
        for row in house.rows(service, "select topic, code, park_anyway from bus.breakers"):
            assert (row["code"], row["park_anyway"]) == ("CH-1007", False)

    async def park(service: str, topic: str) -> bool:
        async with house.services[service].unit_of_work() as uow:
            return await breaker.park_anyway(uow.connection, topic)

    for service, topic in PAIRS:
        assert house.do(park(service, topic))
    house.settled()
    for service, consumed in house.services.items():
        parked = len(house.letters(service)) - before[service]
        assert parked == RELEASE * len(consumed.handlers), service
    # The release is rolled back: what is good again closes every breaker.
    for topic in READ:
        house.send(good(house, topic, 190 + n % 10, 200 + n) for n in range(WINDOW))
    house.settled()
    closed(house)


def closed(house: House) -> None:
    """Wait until no breaker is open any more."""

    async def holds() -> bool:
        for service in house.services.values():
            async with service.database.read() as connection:
                if await breaker.listing(connection):
                    return False
        return True

    house.until(holds)
    for service, topic in PAIRS:
        assert house.services[service].metrics.breaker.labels(topic)._value.get() == 0


def test_one_topic_that_is_broken_stops_no_other(house: House) -> None:
    """Of one service that reads several: the good ones of the others are taken in meanwhile."""
    broken, sound = "qualification.events", "exemptions.events"
    house.send(invalid(house, broken, 150 + n % 30) for n in range(RELEASE))
    is_open = house.services["jps_reporting"].metrics.breaker.labels(broken)

    async def opened() -> bool:
        return bool(is_open._value.get() == 1)

    house.until(opened)
    records = [good(house, sound, 190 + n % 10, 400 + n) for n in range(20)]
    house.send(records)
    house.settled([sound])
    taken = house.taken["jps_reporting", sound].ids()
    assert {record.event_id for record in records} <= set(taken)
    for service in ("exemptions", "claims", "jps_reporting"):
        house.execute(service, "update bus.breakers set park_anyway = true")
    house.send(good(house, broken, 190 + n % 10, 600 + n) for n in range(WINDOW))
    house.settled()
    closed(house)
