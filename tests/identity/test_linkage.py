"""Linkage: who is told what, and that each answer and refusal is recorded (C11)."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    LinkageAnswer,
    LinkageAnswered,
    LinkageItem,
    LinkageOutcome,
    LinkagePurpose,
    LinkageRequested,
)
from contracts.events.residents import PersonName
from tests.identity.house import House
from tests.identity.people import Kind, record, token, told

pytestmark = pytest.mark.stack

TARO = "000000000000020"
EVERYTHING = tuple(LinkageItem)


def asked(person_id: UUID, items: Sequence[LinkageItem] = EVERYTHING) -> LinkageRequested:
    return LinkageRequested(
        request_id=uuid4(),
        person_id=person_id,
        purpose=LinkagePurpose.REPORT_TO_JPS,
        items=tuple(items),
        reference=uuid4(),
    )


async def ask(house: House, *requests: LinkageRequested, by: str = "jps_reporting") -> None:
    pairs = [(str(request.person_id), request) for request in requests]
    tally = await house.service.intake.take(house.records(by, pairs))
    assert tally.handled == len(requests)


async def answers(house: House) -> dict[UUID, LinkageAnswered]:
    return {answer.request_id: answer for answer in await house.outbox(LinkageAnswered)}


async def test_everything_that_was_asked_for(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    request = asked(await house.person_id())
    await ask(house, request)
    kept = record()
    assert await answers(house) == {
        request.request_id: LinkageAnswered(
            request_id=request.request_id,
            person_id=request.person_id,
            reference=request.reference,
            outcome=LinkageOutcome.ANSWERED,
            answer=LinkageAnswer(
                name=kept.name,
                birth_date=kept.birth_date,
                sex=kept.sex,
                address=kept.address,
                individual_number_token=token(1),
            ),
        )
    }


@pytest.mark.parametrize("item", LinkageItem)
async def test_nothing_that_was_not_asked_for(house: House, item: LinkageItem) -> None:
    await house.told(told(Kind.MOVE_IN))
    request = asked(await house.person_id(), [item])
    await ask(house, request)
    answer = (await answers(house))[request.request_id].answer
    assert answer is not None
    assert set(answer.model_dump(exclude_none=True)) == {item.value}


async def test_the_latest_version_is_handed_over(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    await house.told(told(Kind.NAME_CHANGE, version=2, name=PersonName(kanji="佐藤　花子")))
    request = asked(await house.person_id())
    await ask(house, request)
    answer = (await answers(house))[request.request_id].answer
    assert answer is not None
    assert answer.name == PersonName(kanji="佐藤　花子")


async def test_nobody_of_that_id(house: House) -> None:
    request = asked(uuid4())
    await ask(house, request)
    answer = (await answers(house))[request.request_id]
    assert (answer.outcome, answer.answer) == (LinkageOutcome.NO_RECORD, None)
    (kept,) = await house.outbox(AuditRecorded)
    assert (kept.outcome, kept.details["outcome"]) == (AuditOutcome.DONE, "no_record")


async def test_a_service_that_the_table_does_not_list_is_told_nothing(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    person_id = await house.person_id()
    await ask(house, asked(person_id), by="claims")
    assert await answers(house) == {}
    (kept,) = await house.outbox(AuditRecorded)
    assert (kept.operation, kept.outcome) == (AuditOperation.LINKAGE, AuditOutcome.REFUSED)
    assert kept.person_id == person_id
    assert kept.details == {
        "asker": "claims",
        "items": "address,birth_date,individual_number_token,name,sex",
        "outcome": "refused",
        "refusal": "requester",
    }


async def test_each_answer_is_recorded_with_its_article(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    request = asked(await house.person_id(), [LinkageItem.NAME])
    await ask(house, request)
    (kept,) = await house.outbox(AuditRecorded)
    assert (kept.operation, kept.outcome, kept.purpose, kept.reference, kept.staff_id) == (
        AuditOperation.LINKAGE,
        AuditOutcome.DONE,
        "report_to_jps",
        request.reference,
        None,
    )
    assert kept.legal_basis is not None
    assert "番号法19条1号" in kept.legal_basis
    assert "山田" not in kept.model_dump_json()


async def test_a_disputed_number_is_handed_out_for_the_first_bearer_alone(house: House) -> None:
    await house.told(told(Kind.MOVE_IN), told(Kind.MOVE_IN, number=TARO))
    first, second = await house.person_id(), await house.person_id(TARO)
    requests = asked(first), asked(second)
    await ask(house, *requests)
    given = await answers(house)
    tokens = [given[request.request_id].answer for request in requests]
    assert [a.individual_number_token for a in tokens if a is not None] == [token(1), None]


async def test_a_person_under_a_support_measure_is_reported_like_any_other(house: House) -> None:
    await house.told(told(Kind.MOVE_IN))
    person_id = await house.person_id()
    await house.seal(person_id)
    request = asked(person_id)
    await ask(house, request)
    assert (await answers(house))[request.request_id].outcome is LinkageOutcome.ANSWERED


async def test_a_batch_is_answered_one_by_one(house: House) -> None:
    numbers = [f"{n:015d}" for n in range(40)]
    await house.told(
        *(told(Kind.MOVE_IN, number=number, number_token=token(n + 1))
          for n, number in enumerate(numbers))
    )  # fmt: skip
    requests = [asked(await house.person_id(number)) for number in numbers]
    requests += [asked(uuid4())]
    await ask(house, *requests, requests[0].model_copy(update={"request_id": uuid4()}))
    given = await answers(house)
    assert len(given) == 42
    assert [given[request.request_id].answer is None for request in requests] == [False] * 40 + [
        True
    ]
    assert len(await house.outbox(AuditRecorded)) == 42
