"""Sealed means absent, at every door of qualification (支援措置, promise 8)."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.codes import ResidentKind
from contracts.events import (
    InsuredCategory,
    ItemForwarded,
    ItemOutcome,
    NumberStanding,
    NumberTold,
    PersonSightChanged,
    PersonTold,
    ReportItemKind,
    ReportOwner,
    StayTold,
)
from contracts.functions import Function
from tests.corrections import Item, given_up
from tests.qualification.decided import (
    correction_decided,
    correction_sent,
    decided,
    told,
)
from tests.qualification.house import AT_45, CENTRAL_WARD, Counter, House, notice
from tests.qualification.people import Life, d
from tests.sealed.doors import EVERYONE, Caller, Question, doors_of, nobody
from tests.sealed.tables import filtered, unfiltered

pytestmark = pytest.mark.stack

PERSON = "{person_id}"
SENT = {"notice_id": "forwarded_id"}
QUESTIONS = [
    Question("GET /persons/{person_id}/qualification"),
    Question("GET /persons/{person_id}/qualification", {"as_of": "2026-11-01"}),
    Question("GET /persons/{person_id}/qualification", {"known_at": "2020-01-01T00:00:00+09:00"}),
    Question("GET /notice-forms"),
    Question("POST /notices", json=notice(UUID(int=0))),
    Question("POST /notices", json={**notice(UUID(int=0)), "form": "no_such_form"}),
    Question("GET /notices"),
    Question("GET /notices", {"state": "settled"}),
    Question("GET /notices", {"state": "forwarded"}),
    Question("GET /notices", {"state": "withdrawn"}),
    Question("GET /notices", {"limit": "1"}),
    Question("GET /notices/{notice_id}"),
    Question("POST /notices/{notice_id}/settle"),
    Question("POST /notices/{notice_id}/settle", staff_id="s001"),
    Question("POST /notices/{notice_id}/withdraw", json={"reason": "本人の申出による"}),
    Question("GET /notices/{notice_id}", of=SENT),
    Question("POST /notices/{notice_id}/withdraw", json={"reason": "本人の申出による"}, of=SENT),
    Question("GET /receipts", {"office": CENTRAL_WARD}),
    Question("GET /receipts", {"office": CENTRAL_WARD, "limit": "1"}),
    Question("GET /receipts/print", {"office": CENTRAL_WARD}),
    Question("GET /missing-notices"),
    Question("GET /missing-notices", {"kind": "left_employment", "limit": "1"}),
    Question("GET /missing-notices/{entry_id}"),
    Question("POST /missing-notices/{entry_id}/steps",
             json={"step": "reminded", "taken_on": "2026-12-20"}),
    Question("GET /jps-differences"),
    Question("GET /jps-differences", {"limit": "1"}),
    Question("POST /jps-differences/{difference_id}/settle", json={"done": "照会した"}),
    Question("GET /shared-pension-numbers"),
    Question("POST /notices/{notice_id}/take-back", json={"reason": "誤り"}, of=SENT),
    Question("POST /notices/{notice_id}/take-back/settle", json={"agree": True}, of=SENT),
    Question("GET /returned-reports"),
    Question("GET /returned-reports", {"limit": "1"}),
    Question("POST /returned-reports/{item_id}/report-again"),
    Question("POST /returned-reports/{item_id}/settle", json={"done": "機構へ照会した"}),
    Question("POST /what-if", json={
        "birth_date": "1985-05-02", "stays_in_japan": [{"began": "1985-05-02", "came": "birth"}],
    }),
]  # fmt: skip
OF_NOBODY = {"GET /notice-forms", "POST /what-if"}
"""Doors that are not about anybody."""


def asked() -> list[Question]:
    """The questions, bodies naming whom they are about."""
    found = []
    for question in QUESTIONS:
        body = question.json
        if isinstance(body, dict) and "person_id" in body:
            body = {**body, "person_id": PERSON}
        found.append(replace(question, json=body))
    return found


async def hide(house: House, person_id: UUID, version: int = 1, *, hidden: bool = True) -> None:
    event = PersonSightChanged(person_id=person_id, sight_version=version, hidden=hidden)
    await house.service.intake.take(house.records("identity", [(person_id, event)]))


@pytest.fixture
async def visible(house: House, counter: Counter) -> UUID:
    """Somebody whom everybody sees, with a notice."""
    person_id = uuid4()
    await house.lives(person_id, AT_45.copy())
    house.on("2026-11-05")
    answer = await counter.accept(notice(person_id))
    assert answer.status_code == 201
    house.on("2026-12-20")
    return person_id


async def returned_twice(house: House, person_id: UUID, forwarded: UUID) -> UUID:
    """A report of 60 reached or the like that JPS returned, once dealt with and once not."""
    items = [uuid4(), uuid4()]
    async with house.owner() as connection:
        for item in items:
            await connection.execute(
                "insert into qualification.transitions (item_id, person_id, kind, occurred_on,"
                " reason, origin, accepted_on, reported_at, stands, forwarded_on, batch_id)"
                " select $1, person_id, kind, occurred_on, reason, origin, accepted_on,"
                " reported_at, stands, forwarded_on, batch_id from qualification.transitions"
                " where item_id = $2",
                item, forwarded,
            )  # fmt: skip
        await connection.execute(
            "insert into qualification.returns_settled values ($1, '照会した', 's001', now())",
            items[0],
        )
    await told(house, *(decided(person_id, item, "2026-11-05", ItemOutcome.RETURNED)
                        for item in items))  # fmt: skip
    return items[1]


async def told_by_jps(house: House, person_id: UUID) -> UUID:
    """A record of JPS's that does not agree with ours, and a number that another bears too."""
    another = uuid4()
    await house.lives(another, AT_45.copy())
    await hide(house, another)
    number = NumberTold(basic_pension_number="2271174711", standing=NumberStanding.ASSIGNED)
    stays = (StayTold(category=InsuredCategory.CATEGORY_2, began=d("2020-04-01")),)
    for whose in (person_id, another):
        await told(
            house,
            PersonTold(told_id=uuid4(), person_id=whose, as_of=d("2026-11-04"), stays=stays,
                       numbers=(number,)),
        )  # fmt: skip
    (found,) = await house.rows(
        "select difference_id from qualification.differences where person_id = $1"
        " and code = 'jps-category-differs'", person_id,
    )  # fmt: skip
    difference_id: UUID = found["difference_id"]
    return difference_id


