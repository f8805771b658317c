"""Support measures at the counter: hidden from the moment one enters it, until another ends it."""

from argparse import Namespace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.events import AuditOutcome, AuditRecorded, PersonSightChanged
from contracts.functions import Function
from services.chassis.clock import japan_date
from services.identity.commands import republish
from tests.identity.house import Counter, House
from tests.identity.people import HANAKO, Kind, token, told

pytestmark = pytest.mark.stack

TARO = "000000000000020"
CLERK, CHIEF = "s001", "s002"
RIGHTS = (Function.SEALED_VIEW, Function.MEASURE_PROPOSE, Function.MEASURE_SETTLE,
          Function.PERSON_VIEW)  # fmt: skip


class Office:
    """Whoever keeps the measures."""

    def __init__(self, house: House, counter: Counter) -> None:
        self.counter = counter
        self.today = japan_date(house.service.clock.now())

    async def post(
        self, path: str, by: str = CLERK, functions: tuple[Function, ...] = RIGHTS, **said: Any
    ) -> httpx.Response:
        return await self.counter.call(
            "POST", f"/measures{path}", functions, staff_id=by, json=said
        )

    async def enter(self, *persons: UUID, **more: Any) -> httpx.Response:
        said = {
            "ground": "domestic_violence",
            "applied_on": str(self.today - timedelta(days=10)),
            "persons": [str(person) for person in persons],
        }
        return await self.post("", **{**said, **more})

    async def entered(self, *persons: UUID) -> str:
        answer = await self.enter(*persons)
        assert answer.status_code == 201, answer.text
        return f"/{answer.json()['measure_id']}"

    async def sees(self, person_id: UUID, *more: Function) -> int:
        answer = await self.counter.show(person_id, Function.PERSON_VIEW, *more)
        return answer.status_code

    async def listed(self, query: str = "") -> list[tuple[str, str]]:
        answer = await self.counter.call("GET", f"/measures{query}", (Function.SEALED_VIEW,))
        return [(f"/{m['measure_id']}", m["state"]["code"]) for m in answer.json()["measures"]]


@pytest.fixture
def office(house: House, counter: Counter) -> Office:
    return Office(house, counter)


@pytest.fixture
async def hanako(house: House) -> UUID:
    await house.told(told(Kind.MOVE_IN), told(Kind.MOVE_IN, number=TARO, number_token=token(2)))
    return await house.person_id(HANAKO)


async def test_what_one_enters_hides_at_once(house: House, office: Office, hanako: UUID) -> None:
    assert await office.sees(hanako) == 200
    answer = await office.enter(hanako)
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["state"]["label"], shown["hides"]) == ("仮支援措置", True)
    assert [p["name"]["kanji"] for p in shown["persons"]] == ["山田　花子"]
    assert await office.sees(hanako) == 404
    assert await office.sees(hanako, Function.SEALED_VIEW) == 200
    (sight,) = await house.outbox(PersonSightChanged)
    assert (sight.person_id, sight.sight_version, sight.hidden) == (hanako, 1, True)


async def test_its_life_takes_two_people(house: House, office: Office, hanako: UUID) -> None:
    measure = await office.entered(hanako)
    started = str(office.today)
    answer = await office.post(f"{measure}/confirmation", CLERK, started_on=started)
    assert (answer.status_code, answer.json()["code"]) == (409, "ID-0502")
    answer = await office.post(f"{measure}/confirmation", CHIEF, started_on=started)
    assert answer.json()["state"]["label"] == "支援措置中"
    (term,) = answer.json()["terms"]
    assert (term["first"], term["certainty"]) == (started, "2nd")
    early = await office.post(f"{measure}/proposal", what="extension", applied_on=started)
    assert early.json()["code"] == "ID-0508"
    answer = await office.post(f"{measure}/proposal", what="end", reason="requested")
    assert answer.json()["proposed"]["label"] == "終了の提案"
    assert await office.sees(hanako) == 404
    assert (await office.post(f"{measure}/settlement", CLERK, agree=True)).status_code == 409
    answer = await office.post(f"{measure}/settlement", CHIEF, agree=True)
    assert (answer.json()["state"]["label"], answer.json()["hides"]) == ("終了", False)
    assert [step["step"]["code"] for step in answer.json()["steps"]] == [
        "entered", "confirmed", "end_proposed", "ended",
    ]  # fmt: skip
    assert await office.sees(hanako) == 200
    assert [(e.sight_version, e.hidden) for e in await house.outbox(PersonSightChanged)] == [
        (1, True), (2, False),
    ]  # fmt: skip
    refused = [e for e in await house.outbox(AuditRecorded) if e.outcome is AuditOutcome.REFUSED]
    assert [e.details["refused"] for e in refused] == ["ID-0502", "ID-0508", "ID-0502"]
    assert {e.person_id for e in refused} == {hanako}


