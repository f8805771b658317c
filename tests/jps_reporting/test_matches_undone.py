"""A row that two people matched to the wrong item or person: undone by two, and unmatched again."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from contracts.events import DecisionTakenBack, ItemDecided, PersonTakenBack, PersonTold
from tests.jps_reporting.house import House
from tests.jps_reporting.test_jps_files import (
    NUMBER,
    RECORDS,
    SEES,
    hand_over,
    hide,
    of,
    on_a_medium,
)
from tests.jps_reporting.test_unmatched import listed, post, rows, states
from tests.jps_reporting.told import ACCEPTED, RETURNED

pytestmark = pytest.mark.stack

WRONG = {"reason": "同姓同名の別人の結果"}


async def matched(house: House, row_id: str, *functions: Any, **chosen: str) -> None:
    """Two people agree on what the row is about."""
    path = f"{row_id}/match"
    assert (await post(house, path, "s003", *functions, reason="控えと照合", **chosen))[0] == 201
    assert (await post(house, f"{path}/settle", "s004", *functions, agree=True))[0] == 200


async def undone(house: House, row_id: str, *functions: Any) -> dict[str, Any]:
    """Two people undo it."""
    code, told = await post(house, f"{row_id}/undo", "s003", *functions, **WRONG)
    assert code == 201, told
    code, told = await post(house, f"{row_id}/undo/settle", "s004", *functions, agree=True)
    assert code == 200, told
    return told


async def test_a_result_of_the_wrong_item_counts_no_more_and_may_be_anothers(
    sealing_house: House,
) -> None:
    house = sealing_house
    wrong, right = await on_a_medium(house, 2)
    row = await listed(house, RETURNED | {"記録番号": "9", "付番基礎年金番号": NUMBER})
    row_id = row["unmatched_id"]
    assert (await post(house, f"{row_id}/undo", "s003", **WRONG))[1]["code"] == "JR-3024"
    await matched(house, row_id, item_id=str(wrong.item_id))
    assert (await states(house))[wrong.item_id] == "returned"
    assert (await post(house, f"{row_id}/undo/settle", "s004", agree=True))[1]["code"] == "JR-3015"
    assert (await post(house, f"{row_id}/undo", "s003", **WRONG))[0] == 201
    assert (await post(house, f"{row_id}/undo", "s004", **WRONG))[1]["code"] == "JR-3014"
    code, told = await post(house, f"{row_id}/undo/settle", "s003", agree=True)
    assert (code, told["code"]) == (403, "JR-3017")
    assert (await post(house, f"{row_id}/undo/settle", "s004", agree=False))[0] == 200
    assert (await states(house))[wrong.item_id] == "returned"

    shown = await undone(house, row_id)
    assert (shown["settled_at"], shown["matched_item"], shown["done"]) == (None, None, None)
    assert [(one["undoes"], one["agreed"]) for one in shown["proposals"]] == [
        (False, True), (True, False), (True, True),
    ]  # fmt: skip
    assert set((await states(house)).values()) == {"sent"}
    (gone,) = await house.emitted(DecisionTakenBack)
    (first,) = await house.emitted(ItemDecided)
    assert (gone.decision_id, gone.item_id, gone.assigned_number) == (
        first.decision_id, wrong.item_id, NUMBER,
    )  # fmt: skip
    assert [one["unmatched_id"] for one in await rows(house)] == [row_id]
    (file,) = (await house.call("GET", "/jps-files", "s003", *SEES)).json()["files"]
    assert (file["taken"], file["listed"]) == (0, 1)

    await matched(house, row_id, item_id=str(right.item_id))
    assert await states(house) == {wrong.item_id: "sent", right.item_id: "returned"}
    # Found to have been right after all, it is another decision of the same day.
    await undone(house, row_id)
    await matched(house, row_id, item_id=str(wrong.item_id))
    decisions = [event.decision_id for event in await house.emitted(ItemDecided)]
    assert len(decisions) == len(set(decisions)) == 3


async def test_the_rest_of_what_was_decided_counts_as_it_did(sealing_house: House) -> None:
    house = sealing_house
    (event,) = await on_a_medium(house)
    house.clock.move(timedelta(days=2))
    await hand_over(house, of(ACCEPTED | {"記録番号": "1"}))
    row = await listed(house, RETURNED | {"記録番号": "9", "処理年月日": "20261010"})
    await matched(house, row["unmatched_id"], item_id=str(event.item_id))
    assert (await states(house))[event.item_id] == "returned"
    await undone(house, row["unmatched_id"])
    assert (await states(house))[event.item_id] == "accepted"


async def test_a_record_of_the_wrong_person_is_taken_back_and_its_number_forgotten(
    sealing_house: House,
) -> None:
    house = sealing_house
    wrong, right = await on_a_medium(house, 2)
    number = {"基準日": "20261001", "記録区分": "7", "番号": NUMBER, "番号区分": "1"}
    row = await listed(house, number | {"基礎年金番号": NUMBER}, layout=RECORDS)
    row_id = row["unmatched_id"]
    await matched(house, row_id, person_id=str(wrong.person_id))
    await undone(house, row_id)
    (told,) = await house.emitted(PersonTold)
    (gone,) = await house.emitted(PersonTakenBack)
    assert gone.model_dump() == told.model_dump()
    # Another record of that number is nobody's: it is not taken for the wrong person's again.
    assert await house.fetch("select * from jps_reporting.told_numbers") == []
    await matched(house, row_id, person_id=str(right.person_id))
    await undone(house, row_id)
    await matched(house, row_id, person_id=str(wrong.person_id))
    ids = [event.told_id for event in await house.emitted(PersonTold)]
    assert len(ids) == len(set(ids)) == 3


async def test_however_many_agree_it_is_undone_once(sealing_house: House) -> None:
    house = sealing_house
    (event,) = await on_a_medium(house)
    row = await listed(house, RETURNED | {"記録番号": "9"})
    await matched(house, row["unmatched_id"], item_id=str(event.item_id))
    path = f"{row['unmatched_id']}/undo"
    tried = await asyncio.gather(*(post(house, path, "s003", **WRONG) for _ in range(4)))
    assert sorted(code for code, _ in tried) == [201, 409, 409, 409]
    agreed = await asyncio.gather(
        *(post(house, f"{path}/settle", "s004", agree=True) for _ in range(4))
    )
    assert sorted(code for code, _ in agreed) == [200, 409, 409, 409]
    assert len(await house.emitted(DecisionTakenBack)) == 1


async def test_of_somebody_hidden_it_is_undone_before_those_alone_who_see_them(
    sealing_house: House,
) -> None:
    house = sealing_house
    (hidden,) = await on_a_medium(house)
    await hide(house, hidden.person_id)
    row = await listed(house, RETURNED | {"記録番号": "9"})
    path = f"{row['unmatched_id']}/match"
    chosen = {"item_id": str(hidden.item_id), "reason": "控えと照合"}
    assert (await post(house, path, "s009", *SEES, **chosen))[0] == 201
    _, theirs = await post(house, f"{path}/settle", "s010", *SEES, agree=True)
    row_id = theirs["unmatched_id"]
    before = await rows(house)
    assert (await post(house, f"{row_id}/undo", "s003", **WRONG))[0] == 404
    assert (await post(house, f"{row_id}/undo", "s009", *SEES, **WRONG))[0] == 201
    assert await rows(house) == before
    assert (await post(house, f"{row_id}/undo/settle", "s010", *SEES, agree=True))[0] == 200
    # Unmatched, it is one row before everybody.
    (after,) = await rows(house)
    (seen,) = await rows(house, *SEES)
    assert after["unmatched_id"] == seen["unmatched_id"] == row_id
    assert (after["line"], after["why"]) == (before[0]["line"], before[0]["why"])
