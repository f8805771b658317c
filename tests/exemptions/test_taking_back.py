"""A settled entry taken back by two people before it is sent (本登録取消): it waits again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.events import (
    AdditionalPremiumChanged,
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    ExemptionApplicationSettled,
    ExemptionReportHeld,
    ExemptionReportStands,
    ReportItemKind,
)
from contracts.functions import Function
from contracts.numbers import synthetic_individual_number
from services.chassis.clock import FixedClock
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.applying import CHIEF, CLERK, PATH, an_application, asked, told
from tests.exemptions.counter import NOW, a_notice, forwarded, sent, take
from tests.exemptions.exempting import NOTICES as BY_LAW
from tests.exemptions.exempting import expecting, notify
from tests.exemptions.jps import decided, on_medium, returned
from tests.exemptions.test_review_again import corrected, listed, sent_to_jps, settled, shown

pytestmark = pytest.mark.stack
WHY = {"reason": "別の方の申請書を登録したため"}
THIRD = ("s003", Function.NOTICE_SETTLE, Function.PERSON_VIEW)
NOTICES = "/additional-premium-notices"
HELD, STANDS = ExemptionReportHeld, ExemptionReportStands


async def propose(call: Caller, entry_id: str, path: str = PATH) -> Any:
    return await call(*CHIEF, post=f"{path}/{entry_id}/take-back", json=WHY)


async def decide(
    call: Caller, entry_id: str, path: str = PATH, *, agree: bool = True, by: Any = THIRD
) -> Any:
    return await call(*by, post=f"{path}/{entry_id}/take-back/settle", json={"agree": agree})


async def taken_back(call: Caller, entry_id: str, path: str = PATH) -> dict[str, Any]:
    assert (await propose(call, entry_id, path)).status_code == 201
    answer = await decide(call, entry_id, path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_it_waits_again_and_its_report_falls_away(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    (event,) = await sent(exemptions, ExemptionApplicationSettled)
    before = await shown(call, application_id)
    after = await taken_back(call, application_id)
    assert (after["state"], after["state_label"]) == ("received", "受付（仮登録）")
    (proposal,) = after["proposals"]
    assert (proposal["proposed_by"], proposal["decided_by"], proposal["agreed"]) == (
        "s002", "s003", True,
    )  # fmt: skip
    (gone,) = await sent(exemptions, STANDS)
    assert (gone.item_id, gone.person_id, gone.stands) == (event.item_id, person, False)
    page = await shown(call, application_id)
    assert page["application"]["receipt"] == before["application"]["receipt"]
    assert page["application"]["settled_by"] is None
    assert page["settled_review"] is None
    assert {span["kind_label"] for span in page["review"]} == {"全額免除"}
    # What it was settled with is kept; nothing of what identity told.
    (kept,) = page["take_backs"]
    assert (kept["settled_by"], kept["reason"]) == ("s002", WHY["reason"])
    assert kept["settled_at"] == before["application"]["settled_at"]
    async with exemptions.database.read() as connection:
        brought = await connection.fetchval("select brought::text from exemptions.take_backs")
    assert '"kind": "full"' in brought
    assert "450,000" not in brought


async def test_it_is_settled_again_under_another_item_or_withdrawn(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    await taken_back(call, application_id)
    answer = await call(*CHIEF, post=f"{PATH}/{application_id}/settle", json={})
    assert answer.status_code == 200, answer.text
    first, again = await sent(exemptions, ExemptionApplicationSettled)
    assert first.item_id != again.item_id
    assert (first.application_id, first.from_month) == (again.application_id, again.from_month)
    await taken_back(call, application_id)
    withdrawn = await call(*CLERK, post=f"{PATH}/{application_id}/withdraw", json=WHY)
    assert withdrawn.status_code == 200, withdrawn.text
    assert [one.item_id for one in await sent(exemptions, STANDS)] == [
        first.item_id, again.item_id,
    ]  # fmt: skip
    assert len((await shown(call, application_id))["take_backs"]) == 2


async def test_it_takes_two_people_and_a_reason(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    path = f"{PATH}/{application_id}/take-back"
    nobody = await decide(call, application_id)
    assert (nobody.status_code, nobody.json()["code"]) == (409, "EX-0802")
    number = {"reason": f"番号 {synthetic_individual_number(1)} の方"}
    answer = await call(*CHIEF, post=path, json=number)
    assert (answer.status_code, answer.json()["code"]) == (422, "EX-0110")
    clerk = await call(*CLERK, post=path, json=WHY)
    assert clerk.status_code == 403
    assert (await propose(call, application_id)).status_code == 201
    twice = await propose(call, application_id)
    assert (twice.status_code, twice.json()["code"]) == (409, "EX-0801")
    own = await decide(call, application_id, by=CHIEF)
    assert (own.status_code, own.json()["code"]) == (403, "EX-0803")
    assert (await shown(call, application_id))["application"]["state"] == "settled"
    records = [r for r in await sent(exemptions, AuditRecorded)
               if r.operation is AuditOperation.ENTRY_CANCELLED]  # fmt: skip
    assert [(r.outcome, r.staff_id) for r in records] == [
        (AuditOutcome.DONE, "s002"), (AuditOutcome.REFUSED, "s002"),
    ]  # fmt: skip


async def test_while_it_is_proposed_its_report_is_held_back_and_let_go_when_nobody_agrees(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    (event,) = await sent(exemptions, ExemptionApplicationSettled)
    await propose(call, application_id)
    (held,) = await sent(exemptions, HELD)
    assert (held.item_id, held.held) == (event.item_id, True)
    answer = await decide(call, application_id, agree=False)
    assert (answer.status_code, answer.json()["state"]) == (200, "settled")
    assert [one.held for one in await sent(exemptions, HELD)] == [True, False]
    assert await sent(exemptions, STANDS) == []
    # A difference that is open beside it holds it on.
    await corrected(exemptions, 1, total=1_000_000)
    await propose(call, application_id)
    await decide(call, application_id, agree=False)
    assert [one.held for one in await sent(exemptions, HELD)] == [True, False, True]


async def test_what_was_sent_is_not_taken_back_and_it_says_what_to_do(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    await propose(call, application_id)
    await sent_to_jps(exemptions, person)
    for answer in (await propose(call, application_id), await decide(call, application_id)):
        assert (answer.status_code, answer.json()["code"]) == (409, "EX-0804")
        assert "年金事務所に訂正" in answer.json()["action"]
    # What nobody can agree to any more can still be closed.
    closed = await decide(call, application_id, agree=False)
    assert (closed.status_code, closed.json()["state"]) == (200, "forwarded")
    assert [one.held for one in await sent(exemptions, HELD)] == [True]


async def test_on_a_medium_it_is_not_taken_back_before_the_medium_is_voided(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    (event,) = await sent(exemptions, ExemptionApplicationSettled)
    await propose(call, application_id)
    # Its medium was being made as that was proposed.
    await take(exemptions, on_medium(event))
    page = await shown(call, application_id)
    assert page["application"]["on_medium"] == 7
    answer = await decide(call, application_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0806")
    assert "媒体の取消し" in answer.json()["action"]
    assert answer.json()["detail"] == "媒体通番: 7"
    assert (await decide(call, application_id, agree=False)).status_code == 200
    assert (await propose(call, application_id)).json()["code"] == "EX-0806"
    await take(exemptions, on_medium(event, on=False))
    assert (await shown(call, application_id))["application"]["on_medium"] is None
    await taken_back(call, application_id)
    # Told late, it is nobody's.
    await take(exemptions, on_medium(event))
    assert (await shown(call, application_id))["application"]["on_medium"] is None
    await call(*CHIEF, post=f"{PATH}/{application_id}/settle", json={})
    anew = (await sent(exemptions, ExemptionApplicationSettled))[-1]
    await take(exemptions, on_medium(event), on_medium(anew), on_medium(anew, on=False))
    assert (await propose(call, application_id)).status_code == 201


async def test_reported_again_it_is_on_no_medium(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    (event,) = await sent(exemptions, ExemptionApplicationSettled)
    await take(exemptions, on_medium(event))
    await sent_to_jps(exemptions, person)
    assert (await shown(call, application_id))["application"]["on_medium"] is None
    assert (await propose(call, application_id)).json()["code"] == "EX-0804"
    await take(exemptions, returned(event.item_id, person))
    answer = await call(*CHIEF, post=f"{PATH}/{application_id}/report-again")
    assert answer.status_code == 200, answer.text
    assert (await propose(call, application_id)).status_code == 201


async def test_what_went_all_the_same_is_known_and_to_be_corrected(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    (event,) = await sent(exemptions, ExemptionApplicationSettled)
    await taken_back(call, application_id)
    await sent_to_jps(exemptions, person)
    page = await shown(call, application_id)
    assert page["application"]["state"] == "received"
    (proposal,) = page["take_backs"]
    assert proposal["sent_on"] == "2026-10-20"
    assert "訂正を要する報告" in proposal["action"]
    # What JPS decides on it bears on nothing here.
    granted = ("full", "2026-07", "2027-06")
    await take(exemptions, decided(event.item_id, person, granted))
    assert (await shown(call, application_id))["application"]["decision"] is None
    answer = await call(*CHIEF, post=f"{PATH}/{application_id}/settle", json={})
    assert answer.status_code == 200, answer.text
    assert answer.json()["application"]["state"] == "settled"


async def test_what_a_review_found_otherwise_is_gone_with_it(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    await corrected(exemptions, 1, total=1_000_000)
    assert len(await listed(call)) == 1
    await taken_back(call, application_id)
    assert await listed(call) == []
    answer = await call(*CHIEF, post=f"{PATH}/{application_id}/settle", json={})
    assert answer.status_code == 200, answer.text
    assert {m["kind_label"] for m in answer.json()["settled_review"]} == {"半額免除"}
    assert [one.held for one in await sent(exemptions, HELD)] == [True]


async def test_it_is_not_taken_back_where_another_of_its_cycle_waits(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    assert (await propose(call, application_id)).status_code == 201
    other = await call(*CLERK, post=PATH, json=an_application(person))
    assert other.status_code == 201, other.text
    answer = await decide(call, application_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0805")
    assert "2026-00002" in answer.json()["errors"][0]["message"]
    waiting = other.json()["applications"][0]["application"]["application_id"]
    assert (await call(*CLERK, post=f"{PATH}/{waiting}/withdraw", json=WHY)).status_code == 200
    assert (await decide(call, application_id)).status_code == 200


async def test_it_is_asked_about_anew_before_it_is_settled_on_another_day(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    exemptions.clock = exemptions.intake._clock = FixedClock(NOW + timedelta(days=1))
    await taken_back(call, application_id)
    path = f"{PATH}/{application_id}/settle"
    late = await call(*CHIEF, post=path, json={})
    assert (late.status_code, late.json()["code"]) == (409, "EX-0208")
    await take(exemptions, told((await asked(exemptions))[-1]))
    assert (await call(*CHIEF, post=path, json={})).status_code == 200


async def a_premium_notice(call: Caller, person: UUID, kind: str) -> str:
    answer = await call(*CLERK, post=NOTICES, json=a_notice(person, kind))
    assert answer.status_code == 201, answer.text
    entry_id: str = answer.json()["notice"]["notice_id"]
    settle = f"{NOTICES}/{entry_id}/settle"
    looked = {"acknowledged": [f["code"] for f in answer.json()["findings"]]}
    answer = await call(*CHIEF, post=settle, json=looked)
    assert answer.status_code == 200, answer.text
    return entry_id


async def test_a_notice_is_taken_back_the_later_one_of_its_subject_first(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    start = await a_premium_notice(call, person, "additional_premium_start")
    end = await a_premium_notice(call, person, "additional_premium_end")
    answer = await propose(call, start, NOTICES)
    assert (answer.status_code, answer.json()["code"]) == (409, "EX-0805")
    await taken_back(call, end, NOTICES)
    withdrawn = await call(*CLERK, post=f"{NOTICES}/{end}/withdraw", json=WHY)
    assert withdrawn.status_code == 200
    await taken_back(call, start, NOTICES)
    page = (await call(*CLERK, get=f"/persons/{person}/exemptions")).json()
    assert page["additional_premium"] == []
    reported = await sent(exemptions, AdditionalPremiumChanged)
    fallen = await sent(exemptions, STANDS)
    assert [one.item_id for one in fallen] == [one.item_id for one in reversed(reported)]


async def test_months_of_a_notice_that_is_taken_back_are_exempt_no_more(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await notify(call, expecting(person))
    page = (await call(*CLERK, get=f"/persons/{person}/exemptions")).json()
    assert page["exempt"]
    (notice,) = (await call(*CLERK, get=BY_LAW, params={"state": "settled"})).json()["notices"]
    await taken_back(call, notice["notice_id"], BY_LAW)
    page = (await call(*CLERK, get=f"/persons/{person}/exemptions")).json()
    assert page["exempt"] == []
    (waiting,) = (await call(*CLERK, get=BY_LAW)).json()["notices"]
    assert (waiting["from_month"], waiting["settled_by"]) == (None, None)
    kind = ReportItemKind.MATERNITY_EXEMPTION
    (gone,) = await sent(exemptions, STANDS)
    await take(exemptions, forwarded(gone.item_id, person, kind, "2026-10-20"))
    (late,) = (await call(*CLERK, get=f"{BY_LAW}/{notice['notice_id']}")).json()["take_backs"]
    assert late["sent_on"] == "2026-10-20"
