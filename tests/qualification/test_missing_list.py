"""The work list of missing notices over real tables: the nightly run, staff, and notices."""

from typing import Any
from uuid import UUID

import pytest

from contracts.events import (
    AuditOperation,
    FactOutcome,
    FactPurpose,
    FactsTakenBack,
    MissingNoticeFactsRequested,
    QualificationFactsAnswered,
)
from contracts.events.facts import HealthInsuranceFact
from contracts.events.insurance import HealthInsurancePeriod
from contracts.functions import Function
from services.qualification import missing_run
from tests.qualification.house import AT_45, HANAKO, Counter, House, notice
from tests.qualification.people import Life, d

pytestmark = pytest.mark.stack

ENTRIES = (
    "select entry_id, person_id, kind, occurred_on, notice, due_on, step, step_on, open"
    " from qualification.missing_notices order by entry_id"
)
STEPS = (
    "select entry_id, ordinal, step, taken_on, taken_by, notice_id"
    " from qualification.missing_notice_steps order by entry_id, ordinal"
)


def newcomers(count: int) -> dict[UUID, Life]:
    """So many people of 30 who move in from abroad on 10 October, without the note."""
    return {
        UUID(int=i, version=4): Life("1996-05-05").moves_in_from_abroad("2026-10-10", note=False)
        for i in range(1, count + 1)
    }


def answer(person_id: UUID, *joined: tuple[str, str]) -> QualificationFactsAnswered:
    periods = tuple(
        HealthInsurancePeriod(acquired_on=d(on), acquisition_reason=why) for on, why in joined
    )
    fact = HealthInsuranceFact(outcome=FactOutcome.VALUE, periods=periods)
    return QualificationFactsAnswered(
        request_id=HANAKO, reference=HANAKO, person_id=person_id, health_insurance=fact
    )


async def answered(house: House, *answers: QualificationFactsAnswered) -> None:
    records = house.records("identity", [(each.person_id, each) for each in answers])
    await house.service.intake.take(records)


async def listed(counter: Counter, **query: Any) -> list[dict[str, Any]]:
    got = await counter.call("GET", "/missing-notices", Function.NOTICE_ACCEPT, params=query)
    assert got.status_code == 200, got.text
    found: list[dict[str, Any]] = got.json()["entries"]
    return found


async def test_the_last_page_says_that_it_is_the_last(house: House, counter: Counter) -> None:
    for person_id, life in newcomers(4).items():
        await house.lives(person_id, life)
    house.on("2026-10-11")
    await table(house, "2026-10-11", "1000")
    after, sizes = 0, []
    while after is not None:
        query = {"limit": 2, "after": after}
        got = await counter.call("GET", "/missing-notices", Function.NOTICE_ACCEPT, params=query)
        sizes.append(len(got.json()["entries"]))
        after = got.json()["following"]
    assert sizes == [2, 2]


async def take(counter: Counter, entry: dict[str, Any], step: str, on: str, **more: Any) -> Any:
    path = f"/missing-notices/{entry['entry_id']}/steps"
    body = {"step": step, "taken_on": on, **more}
    return await counter.call("POST", path, Function.NOTICE_ACCEPT, json=body)


async def table(house: House, day: str, batch: str) -> tuple[Any, Any]:
    service = house.another(NIGHTLY_BATCH=batch)
    async with service.opened():
        assert await house.command("nightly", service, date=d(day)) == 0
    return await house.rows(ENTRIES), await house.rows(STEPS)


async def test_the_nightly_run_lists_each_once_however_often_it_runs(house: House) -> None:
    for person_id, life in newcomers(5).items():
        await house.lives(person_id, life)
    assert await house.rows(ENTRIES) == []
    house.on("2026-10-11")
    first = await table(house, "2026-10-11", "2")
    assert [entry["kind"] for entry in first[0]] == ["came_from_abroad"] * 5
    assert {entry["due_on"] for entry in first[0]} == {d("2026-10-24")}
    assert [step["step"] for step in first[1]] == ["listed"] * 5
    assert await table(house, "2026-10-11", "1000") == first
    assert await table(house, "2026-10-12", "1") == first
    listed_in = [r for r in await house.audited(AuditOperation.BATCH_JOB)
                 if r.details["job"] == "missing"]  # fmt: skip
    assert [(r.count, r.details["listed"]) for r in listed_in] == [(2, 2), (2, 2), (1, 1)]


