"""Sealed means absent, at every door of jps_reporting (支援措置, promise 8); JPS is told all."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import ItemForwarded, PersonSightChanged, TransitionKind
from contracts.functions import Function
from services.chassis import sight
from services.jps_reporting.domain.batches import BatchState
from tests.jps_reporting.house import SEALER, House
from tests.jps_reporting.making import reportable
from tests.jps_reporting.test_standing import stands
from tests.jps_reporting.told import ACCEPTED, RESULTS, text
from tests.sealed.doors import EVERYONE, Caller, Question, doors_of, nobody
from tests.sealed.tables import filtered, owner_of, unfiltered

pytestmark = pytest.mark.stack

SEEING = (Function.BATCH_BUILD, Function.BATCH_SEAL, Function.SEALED_VIEW)
SENT = {"batch_id": "sent_batch_id"}
SENT_ITEM = {"item_id": "sent_item_id"}
ABOUT = {"person_id": "", "item_id": "", "batch_id": "", "sent_batch_id": "", "batched_id": "",
         "file_id": "", "salt": "", "unmatched_id": "", "sent_item_id": ""}  # fmt: skip
FILE = text(RESULTS, [ACCEPTED | {"媒体通番": "2", "記録番号": "1"}]) + "{salt}\r\n"
"""The result of a hidden person's item, on the second medium; of nobody's, where there is none. The
last line is bad, and makes it another file each time."""
MATCH = {"item_id": "{sent_item_id}", "reason": "控えと照合"}
BATCH = "/batches/{batch_id}"
QUESTIONS = [
    Question("GET /persons/{person_id}/items"),
    Question("GET /items"),
    *(
        Question("GET /items", {"state": state})
        for state in ("waiting", "in_batch", "sealed", "sent", "blocked", "not_needed")
    ),
    Question("GET /items", {"limit": "1"}),
    Question("GET /items", {"after": "{item_id}"}),
    Question("POST /items/{item_id}/release"),
    Question("GET /corrections"),
    Question("GET /items/{item_id}/correction", of=SENT_ITEM),
    Question("POST /items/{item_id}/correction", json={"reason": "届出の取消し"}, of=SENT_ITEM),
    Question("POST /items/{item_id}/correction/settle", json={"agree": True}, of=SENT_ITEM),
    Question("POST /items/{item_id}/correction/give-up", json={"reason": "取違え"}, of=SENT_ITEM),
    Question("POST /items/{item_id}/correction/give-up/settle", json={"agree": True}, of=SENT_ITEM),
    Question("GET /batches"),
    *(Question("GET /batches", {"state": state.value}) for state in BatchState),
    Question("POST /batches", json={"kinds": ["loss"]}),
    Question(f"GET {BATCH}"),
    Question(f"GET {BATCH}", of=SENT),
    Question(f"POST {BATCH}/check"),
    Question(f"POST {BATCH}/take-out", json={"item_ids": ["{batched_id}"]}),
    Question(f"POST {BATCH}/take-out", json={"all_with_errors": True}),
    Question(f"POST {BATCH}/seal"),
    Question(f"POST {BATCH}/send"),
    Question(f"POST {BATCH}/send", of=SENT),
    Question(f"GET {BATCH}/medium"),
    Question(f"GET {BATCH}/medium", of=SENT),
    Question(f"GET {BATCH}/cover-sheet"),
    Question(f"GET {BATCH}/cover-sheet", {"format": "text"}, of=SENT),
    Question(f"GET {BATCH}/void", of=SENT),
    Question(f"POST {BATCH}/void", json={"reason": "発行抑止"}),
    Question(f"POST {BATCH}/void", json={"reason": "発行抑止"}, of=SENT),
    Question(f"POST {BATCH}/void/settle", json={"agree": True}, of=SENT),
    Question(f"POST {BATCH}/cancel"),
    Question(f"POST {BATCH}/cancel", of=SENT),
    Question("POST /jps-files", {"check": "true"}, content=FILE),
    Question("POST /jps-files", content=FILE),
    Question("GET /jps-files", {"limit": "1"}),
    Question("GET /unmatched-results", {"settled": "true"}),
    Question("GET /unmatched-results/{unmatched_id}"),
    Question("POST /unmatched-results/{unmatched_id}/match", json=MATCH),
    Question("POST /unmatched-results/{unmatched_id}/match/settle", json={"agree": True}),
    Question("POST /unmatched-results/{unmatched_id}/undo", json={"reason": "別人の結果"}),
    Question("POST /unmatched-results/{unmatched_id}/undo/settle", json={"agree": True}),
    Question("POST /unmatched-results/{unmatched_id}/settle", json={"done": "年金事務所に照会"}),
    Question("GET /jps-files/{file_id}"),  # of a file that there is not: a file is nobody's
]
OF_NOBODY = {"POST /batches", "GET /jps-files/{file_id}"}
LEFT = {"transition": TransitionKind.LOSS, "reason": "moved-abroad", "category_after": None}


async def hide(house: House, *persons: UUID, version: int = 1, hidden: bool = True) -> None:
    await house.take(
        PersonSightChanged(person_id=person, sight_version=version, hidden=hidden)
        for person in persons
    )


async def answered(house: House) -> None:
    with sight.everybody():
        await house.answer_all()


async def item_of(house: House, **facts: Any) -> Any:
    """Somebody with a number and an item that waits."""
    event = reportable(**facts)
    await house.number(event.person_id, 1 + len(house.answers))
    await house.take([event])
    return event


async def batch_of(house: House, *functions: Function, **chosen: Any) -> str:
    """The id of a new batch that identity has answered for."""
    answer = await house.call("POST", "/batches", "s001", *functions, json=chosen)
    assert answer.status_code == 201, answer.text
    await answered(house)
    found: str = answer.json()["batch_id"]
    return found


async def sent(house: House, batch_id: str, *functions: Function) -> None:
    for action in ("seal", "send"):
        answer = await house.call("POST", f"/batches/{batch_id}/{action}", SEALER, *functions)
        assert answer.status_code == 200, answer.text


@pytest.fixture
async def house(sealing_house: House) -> House:
    """With somebody whom everybody sees: an item on a medium that was sent, and one that waits."""
    event = await item_of(sealing_house)
    await sent(sealing_house, await batch_of(sealing_house))
    await sealing_house.take([reportable(person_id=event.person_id)])
    return sealing_house


async def unmatched(house: House, batch_id: str) -> str:
    """A row about an item of a medium that does not fit it; beside it one that was settled."""
    answer = await house.call("GET", f"/batches/{batch_id}", SEALER, *SEEING)
    place = {"媒体通番": str(answer.json()["batch"]["medium"]["serial"]), "記録番号": "1"}
    other = ACCEPTED | place | {"届書種別": "0104"}
    content = text(RESULTS, [other, other | {"処理結果": "2", "返戻事由": "01"}]).encode("cp932")
    taker = (Function.RESULT_TAKE, Function.SEALED_VIEW)
    await house.call("POST", "/jps-files", "s001", *taker, content=content)
    rows = (await house.call("GET", "/unmatched-results", "s001", *taker)).json()["rows"]
    of_medium = [row["unmatched_id"] for row in rows if row["person_id"] is not None]
    path = f"/unmatched-results/{of_medium[0]}/settle"
    done = await house.call("POST", path, "s001", *taker, json={"done": "照会済み"})
    assert done.status_code == 200, done.text
    last: str = of_medium[-1]
    return last


async def with_everything(house: House) -> dict[str, str]:
    """Somebody hidden with items on a medium that was sent, in a batch, held back and waiting."""
    first = await item_of(house)
    person_id = first.person_id
    await hide(house, person_id)
    sent_batch_id = await batch_of(house, *SEEING, apart=True)
    await sent(house, sent_batch_id, *SEEING)
    await house.take([stands(first)])
    held, batched = (reportable(person_id=person_id) for _ in range(2))
    await house.take([held, batched])
    batch_id = await batch_of(house, *SEEING, apart=True)
    taken = await house.call(
        "POST", f"/batches/{batch_id}/take-out", "s001", *SEEING,
        json={"item_ids": [str(held.item_id)]},
    )  # fmt: skip
    assert taken.status_code == 200, taken.text
    await house.take([reportable(person_id=person_id, **LEFT)])
    unmatched_id = await unmatched(house, sent_batch_id)
    house.clock.move(timedelta(minutes=1))  # a file from now on is the latest
    return {
        "unmatched_id": unmatched_id,
        "sent_item_id": str(first.item_id),
        "file_id": str(uuid4()),
        "salt": str(uuid4()),
        "person_id": str(person_id),
        "item_id": str(held.item_id),
        "batched_id": str(batched.item_id),
        "batch_id": batch_id,
        "sent_batch_id": sent_batch_id,
    }


def test_every_door_is_asked(house: House) -> None:
    assert {question.door for question in QUESTIONS} == doors_of(house.service)


async def test_every_table_about_a_person_is_filtered(house: House) -> None:
    async with owner_of(house.stack, house.service) as connection:
        assert await unfiltered(connection, "jps_reporting", ("person_id", "item_id")) == set()
        assert await filtered(connection, "jps_reporting") >= {
            "items", "item_history", "linkage", "findings", "substitutions", "provisions",
            "batches", "media", "medium_life", "slips",
        }  # fmt: skip


async def test_a_sealed_person_is_nobody_at_every_door(house: House) -> None:
    blind = Caller(house.stack, house.service, *EVERYONE)
    of_nobody = await blind.ask_all(QUESTIONS, nobody(ABOUT))
    about = await with_everything(house)
    of_sealed = await blind.ask_all(QUESTIONS, about)
    for n, question in enumerate(QUESTIONS):
        assert of_sealed[n].seen == of_nobody[n].seen, question
        assert of_sealed[n].statements == of_nobody[n].statements, question


async def test_who_holds_the_right_sees_them_at_every_door(house: House) -> None:
    seer = Caller(house.stack, house.service, *Function)
    of_nobody = await seer.ask_all(QUESTIONS, nobody(ABOUT))
    about = await with_everything(house)
    of_sealed = await seer.ask_all(QUESTIONS, about)
    told_apart = {q.door for n, q in enumerate(QUESTIONS) if of_sealed[n].seen != of_nobody[n].seen}
    assert told_apart == doors_of(house.service) - OF_NOBODY


class TestBatches:
    """A medium goes to JPS whole, and none holds somebody hidden together with others."""

    async def items(self, house: House, batch_id: str) -> list[str]:
        with sight.everybody():
            rows = await house.fetch(
                "select person_id from jps_reporting.items where batch_id = $1", UUID(batch_id)
            )
        return [str(row["person_id"]) for row in rows]

    async def test_hidden_persons_go_in_batches_of_their_own(self, house: House) -> None:
        hidden, seen = await item_of(house), await item_of(house)
        await hide(house, hidden.person_id)
        refused = await house.call("POST", "/batches", "s001", json={"apart": True})
        assert (refused.status_code, refused.json()["code"]) == (403, "CH-0006")
        routine = await batch_of(house, *SEEING)  # not even who may see takes both
        assert str(seen.person_id) in await self.items(house, routine)
        assert str(hidden.person_id) not in await self.items(house, routine)
        apart = await batch_of(house, *SEEING, apart=True)
        assert await self.items(house, apart) == [str(hidden.person_id)]
        await sent(house, apart, *SEEING)
        with sight.everybody():
            forwarded = await house.emitted(ItemForwarded)
        assert str(hidden.person_id) in {str(event.person_id) for event in forwarded}

    async def test_who_is_hidden_leaves_the_batch_while_its_medium_is_not_made(
        self, house: House
    ) -> None:
        hidden, seen = await item_of(house), await item_of(house)
        batch_id = await batch_of(house)
        assert (await house.batch(batch_id))["batch"]["item_count"] == 3
        await hide(house, hidden.person_id)
        shown = (await house.batch(batch_id))["batch"]
        assert (shown["item_count"], shown["state"]["code"]) == (2, "checked")
        assert str(seen.person_id) in await self.items(house, batch_id)
        await sent(house, batch_id)  # and what was checked anew is what is sent
        apart = await batch_of(house, *SEEING, apart=True)
        assert await self.items(house, apart) == [str(hidden.person_id)]
        await hide(house, hidden.person_id, version=2, hidden=False)
        assert await self.items(house, apart) == []
        assert (await house.batch(apart))["batch"]["state"]["code"] == "cancelled"

    async def test_who_is_hidden_alone_in_a_batch_leaves_none(self, house: House) -> None:
        await sent(house, await batch_of(house))
        hidden = await item_of(house)
        batch_id = await batch_of(house)
        await hide(house, hidden.person_id)
        assert (await house.batch(batch_id))["batch"]["state"]["code"] == "cancelled"

    async def test_a_medium_that_was_made_before_is_there_for_who_may_see_alone(
        self, house: House
    ) -> None:
        hidden = await item_of(house)
        batch_id = await batch_of(house)
        assert (await house.seal(batch_id)).status_code == 200
        await hide(house, hidden.person_id)
        path = f"/batches/{batch_id}"
        assert (await house.call("GET", path)).status_code == 404
        assert (await house.call("GET", f"{path}/medium", SEALER)).status_code == 404
        seen = await house.call("GET", path, SEALER, *SEEING)
        assert seen.json()["batch"]["item_count"] == 2
        answer = await house.call("POST", f"{path}/send", SEALER, *SEEING)
        assert answer.json()["state"]["code"] == "sent"
