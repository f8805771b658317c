"""Sealed means absent, at every door of identity (支援措置, promise 8): asked as the application
declares them, so that a new door is not forgotten."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.functions import Function
from tests.gateway.samples import BODIES
from tests.identity.feeds import health, income
from tests.identity.house import House
from tests.identity.people import HANAKO, Kind, token, told
from tests.identity.test_feeds_kept import MARRIED, tell
from tests.sealed.doors import EVERYONE, Caller, Question, doors_of, nobody

pytestmark = pytest.mark.stack

TARO, JIRO = "000000000000020", "000000000000038"
P = "{person_id}"
HEALTH = "K00001"
ABOUT = dict.fromkeys(
    ("person_id", "entry_id", "finding_id", "block_id", "measure_id", "other_id"), ""
)
BLOCK = {**BODIES["proposeBlock"], "person_id": P}
MEASURE = {"ground": "stalking", "applied_on": "2026-10-01", "persons": [P]}
SEARCHES: tuple[dict[str, Any], ...] = (
    {"name": "山田"}, {"kana": "ヤマダ"}, {"birth_date": "1985-05-02"}, {"token": token(1)},
    {"addressee_number": HANAKO}, {"household_number": "000000000000901"},
)  # fmt: skip
QUESTIONS = [
    Question("GET /persons/{person_id}"),
    *(Question("POST /persons/search", json=criteria) for criteria in SEARCHES),
    Question("POST /persons/{person_id}/comparison", json=BODIES["comparePerson"]),
    Question("GET /persons/{person_id}/blocks"),
    Question("POST /blocks", json=BLOCK),
    Question("GET /blocks"),
    Question("GET /blocks", {"due": "false"}),
    Question("POST /blocks/{block_id}/release"),
    Question("POST /blocks/{block_id}/settlement", json={"agree": True}),
    Question("POST /blocks/{block_id}/lifting", json={"minutes": 30}),
    Question("GET /persons/{person_id}/lock"),
    Question("POST /persons/{person_id}/lock", json={"take_over": True}),
    Question("DELETE /persons/{person_id}/lock"),
    Question("GET /findings"),
    Question("GET /findings/{finding_id}"),
    Question("POST /findings", json={**BODIES["raiseFinding"], "person_id": P,
                                     "other_person_id": "{other_id}"}),
    Question("POST /findings/{finding_id}/proposal", json={"decision": "keep_apart"}),
    Question("POST /findings/{finding_id}/settlement", json={"agree": True}),
    Question("GET /persons/{person_id}/feed-numbers"),
    Question("POST /persons/{person_id}/feed-numbers/doubt",
             json={"system": "health_insurance_system", "addressee_number": HEALTH}),
    Question("GET /near-misses"),
    Question("GET /near-misses/{entry_id}"),
    Question("POST /near-misses/{entry_id}/proposal", json={"person_id": P}),
    Question("POST /near-misses/{entry_id}/settlement", json={"agree": True}),
    Question("POST /measures", json=MEASURE),
    Question("GET /measures"),
    Question("GET /measures/{measure_id}"),
    Question("GET /persons/{person_id}/measures"),
    Question("POST /measures/{measure_id}/confirmation", json={"started_on": "2026-10-02"}),
    Question("POST /measures/{measure_id}/lifting", json={"reason": "not_confirmed"}),
    Question("POST /measures/{measure_id}/proposal", json={"what": "end", "reason": "requested"}),
    Question("POST /measures/{measure_id}/settlement", json={"agree": True}),
    Question("GET /nobodys-numbers"),
    Question("POST /outside-persons/comparison", json=BODIES["comparePerson"]),
    Question("GET /outside-persons"),
    Question("GET /outside-persons/{entry_id}"),
    Question("GET /persons/{person_id}/outside-record"),
    Question(
        "POST /persons/{person_id}/outside-number",
        json={"token": "0" * 32, "number_verification": "register_inquiry"},
    ),
    Question("POST /persons/{person_id}/facts", json=BODIES["showFacts"]),
    Question("POST /outside-persons/{entry_id}/settlement", json={"agree": True}),
]  # fmt: skip
NOT_ASKED = {"POST /outside-persons", "POST /persons/{person_id}/outside-record"}
"""Enters people who are on no register; its comparison with those who are is asked above."""


async def with_everything(house: House, other: UUID) -> dict[str, str]:
    """花子 with a feed's number, a near miss, a finding, a block and her measure."""
    await house.told(told(Kind.SNAPSHOT))
    hanako = await house.person_id()
    await tell(house, income(told=MARRIED), health(number=HEALTH))
    async with house.owner() as connection:
        await connection.execute(
            "update identity.feed_links set state = 'linked', person_id = $1"
            " where addressee_number = $2", hanako, HEALTH,
        )  # fmt: skip
        await connection.execute(
            "update identity.near_misses set state = 'resolved' where addressee_number = $1", HEALTH
        )
    seer = Caller(house.stack, house.service, *Function)
    about = {"person_id": str(hanako), "other_id": str(other)}
    for name, path, body in (
        ("block_id", "/blocks", {**BLOCK, "person_id": str(hanako)}),
        ("measure_id", "/measures", {**MEASURE, "persons": [str(hanako)]}),
    ):
        answer = await seer.request("POST", path, json=body, staff_id="s001")
        assert answer.status_code == 201, answer.text
        about[name] = answer.json()[name]
    for name, table in (("entry_id", "near_misses"), ("finding_id", "findings")):
        (row,) = await house.rows(f"select {name} from identity.{table} where state = 'open'")
        about[name] = str(row[name])
    return about


async def world(house: House) -> UUID:
    """太郎 of another household, and 次郎 whose record bears the number of 花子."""
    await house.told(
        told(Kind.SNAPSHOT, number=TARO, number_token=token(2), household_number="902"),
        told(Kind.SNAPSHOT, number=JIRO, household_number="903"),
    )
    return await house.person_id(TARO)


def test_every_door_is_asked(house: House) -> None:
    assert {question.door for question in QUESTIONS} | NOT_ASKED == doors_of(house.service)


async def test_a_sealed_person_is_nobody_at_every_door(house: House) -> None:
    other = await world(house)
    blind = Caller(house.stack, house.service, *EVERYONE)
    of_nobody = await blind.ask_all(QUESTIONS, {**nobody(ABOUT), "other_id": str(other)})
    about = await with_everything(house, other)
    of_sealed = await blind.ask_all(QUESTIONS, about)
    for n, question in enumerate(QUESTIONS):
        assert of_sealed[n].seen == of_nobody[n].seen, question
        assert of_sealed[n].statements == of_nobody[n].statements, question


async def test_who_holds_the_right_sees_her(house: House) -> None:
    other = await world(house)
    seer = Caller(house.stack, house.service, *Function)
    about = await with_everything(house, other)
    of_sealed = await seer.ask_all(QUESTIONS, about)
    of_nobody = await seer.ask_all(QUESTIONS, {**nobody(ABOUT), "other_id": str(uuid4())})
    alike = {q.door for n, q in enumerate(QUESTIONS) if of_sealed[n].seen == of_nobody[n].seen}
    assert not {door for door in alike if "{" in door} - OF_NOBODY


OF_NOBODY = {
    "GET /outside-persons/{entry_id}",
    "POST /outside-persons/{entry_id}/settlement",
    "GET /persons/{person_id}/outside-record",
}
"""Doors about people who are on no register, which she is."""
