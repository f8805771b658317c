"""One person from two records, and back: claims on a death, and claims made, under either id."""

from itertools import permutations
from uuid import UUID, uuid4

import pytest

from contracts.events import Event, ReportItemKind, UnpaidBenefitClaimReceived
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.chassis.merging import merged, separated
from tests.claims.deaths import a_claim
from tests.claims.test_claims_api import (
    CLAIMS,
    CLERK,
    DIED,
    accepted,
    call,
    child,
    claims,
    database,
    deceased,
    settled,
)
from tests.exemptions.counter import category_1, forwarded, person_changed, sent, take

__all__ = ["call", "child", "claims", "database", "deceased"]

pytestmark = pytest.mark.stack


async def page(caller: Caller, person_id: UUID) -> tuple[str, int, int]:
    """Whose page it is, claims on the person's death, claims that the person made."""
    shown = (await caller(*CLERK, get=f"/persons/{person_id}/claims")).json()
    return shown["person_id"], len(shown["on_death"]), len(shown["as_claimant"])


async def test_claims_are_the_person_s_under_either_id_and_each_id_s_own_again(
    call: Caller, claims: Service, deceased: UUID, child: UUID
) -> None:
    other, twin = uuid4(), uuid4()
    await take(claims, person_changed(other, died_on=DIED), person_changed(twin))
    await accepted(call, deceased, child)
    await take(claims, merged(deceased, other), merged(child, twin))
    assert [await page(call, p) for p in (deceased, other)] == [(str(other), 1, 0)] * 2
    assert [await page(call, p) for p in (child, twin)] == [(str(twin), 0, 1)] * 2
    # The same claimant for the same person, whichever of their ids is named.
    again = await call(*CLERK, post=CLAIMS, json=a_claim(other, twin))
    assert (again.status_code, again.json()["code"]) == (409, "CL-0104")
    await take(claims, separated(deceased), separated(child))
    assert await page(call, deceased) == (str(deceased), 1, 0)
    assert await page(call, other) == (str(other), 0, 0)
    assert await page(call, child) == (str(child), 0, 1)


async def test_what_was_taken_in_under_an_id_is_reported_and_forwarded_under_it(
    call: Caller, claims: Service, deceased: UUID, child: UUID
) -> None:
    other = uuid4()
    await take(claims, person_changed(other, died_on=DIED))
    shown = await accepted(call, deceased, child)
    await take(claims, merged(deceased, other))
    after = await settled(call, shown)
    assert after["claim"]["person_id"] == str(other)
    [event] = await sent(claims, UnpaidBenefitClaimReceived)
    assert event.person_id == deceased
    kind = ReportItemKind.UNPAID_BENEFIT_CLAIM
    await take(claims, forwarded(event.item_id, deceased, kind, "2026-10-28"))
    shown = (await call(*CLERK, get=f"/persons/{other}/claims")).json()
    assert [claim["state"] for claim in shown["on_death"]] == ["forwarded"]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda o: "".join(map(str, o)))
async def test_a_death_that_one_record_tells_is_the_person_s_whatever_arrives_first(
    call: Caller, claims: Service, child: UUID, order: tuple[int, ...]
) -> None:
    living, dead = uuid4(), uuid4()
    events: list[tuple[Event, ...]] = [
        (person_changed(living), category_1(living, lost="2026-10-02")),
        (person_changed(dead, died_on=DIED),),
        (merged(dead, living),),
    ]
    for place in order:
        for event in events[place]:
            await take(claims, event)
    await accepted(call, living, child)
    assert await page(call, dead) == (str(living), 1, 0)
    await take(claims, separated(dead))
    refused = await call(*CLERK, post=CLAIMS, json=a_claim(living, child))
    assert [e["code"] for e in refused.json()["errors"]] == ["not-known-dead"]
