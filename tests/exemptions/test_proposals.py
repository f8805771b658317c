"""What public assistance calls for, over real tables: asked, proposed, and over by itself."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.codes import ResidentKind
from contracts.events import (
    AuditOperation,
    AuditRecorded,
    FactItem,
    FactOutcome,
    FactPurpose,
    PersonMerged,
)
from services.chassis.received import Rejected
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.applying import CHIEF, CLERK, PATH, an_application
from tests.exemptions.counter import category_1, person_changed, sent, somebody, take
from tests.exemptions.exempting import NOTICES, a_notice, notify
from tests.exemptions.nights import LIVELIHOOD, MEDICAL, SINCE_MAY, Night

pytestmark = pytest.mark.stack

LIST = "/exemption-proposals"
BEGUN = {"since": "R8.5.10", "ground": "assistance"}
TO_SEPTEMBER = (LIVELIHOOD, "2026-05-10", "2026-09-20")


class Desk(Night):
    """The same, and staff at the work list."""

    def __init__(self, service: Service, call: Caller) -> None:
        super().__init__(service)
        self.call = call

    async def listed(self, **query: str) -> list[dict[str, Any]]:
        answer = await self.call(*CLERK, get=LIST, params=query)
        assert answer.status_code == 200, answer.text
        entries: list[dict[str, Any]] = answer.json()["entries"]
        return entries

    async def codes(self) -> list[str]:
        return [entry["reason"]["code"] for entry in await self.listed()]

    async def shown(self, entry: dict[str, Any]) -> dict[str, Any]:
        answer = await self.call(*CLERK, get=f"{LIST}/{entry['entry_id']}")
        assert answer.status_code == 200, answer.text
        detail: dict[str, Any] = answer.json()
        return detail

    async def step(self, entry: dict[str, Any], step: str, on: str, note: str | None = None) -> Any:
        body = {"step": step, "taken_on": on} | ({"note": note} if note else {})
        return await self.call(*CLERK, post=f"{LIST}/{entry['entry_id']}/steps", json=body)


@pytest.fixture
def night(exemptions: Service, call: Caller) -> Desk:
    return Desk(exemptions, call)


async def test_assistance_that_began_is_a_proposal_and_changes_no_month(
    night: Desk, person: UUID
) -> None:
    await night.heard(person, SINCE_MAY)
    (entry,) = await night.listed()
    assert (entry["person_id"], entry["kind_label"], entry["occurred_on"], entry["month"]) == (
        str(person), "法定免除該当届の案内", "2026-05-10", "2026-04",
    )  # fmt: skip
    assert (entry["due_on"], entry["overdue"], entry["next_step"]) == (
        "2026-05-24", True, "reminded",
    )  # fmt: skip
    assert entry["reason"]["article"] == "国民年金法89条1項2号、同法施行規則74条1号"
    page = (await night.call(*CLERK, get=f"/persons/{person}/exemptions")).json()
    assert page["exempt"] == []


async def test_the_notice_ends_it_and_its_withdrawal_brings_it_back(
    night: Desk, person: UUID
) -> None:
    await night.heard(person, SINCE_MAY)
    (entry,) = await night.listed()
    handed_in = a_notice(person, "statutory_start", BEGUN)
    answer = await night.call(*CLERK, post=NOTICES, json=handed_in)
    assert answer.status_code == 201, answer.text
    notice_id = answer.json()["notice"]["notice_id"]
    assert await night.listed() == []
    steps = (await night.shown(entry))["steps"]
    assert [(s["step"], s["taken_by"], s["answered_by"]) for s in steps] == [
        ("listed", None, None), ("ended_by_entry", None, notice_id),
    ]  # fmt: skip
    # Nothing rests on what was told any more: it is emptied, and asked anew when it matters.
    assert await night.kept() == [False]
    withdrawn = f"{NOTICES}/{notice_id}/withdraw"
    await night.call(*CLERK, post=withdrawn, json={"reason": "本人の申出による"})
    (request,) = await night.run()
    await night.told(request, SINCE_MAY)
    (again,) = await night.listed()
    assert (again["entry_id"], again["step"]) == (entry["entry_id"], "listed")


async def test_a_man_who_starts_to_work_is_to_be_told_that_the_exemption_ends(
    night: Desk, person: UUID
) -> None:
    await notify(night.call, a_notice(person, "statutory_start", BEGUN))
    await night.heard(person, TO_SEPTEMBER)
    (entry,) = await night.listed()
    assert (entry["kind_label"], entry["occurred_on"], entry["month"], entry["due_on"]) == (
        "法定免除非該当届の案内", "2026-09-21", "2026-10", "2026-10-05",
    )  # fmt: skip
    ended = {"ceased_on": "R8.9.21", "ground": "assistance"}
    await notify(night.call, a_notice(person, "statutory_end", ended))
    assert await night.listed() == []
    page = (await night.call(*CLERK, get=f"/persons/{person}/exemptions")).json()
    assert [(s["from_month"], s["to_month"]) for s in page["exempt"]] == [("2026-04", "2026-09")]


async def test_a_notice_of_another_day_leaves_something_to_look_at(
    night: Desk, person: UUID
) -> None:
    await night.heard(person, SINCE_MAY)
    late = {"since": "R8.6.1", "ground": "assistance"}
    await notify(night.call, a_notice(person, "statutory_start", late))
    (entry,) = await night.listed()
    assert (entry["reason"]["code"], entry["may_take"]) == (
        "assistance-other-start", ["reminded", "checked", "not_needed"],
    )  # fmt: skip


async def test_only_who_matters_is_asked_about_and_only_of_assistance(
    night: Desk, person: UUID
) -> None:
    """Somebody insured elsewhere is not asked about until they are of category 1."""
    elsewhere = uuid4()
    await take(night.service, person_changed(elsewhere))
    await night.news(elsewhere, person)
    (request,) = await night.run()
    assert (request.person_id, request.purpose, request.items) == (
        person, FactPurpose.STATUTORY_EXEMPTION_REVIEW, (FactItem.PUBLIC_ASSISTANCE,),
    )  # fmt: skip
    assert request.span is not None
    assert (request.span.first, request.span.last) == (date(2024, 9, 1), date(2026, 10, 15))
    assert await night.run() == []
    await take(night.service, category_1(elsewhere))
    assert [r.person_id for r in await night.run()] == [elsewhere]
    # Of whom there is no news, nothing is asked when their timeline changes.
    await somebody(night.service)
    assert await night.run() == []


async def test_who_is_exempt_by_assistance_is_asked_about_again_without_news(
    night: Desk, person: UUID
) -> None:
    await notify(night.call, a_notice(person, "statutory_start", BEGUN))
    (request,) = await night.run()
    await night.told(request, SINCE_MAY)
    assert (await night.listed(), await night.kept()) == ([], [False])
    night.on("2026-11-13")
    assert await night.run() == []
    night.on("2026-11-14")
    (request,) = await night.run()
    await night.told(request)
    assert await night.codes() == ["assistance-not-told"]


async def test_what_stays_on_the_list_is_asked_about_again_without_news(
    night: Desk, person: UUID
) -> None:
    """As of somebody under 照会抑止: when it is released nobody tells."""
    await night.news(person)
    (request,) = await night.run()
    await night.told(request, outcome=FactOutcome.UNSETTLED)
    assert len(await night.listed()) == 1
    night.on("2026-11-13")
    assert await night.run() == []
    night.on("2026-11-14")
    (request,) = await night.run()
    await night.told(request, SINCE_MAY)
    assert await night.codes() == ["assistance-begins"]


async def test_no_record_says_something_only_where_assistance_is_held(night: Desk) -> None:
    plain, held = await somebody(night.service), await somebody(night.service)
    await notify(night.call, a_notice(held, "statutory_start", BEGUN))
    await night.news(plain, held)
    for request in await night.run():
        await night.told(request, outcome=FactOutcome.NO_RECORD)
    assert [(e["person_id"], e["reason"]["code"]) for e in await night.listed()] == [
        (str(held), "assistance-no-record")
    ]


async def test_other_assistance_and_foreign_residents_are_to_apply(night: Desk) -> None:
    medical, foreign = await somebody(night.service), uuid4()
    stranger = person_changed(foreign).model_copy(update={"resident_kind": ResidentKind.FOREIGN})
    await take(night.service, stranger, category_1(foreign))
    await night.heard(medical, (MEDICAL, "2026-08-01", None))
    await night.heard(foreign, SINCE_MAY)
    assert [(e["kind"], e["reason"]["code"]) for e in await night.listed(kind="apply")] == [
        ("apply", "assistance-other-kind"), ("apply", "assistance-foreign"),
    ]  # fmt: skip
    handed_in = an_application(medical)
    assert (await night.call(*CLERK, post=PATH, json=handed_in)).status_code == 201
    (left,) = await night.listed()
    assert left["person_id"] == str(foreign)


async def test_what_is_yet_to_come_is_on_the_list_when_it_has_come(
    night: Desk, person: UUID
) -> None:
    await night.heard(person, (LIVELIHOOD, "2026-10-20", None))
    assert (await night.listed(), await night.kept()) == ([], [False])
    night.on("2026-10-19")
    assert await night.run() == []
    night.on("2026-10-20")
    (request,) = await night.run()
    await night.told(request, (LIVELIHOOD, "2026-10-20", None))
    assert await night.codes() == ["assistance-begins"]


async def test_staff_tell_remind_and_say_why_nothing_is_to_be_done(
    night: Desk, person: UUID
) -> None:
    await night.heard(person, SINCE_MAY)
    (entry,) = await night.listed()
    refused = [
        await night.step(entry, "reminded_again", "2026-10-15"),
        await night.step(entry, "checked", "2026-10-15", "確認した"),
        await night.step(entry, "listed", "2026-10-15"),
        await night.step(entry, "reminded", "2026-10-16"),
        await night.step(entry, "reminded", "2026-05-09"),
        await night.step(entry, "not_needed", "2026-10-15"),
        await night.step(entry, "reminded", "2026-10-15", "番号 123456789018 を聴取"),
    ]
    assert [(a.status_code, a.json()["code"]) for a in refused] == [
        (409, "EX-0501"), (409, "EX-0501"), (409, "EX-0501"),
        (422, "EX-0502"), (422, "EX-0502"), (422, "EX-0502"), (422, "EX-0502"),
    ]  # fmt: skip
    answer = await night.step(entry, "reminded", "2026-10-14", "電話")
    assert answer.status_code == 201
    assert (answer.json()["entry"]["next_step"], answer.json()["entry"]["next_on"]) == (
        "reminded_again", "2026-11-13",
    )  # fmt: skip
    assert await night.kept() == [True]
    why = "10月に就職し厚生年金に加入"
    assert (await night.step(entry, "not_needed", "2026-10-15", why)).status_code == 201
    assert (await night.listed(), await night.kept()) == ([], [False])
    # What staff ended stays ended while the facts are the same.
    await night.heard(person, SINCE_MAY)
    assert await night.listed() == []
    steps = (await night.shown(entry))["steps"]
    assert [(s["step"], s["taken_by"], s["note"]) for s in steps] == [
        ("listed", None, None), ("reminded", "s001", "電話"), ("not_needed", "s001", why),
    ]  # fmt: skip
    # Facts of another day are another entry.
    await night.heard(person, (LIVELIHOOD, "2026-05-01", None))
    assert await night.codes() == ["assistance-begins"]


async def test_every_look_and_step_is_recorded(night: Desk, person: UUID) -> None:
    await night.heard(person, SINCE_MAY)
    (entry,) = await night.listed()
    await night.shown(entry)
    await night.step(entry, "reminded", "2026-10-15")
    every = await sent(night.service, AuditRecorded)
    ours = ("proposal", "proposals")
    records = [r for r in every if r.details.get("of") in ours or "job" in r.details]
    assert [(r.operation, r.person_id, r.count) for r in records] == [
        (AuditOperation.BATCH_JOB, None, 1),
        (AuditOperation.SEARCH, None, 1),
        (AuditOperation.INQUIRY, person, None),
        (AuditOperation.ENTRY_PROVISIONAL, person, None),
    ]


async def test_an_answer_that_nobody_asked_for_is_refused(night: Desk, person: UUID) -> None:
    await night.news(person)
    (request,) = await night.run()
    of_another = request.model_copy(update={"person_id": uuid4()})
    never_made = request.model_copy(update={"request_id": uuid4()})
    for wrong, code in ((of_another, "EX-1003"), (never_made, "EX-1002")):
        with pytest.raises(Rejected) as refused:
            await night.told(wrong, SINCE_MAY)
        assert [rejection.code for rejection in refused.value.rejections] == [code]
    assert await night.listed() == []


async def test_a_run_again_or_an_answer_again_doubles_nothing(night: Desk, person: UUID) -> None:
    await night.news(person, person)
    (request,) = await night.run()
    assert await night.run() == []
    await night.told(request, SINCE_MAY)
    await night.told(request, TO_SEPTEMBER)  # the first answer to a request counts
    (entry,) = await night.listed()
    assert [step["step"] for step in (await night.shown(entry))["steps"]] == ["listed"]


def one_person(former: UUID, person: UUID) -> PersonMerged:
    return PersonMerged(
        person_id=former, surviving_id=person, identity_version=1, decision_id=uuid4(),
        decided_on=date(2026, 10, 15),
    )  # fmt: skip


async def test_what_staff_ended_under_the_former_id_stays_ended(night: Desk, person: UUID) -> None:
    former = await somebody(night.service)
    await night.heard(former, SINCE_MAY)
    (entry,) = await night.listed()
    why = "10月に就職し厚生年金に加入"
    assert (await night.step(entry, "not_needed", "2026-10-15", why)).status_code == 201
    await take(night.service, one_person(former, person))
    (request,) = await night.run()
    assert request.person_id == person
    await night.told(request, SINCE_MAY)
    assert await night.listed() == []
    # Facts of another day are another entry.
    await night.heard(person, (LIVELIHOOD, "2026-05-01", None))
    assert await night.codes() == ["assistance-begins"]


async def test_one_person_from_two_records_is_on_the_list_once(night: Desk, person: UUID) -> None:
    former = await somebody(night.service)
    await night.heard(former, SINCE_MAY)
    await take(night.service, one_person(former, person))
    (request,) = await night.run()
    assert request.person_id == person
    await night.told(request, SINCE_MAY)
    (entry,) = await night.listed()
    assert entry["person_id"] == str(person)
    assert (await night.call(*CHIEF, get=LIST)).status_code == 403
