"""Income that exemptions asked for in vain: when it comes exemptions is told of whom and of which
year, and of nobody else's, however much income comes."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.events import (
    AuditRecorded,
    ExemptionsHouseholdFactsAnswered,
    FactItem,
    FactPurpose,
    FactsRequested,
    IncomeCorrected,
    IncomeNotAwaited,
    IncomeTold,
    Whose,
)
from contracts.events.income import IncomeStanding
from contracts.events.residents import PersonName
from services.identity.domain.facts import oldest_awaited
from services.identity.stores import awaiting
from tests.identity.feeds import attributes, income
from tests.identity.house import Counter, House
from tests.identity.people import Kind, token, told
from tests.identity.test_block_api import Office
from tests.identity.test_feeds_kept import MARRIED, look_again, tell
from tests.identity.test_near_misses import Desk
from tests.identity.test_registered_household import answered, asked, couple

pytestmark = pytest.mark.stack


async def come(house: House) -> list[tuple[UUID, int]]:
    return [(event.person_id, event.levy_year) for event in await house.outbox(IncomeTold)]


async def corrections(house: House) -> list[tuple[UUID, int]]:
    return [(event.person_id, event.levy_year) for event in await house.outbox(IncomeCorrected)]


async def waiting(house: House) -> set[tuple[int, UUID]]:
    rows = await house.rows("select levy_year, person_id from identity.awaited_incomes")
    return {(row["levy_year"], row["person_id"]) for row in rows}


async def asks(house: House, person_id: UUID, by: str = "exemptions", **more: Any) -> None:
    records = house.records(
        by,
        [
            (
                str(person_id),
                FactsRequested(
                    request_id=UUID(int=7), reference=UUID(int=8), applicant_id=person_id,
                    person_id=person_id, whose=Whose.APPLICANT,
                    items=(FactItem.TOTAL_INCOME,), levy_years=(2026,),
                    **{"purpose": FactPurpose.STUDENT_REVIEW, **more},
                ),
            )
        ],
    )  # fmt: skip
    tally = await house.service.intake.take(records)
    assert (tally.handled, tally.refused) == (1, 0)


async def outcomes(house: House, person_id: UUID) -> list[str]:
    answer: ExemptionsHouseholdFactsAnswered = await answered(house, asked(person_id))
    return [fact.outcome.value for one in answer.people for fact in one.income]


async def test_who_was_asked_about_in_vain_is_signalled_once_and_nobody_else_is(
    house: House,
) -> None:
    hanako, taro = await couple(house)
    assert await outcomes(house, hanako) == ["no_record"]
    assert await waiting(house) == {(2026, hanako)}
    # Of another year, and of whom nobody asked about: nothing is told.
    told_of_taro = attributes(name="山田　太郎")
    await tell(house, income(levy_year=2025), income(number="T00002", told=told_of_taro))
    assert await come(house) == []
    await tell(house, income())
    assert await come(house) == [(hanako, 2026)]
    assert await waiting(house) == set()
    await tell(house, income(), income(version=2))
    await tell(house, income(version=3, total_income=1_900_000))
    assert (await come(house), await corrections(house)) == ([(hanako, 2026)], [(hanako, 2026)])
    assert taro not in {person for person, _ in await come(house)}


async def test_it_says_nothing_but_whom_and_which_year_and_is_recorded(house: House) -> None:
    hanako, _ = await couple(house)
    await outcomes(house, hanako)
    await tell(house, income())
    (event,) = await house.outbox(IncomeTold)
    assert event.model_dump() == {"person_id": hanako, "levy_year": 2026}
    (kept,) = [r for r in await house.outbox(AuditRecorded) if r.details.get("outcome") == "come"]
    assert (kept.person_id, kept.purpose) == (hanako, "exemption_review")
    assert "90条" in (kept.legal_basis or "")


async def test_what_there_is_or_was_not_declared_waits_for_nothing(house: House) -> None:
    hanako, _ = await couple(house)
    await tell(house, income(standing=IncomeStanding.NOT_DECLARED))
    assert await outcomes(house, hanako) == ["not_declared"]
    assert await waiting(house) == set()
    # Declared late it is told otherwise than before: a correction, as ever.
    await tell(house, income(version=2))
    assert (await come(house), await corrections(house)) == ([], [(hanako, 2026)])
    assert await outcomes(house, hanako) == ["value"]


async def test_others_who_ask_in_vain_are_not_waited_for(house: House) -> None:
    hanako, _ = await couple(house)
    await asks(house, hanako, by="claims", purpose=FactPurpose.CLAIM_REVIEW)
    await asks(house, hanako, by="exemptions", purpose=FactPurpose.CLAIM_REVIEW)
    assert await waiting(house) == set()
    await asks(house, hanako)
    assert await waiting(house) == {(2026, hanako)}


async def ends(house: House, person_id: UUID, by: str = "exemptions", year: int = 2026) -> None:
    """Nothing of the asker's waits for that income any more."""
    event = IncomeNotAwaited(person_id=person_id, levy_year=year)
    tally = await house.service.intake.take(house.records(by, [(event.record_key, event)]))
    assert (tally.handled, tally.refused) == (1, 0)


async def forgotten(house: House) -> list[int | None]:
    recorded = await house.outbox(AuditRecorded)
    return [r.count for r in recorded if r.details.get("job") == "income_not_awaited"]


