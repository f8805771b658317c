"""Findings as work: one person from two records and back, wrong numbers, two people for each."""

from argparse import Namespace
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    AuditOperation,
    AuditRecorded,
    PersonChanged,
    PersonMerged,
    PersonSeparated,
    PersonSightChanged,
)
from contracts.functions import Function
from services.identity.attaching import attach_due
from services.identity.commands import republish
from tests.identity.desk import (
    CHIEF,
    CLERK,
    FIRST,
    SECOND,
    THIRD,
    FindingDesk,
    decided,
    handed_out,
    shown,
    two,
)
from tests.identity.feeds import assistance, attributes, income
from tests.identity.house import House
from tests.identity.people import Kind, became, token, told
from tests.identity.test_feeds_kept import attached, links, tell

pytestmark = pytest.mark.stack

ELSEWHERE = attributes(address="千葉市緑区おゆみ野一丁目２番３号")


async def test_a_number_on_two_records_becomes_work(house: House, desk: FindingDesk) -> None:
    first, second = await two(house)
    listed = await desk.get()
    assert (listed["total"], listed["more"]) == (1, False)
    (finding,) = listed["findings"]
    assert finding["kind"] == {"code": "number_shared", "label": "同一個人番号の重複"}
    assert (finding["person_id"], finding["other_person_id"]) == (str(second), str(first))
    page = await desk.get(f"/{finding['finding_id']}")
    assert [p["number_state"] for p in page["persons"]] == ["conflict", "assigned"]
    assert page["persons"][0]["number_note"] == (
        "個人番号が重複または相違しているため、提供を停止しています。"
    )
    assert page["comparison"]["all_agree"] is True
    # The number of the first is certain: that weighs more than living here.
    assert page["survivor"]["surviving_id"] == str(first)
    assert page["survivor"]["why"]["label"] == "個人番号が確認されている宛名を残す"
    assert [d["code"] for d in page["decisions"]] == [
        "merge", "number_wrong", "register_corrects", "keep_apart",
    ]  # fmt: skip
    assert await handed_out(house, first, second) == [token(1), None]


async def test_after_a_merge_there_is_one_person_and_no_history_is_lost(
    house: House, desk: FindingDesk
) -> None:
    first, second = await two(house)
    page = await desk.decide(await desk.only(), "merge")
    assert page["finding"]["state"]["code"] == "settled"
    assert [(s["step"], s["staff_id"]) for s in page["steps"]] == [
        ("proposed", CLERK), ("settled", CHIEF),
    ]  # fmt: skip
    one = {
        "person_id": first, "number_state": "assigned", "former_ids": [second],
        "links": [SECOND, FIRST],
    }  # fmt: skip
    assert [await shown(desk, p) for p in (first, second)] == [one, one]
    (merged,) = await house.outbox(PersonMerged)
    assert (merged.person_id, merged.surviving_id, merged.identity_version) == (second, first, 1)
    assert str(merged.decision_id) == page["finding"]["finding_id"]
    assert await handed_out(house, first, second) == [token(1), token(1)]
    found = (await desk.counter.search(addressee_number=SECOND)).json()["persons"]
    assert [p["person_id"] for p in found] == [str(first)]
    found = (await desk.counter.search(name="山田花子")).json()["persons"]
    assert [p["person_id"] for p in found] == [str(first)]
    assert await desk.get() == {"findings": [], "total": 0, "more": False, "limit": 50}
    assert len(await house.rows("select from identity.record_versions")) == 3


async def test_separation_gives_each_their_own_again(house: House, desk: FindingDesk) -> None:
    first, second = await two(house)
    before = [await shown(desk, p) for p in (first, second)]
    numbers = await handed_out(house, first, second)
    tables = "select * from identity.residents order by addressee_number"
    rows = await house.rows(tables)
    await desk.decide(await desk.only(), "merge")
    await desk.separate(first, second)
    assert [await shown(desk, p) for p in (first, second)] == before
    assert await house.rows(tables) == rows
    assert await handed_out(house, first, second) == numbers
    (separated,) = await house.outbox(PersonSeparated)
    assert (separated.person_id, separated.identity_version) == (second, 2)
    # The number is on two persons' records again, and somebody has to look at it again.
    (finding,) = (await desk.get())["findings"]
    assert (finding["kind"]["code"], finding["person_id"]) == ("number_shared", str(second))
    merges = await house.rows("select * from identity.merges")
    assert [(m["former_id"], m["separated_at"] is None) for m in merges] == [(second, False)]


