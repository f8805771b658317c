"""Rows that fit no item: a list of work, settled by saying what was done, or matched by two."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    ItemDecided,
    PersonMerged,
    PersonTold,
)
from contracts.functions import Function
from contracts.numbers import synthetic_individual_number
from services.chassis import sight
from tests.jps_reporting.house import House
from tests.jps_reporting.test_jps_files import (
    NUMBER,
    OF_PERSON,
    RECORDS,
    SEES,
    TAKE,
    figures,
    hand_over,
    hide,
    of,
    on_a_medium,
)
from tests.jps_reporting.told import ACCEPTED, RETURNED

pytestmark = pytest.mark.stack

LIST = "/unmatched-results"


async def rows(house: House, *functions: Function, query: str = "") -> list[dict[str, Any]]:
    answer = await house.call("GET", f"{LIST}{query}", "s003", *(functions or TAKE))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


async def post(
    house: House, path: str, staff_id: str, *functions: Function, **body: Any
) -> tuple[int, dict[str, Any]]:
    answer = await house.call("POST", f"{LIST}/{path}", staff_id, *(functions or TAKE), json=body)
    document: dict[str, Any] = answer.json()
    return answer.status_code, document


async def states(house: House) -> dict[UUID, str]:
    with sight.everybody():
        found = await house.fetch("select item_id, state from jps_reporting.items")
    return {row["item_id"]: row["state"] for row in found}


async def listed(house: House, *cells: dict[str, str], layout: Any = None) -> dict[str, Any]:
    """The one row that is on the list after a file of these."""
    await hand_over(house, of(*cells, **({"layout": layout} if layout else {})))
    (row,) = await rows(house)
    return row


async def test_the_list_shows_what_fits_no_item_and_what_it_may_be(sealing_house: House) -> None:
    house = sealing_house
    (event,) = await on_a_medium(house, basic_pension_number=NUMBER)
    row = await listed(house, RETURNED | {"記録番号": "1", "届書種別": "0102"})
    assert row["why"] == {
        "code": "JR-4002", "label": "届書種別が、報告した内容と一致しません。",
    }  # fmt: skip
    assert (row["kind"]["label"], row["outcome"]["label"]) == ("資格喪失報告", "機構返戻")
    assert row["person_id"] == str(event.person_id)
    answer = await house.call("GET", f"{LIST}/{row['unmatched_id']}", "s003", *TAKE)
    shown = answer.json()
    assert [one["item_id"] for one in shown["candidates"]] == [str(event.item_id)]
    assert (shown["candidates"][0]["medium_serial"], shown["candidates"][0]["position"]) == (1, 1)
    (look,) = [r for r in await house.emitted(AuditRecorded) if r.details.get("action") == "show"]
    assert (look.person_id, str(look.reference)) == (event.person_id, row["unmatched_id"])


async def test_it_is_settled_by_saying_what_was_done(house: House) -> None:
    row = await listed(house, ACCEPTED | {"記録番号": "1"})
    path = f"{row['unmatched_id']}/settle"
    code, told = await post(house, path, "s003", done=f"番号は{synthetic_individual_number(1)}")
    assert (code, told["code"]) == (422, "JR-3018")
    code, told = await post(house, path, "s003", done="他市の報告であることを年金事務所に確認")
    assert (code, told["settled_by"], told["done"][:2]) == (200, "s003", "他市")
    assert (await post(house, path, "s004", done="もう一度"))[1]["code"] == "JR-3013"
    assert await rows(house) == []
    (kept,) = await rows(house, query="?settled=true")
    assert kept["unmatched_id"] == row["unmatched_id"]
    assert (await post(house, f"{uuid4()}/settle", "s003", done="x"))[0] == 404


async def test_a_result_is_matched_to_its_item_by_two_people(sealing_house: House) -> None:
    house = sealing_house
    first, second = await on_a_medium(house, 2)
    row = await listed(house, RETURNED | {"記録番号": "9", "届書種別": "0102"})
    path = f"{row['unmatched_id']}/match"
    chosen = {"item_id": str(second.item_id), "reason": "媒体の控えと照合"}
    assert (await post(house, f"{path}/settle", "s004", agree=True))[1]["code"] == "JR-3015"
    code, proposed = await post(house, path, "s003", **chosen)
    assert (code, proposed["settled_at"]) == (201, None)
    assert (await post(house, path, "s004", **chosen))[1]["code"] == "JR-3014"
    settle = f"{row['unmatched_id']}/settle"
    assert (await post(house, settle, "s004", done="x"))[1]["code"] == "JR-3014"
    code, refused = await post(house, f"{path}/settle", "s003", agree=True)
    assert (code, refused["code"]) == (403, "JR-3017")
    records = await house.emitted(AuditRecorded)
    assert records[-1].outcome is AuditOutcome.REFUSED
    assert set((await states(house)).values()) == {"sent"}

    assert (await post(house, f"{path}/settle", "s004", agree=False))[0] == 200
    assert set((await states(house)).values()) == {"sent"}
    await post(house, path, "s003", **chosen)
    code, matched = await post(house, f"{path}/settle", "s004", agree=True)
    assert (code, matched["matched_item"], matched["settled_by"]) == (
        200, str(second.item_id), "s004",
    )  # fmt: skip
    assert [one["agreed"] for one in matched["proposals"]] == [False, True]
    assert await states(house) == {first.item_id: "sent", second.item_id: "returned"}
    (decided,) = await house.emitted(ItemDecided)
    assert (decided.item_id, decided.person_id, decided.kind) == (
        second.item_id, second.person_id, "acquisition",
    )  # fmt: skip
    (file,) = (await house.call("GET", "/jps-files", "s003", *TAKE)).json()["files"]
    assert figures(file) == (1, 1, 0, 0, 0)
    (settled,) = [
        r for r in await house.emitted(AuditRecorded)
        if r.details.get("action") == "match" and r.details["agreed"]
    ]  # fmt: skip
    assert (settled.operation, settled.person_id) == (
        AuditOperation.ENTRY_SETTLED, second.person_id,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("20261008", "処理年月日が、媒体の送付日より前です。"),
        ("20261010", "処理年月日または基準日が、本日より後です。"),
    ],
)
async def test_what_no_item_can_have_is_not_matched_by_hand(
    sealing_house: House, day: str, why: str
) -> None:
    house = sealing_house
    (event,) = await on_a_medium(house)
    row = await listed(house, ACCEPTED | {"記録番号": "9", "処理年月日": day})
    path = f"{row['unmatched_id']}/match"
    code, told = await post(house, path, "s003", item_id=str(event.item_id), reason="x")
    assert (code, told["code"], told["detail"]) == (409, "JR-3016", why)
    code, told = await post(house, path, "s003", person_id=str(event.person_id), reason="x")
    assert (code, told["code"]) == (409, "JR-3016")
    assert (await post(house, path, "s003", item_id=str(uuid4()), reason="x"))[0] == 404


async def test_a_record_is_matched_to_its_person_by_two_people(sealing_house: House) -> None:
    house = sealing_house
    (event,) = await on_a_medium(house)
    row = await listed(house, OF_PERSON | {"基礎年金番号": NUMBER}, layout=RECORDS)
    assert (row["why"]["code"], row["is_record"]) == ("JR-4008", True)
    path = f"{row['unmatched_id']}/match"
    chosen = {"person_id": str(event.person_id), "reason": "通知書の写しで確認"}
    assert (await post(house, path, "s003", person_id=str(uuid4()), reason="x"))[0] == 404
    assert (await post(house, path, "s003", **chosen))[0] == 201
    code, matched = await post(house, f"{path}/settle", "s004", agree=True)
    assert (code, matched["matched_person"]) == (200, str(event.person_id))
    (told,) = await house.emitted(PersonTold)
    assert (told.person_id, told.stays) == (event.person_id, ())


async def test_a_record_is_told_of_who_the_person_is_when_it_is_agreed(
    sealing_house: House,
) -> None:
    house = sealing_house
    first, second = await on_a_medium(house, 2)
    row = await listed(house, OF_PERSON | {"基礎年金番号": NUMBER}, layout=RECORDS)
    path = f"{row['unmatched_id']}/match"
    chosen = {"person_id": str(first.person_id), "reason": "通知書の写しで確認"}
    assert (await post(house, path, "s003", **chosen))[0] == 201
    await house.take(
        [
            PersonMerged(
                person_id=first.person_id,
                identity_version=1,
                surviving_id=second.person_id,
                decision_id=uuid4(),
                decided_on=date(2026, 10, 9),
            )
        ]
    )
    code, matched = await post(house, f"{path}/settle", "s004", agree=True)
    assert (code, matched["matched_person"]) == (200, str(second.person_id))
    (told,) = await house.emitted(PersonTold)
    assert told.person_id == second.person_id


async def test_a_result_that_is_known_is_not_matched_again(sealing_house: House) -> None:
    house = sealing_house
    (event,) = await on_a_medium(house)
    await hand_over(house, of(RETURNED | {"記録番号": "1"}))
    row = await listed(house, RETURNED | {"記録番号": "9"})
    path = f"{row['unmatched_id']}/match"
    code, told = await post(house, path, "s003", item_id=str(event.item_id), reason="x")
    assert (code, told["code"]) == (409, "JR-3016")


async def test_the_list_goes_on_page_by_page(house: House) -> None:
    await hand_over(house, of(*(ACCEPTED | {"記録番号": str(n)} for n in (1, 2, 3))))
    seen: list[str] = []
    after = ""
    for _ in range(3):
        answer = await house.call("GET", f"{LIST}?limit=1{after}", "s003", *TAKE)
        (row,) = answer.json()["rows"]
        seen.append(row["unmatched_id"])
        after = f"&after={row['unmatched_id']}"
    assert answer.json()["next"] is None
    assert len(set(seen)) == 3


class TestHiddenPersons:
    """The list of whoever may not see them is as if there were nobody."""

    async def test_numbers_of_a_row_that_is_nobodys_are_for_who_may_see(
        self, sealing_house: House
    ) -> None:
        house = sealing_house
        cells = {"記録番号": "9", "基礎年金番号": NUMBER, "付番基礎年金番号": NUMBER}
        row = await listed(house, ACCEPTED | cells)
        detail = await house.call("GET", f"{LIST}/{row['unmatched_id']}", "s003", *TAKE)
        assert NUMBER not in detail.text
        seen = await house.call("GET", f"{LIST}/{row['unmatched_id']}", "s009", *SEES)
        assert NUMBER in seen.text

    async def test_so_is_a_number_that_is_perhaps_anothers(self, sealing_house: House) -> None:
        house = sealing_house
        await on_a_medium(house, basic_pension_number="2271174729")
        row = await listed(house, ACCEPTED | {"記録番号": "1", "基礎年金番号": NUMBER})
        assert (row["why"]["code"], row["person_id"] is None) == ("JR-4003", False)
        detail = await house.call("GET", f"{LIST}/{row['unmatched_id']}", "s003", *TAKE)
        assert NUMBER not in detail.text
        seen = await house.call("GET", f"{LIST}/{row['unmatched_id']}", "s009", *SEES)
        assert NUMBER in seen.text

    async def test_a_row_of_one_who_was_hidden_may_be_found_to_be_anothers_who_is(
        self, sealing_house: House
    ) -> None:
        house = sealing_house
        was, hidden = await on_a_medium(house, 2)
        await hide(house, was.person_id)
        row = await listed(house, RETURNED | {"記録番号": "1", "届書種別": "0102"})
        assert row["person_id"] is None  # the veil of the first
        await hide(house, was.person_id, hidden=False, version=2)
        await hide(house, hidden.person_id)
        (row,) = await rows(house, *SEES)
        path = f"{row['unmatched_id']}/match"
        chosen = {"item_id": str(hidden.item_id), "reason": "控えと照合"}
        assert (await post(house, path, "s009", *SEES, **chosen))[0] == 201
        assert (await post(house, f"{path}/settle", "s010", *SEES, agree=True))[0] == 200
        (shown,) = await rows(house)
        assert shown["person_id"] == str(was.person_id)

    async def test_their_rows_can_be_settled_as_nobodys_and_nothing_of_theirs_changes(
        self, sealing_house: House
    ) -> None:
        house = sealing_house
        (hidden,) = await on_a_medium(house)
        await hide(house, hidden.person_id)
        row = await listed(house, RETURNED | {"記録番号": "1"})
        assert (row["why"]["code"], row["person_id"]) == ("JR-4001", None)
        path = f"{row['unmatched_id']}/match"
        code, _ = await post(house, path, "s003", item_id=str(hidden.item_id), reason="x")
        assert code == 404
        assert (await post(house, f"{row['unmatched_id']}/settle", "s003", done="x"))[0] == 200
        assert await rows(house) == []
        assert (await states(house))[hidden.item_id] == "returned"
        assert await rows(house, *SEES) == await rows(house, *SEES, query="?settled=true") == []

    async def test_matched_to_them_the_row_stays_before_others_as_it_was(
        self, sealing_house: House
    ) -> None:
        house = sealing_house
        (hidden,) = await on_a_medium(house)
        await hide(house, hidden.person_id)
        row = await listed(house, RETURNED | {"記録番号": "9"})
        before = await house.call("GET", f"{LIST}/{row['unmatched_id']}", "s003", *TAKE)
        path = f"{row['unmatched_id']}/match"
        chosen = {"item_id": str(hidden.item_id), "reason": "控えと照合"}
        assert (await post(house, path, "s009", *SEES, **chosen))[0] == 201
        after = await house.call("GET", f"{LIST}/{row['unmatched_id']}", "s003", *TAKE)
        assert after.json() == before.json()
        code, matched = await post(house, f"{path}/settle", "s010", *SEES, agree=True)
        assert (code, matched["matched_item"]) == (200, str(hidden.item_id))
        assert [one["agreed"] for one in matched["proposals"]] == [True]
        after = await house.call("GET", f"{LIST}/{row['unmatched_id']}", "s003", *TAKE)
        assert after.json() == before.json()
        assert [one["unmatched_id"] for one in await rows(house)] == [row["unmatched_id"]]
        assert await rows(house, *SEES) == []
        assert (await states(house))[hidden.item_id] == "returned"