async def test_what_no_application_waits_for_any_more_is_not_kept_nor_signalled(
    house: House,
) -> None:
    hanako, taro = await couple(house)
    for person_id in (hanako, taro):
        await outcomes(house, person_id)
    # Of another year, and by somebody who cannot have asked: it is awaited still.
    await ends(house, hanako, year=2025)
    await ends(house, hanako, by="claims")
    assert await waiting(house) == {(2026, hanako), (2026, taro)}
    assert await forgotten(house) == []
    for _ in range(2):  # told twice, it is done and recorded once
        await ends(house, hanako)
    assert await waiting(house) == {(2026, taro)}
    assert await forgotten(house) == [1]
    await tell(house, income())
    assert await come(house) == []
    # Asked about again later, it is awaited again.
    await ends(house, taro)
    assert await outcomes(house, taro) == ["no_record"]
    assert await waiting(house) == {(2026, taro)}


async def test_it_is_forgotten_under_every_id_of_the_person(house: House) -> None:
    hanako, taro = await couple(house)
    await outcomes(house, taro)
    async with house.owner() as connection:
        await connection.execute(
            "update identity.residents set person_id = $1, former_id = $2 where person_id = $2",
            hanako,
            taro,
        )
    await ends(house, hanako)
    assert await waiting(house) == set()


async def test_of_years_that_nobody_applies_for_any_more_nothing_is_kept(house: House) -> None:
    hanako, taro = await couple(house)
    async with house.owner() as connection:
        await connection.execute(
            "insert into identity.awaited_incomes (levy_year, person_id, asked_at)"
            " select y, $1, now() from unnest(array[2021, 2022, 2023]) as y",
            taro,
        )
    await outcomes(house, hanako)
    assert await waiting(house) == {(2023, taro), (2026, hanako)}


@pytest.mark.parametrize(
    ("today", "oldest"),
    [
        # June 2024, the last month of the cycle of 2023, can be applied for until July 2026.
        (date(2026, 7, 31), 2022),
        (date(2026, 8, 1), 2023),
        (date(2027, 7, 31), 2023),
        (date(2027, 8, 1), 2024),
    ],
)
def test_a_levy_year_is_waited_for_a_year_longer_than_it_can_be_applied_for(
    today: date, oldest: int
) -> None:
    assert oldest_awaited(today) == oldest


async def test_nothing_is_said_of_whom_an_inquiry_block_protects(
    house: House, counter: Counter
) -> None:
    hanako, _ = await couple(house)
    await Office(house, counter).block(kind="inquiry", person_id=str(hanako))
    await outcomes(house, hanako)
    await tell(house, income())
    assert (await waiting(house), await come(house)) == (set(), [])


async def test_a_record_that_waited_for_its_person_is_signalled_when_it_finds_them(
    house: House,
) -> None:
    await tell(house, income())
    await house.told(told(Kind.MOVE_IN))
    hanako = await house.person_id()
    await outcomes(house, hanako)
    await look_again(house)
    assert await come(house) == [(hanako, 2026)]


async def test_and_when_staff_settle_whose_it_is(house: House, counter: Counter) -> None:
    await house.told(told(Kind.MOVE_IN))
    hanako = await house.person_id()
    await tell(house, income(told=MARRIED))
    assert await outcomes(house, hanako) == ["unsettled"]
    desk = Desk(counter)
    entry_id = await desk.only()
    await desk.propose(entry_id, hanako)
    await desk.settle(entry_id)
    assert await corrections(house) == [(hanako, 2026)]
    assert await waiting(house) == set()


async def test_asked_about_and_told_of_under_two_ids_of_one_person(house: House) -> None:
    hanako, taro = await couple(house)
    await outcomes(house, taro)
    async with house.owner() as connection:
        await connection.execute(
            "update identity.residents set person_id = $1, former_id = $2 where person_id = $2",
            hanako,
            taro,
        )
    await tell(house, income())
    assert await come(house) == [(hanako, 2026)]


@pytest.mark.parametrize("first", ["asked", "told"])
async def test_income_that_comes_while_somebody_asks_is_told_or_signalled(
    house: House, first: str
) -> None:
    hanako, _ = await couple(house)
    async with house.service.unit_of_work() as uow:
        # Whoever comes first has done all but commit; the other has to wait for it.
        if first == "asked":
            await awaiting.note(uow.connection, {(2026, hanako)}, uow.now, 2023)
            other: asyncio.Future[Any] = asyncio.ensure_future(tell(house, income()))
        else:
            await awaiting.years(uow.connection)
            other = asyncio.ensure_future(outcomes(house, hanako))
        await until_it_waits(house)
        assert not other.done()
    await other
    if first == "asked":
        assert await come(house) == [(hanako, 2026)]
    else:
        assert await waiting(house) == {(2026, hanako)}


async def until_it_waits(house: House) -> None:
    for _ in range(1000):
        if await house.rows("select from pg_locks where not granted and relation is not null"):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


def name_of(n: int) -> PersonName:
    return PersonName(kanji=f"山田　{chr(0x4E00 + n)}")


async def test_a_whole_citys_first_income_signals_who_was_asked_about_alone(house: House) -> None:
    numbers = [f"{n:015}" for n in range(100, 140)]
    people = [
        told(
            Kind.MOVE_IN,
            number=number,
            name=name_of(n),
            number_token=token(n + 10),
            household_number=number,
        )
        for n, number in enumerate(numbers)
    ]
    await house.told(*people)
    asked_about = [await house.person_id(numbers[n]) for n in (3, 17)]
    for person_id in asked_about:
        await outcomes(house, person_id)
    before = len(await house.outbox(AuditRecorded))
    await tell(
        house,
        *(income(number=f"T{n:05}", told=attributes(name=name_of(n))) for n in range(len(numbers))),
    )
    assert sorted(await come(house)) == sorted((person_id, 2026) for person_id in asked_about)
    assert len(await house.outbox(AuditRecorded)) == before + 2
