"""What-if for the counter: nobody named, nothing kept. The rest of notices on a real database."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from contracts.events import AuditOperation, QualificationChanged
from contracts.functions import Function
from contracts.what_if import WhatIf
from services.qualification.domain.what_if import wrong
from tests.qualification.house import Counter, House
from tests.qualification.people import Life

BORN_HERE: dict[str, Any] = {
    "birth_date": "1966-05-11",
    "stays_in_japan": [{"began": "1966-05-11", "came": "birth"}],
}
HANAKO = UUID("00000000-0000-4000-8000-000000000875")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        (
            {
                "stays_in_japan": [
                    {"began": "2000-04-01", "came": "abroad", "moved_abroad_on": "1999-04-01"}
                ]
            },
            ["stays_in_japan.0.moved_abroad_on"],
        ),
        (
            {
                "stays_in_japan": [
                    {"began": "1966-05-11", "came": "birth"},
                    {"began": "2000-04-01", "came": "abroad"},
                ]
            },
            ["stays_in_japan.1.began"],
        ),
        ({"categories": [{"category": 2}]}, ["categories.0"]),
        (
            {"categories": [{"category": 3, "began": "2000-04-01", "ended": "2000-04-01"}]},
            ["categories.0.ended"],
        ),
        (
            {
                "benefits": [
                    {"kind": "basic", "entitled_on": "2031-05-10", "ended_on": "2031-05-10"}
                ]
            },
            ["benefits.0.ended_on"],
        ),
        (
            {"overseas": [{"reason": "study", "began": "2026-05-10", "ended": "2026-05-09"}]},
            ["overseas.0.ended"],
        ),
    ],
)
def test_what_cannot_be(changes: dict[str, Any], fields: list[str]) -> None:
    found = wrong(WhatIf.model_validate({**BORN_HERE, **changes}))
    assert [error.field for error in found] == fields


def test_it_asks_for_nobody() -> None:
    for extra in ("name", "person_id", "individual_number"):
        with pytest.raises(ValidationError):
            WhatIf.model_validate({**BORN_HERE, extra: "x"})


async def ask(counter: Counter, **changes: Any) -> dict[str, Any]:
    body = {**BORN_HERE, **changes}
    answer = await counter.call("POST", "/what-if", Function.NOTICE_ACCEPT, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.stack
async def test_a_life_keyed_in(house: House, counter: Counter) -> None:
    house.on("2026-05-12")
    found = await ask(
        counter,
        categories=[{"category": 2, "began": "1990-04-01", "ended": "2026-04-20"}],
        voluntary=[{"event": "applied", "on": "2026-05-12", "credited_months": 470}],
        as_of="2030-01-01",
    )
    assert [(p["category"], p["voluntary"], p["acquired_on"]) for p in found["periods"]] == [
        (1, None, "1986-05-10"),
        (2, None, "1990-04-01"),
        (1, None, "2026-04-20"),
        (None, "aged_60_to_64", "2026-05-12"),
    ]
    assert found["months"] == {
        "category_1": 48,
        "category_2": 432,
        "category_3": 0,
        "voluntary": 10,
    }
    notices = {
        t["occurred_on"]: t["notice"] and (t["notice"]["form"], t["notice"]["due_on"])
        for t in found["transitions"]
    }
    assert notices["1986-05-10"] is None
    assert notices["2026-04-20"] == ("category_change_2_to_1", "2026-05-04")
    assert notices["2026-05-10"] is None
    late = next(t for t in found["transitions"] if t["occurred_on"] == "2026-04-20")
    assert late["notice"]["late"]
    assert any("附則5条5項4号" in note["sentence"] for note in found["notes"])


@pytest.mark.stack
async def test_nothing_is_kept_but_that_it_was_asked(house: House, counter: Counter) -> None:
    await ask(counter)
    for table in ("persons", "facts", "transitions", "notices"):
        assert await house.rows(f"select 1 from qualification.{table}") == []
    (record,) = await house.audited(AuditOperation.INQUIRY)
    assert record.person_id is None
    assert record.details == {"what": "what-if"}


@pytest.mark.stack
async def test_what_is_wrong_is_told_by_field(counter: Counter) -> None:
    body = {**BORN_HERE, "categories": [{"category": 2}]}
    answer = await counter.call("POST", "/what-if", Function.NOTICE_ACCEPT, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "QU-0401")
    assert answer.json()["errors"][0]["field"] == "categories.0"
    far = {**BORN_HERE, "birth_date": "9950-01-01"}
    answer = await counter.call("POST", "/what-if", Function.NOTICE_ACCEPT, json=far)
    assert (answer.status_code, answer.json()["code"]) == (422, "QU-0402")


def application(**values: Any) -> dict[str, Any]:
    return {
        "form": "voluntary_application",
        "person_id": str(HANAKO),
        "received_on": "2026-11-05",
        "values": {
            "item": "aged_60_to_64",
            "payment": "no_account",
            "not_early": True,
            "other_periods": False,
            "credited_months": "400",
            "attributes_match": True,
            **values,
        },
        "identity_check": {"number": "individual_number_card", "person": "passport"},
    }


@pytest.mark.stack
async def test_insured_by_choice_from_the_counter_to_the_event(
    house: House, counter: Counter
) -> None:
    await house.lives(HANAKO, Life("1965-03-03").moves_in_from_abroad("2005-04-01"))
    house.on("2026-11-05")
    accepted = await counter.accept(application())
    assert accepted.status_code == 201, accepted.text
    body = accepted.json()
    assert (body["summary"]["due_on"], body["summary"]["late"]) == (None, False)
    assert body["expected"]["transition"]["voluntary_after"] == "aged_60_to_64"
    settled = await counter.settle(body["summary"]["notice_id"])
    assert settled.status_code == 200, settled.text
    page = await counter.page(HANAKO)
    assert (page["category"], page["voluntary"]) == (None, "aged_60_to_64")
    assert page["category_label"].startswith("任意加入被保険者")
    (told,) = [e for e in await house.outbox(QualificationChanged) if e.voluntary]
    assert (told.voluntary[0].kind, str(told.voluntary[0].acquired_on)) == (
        "aged_60_to_64",
        "2026-11-05",
    )
    # Insurance by choice is applied for: nothing of it is reported as an acquisition.
    assert all(r.reason != "voluntary-application" for r in await house.reports())


@pytest.mark.stack
async def test_a_change_of_name_is_received_and_changes_nothing(
    house: House, counter: Counter
) -> None:
    await house.lives(HANAKO, Life("1981-03-03").moves_in_from_abroad("2026-09-10"))
    house.on("2026-11-05")
    before = await counter.page(HANAKO)
    accepted = await counter.accept(
        {
            "form": "name_change",
            "person_id": str(HANAKO),
            "received_on": "2026-11-05",
            "values": {
                "changed_on": "2026-10-30",
                "name_before": "甲野花子",
                "name_after": "乙野花子",
                "name_after_kana": "オツノ　ハナコ",
                "attributes_match": True,
            },
            "identity_check": {"number": "individual_number_card", "person": "passport"},
        }
    )
    assert accepted.status_code == 201, accepted.text
    assert accepted.json()["expected"] is None
    settled = await counter.settle(accepted.json()["summary"]["notice_id"])
    assert (settled.status_code, settled.json()["summary"]["state"]) == (200, "settled")
    assert (await counter.page(HANAKO))["periods"] == before["periods"]
