"""An individual number for somebody who is not on the register: two of staff enter it as a token,
and where somebody bears it already, two of staff decide whether the two are one."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.events import NumbersQuestioned, NumbersUnborne, PersonMerged
from contracts.functions import Function
from tests.identity.house import Counter, House
from tests.identity.people import HANAKO, Kind, token, told
from tests.identity.test_outside import CHIEF, CLERK, RIGHTS, UMINO, Desk, code

pytestmark = pytest.mark.stack

OKINO = {"kanji": "沖野　進", "kana": "オキノ　ススム"}
CARD: dict[str, Any] = {
    "number_verification": "individual_number_card",
    "person_verification": "individual_number_card",
}


@pytest.fixture
def desk(house: House, counter: Counter) -> Desk:
    return Desk(house, counter)


async def propose(desk: Desk, person_id: UUID, n: int, **more: Any) -> httpx.Response:
    said = {**CARD, "token": token(n), **more}
    return await desk.post(f"/persons/{person_id}/outside-number", **said)


async def numbered(desk: Desk, person_id: UUID, n: int) -> dict[str, Any]:
    return await desk.settled(await propose(desk, person_id, n))


async def stored(desk: Desk, person_id: UUID) -> tuple[str, str | None, str]:
    """State, token and integrated number of a person."""
    (row,) = await desk.house.rows(
        "select number_state, individual_number_token, integrated_number"
        f" from identity.persons where person_id = '{person_id}'"
    )
    return row["number_state"], row["individual_number_token"], row["integrated_number"]


async def test_two_give_a_number_under_the_integrated_number_that_is_there(desk: Desk) -> None:
    umino = await desk.enter()
    before = await stored(desk, umino)
    assert before[:2] == ("unnumbered", None)
    proposed = await propose(desk, umino, 7)
    assert proposed.status_code == 201, proposed.text
    entry = proposed.json()["entry"]
    assert (entry["step"]["label"], entry["number_verified_by"]["label"]) == (
        "個人番号の登録", "個人番号カード",
    )  # fmt: skip
    assert token(7) not in proposed.text
    assert await stored(desk, umino) == before  # nothing before another has settled it
    path = f"/outside-persons/{entry['entry_id']}"
    assert token(7) not in (await desk.get(path)).text
    assert code(await desk.post(f"{path}/settlement", agree=True)) == (409, "ID-0803")
    settled = await desk.post(f"{path}/settlement", CHIEF, agree=True)
    assert settled.status_code == 200, settled.text
    assert await stored(desk, umino) == ("assigned", token(7), before[2])
    assert (await desk.page(umino))["number_state_label"] == "登録済"
    (found,) = (await desk.post("/persons/search", token=token(7))).json()["persons"]
    assert found["person_id"] == str(umino)


async def test_what_changes_later_keeps_the_number(desk: Desk) -> None:
    umino = await desk.enter()
    await numbered(desk, umino, 7)
    moved = {**UMINO, "address": {"text": "横浜市中区山下町２番地"}}
    await desk.changed(umino, step="correction", person=moved)
    assert (await stored(desk, umino))[:2] == ("assigned", token(7))
    # Another number takes its place, and that is noted as one that was announced.
    await numbered(desk, umino, 8)
    assert (await stored(desk, umino))[:2] == ("assigned", token(8))
    noted = await desk.house.rows("select kind, state from identity.findings")
    assert [tuple(row.values()) for row in noted] == [("number_changed", "noted")]
    await desk.changed(umino, step="death", died_on="2026-09-01")
    assert (await stored(desk, umino))[1] == token(8)


async def test_who_bears_it_already_is_shown_and_two_decide_whether_they_are_one(
    desk: Desk,
) -> None:
    await desk.house.told(told(Kind.SNAPSHOT, number_token=token(7)))
    hanako = await desk.house.person_id()
    integrated = (await stored(desk, hanako))[2]
    umino = await desk.enter()
    proposed = await propose(desk, umino, 7)
    (bearer,) = proposed.json()["candidates"]
    assert (bearer["person"]["person_id"], bearer["comparison"]["name"]["code"]) == (
        str(hanako), "differs",
    )  # fmt: skip
    again = await desk.get(f"/outside-persons/{proposed.json()['entry']['entry_id']}")
    assert [c["person"]["person_id"] for c in again.json()["candidates"]] == [str(hanako)]
    await desk.settled(proposed)
    # Nothing is joined by itself: it is a finding, and the number is handed out for nobody new.
    assert (await stored(desk, umino))[:2] == ("conflict", token(7))
    (finding,) = (await desk.get("/findings")).json()["findings"]
    assert finding["kind"]["code"] == "number_shared"
    path = f"/findings/{finding['finding_id']}"
    assert (await desk.post(f"{path}/proposal", decision="merge")).is_success
    merged = await desk.post(f"{path}/settlement", CHIEF, agree=True)
    assert merged.status_code == 200, merged.text
    page = await desk.page(umino)
    assert (page["person_id"], page["number_state"]) == (str(hanako), "assigned")
    assert (await stored(desk, hanako))[2] == integrated
    (told_of,) = await desk.house.outbox(PersonMerged)
    assert (told_of.person_id, told_of.surviving_id) == (umino, hanako)


async def test_who_may_not_see_the_bearer_learns_nothing_of_them(
    desk: Desk, counter: Counter
) -> None:
    await desk.house.told(told(Kind.SNAPSHOT, number_token=token(7)))
    hanako = await desk.house.person_id()
    umino, other = await desk.enter(), await desk.enter(name=OKINO, birth_date="昭和50年3月3日")
    await desk.house.seal(hanako)
    hidden = await propose(desk, umino, 7)
    free = await propose(desk, other, 8)
    assert hidden.json()["candidates"] == free.json()["candidates"] == []
    await desk.settled(hidden)
    await desk.settled(free)
    # The truth stands in the record, and is for those who hold the right.
    assert (await stored(desk, umino))[0] == "conflict"
    states = [(await desk.page(one))["number_state"] for one in (umino, other)]
    assert states == ["assigned", "assigned"]
    assert (await desk.get("/findings")).json()["findings"] == []
    seen = await counter.call("GET", f"/persons/{umino}", tuple(Function))
    assert seen.json()["number_state"] == "conflict"


async def test_what_is_refused(desk: Desk) -> None:
    await desk.house.told(told(Kind.SNAPSHOT))
    hanako, umino = await desk.house.person_id(HANAKO), await desk.enter()
    assert code(await propose(desk, hanako, 7)) == (422, "ID-0806")
    assert code(await propose(desk, uuid4(), 7)) == (404, "CH-0003")
    assert code(await propose(desk, umino, 7, person_verification=None))[0] == 422
    assert code(await propose(desk, umino, 7, number_verification="not_given"))[0] == 422
    asked = await propose(
        desk, umino, 7, number_verification="register_inquiry", person_verification=None
    )
    assert asked.status_code == 201, asked.text
    assert code(await propose(desk, umino, 8)) == (409, "ID-0805")
    await desk.settled(asked)
    assert code(await propose(desk, umino, 7)) == (409, "ID-0811")
    sent_back = await propose(desk, umino, 8)
    path = f"/outside-persons/{sent_back.json()['entry']['entry_id']}/settlement"
    assert (await desk.post(path, CHIEF, agree=False)).is_success
    assert (await stored(desk, umino))[1] == token(7)
    history = (await desk.get(f"/persons/{umino}/outside-record")).json()["entries"]
    assert [(e["step"]["code"], e["state"]) for e in history] == [
        ("new", "settled"), ("number", "settled"), ("number", "rejected"),
    ]  # fmt: skip


async def test_it_is_for_who_may_propose(counter: Counter, desk: Desk) -> None:
    umino = await desk.enter()
    said = {**CARD, "token": token(7)}
    others = tuple(set(RIGHTS) - {Function.OUTSIDE_PROPOSE})
    path = f"/persons/{umino}/outside-number"
    refused = await counter.call("POST", path, others, staff_id=CLERK, json=said)
    assert code(refused) == (403, "CH-0006")


async def unborne(desk: Desk, *numbers: int) -> list[str]:
    """Which of these numbers the vault is told that nobody bears."""
    before = len(await desk.house.outbox(NumbersUnborne))
    question = NumbersQuestioned(
        question_id=uuid4(),
        entered_before=desk.house.service.clock.now(),
        tokens=tuple(token(n) for n in numbers),
    )
    tally = await desk.house.service.intake.take(
        desk.house.records("token_vault", [(question.record_key, question)])
    )
    assert (tally.handled, tally.refused) == (1, 0)
    answers = (await desk.house.outbox(NumbersUnborne))[before:]
    assert all(answer.question_id == question.question_id for answer in answers)
    return [found for answer in answers for found in answer.tokens]


async def test_a_number_that_was_sent_back_is_nobodys_and_one_that_waits_or_stands_is_not(
    desk: Desk,
) -> None:
    umino = await desk.enter()
    proposed = await propose(desk, umino, 7)
    assert await unborne(desk, 7) == []
    path = f"/outside-persons/{proposed.json()['entry']['entry_id']}/settlement"
    assert (await desk.post(path, CHIEF, agree=False)).is_success
    assert await unborne(desk, 7) == [token(7)]
    # Entered again for somebody, it is theirs: waiting, settled, and when another took its place.
    waits = await propose(desk, umino, 7)
    assert await unborne(desk, 7, 9) == [token(9)]
    await desk.settled(waits)
    assert await unborne(desk, 7) == []
    await numbered(desk, umino, 8)
    assert await unborne(desk, 7, 8) == []


async def test_a_number_that_the_register_tells_of_is_borne_whatever_became_of_the_entry(
    desk: Desk,
) -> None:
    umino = await desk.enter()
    proposed = await propose(desk, umino, 7)
    path = f"/outside-persons/{proposed.json()['entry']['entry_id']}/settlement"
    assert (await desk.post(path, CHIEF, agree=False)).is_success
    await desk.house.told(told(Kind.SNAPSHOT, number_token=token(7)))
    assert await unborne(desk, 7) == []
    await desk.house.seal(await desk.house.person_id())
    assert await unborne(desk, 7) == [], "sealed is not unborne"


async def enter(desk: Desk, n: int, **more: Any) -> httpx.Response:
    number = {**CARD, "token": token(n)}
    return await desk.post("/outside-persons", person=UMINO, number=number, **more)


async def test_somebody_new_is_settled_with_their_number_in_one_proposal(desk: Desk) -> None:
    proposed = await enter(desk, 7)
    assert proposed.status_code == 201, proposed.text
    entry = proposed.json()["entry"]
    assert (entry["step"]["code"], entry["number_missing"]) == ("new", False)
    assert entry["number_verified_by"]["label"] == "個人番号カード"
    assert token(7) not in proposed.text
    settled = await desk.settled(proposed)
    assert (await stored(desk, UUID(settled["person_id"])))[:2] == ("assigned", token(7))
    (version,) = await desk.house.rows(
        "select record_version from identity.record_versions where system = 'outside_register'"
    )
    assert version["record_version"] == 1, "one step, one version"


async def test_the_list_says_whose_number_is_missing(desk: Desk) -> None:
    await enter(desk, 7)
    other = {**UMINO, "name": OKINO, "birth_date": "昭和50年2月2日"}
    await desk.post("/outside-persons", person=other)
    entries = (await desk.get("/outside-persons")).json()["entries"]
    assert [entry["number_missing"] for entry in entries] == [False, True]


async def test_who_bears_the_number_is_looked_at_before_a_second_record_is_made(
    desk: Desk,
) -> None:
    await desk.house.told(told(Kind.SNAPSHOT, number_token=token(7)))
    hanako = str(await desk.house.person_id())
    found = await desk.post("/outside-persons/comparison", **UMINO, token=token(7))
    assert [c["person"]["person_id"] for c in found.json()["candidates"]] == [hanako]
    refused = await enter(desk, 7)
    assert code(refused) == (409, "ID-0802")
    assert await desk.house.rows("select from identity.outside_entries") == []
    proposed = await enter(desk, 7, looked_at=[hanako])
    assert [c["person"]["person_id"] for c in proposed.json()["candidates"]] == [hanako]
    path = f"/outside-persons/{proposed.json()['entry']['entry_id']}"
    shown = (await desk.get(path)).json()
    assert [c["person"]["person_id"] for c in shown["candidates"]] == [hanako]
    umino = UUID((await desk.settled(proposed))["person_id"])
    assert (await stored(desk, umino))[:2] == ("conflict", token(7))
    (finding,) = (await desk.get("/findings")).json()["findings"]
    assert finding["kind"]["code"] == "number_shared"


async def test_who_may_not_see_the_bearer_enters_as_if_there_were_none(desk: Desk) -> None:
    await desk.house.told(told(Kind.SNAPSHOT, number_token=token(7)))
    await desk.house.seal(await desk.house.person_id())
    found = await desk.post("/outside-persons/comparison", **UMINO, token=token(7))
    assert found.json() == {"candidates": []}
    proposed = await enter(desk, 7)
    assert (proposed.status_code, proposed.json()["candidates"]) == (201, [])


async def test_sent_back_neither_person_nor_number_is_there(desk: Desk) -> None:
    proposed = await enter(desk, 7)
    assert await unborne(desk, 7) == []
    path = f"/outside-persons/{proposed.json()['entry']['entry_id']}/settlement"
    assert (await desk.post(path, CHIEF, agree=False)).is_success
    assert await unborne(desk, 7) == [token(7)]
    assert (await desk.post("/persons/search", token=token(7))).json()["persons"] == []
