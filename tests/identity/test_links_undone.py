"""A number of another system that was taken for somebody's and is not: doubted by one, undone by
two, its facts gone with it, its history kept, and those told who asked for the facts."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.events import AuditOutcome, AuditRecorded, FactsTakenBack
from contracts.events.residents import PersonName
from contracts.functions import Function
from tests.identity.desk import FindingDesk
from tests.identity.feeds import TAX_NUMBER, attributes, income
from tests.identity.house import Counter, House
from tests.identity.people import Kind, token, told
from tests.identity.test_block_api import Office
from tests.identity.test_feeds_kept import attached, links, look_again, queue, tell
from tests.identity.test_near_misses import CHIEF, CLERK, TARO, Desk

pytestmark = pytest.mark.stack

BOTH = (Function.LINK_PROPOSE, Function.LINK_SETTLE)


class Numbers:
    """Other systems' numbers of a person, as staff reach them."""

    def __init__(self, counter: Counter, *more: Function) -> None:
        self._counter = counter
        self._functions = (*BOTH, *more)

    async def of(self, person_id: UUID) -> Any:
        answer = await self._counter.call(
            "GET", f"/persons/{person_id}/feed-numbers", self._functions
        )
        return answer.json()["numbers"] if answer.status_code == 200 else answer.status_code

    async def doubt(
        self, person_id: UUID, number: str = TAX_NUMBER, system: str = "tax_system"
    ) -> httpx.Response:
        said = {"system": system, "addressee_number": number}
        return await self._counter.call(
            "POST", f"/persons/{person_id}/feed-numbers/doubt", self._functions, staff_id=CLERK,
            json=said,
        )  # fmt: skip

    async def doubted(self, person_id: UUID, *of: str) -> str:
        answer = await self.doubt(person_id, *of)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["entry"]["entry_id"])


@pytest.fixture
def numbers(counter: Counter) -> Numbers:
    return Numbers(counter)


@pytest.fixture
def desk(counter: Counter) -> Desk:
    return Desk(counter)


@pytest.fixture
async def hanako(house: House) -> UUID:
    """花子, to whom the tax system's number came by itself."""
    await house.told(told(Kind.MOVE_IN))
    await tell(house, income())
    return await house.person_id()


@pytest.fixture
async def taro(house: House, hanako: UUID) -> UUID:
    """Another resident."""
    await house.told(
        told(Kind.MOVE_IN, number=TARO, number_token=token(2), name=PersonName(kanji="佐藤　太郎"))
    )
    return await house.person_id(TARO)


async def test_the_numbers_of_a_person_say_what_hangs_on_each(
    house: House, numbers: Numbers, hanako: UUID
) -> None:
    (number,) = await numbers.of(hanako)
    assert (number["system"], number["addressee_number"]) == ("tax_system", TAX_NUMBER)
    assert number["state"] == "linked"
    assert number["subjects"] == ["income/2026"]
    assert (number["system_label"], number["state_label"]) == ("税務システム", "紐付け済")
    assert number["subject_labels"] == ["所得（令和8年度）"]
    assert number["entry_id"] is None
    assert await numbers.of(uuid4()) == 404


async def test_of_somebody_under_照会抑止_it_says_nothing(
    house: House, counter: Counter, numbers: Numbers, hanako: UUID
) -> None:
    await Office(house, counter).block(person_id=str(hanako), kind="inquiry")
    assert await numbers.of(hanako) == 403
    last = (await house.outbox(AuditRecorded))[-1]
    assert (last.outcome, last.count, last.details["of"]) == (
        AuditOutcome.REFUSED, 0, "feed_numbers",
    )  # fmt: skip


async def test_undone_by_two_the_facts_go_and_who_asked_for_them_is_told(
    house: House, numbers: Numbers, desk: Desk, hanako: UUID
) -> None:
    entry_id = await numbers.doubted(hanako)
    assert (await desk.propose(entry_id, None)).status_code == 200
    # What one person says leaves nothing: the facts stay until another agrees.
    assert await attached(house) == {"income/2026": (1, 1)}
    assert await house.outbox(FactsTakenBack) == []
    assert (await desk.settle(entry_id, by=CLERK)).json()["code"] == "ID-0204"
    answer = await desk.settle(entry_id)
    assert answer.status_code == 200, answer.text
    assert [(s["step"], s["staff_id"]) for s in answer.json()["steps"]] == [
        ("opened", CLERK), ("proposed", CLERK), ("settled", CHIEF),
    ]  # fmt: skip
    assert await links(house) == {TAX_NUMBER: ("dismissed", None)}
    assert await attached(house) == {"income/2026": (1, None)}
    (event,) = await house.outbox(FactsTakenBack)
    assert (event.person_id, event.system) == (hanako, "tax_system")
    # The history is whole: the record, and each comparison that said whose it was.
    kept = await house.rows("select outcome from identity.comparisons order by compared_at")
    assert [row["outcome"] for row in kept] == ["agreed", "doubted"]
    assert len(await house.rows("select from identity.feed_versions")) == 1
    assert await numbers.of(hanako) == []