async def test_a_run_that_is_stopped_midway_is_taken_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person_id, life in newcomers(5).items():
        await house.lives(person_id, life)
    house.on("2026-10-11")
    real, calls = missing_run.work_out, []

    async def stops(*arguments: Any) -> Any:
        found = await real(*arguments)
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed before the commit")
        return found

    monkeypatch.setattr(missing_run, "work_out", stops)
    service = house.another(NIGHTLY_BATCH="2")
    async with service.opened():
        with pytest.raises(RuntimeError):
            await house.command("nightly", service, date=d("2026-10-11"))
    assert len(await house.rows(ENTRIES)) == 2
    monkeypatch.undo()
    entries, steps = await table(house, "2026-10-11", "2")
    assert (len(entries), len(steps)) == (5, 5)


async def test_facts_in_one_batch_or_in_many_come_to_the_same_list(house: House) -> None:
    """A move that is told and taken back between two nights is never on the list."""
    people = newcomers(4)
    cancelled, *others = people
    people[cancelled].moves_out("2026-10-10")
    for person_id in others:
        await house.lives(person_id, people[person_id])
    every = [event for person_id, life in people.items() for event in life.events(person_id)]
    await house.told(*every)
    house.on("2026-10-11")
    entries, steps = await table(house, "2026-10-11", "3")
    assert {entry["person_id"] for entry in entries} == set(others)
    assert len(steps) == len(others)


async def test_the_notice_ends_its_entry_and_its_withdrawal_brings_it_back(
    house: House, counter: Counter, hanako: UUID
) -> None:
    await answered(house, answer(hanako, ("2026-11-01", "社保離脱")))
    assert await house.nightly("2026-11-06") == 0
    (entry,) = await listed(counter)
    assert (entry["kind_label"], entry["due_on"]) == ("被用者保険の離脱（退職等）", "2026-11-15")
    assert "社保離脱" in entry["reason"]["sentence"]
    assert (entry["next_step_label"], entry["next_on"]) == ("勧奨", "2026-11-16")
    accepted = (await counter.accept(notice(hanako))).json()["summary"]
    assert await listed(counter) == []
    await counter.withdraw(accepted["notice_id"], "誤り")
    assert [e["entry_id"] for e in await listed(counter)] == [entry["entry_id"]]
    accepted = (await counter.accept(notice(hanako))).json()["summary"]
    assert (await counter.settle(accepted["notice_id"])).status_code == 200
    assert await house.nightly("2026-11-07") == 0
    path = f"/missing-notices/{entry['entry_id']}"
    shown = (await counter.call("GET", path, Function.NOTICE_ACCEPT)).json()
    assert [step["label"] for step in shown["steps"]] == [
        "把握", "終了（届出あり）", "把握", "終了（届出あり）",
    ]  # fmt: skip
    assert shown["steps"][3]["notice_id"] == accepted["notice_id"]
    assert {step["taken_by"] for step in shown["steps"]} == {None}


async def test_reminders_and_the_ex_officio_step(
    house: House, counter: Counter, hanako: UUID
) -> None:
    await answered(house, answer(hanako, ("2026-11-01", "社保離脱")))
    await house.nightly()
    house.on("2026-12-20")
    (entry,) = await listed(counter, kind="left_employment")
    assert entry["overdue"]
    early = await take(counter, entry, "reminded_again", "2026-12-20")
    assert (early.status_code, early.json()["code"]) == (409, "QU-0501")
    sent = await take(counter, entry, "reminded", "2026-11-16", note="文書で勧奨")
    assert sent.status_code == 201, sent.text
    entry = sent.json()["entry"]
    # 30 days after 16 November is a Wednesday.
    assert (entry["step"], entry["next_on"], entry["next_on_is_open"]) == (
        "reminded", "2026-12-16", True,
    )  # fmt: skip
    for on, code in [("2026-12-21", "QU-0502"), ("2026-11-15", "QU-0502")]:
        wrong = await take(counter, entry, "reminded_again", on)
        assert (wrong.status_code, wrong.json()["code"]) == (422, code)
    assert (await take(counter, entry, "reminded_again", "2026-12-16")).status_code == 201
    begun = await take(counter, entry, "ex_officio", "2026-12-20")
    assert [(s["step"], s["taken_by"]) for s in begun.json()["steps"]] == [
        ("listed", None), ("reminded", "s001"), ("reminded_again", "s001"), ("ex_officio", "s001"),
    ]  # fmt: skip
    assert begun.json()["entry"]["next_step"] is None
    body = notice(hanako, received_on="2026-12-20") | {
        "channel": "ex_officio",
        "ex_officio": {
            "ground": "not_notified",
            "evidence": "国民健康保険の取得",
            "ordered_by": "課長",
            "ordered_on": "2026-12-20",
        },
    }
    del body["identity_check"], body["attachments"]
    assert (await counter.accept(body)).status_code == 201
    assert await listed(counter) == []