async def with_everything(house: House, counter: Counter) -> dict[str, str]:
    """Somebody with rows in every table: a notice that was sent, and one that waits; and what is
    missing, since their period of stay has expired."""
    person_id = uuid4()
    foreigner = Life("1981-03-03", ResidentKind.FOREIGN, "A01", "2026-10-10")
    await house.lives(person_id, foreigner.loaded("2026-10-01", since="2010-04-01"))
    first = (await counter.accept(notice(person_id, attachments=[
        {"code": "loss-of-employees-pension", "state": "missing"}]))).json()  # fmt: skip
    forwarded_id = first["summary"]["notice_id"]
    settled = await counter.settle(
        forwarded_id, attachments=[{"code": "loss-of-employees-pension", "state": "checked"}]
    )
    assert settled.status_code == 200, settled.text
    (item,) = await house.rows(
        "select item_id from qualification.transitions where notice_id = $1", UUID(forwarded_id)
    )
    await house.forwarded(
        ItemForwarded(item_id=item["item_id"], person_id=person_id, batch_id=uuid4(),
                      kind=ReportItemKind.CATEGORY_CHANGE, medium_serial=1,
                      forwarded_on=d("2026-11-05"))
    )  # fmt: skip
    returned = await returned_twice(house, person_id, item["item_id"])
    away = correction_sent(person_id, item["item_id"], "2026-11-05")
    of_it = Item(item["item_id"], person_id)
    gone = given_up(of_it, ReportOwner.QUALIFICATION, on="2026-11-05")
    await told(house, away, correction_decided(away, "2026-11-05"), gone)
    difference = await told_by_jps(house, person_id)
    path = f"/notices/{forwarded_id}/take-back"
    proposed = await counter.call("POST", path, Function.NOTICE_SETTLE, json={"reason": "誤り"})
    assert proposed.status_code == 201, proposed.text
    second = await counter.accept(notice(person_id, left_employment_on="2026-11-01"))
    await house.nightly()
    (entry,) = await house.rows(
        "select entry_id from qualification.missing_notices where person_id = $1 and open",
        person_id,
    )
    return {
        "item_id": str(returned),
        "difference_id": str(difference),
        "person_id": str(person_id),
        "notice_id": second.json()["summary"]["notice_id"],
        "forwarded_id": forwarded_id,
        "entry_id": str(entry["entry_id"]),
    }


def test_every_door_is_asked(house: House) -> None:
    assert {question.door for question in QUESTIONS} == doors_of(house.service)


async def test_every_table_about_a_person_is_filtered(house: House) -> None:
    async with house.owner() as connection:
        assert await unfiltered(connection, "qualification") == set()
        assert await filtered(connection, "qualification") >= {
            "persons", "facts", "transitions", "notices", "notice_documents",
            "missing_notices", "missing_notice_steps",
        }  # fmt: skip


async def test_a_sealed_person_is_nobody_at_every_door(
    house: House, counter: Counter, visible: UUID
) -> None:
    blind = Caller(house.stack, house.service, *EVERYONE)
    about = {
        "person_id": "", "notice_id": "", "forwarded_id": "", "entry_id": "", "item_id": "",
        "difference_id": "",
    }  # fmt: skip
    of_nobody = await blind.ask_all(asked(), nobody(about))
    about = await with_everything(house, counter)
    async with house.owner() as connection:  # nothing is absent because there was nothing
        for table in await filtered(connection, "qualification"):
            assert await connection.fetchval(f"select count(*) > 0 from qualification.{table}")
    await hide(house, UUID(about["person_id"]))
    of_sealed = await blind.ask_all(asked(), about)
    for n, question in enumerate(asked()):
        assert of_sealed[n].seen == of_nobody[n].seen, question
        assert of_sealed[n].statements == of_nobody[n].statements, question


