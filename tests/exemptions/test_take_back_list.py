"""The list of who decides whether a settled entry is taken back (本登録取消), and its months."""

from typing import Any
from uuid import UUID

import pytest

from contracts.events import AuditRecorded
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.applying import CHIEF, CLERK, PATH
from tests.exemptions.counter import sent
from tests.exemptions.exempting import NOTICES as BY_LAW
from tests.exemptions.exempting import a_notice, notify
from tests.exemptions.test_review_again import sent_to_jps, settled, shown
from tests.exemptions.test_statements import ASSISTED, Counter
from tests.exemptions.test_statements import PATH as STATED
from tests.exemptions.test_taking_back import (
    NOTICES,
    THIRD,
    WHY,
    a_premium_notice,
    decide,
    propose,
    taken_back,
)

pytestmark = pytest.mark.stack
LIST = "/exemption-take-backs"


async def waiting(call: Caller, by: Any = THIRD, **asked: str) -> dict[str, Any]:
    answer = await call(*by, get=LIST, params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def runs(proposal: dict[str, Any]) -> list[tuple[str, ...]]:
    names = ("of", "from_month", "to_month", "before_label", "after_label")
    return [tuple(run[name] for name in names) for run in proposal["months"]]


async def test_who_decides_finds_it_on_a_list_with_the_months_concerned(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    assert (await waiting(call))["take_backs"] == []
    await propose(call, application_id)
    page = await waiting(call)
    (work,) = page["take_backs"]
    assert (page["total"], page["following"]) == (1, None)
    assert (work["path"], work["entry_id"], work["state"]) == (PATH, application_id, "open")
    assert work["entry"]["receipt"] == "2026-00001"
    assert "提案者以外" in work["proposal"]["action"]
    months = [
        ("review", "2026-07", "2027-06", "承認相当（全額免除）",
         "本登録待ち（日本年金機構に送付しない）"),
    ]  # fmt: skip
    assert runs(work["proposal"]) == months
    assert (await shown(call, application_id))["take_backs"] == [work["proposal"]]
    # Whoever proposed it sees that another decides.
    assert not work["own"]
    assert (await waiting(call, CHIEF))["take_backs"][0]["own"]
    await decide(call, application_id)
    assert (await waiting(call))["take_backs"] == []
    (agreed,) = (await waiting(call, state="agreed"))["take_backs"]
    assert (agreed["state_label"], agreed["own"]) == ("取消し", False)
    assert "本登録をし直すか、取下げ" in agreed["proposal"]["action"]
    # What fell away stays as who decided saw it, the entry being settled otherwise by now.
    assert runs(agreed["proposal"]) == months
    assert await searches(exemptions) == [0, 1, 1, 0, 1]


async def searches(exemptions: Service) -> list[int | None]:
    return [
        record.count for record in await sent(exemptions, AuditRecorded)
        if record.details.get("of") == "exemption_take_backs"
    ]  # fmt: skip


async def test_the_list_is_filtered_by_procedure_and_state_and_goes_on_page_by_page(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    notice_id = await a_premium_notice(call, person, "additional_premium_start")
    await propose(call, application_id)
    await propose(call, notice_id, NOTICES)
    first = await waiting(call, limit="1")
    assert (first["total"], [w["path"] for w in first["take_backs"]]) == (2, [PATH])
    rest = await waiting(call, limit="1", after=str(first["following"]))
    assert [w["path"] for w in rest["take_backs"]] == [NOTICES]
    assert rest["following"] is None
    of = await waiting(call, procedure="additional_premium_notices")
    assert (of["total"], [w["entry_id"] for w in of["take_backs"]]) == (1, [notice_id])
    assert (await waiting(call, procedure="premium_statements"))["total"] == 0
    await decide(call, notice_id, NOTICES, agree=False)
    (declined,) = (await waiting(call, state="declined"))["take_backs"]
    assert (declined["entry_id"], declined["proposal"]["months"]) == (notice_id, None)
    assert declined["proposal"]["action"] is None
    assert (await call(*CLERK, get=LIST)).status_code == 403


async def test_the_months_of_the_additional_premium_that_go_on_without_end(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    start = await a_premium_notice(call, person, "additional_premium_start")
    proposed = (await propose(call, start, NOTICES)).json()["proposals"][0]
    (run,) = proposed["months"]
    assert run["goes_on"]
    assert (run["of_label"], run["from_month"]) == ("付加保険料", "2026-10")
    assert (run["before_label"], run["after_label"]) == ("付加保険料あり", "付加保険料なし")
    await decide(call, start, NOTICES, agree=False)
    # An end that is taken back gives the months behind it again.
    end = await a_premium_notice(call, person, "additional_premium_end")
    (run,) = (await propose(call, end, NOTICES)).json()["proposals"][0]["months"]
    assert (run["before_label"], run["after_label"]) == ("付加保険料なし", "付加保険料あり")
    assert run["goes_on"]


async def test_the_months_of_a_request_to_pay_are_exempt_again(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await notify(call, a_notice(person, "statutory_start", ASSISTED))
    statement = await Counter(call, person).settled("pay_request", from_month="2026-11")
    proposal = (await propose(call, statement["notice_id"], STATED)).json()["proposals"][0]
    ((of, first, _, before, after),) = runs(proposal)
    assert (of, first) == ("exemption", "2026-11")
    assert (before, after) == ("納付の申出による納付", "法定免除")
    # Of the notice itself all its months fall away, those under the request too.
    (notice,) = (await call(*CLERK, get=BY_LAW, params={"state": "settled"})).json()["notices"]
    await decide(call, statement["notice_id"], STATED)
    await call(*CLERK, post=f"{STATED}/{statement['notice_id']}/withdraw", json=WHY)
    await taken_back(call, notice["notice_id"], BY_LAW)
    (kept,) = (await call(*CLERK, get=f"{BY_LAW}/{notice['notice_id']}")).json()["take_backs"]
    ((of, _, _, before, after),) = runs(kept)
    assert (of, before, after) == ("exemption", "法定免除", "免除なし")
    assert kept["months"][0]["goes_on"]


async def test_sent_meanwhile_it_says_how_to_close_it(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    await propose(call, application_id)
    await sent_to_jps(exemptions, person)
    (work,) = (await waiting(call))["take_backs"]
    assert "「取り消さない」として" in work["proposal"]["action"]
    await decide(call, application_id, agree=False)
    assert (await waiting(call))["total"] == 0