async def test_what_comes_after_the_merge_is_under_whose_number_it_came(
    house: House, desk: FindingDesk
) -> None:
    first, second = await two(house)
    await desk.decide(await desk.only(), "merge")
    await house.told(
        told(Kind.MOVE_ABROAD, "2026-09-30", version=2, became=became("2026-04-01"),
             number=SECOND)
    )  # fmt: skip
    last = (await house.views())[-1]
    assert (last.person_id, last.person_version) == (second, 2)
    assert last.residence[0].ended is not None
    page = (await desk.counter.show(first)).json()
    assert page["household"] is None
    assert page["resident_status"]["code"] != "1"
    await desk.separate(second, first)
    versions = await house.rows(
        "select person_id from identity.record_versions order by recorded_at"
    )
    assert {row["person_id"] for row in versions} == {first, second}
    assert (await shown(desk, second))["links"] == [SECOND]


async def test_numbers_of_other_systems_go_along_and_are_fitted_again(
    house: House, desk: FindingDesk
) -> None:
    """What was the second person's stays so; what came under the one person is compared anew."""
    first, second = await two(house)
    await house.told(
        told(Kind.ADDRESS_CHANGE, version=2, became=became("2026-04-01"), number=SECOND,
             address=ELSEWHERE.address)
    )  # fmt: skip
    await tell(house, income(told=ELSEWHERE))
    assert set((await links(house)).values()) == {("linked", second)}
    await desk.decide(await desk.only(), "merge")
    await tell(house, assistance(told=ELSEWHERE))
    assert {person for _, person in (await links(house)).values()} == {first, second}
    await desk.separate(first, second)
    assert {person for _, person in (await links(house)).values()} == {second}
    assert set((await attached(house)).values()) == {(1, 1)}


async def test_records_that_nobody_could_be_told_apart_by_wait_after_a_separation(
    house: House, desk: FindingDesk
) -> None:
    first, second = await two(house)
    await tell(house, income())
    ((state, person),) = (await links(house)).values()
    assert (state, person) == ("near", None)  # two of that name, birth date and address
    await desk.decide(await desk.only(), "merge")
    assert await attach_due(house.service) == (1, 1)
    assert list((await links(house)).values()) == [("linked", first)]
    await desk.separate(first, second)
    assert list((await links(house)).values()) == [("near", None)]
    assert list((await attached(house)).values()) == [(1, None)]


async def test_one_proposes_and_another_settles(house: House, desk: FindingDesk) -> None:
    await two(house)
    finding = await desk.only()
    assert (await desk.settle(finding)).json()["code"] == "ID-0302"
    await desk.propose(finding, "merge")
    answer = await desk.settle(finding, by=CLERK)
    assert (answer.status_code, answer.json()["code"]) == (409, "ID-0303")
    assert await decided(house) == []
    assert (await desk.settle(finding, agree=False)).json()["finding"]["state"]["code"] == "open"
    assert await decided(house) == []
    await desk.decide(finding, "merge")
    assert (await desk.settle(finding)).json()["code"] == "ID-0301"
    assert (await desk.propose(finding, "merge")).json()["code"] == "ID-0301"
    kept = [e for e in await house.outbox(AuditRecorded)
            if e.operation is AuditOperation.ENTRY_SETTLED]  # fmt: skip
    assert len({e.person_id for e in kept}) == 2
    assert [e.outcome.value for e in kept].count("refused") == 6