async def test_it_is_given_to_whom_it_belongs(
    house: House, numbers: Numbers, desk: Desk, hanako: UUID, taro: UUID
) -> None:
    entry_id = await numbers.doubted(hanako)
    await desk.propose(entry_id, taro)
    await desk.settle(entry_id)
    assert await links(house) == {TAX_NUMBER: ("linked", taro)}
    assert await attached(house) == {"income/2026": (1, 1)}
    assert [e.person_id for e in await house.outbox(FactsTakenBack)] == [hanako]


async def test_settled_as_theirs_after_all_nothing_changes(
    house: House, numbers: Numbers, desk: Desk, hanako: UUID
) -> None:
    entry_id = await numbers.doubted(hanako)
    await desk.propose(entry_id, hanako)
    await desk.settle(entry_id)
    assert await links(house) == {TAX_NUMBER: ("linked", hanako)}
    assert await house.outbox(FactsTakenBack) == []
    assert await queue(house) == [("settled", "doubted")]


async def test_what_was_undone_never_comes_back_by_itself(
    house: House, numbers: Numbers, desk: Desk, hanako: UUID
) -> None:
    """The four attributes agreed when it was wrong: they are no reason."""
    entry_id = await numbers.doubted(hanako)
    await desk.propose(entry_id, None)
    await desk.settle(entry_id)
    await tell(house, income(version=2, told=attributes(address="千葉市中央区中央1-1-1")))
    await tell(house, income(version=3))
    await look_again(house)
    assert (await links(house))[TAX_NUMBER][0] == "near"
    assert await attached(house) == {"income/2026": (3, None)}
    again = await desk.only()
    await desk.propose(again, hanako)
    await desk.settle(again)
    assert await links(house) == {TAX_NUMBER: ("linked", hanako)}
    # Settled by two, it follows by itself again.
    await tell(house, income(version=4))
    assert await attached(house) == {"income/2026": (4, 4)}


async def test_a_doubt_ends_only_by_staff(
    house: House, numbers: Numbers, desk: Desk, hanako: UUID
) -> None:
    """That the system tells the same again says nothing against it."""
    entry_id = await numbers.doubted(hanako)
    await tell(house, income(version=2))
    await look_again(house)
    assert await desk.only() == entry_id
    assert await queue(house) == [("open", "doubted")]
    assert (await numbers.doubt(hanako)).json()["code"] == "ID-0205"


async def test_a_number_that_is_not_theirs_is_not_there(
    house: House, numbers: Numbers, hanako: UUID, taro: UUID
) -> None:
    assert (await numbers.doubt(taro)).status_code == 404
    assert (await numbers.doubt(hanako, "9")).status_code == 404
    assert (await numbers.doubt(uuid4())).status_code == 404


async def test_a_merged_persons_numbers_are_those_of_all_ids(
    house: House, counter: Counter, numbers: Numbers, desk: Desk, hanako: UUID, taro: UUID
) -> None:
    """Whom the survivor answers for: the facts are taken back under the id that answers."""
    async with house.owner() as connection:
        await connection.execute(
            "update identity.persons set individual_number_token = null,"
            " number_state = 'unnumbered' where person_id = $1", taro,
        )  # fmt: skip
    await FindingDesk(counter).merge(hanako, taro)
    survivor = UUID((await counter.call("GET", f"/persons/{hanako}", (Function.PERSON_VIEW,)))
                    .json()["person_id"])  # fmt: skip
    assert [n["addressee_number"] for n in await numbers.of(taro)] == [TAX_NUMBER]
    entry_id = await numbers.doubted(taro)
    await desk.propose(entry_id, None)
    await desk.settle(entry_id)
    assert [e.person_id for e in await house.outbox(FactsTakenBack)] == [survivor]