async def test_what_cannot_be_recorded(house: House, counter: Counter, hanako: UUID) -> None:
    await answered(house, answer(hanako, ("2026-11-01", "社保離脱")))
    await house.nightly()
    (entry,) = await listed(counter)
    number = "個人番号123456789018"
    refused = await take(counter, entry, "reminded", "2026-11-05", note=number)
    assert (refused.status_code, refused.json()["code"]) == (422, "QU-0205")
    assert number not in refused.text
    for step in ("listed", "ended_by_notice", "ended_by_fact"):
        by_itself = await take(counter, entry, step, "2026-11-05")
        assert (by_itself.status_code, by_itself.json()["code"]) == (409, "QU-0501")
    nobody = await take(counter, {"entry_id": str(HANAKO)}, "reminded", "2026-11-05")
    assert nobody.status_code == 404
    unknown = await listed(counter, kind="residence_period")
    assert unknown == []


async def test_identity_is_asked_of_those_whose_category_is_not_certain(
    house: House, hanako: UUID
) -> None:
    child = UUID(int=2, version=4)
    await house.lives(child, Life("2016-04-02").born_here())
    await house.nightly()
    (asked,) = await house.outbox(MissingNoticeFactsRequested)
    assert (asked.person_id, asked.purpose) == (hanako, FactPurpose.MISSING_NOTICES)
    assert asked.span is not None
    assert asked.span.last == d("2026-11-05")
    await house.nightly()
    house.on("2026-12-04")
    await house.nightly()
    assert len(await house.outbox(MissingNoticeFactsRequested)) == 1
    house.on("2026-12-05")
    await house.nightly()
    assert len(await house.outbox(MissingNoticeFactsRequested)) == 2


async def test_no_more_are_asked_of_in_a_night_than_the_settings_allow(house: House) -> None:
    for i in range(1, 6):
        await house.lives(UUID(int=i, version=4), AT_45.copy())
    few = house.another(ASK_PER_NIGHT="3", NIGHTLY_BATCH="2")
    async with few.opened():
        for _ in range(2):
            assert await house.command("nightly", few, date=d("2026-10-02")) == 0
            assert len(await house.outbox(MissingNoticeFactsRequested)) == 3
        assert await house.command("nightly", few, date=d("2026-10-03")) == 0
    asked = [event.person_id for event in await house.outbox(MissingNoticeFactsRequested)]
    assert sorted(asked) == [UUID(int=i, version=4) for i in range(1, 6)]


async def test_who_was_told_anothers_facts_is_asked_of_again(house: House, hanako: UUID) -> None:
    """What identity takes back was kept as a fact: the next night asks, and its answer stands."""
    assert await house.command("nightly", date=d("2026-10-01")) == 0
    await answered(house, answer(hanako, ("2026-11-01", "社保離脱")))
    await house.nightly()
    before = len(await house.outbox(MissingNoticeFactsRequested))
    stranger = UUID(int=77, version=4)
    for system in ("tax_system", "health_insurance_system"):
        told = [(id_, FactsTakenBack(person_id=id_, system=system)) for id_ in (hanako, stranger)]
        await house.service.intake.take(house.records("identity", told))
        await house.nightly()
        asked = await house.outbox(MissingNoticeFactsRequested)
        expected = before + (system == "health_insurance_system")
        assert len(asked) == expected
    assert asked[-1].person_id == hanako


async def test_the_same_answer_twice_is_one_fact_and_a_refusal_none(
    house: House, hanako: UUID
) -> None:
    refusal = QualificationFactsAnswered(
        request_id=HANAKO, reference=HANAKO, person_id=hanako, refusal="purpose"
    )
    stranger = answer(UUID(int=77, version=4), ("2026-11-01", "社保離脱"))
    joined = answer(hanako, ("2026-11-01", "社保離脱"))
    await answered(house, joined)
    await answered(house, joined, refusal, stranger)
    await answered(house, answer(hanako))
    kept = await house.rows(
        "select person_id, ordinal from qualification.facts where kind = 'health_insurance'"
        " order by ordinal"
    )
    assert [(row["person_id"], row["ordinal"]) for row in kept] == [(hanako, 1), (hanako, 2)]


async def test_history_cannot_be_altered(house: House, hanako: UUID) -> None:
    await answered(house, answer(hanako, ("2026-11-01", "社保離脱")))
    await house.nightly()
    for forbidden in (
        "update qualification.missing_notice_steps set taken_by = 'x'",
        "delete from qualification.missing_notice_steps",
        "delete from qualification.missing_notices",
        "update qualification.missing_notices set occurred_on = now()",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with house.service.unit_of_work() as uow:
                await uow.connection.execute(forbidden)
