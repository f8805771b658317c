"""What other services are told of blocks (抑止): what is stopped for whom, and nothing of why; and
that 照会抑止 stops facts whoever asks."""

from argparse import Namespace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    BlockKind,
    ExemptionsFactsAnswered,
    FactItem,
    FactOutcome,
    FactPurpose,
    FactsRequested,
    PersonBlocksChanged,
    Whose,
)
from contracts.events.blocks import Stop
from services.identity.commands import republish
from tests.identity.desk import FindingDesk, two
from tests.identity.feeds import income
from tests.identity.house import Counter, House
from tests.identity.people import Kind, token, told
from tests.identity.test_block_api import CLERK, OTHER, TARO, Office
from tests.identity.test_feeds_kept import tell

pytestmark = pytest.mark.stack


@pytest.fixture
def office(house: House, counter: Counter) -> Office:
    return Office(house, counter)


@pytest.fixture
async def hanako(house: House) -> UUID:
    await house.told(told(Kind.MOVE_IN))
    return await house.person_id()


async def stops(house: House) -> dict[UUID, tuple[int, list[str]]]:
    """What the neighbours know in the end: the version, and the kinds that are stopped."""
    return {
        event.person_id: (event.blocks_version, [stop.kind.value for stop in event.stops])
        for event in await house.outbox(PersonBlocksChanged)
    }


async def test_set_lifted_and_released_the_neighbours_are_told(
    house: House, office: Office, hanako: UUID
) -> None:
    proposed = await office.propose(person_id=str(hanako))
    assert await house.outbox(PersonBlocksChanged) == []
    path = f"/blocks/{proposed.json()['block_id']}"
    await office.post(f"{path}/settlement", OTHER, agree=True)
    (event,) = await house.outbox(PersonBlocksChanged)
    assert event.stops == (Stop(kind=BlockKind.CHANGE, since=office.today),)
    assert set(event.stops[0].model_dump()) == {"kind", "since", "lifted_until"}
    await office.post(f"{path}/lifting", OTHER, minutes=30)
    lifted = (await house.outbox(PersonBlocksChanged))[-1]
    assert lifted.stops[0].lifted_until is not None
    await office.post(f"{path}/lifting", OTHER, minutes=0)
    await office.post(f"{path}/release", CLERK)
    assert await stops(house) == {hanako: (3, ["change"])}
    await office.post(f"{path}/settlement", OTHER, agree=True)
    assert await stops(house) == {hanako: (4, [])}


async def test_one_that_an_earlier_release_set_is_told_when_all_is_republished(
    house: House, office: Office, hanako: UUID
) -> None:
    await office.block(person_id=str(hanako))
    async with house.owner() as connection:
        await connection.execute("delete from identity.blocks_told")
    before = len(await house.outbox(PersonBlocksChanged))
    await republish(house.service, Namespace(since=None, restored=False))
    told_again = (await house.outbox(PersonBlocksChanged))[before:]
    assert [(e.person_id, [s.kind for s in e.stops]) for e in told_again] == [
        (hanako, [BlockKind.CHANGE])
    ]


async def test_what_only_warns_is_told_to_nobody(
    house: House, office: Office, hanako: UUID
) -> None:
    await office.block(person_id=str(hanako), level="warn")
    assert await house.outbox(PersonBlocksChanged) == []


async def test_a_household_is_whoever_lives_in_it(house: House, office: Office) -> None:
    await house.told(
        told(Kind.MOVE_IN, household_number="901"),
        told(Kind.MOVE_IN, number=TARO, number_token=token(2), household_number="902"),
    )
    hanako, taro = await house.person_id(), await house.person_id(TARO)
    page = (await office.page(hanako)).json()
    await office.block(household_id=page["household"]["household_id"])
    assert await stops(house) == {hanako: (1, ["change"])}
    await house.told(
        told(Kind.SNAPSHOT, version=2, number=TARO, number_token=token(2), household_number="901")
    )
    assert await stops(house) == {hanako: (1, ["change"]), taro: (1, ["change"])}
    await house.told(
        told(Kind.SNAPSHOT, version=3, number=TARO, number_token=token(2), household_number="902")
    )
    assert await stops(house) == {hanako: (1, ["change"]), taro: (2, [])}


async def test_a_merge_tells_nothing_anew(house: House, office: Office, counter: Counter) -> None:
    first, second = await two(house)
    await office.block(person_id=str(second), kind="inquiry")
    before = await stops(house)
    await FindingDesk(counter).merge(first, second)
    assert await stops(house) == before


async def test_facts_of_somebody_under_照会抑止_are_told_to_no_service(
    house: House, office: Office, hanako: UUID
) -> None:
    await tell(house, income())

    async def ask() -> ExemptionsFactsAnswered:
        request = FactsRequested(
            request_id=uuid4(), reference=uuid4(), applicant_id=hanako, person_id=hanako,
            whose=Whose.APPLICANT, purpose=FactPurpose.EXEMPTION_REVIEW,
            items=(FactItem.TOTAL_INCOME,), levy_years=(2026,),
        )  # fmt: skip
        await house.service.intake.take(house.records("exemptions", [(str(hanako), request)]))
        return (await house.outbox(ExemptionsFactsAnswered))[-1]

    told_before = await ask()
    assert (told_before.blocked, told_before.income[0].outcome) == (False, FactOutcome.VALUE)
    path = await office.block(person_id=str(hanako), kind="inquiry")
    answer = await ask()
    assert (answer.blocked, answer.refusal) == (True, None)
    (fact,) = answer.income
    assert (fact.outcome, fact.income) == (FactOutcome.UNSETTLED, None)
    record = [
        r for r in await house.outbox(AuditRecorded) if r.operation is AuditOperation.LINKAGE
    ][-1]
    assert (record.outcome, record.details["refusal"]) == (AuditOutcome.REFUSED, "blocked")
    await office.post(f"{path}/lifting", OTHER, minutes=30)
    assert (await ask()).income[0].outcome is FactOutcome.VALUE


async def test_a_block_of_another_kind_stops_no_facts(
    house: House, office: Office, hanako: UUID
) -> None:
    tomorrow = office.today + timedelta(days=1)
    await office.block(person_id=str(hanako), kind="issue")
    await office.block(person_id=str(hanako), kind="inquiry", first=str(tomorrow))
    assert await stops(house) == {hanako: (2, ["inquiry", "issue"])}
    assert (await office.page(hanako)).status_code == 200