async def test_the_event_and_the_record_are_of_one_transaction(
    house: House, desk: FindingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = await two(house)
    finding = await desk.only()
    await desk.propose(finding, "merge")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no record")

    with monkeypatch.context() as patched:
        patched.setattr("services.identity.finding_api.audit.record", broken)
        assert (await desk.settle(finding)).status_code == 500
    assert (await shown(desk, first))["former_ids"] == []
    assert await decided(house) == []
    assert (await desk.settle(finding)).status_code == 200


async def test_three_records_of_one_person_come_apart_where_they_were_put_together(
    house: House, desk: FindingDesk
) -> None:
    first, second = await two(house, None, None)
    await house.told(told(Kind.MOVE_IN, "2026-05-01", number=THIRD, number_token=token(3)))
    third = await house.person_id(THIRD)
    await desk.merge(first, second)  # the second lives here: it survives
    await desk.merge(first, third)  # the third has a number
    assert {(await shown(desk, p))["person_id"] for p in (first, second, third)} == {third}
    last = {e.person_id: e for e in await house.outbox(PersonMerged)}
    assert {p: (e.surviving_id, e.identity_version) for p, e in last.items()} == {
        first: (third, 2), second: (third, 1),
    }  # fmt: skip
    await desk.separate(third, second)
    assert [(await shown(desk, p))["person_id"] for p in (first, second, third)] == [
        second, second, third,
    ]  # fmt: skip
    last = {e.person_id: e for e in await house.outbox(PersonMerged)}
    assert (last[first].surviving_id, last[first].identity_version) == (second, 3)


async def test_nothing_is_sent_of_a_merge_but_who_is_one(house: House, desk: FindingDesk) -> None:
    """What eligibility needs goes on being told of each record's own person."""
    first, second = await two(house)
    told_before = len(await house.outbox(PersonChanged))
    await desk.decide(await desk.only(), "merge")
    assert len(await house.outbox(PersonChanged)) == told_before
    assert {event.person_id for event in await house.views()} == {first, second}


async def test_whoever_is_republished_stands_as_last_told(house: House, desk: FindingDesk) -> None:
    first, second = await two(house)
    await desk.decide(await desk.only(), "merge")
    assert await republish(house.service, Namespace(since=None, restored=False)) == 0
    merged = await house.outbox(PersonMerged)
    assert len(merged) == 2
    assert merged[0] == merged[1]
    assert await republish(house.service, Namespace(since=None, restored=True)) == 0
    again = (await house.outbox(PersonMerged))[-1]
    assert (again.person_id, again.surviving_id) == (second, first)
    assert again.identity_version > merged[0].identity_version


@pytest.mark.parametrize("sealed_one", [0, 1])
async def test_sealed_means_absent(house: House, desk: FindingDesk, sealed_one: int) -> None:
    persons = await two(house)
    finding = await desk.only()
    measure = await protect(desk, persons[sealed_one])
    assert (await desk.get())["findings"] == []
    assert (await desk.get())["total"] == 0
    assert await desk.get(f"/{finding}") == 404
    assert (await desk.propose(finding, "merge")).status_code == 404
    assert (await desk.settle(finding)).status_code == 404
    nobody = await desk.raises("same_person", persons[1 - sealed_one], uuid4())
    sealed = await desk.raises("same_person", *persons)
    assert (sealed.status_code, sealed.json()["code"]) == (422, "ID-0201")
    assert sealed.json()["title"] == nobody.json()["title"]
    # Whoever may see them merges them, and then neither is there for others, nor after separation.
    seeing = FindingDesk(desk.counter, Function.SEALED_VIEW)
    await seeing.decide(finding, "merge")
    assert [(await desk.counter.show(p)).status_code for p in persons] == [404, 404]
    assert await hidden(house) == {persons[0]: True, persons[1]: True}
    await seeing.separate(*persons)
    assert [(await desk.counter.show(p)).status_code for p in persons] == [404, 404]
    assert await desk.get(f"/{finding}") == 404
    # Which of the two needs it only who settles the measure knows: it is both persons' now.
    lifted = await desk.counter.call(
        "POST", f"/measures/{measure}/lifting", MEASURES, staff_id=CHIEF,
        json={"reason": "not_confirmed"},
    )  # fmt: skip
    assert lifted.status_code == 200, lifted.text
    assert await hidden(house) == {persons[0]: False, persons[1]: False}
    assert [(await desk.counter.show(p)).status_code for p in persons] == [200, 200]


async def test_a_measure_for_one_person_covers_both_records(
    house: House, desk: FindingDesk
) -> None:
    first, second = await two(house)
    await desk.decide(await desk.only(), "merge")
    await protect(desk, first)
    assert [(await desk.counter.show(p)).status_code for p in (first, second)] == [404, 404]
    assert await hidden(house) == {first: True, second: True}


MEASURES = (Function.MEASURE_PROPOSE, Function.MEASURE_SETTLE, Function.SEALED_VIEW)


async def protect(desk: FindingDesk, person_id: UUID) -> str:
    """Put somebody under a support measure."""
    said = {"ground": "domestic_violence", "applied_on": "2026-04-01", "persons": [str(person_id)]}
    answer = await desk.counter.call("POST", "/measures", MEASURES, staff_id=CLERK, json=said)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["measure_id"])


async def hidden(house: House) -> dict[UUID, bool]:
    """What the neighbours were told last of who is hidden."""
    return {event.person_id: event.hidden for event in await house.outbox(PersonSightChanged)}


async def test_what_cannot_be_raised_or_decided(house: House, desk: FindingDesk) -> None:
    first, second = await two(house, token(1), token(2))
    assert (await desk.raises("number_shared", first, second)).status_code == 422
    assert (await desk.raises("same_person", first)).json()["code"] == "ID-0312"
    assert (await desk.raises("same_person", first, first)).json()["code"] == "ID-0312"
    assert (await desk.raises("number_doubted", first, second)).json()["code"] == "ID-0312"
    assert (await desk.raises("merge_doubted", first, second)).json()["code"] == "ID-0307"
    raised = (await desk.raises("same_person", first, second)).json()["finding"]["finding_id"]
    answer = await desk.propose(raised, "separate")
    assert (answer.status_code, answer.json()["code"]) == (422, "ID-0304")
    assert "別人として統合しない" in answer.json()["action"]
    page = await desk.decide(raised, "keep_apart")
    assert page["finding"]["state"]["code"] == "settled"
    assert await decided(house) == []
    assert await desk.get(f"/{uuid4()}") == 404
