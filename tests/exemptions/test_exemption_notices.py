"""Notices of exemption by law, as staff handle them: from the counter to JPS."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.codes import ResidentKind
from contracts.events import (
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    ExemptionNoticeKind,
    ExemptionNotified,
    ReportItemKind,
)
from contracts.functions import Function
from contracts.numbers import synthetic_individual_number
from services.chassis.received import Rejected
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.counter import a_notice as an_additional_premium_notice
from tests.exemptions.counter import (
    category_1,
    forwarded,
    person_changed,
    sent,
    take,
)
from tests.exemptions.exempting import EXPECTS, a_notice

pytestmark = pytest.mark.stack

CLERK = ("s001", Function.NOTICE_ACCEPT, Function.PERSON_VIEW)
CHIEF = ("s002", Function.NOTICE_SETTLE, Function.PERSON_VIEW)
BOTH = ("s001", Function.NOTICE_ACCEPT, Function.NOTICE_SETTLE, Function.PERSON_VIEW)
NOTICES = "/exemption-notices"
ASSISTED = {"ground": "assistance", "since": "R8.9.10"}
FATHER = {
    "carer": "parent",
    "child_born_on": "R8.10.3",
    "since": "R8.10.3",
    "child_matches": True,
}


async def accepted(
    call: Caller, person: UUID, kind: str, values: dict[str, Any], notified_on: str = "R8.10.15"
) -> dict[str, Any]:
    answer = await call(*CLERK, post=NOTICES, json=a_notice(person, kind, values, notified_on))
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def settled(
    call: Caller, shown: dict[str, Any], acknowledged: list[str] | None = None
) -> dict[str, Any]:
    where = f"{NOTICES}/{shown['notice']['notice_id']}/settle"
    answer = await call(*CHIEF, post=where, json={"acknowledged": acknowledged or []})
    assert answer.status_code == 200, answer.text
    after: dict[str, Any] = answer.json()
    return after


async def refused(call: Caller, notice: dict[str, Any]) -> list[str]:
    answer = await call(*CLERK, post=NOTICES, json=notice)
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0105"), answer.text
    return [error["code"] for error in answer.json()["errors"]]


async def exempt(call: Caller, person: UUID) -> list[str]:
    """ "maternity 2026-10..2027-01" and so on, as the person page shows it."""
    shown = (await call(*CLERK, get=f"/persons/{person}/exemptions")).json()
    return [
        f"{s['kind']} {s['from_month']}..{s['to_month']}{' goes on' if s['goes_on'] else ''}"
        for s in shown["exempt"]
    ]


async def test_from_the_counter_to_jps(call: Caller, exemptions: Service, person: UUID) -> None:
    shown = await accepted(call, person, "statutory_start", ASSISTED)
    assert (shown["notice"]["state"], shown["notice"]["receipt"]) == ("received", "2026-00001")
    assert [f["code"] for f in shown["findings"]] == ["statutory-begins"]
    assert await exempt(call, person) == []
    assert await sent(exemptions, ExemptionNotified) == []

    waiting = (await call(*CHIEF, get=NOTICES)).json()
    assert [n["notice_id"] for n in waiting["notices"]] == [shown["notice"]["notice_id"]]

    shown = await settled(call, shown)
    assert (shown["notice"]["state"], shown["notice"]["settled_by"]) == ("settled", "s002")
    [event] = await sent(exemptions, ExemptionNotified)
    assert event.model_dump(mode="json") == {
        "item_id": str(event.item_id),
        "notice_id": shown["notice"]["notice_id"],
        "person_id": str(person),
        "kind": "statutory_start",
        "reason": "assistance",
        "occurred_on": "2026-09-10",
        "from_month": "2026-08",
        "to_month": None,
        "notified_on": "2026-10-15",
        "accepted_on": "2026-10-15",
        "basic_pension_number": None,
    }
    assert await exempt(call, person) == ["statutory 2026-08..2028-10 goes on"]

    kind = ReportItemKind.STATUTORY_EXEMPTION_START
    await take(exemptions, forwarded(event.item_id, person, kind, "2026-10-28"))
    await take(exemptions, forwarded(event.item_id, person, kind, "2026-11-28"))
    page = (await call(*CLERK, get=f"/persons/{person}/exemptions")).json()
    [notice] = page["exemption_notices"]
    assert (notice["state"], notice["forwarded_on"]) == ("forwarded", "2026-10-28")


async def test_an_end_ends_what_was_notified(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await settled(call, await accepted(call, person, "statutory_start", ASSISTED))
    end = await accepted(
        call, person, "statutory_end", {"ground": "assistance", "ceased_on": "R8.10.5"}
    )
    assert "apply-within-14-days" in [f["code"] for f in end["findings"]]
    after = await settled(call, end)
    assert after["notice"]["from_month"] == "2026-11"
    assert await exempt(call, person) == ["statutory 2026-08..2026-10"]
    _, stop = await sent(exemptions, ExemptionNotified)
    assert (stop.kind, stop.occurred_on) == (
        ExemptionNoticeKind.STATUTORY_END,
        date(2026, 10, 5),
    )


CONTRADICTING: list[tuple[str, dict[str, Any], str, dict[str, Any], str]] = [
    ("statutory_start", ASSISTED, "statutory_end",
     {"ground": "assistance", "ceased_on": "R8.9.10"}, "statutory-contradictory"),
    ("child_care", {**FATHER, "since": "R8.10.5"}, "child_care_end",
     {"child_born_on": "R8.10.3", "cause": "apart", "ended_on": "R8.10.4", "all_children": True},
     "child-care-contradictory"),
    ("child_care", FATHER, "child_care_end",
     {"child_born_on": "R8.10.3", "cause": "dissolved", "ended_on": "R8.10.14",
      "all_children": True}, "child-care-other-cause"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "values", "end", "ended", "why"),
    CONTRADICTING,
    ids=[row[4] for row in CONTRADICTING],
)
async def test_an_end_that_contradicts_its_start_is_refused_and_takes_no_month_away(
    call: Caller,
    person: UUID,
    start: str,
    values: dict[str, Any],
    end: str,
    ended: dict[str, Any],
    why: str,
) -> None:
    await settled(call, await accepted(call, person, start, values))
    before = await exempt(call, person)
    assert await refused(call, a_notice(person, end, ended)) == [why]
    assert await exempt(call, person) == before != []


async def test_an_end_of_what_is_not_held_asks_whoever_settles(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    shown = await accepted(
        call, person, "statutory_end", {"ground": "disability", "ceased_on": "R8.10.5"}
    )
    await settled(call, shown, ["start-not-held"])
    [told] = await sent(exemptions, ExemptionNotified)
    assert (told.reason, str(told.from_month)) == ("disability", "2026-11")


async def test_maternity_goes_before_and_child_care_follows(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await settled(call, await accepted(call, person, "statutory_start", ASSISTED))
    await settled(call, await accepted(call, person, "maternity", EXPECTS))
    mother = {
        "carer": "mother",
        "base_on": "R8.11.10",
        "child_born_on": "R8.10.14",
        "child_matches": True,
    }
    after = await settled(call, await accepted(call, person, "child_care", mother))
    assert (after["notice"]["from_month"], after["notice"]["to_month"]) == ("2027-02", "2027-10")
    assert await exempt(call, person) == [
        "statutory 2026-08..2026-09",
        "maternity 2026-10..2027-01",
        "child_care 2027-02..2027-10",
        "statutory 2027-11..2028-10 goes on",
    ]
    care = (await sent(exemptions, ExemptionNotified))[-1]
    # 規則73条の9第1項3号括弧書
    assert (care.occurred_on, care.reason) == (date(2027, 2, 1), "mother")


async def test_a_father_and_the_end_of_it(call: Caller, exemptions: Service, person: UUID) -> None:
    await settled(call, await accepted(call, person, "child_care", FATHER))
    assert await exempt(call, person) == ["child_care 2026-10..2027-09"]
    end = {
        "child_born_on": "R8.10.3",
        "cause": "apart",
        "ended_on": "R8.10.14",
        "all_children": True,
    }
    after = await settled(call, await accepted(call, person, "child_care_end", end))
    assert after["notice"]["from_month"] == "2026-10"
    assert await exempt(call, person) == []
    told = (await sent(exemptions, ExemptionNotified))[-1]
    assert (told.reason, told.occurred_on) == ("apart", date(2026, 10, 15))


async def test_a_day_without_a_corresponding_one_asks_whoever_settles(
    call: Caller, person: UUID
) -> None:
    await settled(
        call, await accepted(call, person, "maternity", {"due_on": "R8.11.30", "multiple": False})
    )
    mother = {
        "carer": "mother",
        "base_on": "R8.11.30",
        "child_born_on": "R8.10.14",
        "child_matches": True,
    }
    shown = await accepted(call, person, "child_care", mother)
    where = f"{NOTICES}/{shown['notice']['notice_id']}/settle"
    answer = await call(*CHIEF, post=where, json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0109")
    assert [error["code"] for error in answer.json()["errors"]] == ["child-care-edge-start"]
    after = await settled(call, shown, ["child-care-edge-start"])
    assert after["notice"]["from_month"] == "2027-03"
    assert after["acknowledged"] == ["child-care-edge-start"]


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("statutory_start", {"ground": "disability", "benefit": "employees", "grade": "3",
                         "since": "R8.9.10"}, "disability-never-severe"),
    ("maternity", {"due_on": "R9.5.10", "multiple": False}, "maternity-notified-too-early"),
    ("maternity", {"born_on": "R8.10.1", "multiple": False, "pregnancy_days": "084"},
     "maternity-pregnancy-too-short"),
    ("child_care", {**FATHER, "child_born_on": "R7.9.30", "since": "R7.9.30"},
     "child-care-before-the-law"),
    ("child_care", {**FATHER, "since": "R8.10.2"}, "child-care-contradictory"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "values", "why"), REFUSED, ids=[row[2] for row in REFUSED])
async def test_what_gives_no_month_is_refused(
    call: Caller, exemptions: Service, person: UUID, kind: str, values: dict[str, Any], why: str
) -> None:
    assert await refused(call, a_notice(person, kind, values)) == [why]
    assert (await call(*CHIEF, get=NOTICES)).json()["total"] == 0


async def test_who_is_not_of_category_1_then_is_refused(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await take(exemptions, category_1(person, 2, lost="2026-07-10"))
    assert await refused(call, a_notice(person, "statutory_start", ASSISTED)) == [
        "no-month-of-category-1"
    ]


async def test_a_foreign_resident_on_assistance_is_sent_to_the_application(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    foreign = person_changed(person, 2).model_copy(update={"resident_kind": ResidentKind.FOREIGN})
    await take(exemptions, foreign)
    assert await refused(call, a_notice(person, "statutory_start", ASSISTED)) == [
        "assistance-foreign"
    ]


async def test_who_is_exempt_by_law_cannot_notify_the_additional_premium(
    call: Caller, person: UUID
) -> None:
    premium = an_additional_premium_notice(person)
    await settled(call, await accepted(call, person, "maternity", EXPECTS))
    accepted_all_the_same = await call(*CLERK, post="/additional-premium-notices", json=premium)
    assert accepted_all_the_same.status_code == 201
    notice_id = accepted_all_the_same.json()["notice"]["notice_id"]

    # 法87条の2第1項括弧書: before it is settled, the month turns out to be exempt otherwise.
    await settled(call, await accepted(call, person, "statutory_start", ASSISTED))
    other = await call(*CHIEF, post=f"/additional-premium-notices/{notice_id}/settle", json={})
    assert other.status_code == 200, other.text  # maternity goes before in that month


async def test_statutory_exemption_stands_in_the_way_of_the_additional_premium(
    call: Caller, person: UUID
) -> None:
    await settled(call, await accepted(call, person, "statutory_start", ASSISTED))
    answer = await call(
        *CLERK, post="/additional-premium-notices", json=an_additional_premium_notice(person)
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0105")
    assert [error["code"] for error in answer.json()["errors"]] == ["exempt"]


async def test_the_same_again_is_refused(call: Caller, person: UUID) -> None:
    await settled(call, await accepted(call, person, "maternity", EXPECTS))
    assert await refused(call, a_notice(person, "maternity", EXPECTS)) == ["already-exempt"]


async def test_one_of_a_subject_waits_at_a_time(call: Caller, person: UUID) -> None:
    await accepted(call, person, "statutory_start", ASSISTED)
    again = await call(*CLERK, post=NOTICES, json=a_notice(person, "statutory_start", ASSISTED))
    assert (again.status_code, again.json()["code"]) == (409, "EX-0104")
    await accepted(call, person, "maternity", EXPECTS)


async def test_who_accepted_does_not_settle_and_the_attempt_is_recorded(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    shown = await accepted(call, person, "maternity", EXPECTS)
    where = f"{NOTICES}/{shown['notice']['notice_id']}/settle"
    answer = await call(*BOTH, post=where)
    assert (answer.status_code, answer.json()["code"]) == (403, "EX-0107")
    assert await sent(exemptions, ExemptionNotified) == []
    records = await sent(exemptions, AuditRecorded)
    assert [(r.operation, r.outcome) for r in records] == [
        (AuditOperation.ENTRY_PROVISIONAL, AuditOutcome.DONE),
        (AuditOperation.ENTRY_SETTLED, AuditOutcome.REFUSED),
    ]
    assert records[0].details["of"] == "maternity"


async def test_documents_are_asked_for_before_it_is_settled(call: Caller, person: UUID) -> None:
    notice = a_notice(person, "maternity", EXPECTS)
    notice["submission"]["attachments"] = [{"code": "due-day-document", "state": "missing"}]
    shown = (await call(*CLERK, post=NOTICES, json=notice)).json()
    assert shown["missing_documents"] == ["due-day-document"]
    where = f"{NOTICES}/{shown['notice']['notice_id']}/settle"
    answer = await call(*CHIEF, post=where)
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0108")
    seen = {"documents": [{"code": "due-day-document", "state": "checked"}]}
    assert (await call(*CHIEF, post=where, json=seen)).status_code == 200


async def test_it_can_be_withdrawn_before_it_is_settled(call: Caller, person: UUID) -> None:
    shown = await accepted(call, person, "maternity", EXPECTS)
    where = f"{NOTICES}/{shown['notice']['notice_id']}/withdraw"
    number = {"reason": synthetic_individual_number(7)}
    assert (await call(*CLERK, post=where, json=number)).json()["code"] == "EX-0110"
    answer = await call(*CLERK, post=where, json={"reason": "本人の申出による"})
    assert answer.json()["state"] == "withdrawn"
    again = await call(*CLERK, post=where, json={"reason": "本人の申出による"})
    assert (again.status_code, again.json()["code"]) == (409, "EX-0106")


async def test_who_is_not_known_is_refused(call: Caller) -> None:
    answer = await call(*CLERK, post=NOTICES, json=a_notice(uuid4(), "maternity", EXPECTS))
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0101")


async def test_a_child_care_notice_of_before_october_2026_has_no_form(
    call: Caller, person: UUID
) -> None:
    notice = a_notice(person, "child_care", FATHER, "R8.9.30")
    notice["submission"]["received_on"] = "2026-09-30"
    answer = await call(*CLERK, post=NOTICES, json=notice)
    assert (answer.status_code, answer.json()["code"]) == (404, "EX-0102")


async def test_an_item_that_nobody_notified_is_refused(exemptions: Service, person: UUID) -> None:
    with pytest.raises(Rejected):
        await take(
            exemptions,
            forwarded(uuid4(), person, ReportItemKind.MATERNITY_EXEMPTION, "2026-10-28"),
        )


async def test_every_form_is_offered(call: Caller) -> None:
    offered = (await call(*CLERK, get="/exemption-notice-forms")).json()["forms"]
    assert {form["kind"] for form in offered} == {kind.value for kind in ExemptionNoticeKind}
