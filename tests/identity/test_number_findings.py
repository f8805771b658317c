"""Numbers in doubt: found wrong, right, shared, differing, or corrected by the register."""

from uuid import uuid4

import pytest

from tests.identity.desk import SECOND, FindingDesk, handed_out, two
from tests.identity.house import House
from tests.identity.people import Kind, became, token, told

pytestmark = pytest.mark.stack


async def test_a_wrong_number_is_withheld_and_the_other_gets_it(
    house: House, desk: FindingDesk
) -> None:
    first, second = await two(house)
    finding = await desk.only()
    assert (await desk.propose(finding, "number_wrong")).json()["code"] == "ID-0310"
    assert (await desk.propose(finding, "number_wrong", uuid4())).json()["code"] == "ID-0310"
    await desk.decide(finding, "number_wrong", first)
    assert await handed_out(house, first, second) == [None, token(1)]
    page = (await desk.counter.show(first)).json()
    assert page["number_state"] == "wrong"
    assert page["number_note"] == "個人番号の誤りが確定しているため、提供を停止しています。"
    # Undone by the same path, as long as nobody else bears it.
    raised = (await desk.raises("number_doubted", first)).json()["finding"]["finding_id"]
    assert (await desk.propose(raised, "number_right")).json()["code"] == "ID-0309"
    doubted = (await desk.raises("number_doubted", second)).json()["finding"]["finding_id"]
    await desk.decide(doubted, "number_wrong")
    await desk.decide(raised, "number_right")
    assert await handed_out(house, first, second) == [token(1), None]


async def test_a_number_that_the_register_corrects_ends_what_was_found(
    house: House, desk: FindingDesk
) -> None:
    first, second = await two(house)
    finding = await desk.only()
    page = await desk.decide(finding, "register_corrects")
    assert page["finding"]["state"]["label"] == "住民記録の修正待ち"
    assert (await desk.get("?state=awaiting_register"))["total"] == 1
    await house.told(
        told(Kind.CORRECTION, version=2, became=became("2026-04-01"), number=SECOND,
             number_token=token(2))
    )  # fmt: skip
    page = await desk.get(f"/{finding}")
    assert page["finding"]["state"]["code"] == "resolved"
    assert page["steps"][-1]["staff_id"] is None
    assert await handed_out(house, first, second) == [token(1), token(2)]


async def test_a_wrong_number_ends_with_another_number(house: House, desk: FindingDesk) -> None:
    first, second = await two(house)
    await desk.decide(await desk.only(), "number_wrong", second)
    # The same number again, in a snapshot: it is still wrong.
    again = told(Kind.SNAPSHOT, version=2, became=became("2026-04-01"), number=SECOND)
    await house.told(again)
    assert await handed_out(house, second) == [None]
    await house.told(
        told(Kind.NUMBER_CHANGE, version=3, became=became("2026-04-01"), number=SECOND,
             number_token=token(7))
    )  # fmt: skip
    assert await handed_out(house, first, second) == [token(1), token(7)]


async def test_two_numbers_are_not_merged(house: House, desk: FindingDesk) -> None:
    first, second = await two(house, token(1), token(2))
    raised = (await desk.raises("same_person", second, first)).json()
    finding = raised["finding"]["finding_id"]
    assert (await desk.raises("same_person", first, second)).json()["code"] == "ID-0311"
    assert (await desk.propose(finding, "merge")).json()["code"] == "ID-0306"
    wrong = (await desk.raises("number_doubted", first)).json()["finding"]["finding_id"]
    await desk.decide(wrong, "number_wrong")
    page = await desk.decide(finding, "merge")
    assert page["persons"][0]["surviving_id"] == page["persons"][1]["surviving_id"]
    assert await handed_out(house, first, second) == [token(2), token(2)]


async def test_two_numbers_of_one_person_are_found_and_none_is_handed_out(
    house: House, desk: FindingDesk
) -> None:
    first, second = await two(house)
    await desk.decide(await desk.only(), "merge")
    await house.told(
        told(Kind.NUMBER_CHANGE, version=2, became=became("2026-04-01"), number=SECOND,
             number_token=token(9))
    )  # fmt: skip
    assert await handed_out(house, first) == [None]
    (finding,) = (await desk.get("?kind=numbers_differ"))["findings"]
    page = await desk.decide(finding["finding_id"], "separate")
    assert page["finding"]["state"]["code"] == "settled"
    assert await handed_out(house, first, second) == [token(1), token(9)]


async def test_the_same_number_on_the_second_record_of_one_person_is_no_finding(
    house: House, desk: FindingDesk
) -> None:
    first, second = await two(house, token(1), None)
    await desk.merge(first, second)
    await house.told(told(Kind.CORRECTION, version=2, became=became("2026-04-01"), number=SECOND))
    assert (await desk.get())["total"] == 0
    assert await handed_out(house, first, second) == [token(1), token(1)]