async def test_a_provisional_one_is_lifted_by_another(office: Office, hanako: UUID) -> None:
    measure = await office.entered(hanako)
    refused = await office.post(f"{measure}/lifting", CLERK, reason="not_confirmed")
    assert refused.json()["code"] == "ID-0502"
    assert await office.sees(hanako) == 404
    lifted = await office.post(f"{measure}/lifting", CHIEF, reason="not_confirmed")
    assert lifted.json()["state"]["code"] == "ended"
    assert await office.sees(hanako) == 200
    again = await office.post(f"{measure}/confirmation", CHIEF, started_on=str(office.today))
    assert again.json()["code"] == "ID-0504"


async def test_who_is_under_two_measures_is_hidden_until_both_have_ended(
    house: House, office: Office, hanako: UUID
) -> None:
    taro = await house.person_id(TARO)
    first, second = await office.entered(hanako, taro), await office.entered(hanako)
    assert len(await house.outbox(PersonSightChanged)) == 2
    await office.post(f"{first}/lifting", CHIEF, reason="requested")
    assert (await office.sees(hanako), await office.sees(taro)) == (404, 200)
    await office.post(f"{second}/lifting", CHIEF, reason="requested")
    assert await office.sees(hanako) == 200


async def test_the_list_shows_what_somebody_has_to_see_to(
    house: House, office: Office, hanako: UUID
) -> None:
    taro = await house.person_id(TARO)
    provisional, settled = await office.entered(hanako), await office.entered(taro)
    await office.post(f"{settled}/confirmation", CHIEF, started_on=str(office.today))
    assert await office.listed() == [(provisional, "provisional")]
    assert await office.listed("?due=false") == [
        (provisional, "provisional"), (settled, "in_force"),
    ]  # fmt: skip
    async with house.owner() as connection:  # as if a year had gone by
        await connection.execute("update identity.measures set applied_on = applied_on - 360,"
                                 " warn_from = warn_from - 360")  # fmt: skip
        await connection.execute("update identity.measure_steps set on_day = on_day - 360")
    assert await office.listed() == [(provisional, "provisional"), (settled, "expiring")]
    answer = await office.post(
        f"{settled}/proposal", what="extension", applied_on=str(office.today)
    )
    assert answer.status_code == 200, answer.text
    answer = await office.post(f"{settled}/settlement", CHIEF, agree=True)
    assert answer.json()["state"]["code"] == "extended"
    assert await office.listed() == [(provisional, "provisional")]
    assert (await office.listed(f"?due=false&after={provisional[1:]}")) == [(settled, "extended")]


async def test_for_who_lacks_the_right_a_sealed_person_cannot_be_put_under_one_either(
    house: House, office: Office, hanako: UUID
) -> None:
    measure = await office.entered(hanako)
    entering = (Function.MEASURE_PROPOSE, Function.MEASURE_SETTLE)
    answers = [await office.enter(person, functions=entering) for person in (hanako, uuid4())]
    assert [(a.status_code, _plain(a)) for a in answers] == [(422, _plain(answers[0]))] * 2
    for path in (measure, f"/{uuid4()}"):
        answer = await office.post(f"{path}/settlement", CHIEF, entering, agree=True)
        assert answer.status_code == 403
    assert len(await house.outbox(PersonSightChanged)) == 1


async def test_neighbours_that_lost_it_are_told_again_who_is_hidden(
    house: House, office: Office, hanako: UUID
) -> None:
    await office.entered(hanako)

    await republish(house.service, Namespace(since=None, restored=False))
    await republish(house.service, Namespace(since=None, restored=True))
    sights = await house.outbox(PersonSightChanged)
    assert [(s.person_id, s.sight_version, s.hidden) for s in sights] == [
        (hanako, 1, True), (hanako, 1, True), (hanako, 1001, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        {"persons": []},
        {"ground": "quarrel"},
        {"applied_on": "20260401"},
        {"remark": "x"},
    ],
    ids=lambda said: next(iter(said)),
)
async def test_what_is_no_application_is_refused(
    office: Office, hanako: UUID, said: dict[str, Any]
) -> None:
    assert (await office.enter(hanako, **said)).status_code == 422


async def test_nobody_is_protected_from_tomorrow_on(office: Office, hanako: UUID) -> None:
    answer = await office.enter(hanako, applied_on=str(office.today + timedelta(days=2)))
    assert answer.json()["code"] == "ID-0507"
    assert (await office.enter(hanako, hanako)).status_code == 422


def _plain(answer: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "trace_id"}