async def test_who_holds_the_right_sees_them_at_every_door(
    house: House, counter: Counter, visible: UUID
) -> None:
    seer = Caller(house.stack, house.service, *Function)
    about = {
        "person_id": "", "notice_id": "", "forwarded_id": "", "entry_id": "", "item_id": "",
        "difference_id": "",
    }  # fmt: skip
    of_nobody = await seer.ask_all(asked(), nobody(about))
    about = await with_everything(house, counter)
    await hide(house, UUID(about["person_id"]))
    of_sealed = await seer.ask_all(asked(), about)
    told_apart = {
        question.door
        for n, question in enumerate(asked())
        if of_sealed[n].seen != of_nobody[n].seen
    }
    assert told_apart == doors_of(house.service) - OF_NOBODY


class TestReceipts:
    """受付番号 has no gaps, so a line that is not shown must leave none."""

    async def numbers(self, counter: Counter, *functions: Function, office: str) -> list[int]:
        answer = await counter.call(
            "GET", "/receipts", Function.NOTICE_SETTLE, *functions, params={"office": office}
        )
        return [receipt["number"] for receipt in answer.json()["receipts"]]

    async def test_what_is_taken_in_of_who_is_sealed_is_numbered_in_a_book_apart(
        self, house: House, counter: Counter, visible: UUID
    ) -> None:
        sealed = uuid4()
        await house.lives(sealed, AT_45.copy())
        await hide(house, sealed)
        refused = await counter.accept(notice(sealed))
        assert (refused.status_code, refused.json()["code"]) == (404, "CH-0003")
        taken = await counter.call(
            "POST", "/notices", Function.NOTICE_ACCEPT, Function.SEALED_VIEW, json=notice(sealed)
        )
        apart = f"{CENTRAL_WARD}（支援措置別冊）"
        assert taken.status_code == 201
        assert (taken.json()["summary"]["receipt"], taken.json()["summary"]["office"]) == (
            "2026-別00001", apart,
        )  # fmt: skip
        await counter.accept(notice(visible, left_employment_on="2026-11-01"))
        assert await self.numbers(counter, office=CENTRAL_WARD) == [1, 2]
        assert await self.numbers(counter, office=apart) == []
        assert await self.numbers(counter, Function.SEALED_VIEW, office=apart) == [1]


class TestLate:
    """Sealed after there was something, and seen again afterwards."""

    async def states(self, counter: Counter, about: dict[str, str]) -> list[int]:
        return [
            (await counter.call("GET", path, Function.PERSON_VIEW)).status_code
            for path in (
                f"/persons/{about['person_id']}/qualification",
                f"/notices/{about['notice_id']}",
            )
        ]

    async def test_sealed_and_unsealed_in_whatever_order_it_is_told(
        self, house: House, counter: Counter, visible: UUID
    ) -> None:
        about = await with_everything(house, counter)
        person_id = UUID(about["person_id"])
        assert await self.states(counter, about) == [200, 200]
        await hide(house, person_id, 1)
        assert await self.states(counter, about) == [404, 404]
        await hide(house, person_id, 3, hidden=False)
        await hide(house, person_id, 2)  # late: changes nothing
        assert await self.states(counter, about) == [200, 200]
        await hide(house, person_id, 4)
        assert await self.states(counter, about) == [404, 404]

    async def test_sealed_before_anything_else_is_told_of_them(
        self, house: House, counter: Counter
    ) -> None:
        person_id = uuid4()
        await hide(house, person_id)
        await house.lives(person_id, AT_45.copy())
        path = f"/persons/{person_id}/qualification"
        assert (await counter.call("GET", path, Function.PERSON_VIEW)).status_code == 404
        seen = await counter.call("GET", path, Function.PERSON_VIEW, Function.SEALED_VIEW)
        assert seen.status_code == 200

    async def test_what_the_bus_and_the_night_bring_about_goes_on(
        self, house: House, counter: Counter, visible: UUID
    ) -> None:
        about = await with_everything(house, counter)
        person_id = UUID(about["person_id"])
        await hide(house, person_id)
        before = await self.known(house)
        moved: Any = AT_45.copy().moves_abroad("2026-11-04")
        for event in moved.events(person_id):
            await house.told(event)
        assert await self.known(house) > before

    async def test_the_nightly_run_passes_nobody_over(self, house: House) -> None:
        person_id = uuid4()
        await house.lives(person_id, Life("2006-10-05").born_here())
        await hide(house, person_id)
        assert await house.nightly("2026-10-04") == 0
        (reached_20,) = await house.reports(person_id)
        assert reached_20.reason == "age-20"

    async def known(self, house: House) -> int:
        async with house.owner() as connection:
            found: int = await connection.fetchval("select count(*) from qualification.facts")
        return found
