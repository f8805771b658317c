"""What JPS granted and refused, reckoned with in a what-if: of whom is named, and no other."""

from uuid import UUID

import pytest

from contracts.events import AuditRecorded, PersonSightChanged
from contracts.functions import Function
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.applying import CLERK
from tests.exemptions.counter import sent, take
from tests.exemptions.jps import decided, with_jps
from tests.exemptions.test_exemption_what_if import ALONE

pytestmark = pytest.mark.stack

FULL = ("full", "2026-07", "2027-06")
HALF = ("half", "2026-07", "2027-06")


async def test_what_if_shows_what_jps_granted_and_refused(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    _, item_id = await with_jps(exemptions, call, person)
    await take(exemptions, decided(item_id, person, ("full", "2026-07", "2026-12")))
    question = {**ALONE, "first": "2026-11", "last": "2027-03"}
    shown = (await call(*CLERK, post="/what-if", json=question)).json()
    assert shown["decided"] == [], "nobody is named"
    answer = await call(*CLERK, post="/what-if", json=question | {"person_id": str(person)})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [(d["label"], d["first"], d["last"]) for d in found["decided"]] == [
        ("承認（全額免除）", "2026-11", "2026-12"),
        ("却下", "2027-01", "2027-03"),
    ]
    assert "令和8年11月10日" in found["decided"][1]["reasons"][0]["sentence"]
    # The figures pass for half: not offered where JPS granted full, offered where it refused.
    half, before = (
        next(each for each in answer["each"] if each["kinds"] == ["half"])
        for answer in (found, shown)
    )
    assert (before["months_passing"], half["months_passing"]) == (5, 3)
    granted, open_ = half["spans"]
    assert (granted["from_month"], granted["to_month"], granted["result_label"]) == (
        "2026-11", "2026-12", "対象外",
    )  # fmt: skip
    assert "日本年金機構が全額免除を承認" in granted["reasons"][0]["sentence"]
    assert open_["kind_label"] == "半額免除"
    # Nothing contradicts what is granted: those two months cost nothing, whatever is applied for.
    assert found["paying"]["to_pay"] == shown["paying"]["to_pay"] * 3 // 5
    assert half["to_pay"] == before["to_pay"] * 3 // 5
    refused = [note for note in found["notes"] if note["code"] == "refused-before"]
    assert "2027-01〜2027-03" in refused[0]["sentence"]
    records = await sent(exemptions, AuditRecorded)
    asked_about = [r.person_id for r in records if r.details.get("what") == "exemption-what-if"]
    assert asked_about == [None, person]


async def test_what_is_granted_afterwards_is_refused_no_more(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    _, item_id = await with_jps(exemptions, call, person)
    await take(exemptions, decided(item_id, person))
    question = {**ALONE, "first": "2026-11", "last": "2027-03", "person_id": str(person)}
    found = (await call(*CLERK, post="/what-if", json=question)).json()
    assert [d["label"] for d in found["decided"]] == ["却下"]
    await take(exemptions, decided(item_id, person, HALF, on="2026-11-20"))
    found = (await call(*CLERK, post="/what-if", json=question)).json()
    assert [d["label"] for d in found["decided"]] == ["承認（半額免除）"]


async def test_what_if_shows_nothing_of_who_is_sealed(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    _, item_id = await with_jps(exemptions, call, person)
    await take(exemptions, decided(item_id, person, FULL))
    await take(exemptions, PersonSightChanged(person_id=person, sight_version=1, hidden=True))
    question = {**ALONE, "first": "2026-11", "last": "2027-03", "person_id": str(person)}
    nobody = (await call(*CLERK, post="/what-if", json=question)).json()
    assert nobody["decided"] == []
    seer = (*CLERK, Function.SEALED_VIEW)
    assert len((await call(*seer, post="/what-if", json=question)).json()["decided"]) == 1
