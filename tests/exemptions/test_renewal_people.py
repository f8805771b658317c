"""Whom a renewal is about: the household by the register, who moved out, who died."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.dates import UncertainDate
from contracts.events import (
    PersonSightChanged,
    RegisteredAs,
    RegisteredHousehold,
    RegisterOutcome,
)
from services.chassis.clock import FixedClock
from tests.exemptions.applying import (
    CHIEF,
    CLERK,
    PATH,
    somebody_is,
)
from tests.exemptions.counter import person_changed, somebody, take
from tests.exemptions.renewing import Renewing, figures

pytestmark = pytest.mark.stack


async def found_of(city: Renewing, **query: Any) -> list[str]:
    """The findings of the one renewal there is."""
    (one,) = (await city.stand(**query))["applications"]
    shown = (await city.call(*CLERK, get=f"{PATH}/{one['application_id']}")).json()
    return [finding["code"] for finding in shown["findings"]]


async def test_a_household_that_the_register_has_otherwise_is_for_a_person(city: Renewing) -> None:
    person, wife = [await somebody(city.service) for _ in range(2)]
    await city.applied(person, spouse_status="here", spouse=str(wife))
    city.in_july()
    await city.run()
    alone = RegisteredHousehold(
        householder=somebody_is(person), spouse=RegisteredAs(outcome=RegisterOutcome.NOBODY)
    )
    await city.answer(alone)
    await city.run()
    assert figures(await city.stand()) == {"to_look_at": 1}
    assert await found_of(city) == ["household-spouse-gone"]


async def test_what_was_looked_at_of_a_household_is_not_asked_every_year(city: Renewing) -> None:
    person, wife = [await somebody(city.service) for _ in range(2)]
    await city.applied(person, spouse_status="here", spouse=str(wife))
    apart = RegisteredHousehold(
        householder=somebody_is(person), spouse=RegisteredAs(outcome=RegisterOutcome.NOBODY)
    )
    city.in_july()
    await city.run()
    await city.answer(apart)
    await city.run()
    (one,) = (await city.stand())["applications"]
    looked = {"acknowledged": await found_of(city)}
    settle = f"{PATH}/{one['application_id']}/settle"
    assert (await city.call(*CHIEF, post=settle, json=looked)).status_code == 200
    later = datetime(2028, 7, 1, 1, 0, tzinfo=UTC)
    city.service.clock = city.service.intake._clock = FixedClock(later)
    await city.run(2028)
    await city.answer(apart)
    assert await city.run(2028) == 0
    assert (await city.stand(cycle=2028))["clear"] == 1


async def test_who_is_hidden_is_not_told_of_by_the_register(city: Renewing) -> None:
    """A man whose register has a hidden householder now: the clerk without the right is told what
    they are told of anybody whose household the register does not tell."""
    person, hidden = [await somebody(city.service) for _ in range(2)]
    await city.applied(person)
    city.in_july()
    await city.run()
    await city.answer(
        RegisteredHousehold(householder=somebody_is(hidden), spouse=somebody_is(hidden))
    )
    await city.run()
    assert await found_of(city) == ["household-householder-other", "household-spouse-came"]
    await take(
        city.service,
        PersonSightChanged(person_id=hidden, sight_version=1, hidden=True),
    )
    assert await found_of(city) == ["household-householder-uncertain", "household-spouse-uncertain"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"moved": True}, "renewal-moved-out"),
        ({"died_on": UncertainDate.exact(date(2027, 6, 20))}, "renewal-died"),
    ],
    ids=["moved out", "died"],
)
async def test_who_is_not_here_any_more_is_for_a_person(
    city: Renewing, changed: dict[str, Any], code: str
) -> None:
    person = await somebody(city.service)
    await city.applied(person)
    await take(city.service, person_changed(person, 2, **changed))
    city.in_july()
    await city.run()
    await city.answer()
    await city.run()
    assert await found_of(city) == [code]
