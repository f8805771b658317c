"""One person from two records, and back: what was notified under either id, by what both tell."""

from itertools import permutations
from uuid import UUID, uuid4

import pytest

from contracts.events import Event
from services.chassis.service import Service
from services.exemptions.stores import persons
from tests.audit.calling import Caller
from tests.chassis.merging import merged, separated
from tests.exemptions.counter import a_notice, category_1, person_changed, sent, take
from tests.exemptions.test_exemptions_api import CHIEF, CLERK

pytestmark = pytest.mark.stack
NOTICES = "/additional-premium-notices"


async def page(caller: Caller, person_id: UUID) -> tuple[str, int]:
    """Whose page it is, and how many notices are on it."""
    shown = (await caller(*CLERK, get=f"/persons/{person_id}/exemptions")).json()
    return shown["person_id"], len(shown["notices"])


async def test_notices_are_the_person_s_under_either_id_and_each_id_s_own_again(
    call: Caller, exemptions: Service
) -> None:
    one, other = uuid4(), uuid4()
    await take(exemptions, *(person_changed(p) for p in (one, other)),
               *(category_1(p) for p in (one, other)))  # fmt: skip
    answer = await call(*CLERK, post=NOTICES, json=a_notice(other))
    assert answer.status_code == 201, answer.text
    await take(exemptions, merged(other, one))
    assert [await page(call, p) for p in (one, other)] == [(str(one), 1)] * 2
    # One notice at a time: that of the other id is this person's.
    again = await call(*CLERK, post=NOTICES, json=a_notice(one))
    assert again.status_code == 409, again.text
    where = f"{NOTICES}/{answer.json()['notice']['notice_id']}/settle"
    assert (await call(*CHIEF, post=where)).status_code == 200
    await take(exemptions, separated(other))
    assert [await page(call, p) for p in (one, other)] == [(str(one), 0), (str(other), 1)]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda o: "".join(map(str, o)))
async def test_what_is_known_of_one_person_is_the_same_whatever_arrives_first(
    exemptions: Service, order: tuple[int, ...]
) -> None:
    gone, here = uuid4(), uuid4()
    told: list[list[Event]] = [
        [person_changed(gone, moved=True), category_1(gone)],
        [person_changed(here)],
        [merged(gone, here)],
    ]
    for place in order:
        for event in told[place]:
            await take(exemptions, event)
    async with exemptions.database.read() as connection:
        known = [await persons.facts(connection, p) for p in (gone, here)]
    assert known[0] == known[1]
    assert known[0] is not None
    assert sorted(stay.ended is None for stay in known[0].residence or ()) == [False, True]
    assert known[0].periods
    await take(exemptions, separated(gone))
    async with exemptions.database.read() as connection:
        alone = await persons.facts(connection, here)
    assert alone is not None
    assert (len(alone.residence or ()), alone.periods) == (1, None)
    assert await sent(exemptions, type(told[2][0])) == []
