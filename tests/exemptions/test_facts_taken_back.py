"""Facts that were told of a person and were another's: emptied, asked again, put up for work."""

from argparse import Namespace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    ExemptionApplicationSettled,
    ExemptionReportHeld,
    FactsTakenBack,
    PersonMerged,
    ReportItemKind,
)
from deploy.local.testing import TestStack
from services.chassis import sight
from services.chassis.service import Service
from services.exemptions.commands import review_again, tell_held
from tests.audit.calling import Caller
from tests.audit.publishing import Sender
from tests.exemptions.applying import (
    CHIEF,
    CLERK,
    PATH,
    accepted,
    an_application,
    asked,
    households_asked,
    kept_answers,
    told,
)
from tests.exemptions.counter import (
    category_1,
    exemptions_service,
    forwarded,
    person_changed,
    sent,
    somebody,
    take,
)
from tests.exemptions.nights import SINCE_MAY, Night
from tests.exemptions.renewing import Renewing, figures
from tests.exemptions.test_exemptions_bus import until

pytestmark = pytest.mark.stack

TAX, WELFARE = "tax_system", "welfare_system"
WORK = "/exemption-consequences"


def taken_back(person: UUID, system: Any = TAX) -> FactsTakenBack:
    return FactsTakenBack(person_id=person, system=system)


async def applied(call: Caller, exemptions: Service, person: UUID, **entered: Any) -> str:
    """An application whose review knows what identity told."""
    (shown,) = await accepted(call, an_application(person, deferment=False, **entered))
    for request in await asked(exemptions):
        await take(exemptions, told(request, total=300_000))
    return str(shown["application"]["application_id"])


async def spans(call: Caller, application_id: str) -> Any:
    shown = await call(*CLERK, get=f"{PATH}/{application_id}")
    return shown.json()["review"]


async def settle(call: Caller, application_id: str) -> Any:
    shown = (await call(*CLERK, get=f"{PATH}/{application_id}")).json()
    codes = [finding["code"] for finding in shown["findings"]]
    return await call(*CHIEF, post=f"{PATH}/{application_id}/settle", json={"acknowledged": codes})


async def test_the_review_of_an_application_waits_for_what_is_asked_again(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await applied(call, exemptions, person)
    assert await spans(call, application_id)
    Night(exemptions).on("2026-10-16")
    await take(exemptions, taken_back(person))
    first, again = await asked(exemptions)
    assert (again.person_id, again.reference, again.items) == (
        person, UUID(application_id), first.items,
    )  # fmt: skip
    assert {held["answer"] for held in await kept_answers(exemptions, application_id)} == {None}
    assert not await spans(call, application_id)
    assert (await settle(call, application_id)).status_code == 409
    await take(exemptions, told(again, total=5_000_000))
    assert {s["result_label"] for s in await spans(call, application_id)} == {"非該当"}


async def test_the_spouses_too_and_under_a_former_id(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    wife, survivor = await somebody(exemptions), await somebody(exemptions)
    application_id = await applied(call, exemptions, person, spouse_status="here", spouse=str(wife))
    merged = PersonMerged(
        person_id=wife, surviving_id=survivor, identity_version=1, decision_id=uuid4(),
        decided_on=date(2026, 10, 15),
    )  # fmt: skip
    await take(exemptions, merged)
    before = len(await asked(exemptions))
    await take(exemptions, taken_back(survivor, WELFARE))
    assert len(await asked(exemptions)) == 2 * before
    held = await kept_answers(exemptions, application_id)
    assert [row["answer"] is None for row in held].count(True) == before + 1  # hers, and the new


@pytest.mark.parametrize("system", ["health_insurance_system", "long_term_care_system"])
async def test_what_no_review_rests_on_asks_nothing(
    call: Caller, exemptions: Service, person: UUID, system: str
) -> None:
    await applied(call, exemptions, person)
    await take(exemptions, taken_back(person, system), taken_back(uuid4()))
    assert len(await asked(exemptions)) == 1


async def test_a_settled_review_goes_to_the_work_list_until_somebody_notes_it(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await applied(call, exemptions, person)
    assert (await settle(call, application_id)).status_code == 200
    page = f"{PATH}/{application_id}"
    assert "300,000" in (await call(*CLERK, get=page)).text
    await take(exemptions, taken_back(person))
    assert "300,000" not in (await call(*CLERK, get=page)).text
    await take(exemptions, taken_back(person), category_1(person, version=9))
    (entry,) = (await call(*CLERK, get=WORK)).json()["consequences"]
    assert (entry["entry_id"], entry["what_label"], entry["after_label"]) == (
        application_id, "審査に用いた他業務情報が別人のもの", "要確認（審査のやり直し）",
    )  # fmt: skip
    assert "取り下げて" in entry["sentence"]
    assert {held["answer"] for held in await kept_answers(exemptions, application_id)} == {None}
    # It is asked again, and its report waits until somebody looked.
    assert len(await asked(exemptions)) == 3
    (settled_event,) = await sent(exemptions, ExemptionApplicationSettled)
    (held,) = await sent(exemptions, ExemptionReportHeld)
    assert (held.item_id, held.person_id, held.held) == (settled_event.item_id, person, True)
    note = f"{WORK}/{entry['consequence_id']}/note"
    assert (await call(*CLERK, post=note, json={"note": "取り下げて受け付け直した"})).is_success
    assert (await call(*CLERK, get=WORK)).json()["consequences"] == []
    assert [one.held for one in await sent(exemptions, ExemptionReportHeld)] == [True, False]


async def held_by_anothers_facts(call: Caller, exemptions: Service, person: UUID) -> str:
    """A settled application that waits, as facts that its review rests on were another's."""
    application_id = await applied(call, exemptions, person)
    assert (await settle(call, application_id)).status_code == 200
    Night(exemptions).on("2026-10-16")
    await take(exemptions, taken_back(person))
    assert [one.held for one in await sent(exemptions, ExemptionReportHeld)] == [True]
    return application_id


async def test_the_review_made_again_lets_it_go_when_it_is_settled(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await held_by_anothers_facts(call, exemptions, person)
    await take(exemptions, told((await asked(exemptions))[-1], total=5_000_000))
    assert [one.held for one in await sent(exemptions, ExemptionReportHeld)] == [True]
    where = f"{PATH}/{application_id}/review-again/settle"
    shown = (await call(*CLERK, get=f"{PATH}/{application_id}")).json()
    codes = [f["code"] for f in shown["reviewed_again"]["findings"]]
    answer = await call(*CHIEF, post=where, json={"acknowledged": codes})
    assert answer.status_code == 200, answer.text
    assert [one.held for one in await sent(exemptions, ExemptionReportHeld)] == [True, False]
    assert (await call(*CLERK, get=WORK)).json()["consequences"] == []
    noted = (await call(*CLERK, get=WORK, params={"state": "noted"})).json()["consequences"]
    assert [(one["note"], one["noted_by"]) for one in noted] == [("再本登録済", "s002")]


async def test_noting_what_the_review_made_again_found_lets_it_go(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await held_by_anothers_facts(call, exemptions, person)
    await take(exemptions, told((await asked(exemptions))[-1], total=5_000_000))
    where = f"{PATH}/{application_id}/review-again/note"
    assert (await call(*CLERK, post=where, json={"note": "本人に確認した"})).is_success
    assert [one.held for one in await sent(exemptions, ExemptionReportHeld)] == [True, False]
    assert (await call(*CLERK, get=WORK)).json()["consequences"] == []


async def test_a_difference_of_before_says_nothing_of_what_was_anothers(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await applied(call, exemptions, person)
    assert (await settle(call, application_id)).status_code == 200
    night = Night(exemptions)
    night.on("2026-10-16")
    assert await review_again(exemptions, Namespace(limit=100)) == 0
    await take(exemptions, told((await asked(exemptions))[-1], total=5_000_000))
    night.on("2026-10-17")
    await take(exemptions, taken_back(person))
    where = f"{PATH}/{application_id}/review-again/note"
    assert (await call(*CLERK, post=where, json={"note": "本人に確認した"})).is_success
    assert [one.held for one in await sent(exemptions, ExemptionReportHeld)] == [True]
    assert len((await call(*CLERK, get=WORK)).json()["consequences"]) == 1


async def test_what_comes_out_the_same_waits_until_it_is_noted(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await held_by_anothers_facts(call, exemptions, person)
    await take(exemptions, told((await asked(exemptions))[-1], total=300_000))
    shown = (await call(*CLERK, get=f"{PATH}/{application_id}")).json()
    assert shown["reviewed_again"] is None
    assert [one.held for one in await sent(exemptions, ExemptionReportHeld)] == [True]
    (entry,) = (await call(*CLERK, get=WORK)).json()["consequences"]
    note = f"{WORK}/{entry['consequence_id']}/note"
    assert (await call(*CLERK, post=note, json={"note": "同じ結果を確認した"})).is_success
    assert [one.held for one in await sent(exemptions, ExemptionReportHeld)] == [True, False]


async def test_what_waited_before_anybody_told_is_told_of_by_command(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    await held_by_anothers_facts(call, exemptions, person)
    other = await somebody(exemptions)
    (before,) = await sent(exemptions, ExemptionReportHeld)
    waits = await applied(call, exemptions, other)
    assert (await settle(call, waits)).status_code == 200
    why = {"reason": "取違え"}
    assert (await call(*CHIEF, post=f"{PATH}/{waits}/take-back", json=why)).status_code == 201
    goes = await applied(call, exemptions, await somebody(exemptions))
    assert (await settle(call, goes)).status_code == 200
    held = {one.item_id for one in await sent(exemptions, ExemptionReportHeld)}
    assert len(held) == 2
    since = {one.item_id: one.since for one in await sent(exemptions, ExemptionReportHeld)}
    assert since[before.item_id] == date(2026, 10, 16)
    Night(exemptions).on("2026-11-02")
    for dry_run, told_of in ((True, 2), (False, 4), (False, 6)):
        with sight.everybody():
            assert await tell_held(exemptions, Namespace(dry_run=dry_run)) == 0
        every = await sent(exemptions, ExemptionReportHeld)
        assert (len(every), {one.item_id for one in every}) == (told_of, held)
        assert all(one.held for one in every)
        # Not the day of the run: the day from which it waits.
        assert {one.item_id: one.since for one in every} == since
    assert before.item_id in held


async def test_it_waits_since_the_first_of_what_it_waits_for_now(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    """Facts of another's, and then a proposal to take it back: it has waited since the facts. When
    these are dealt with, since the proposal, which stands."""
    application_id = await held_by_anothers_facts(call, exemptions, person)
    Night(exemptions).on("2026-10-20")
    path = f"{PATH}/{application_id}/take-back"
    assert (await call(*CHIEF, post=path, json={"reason": "取違え"})).status_code == 201
    Night(exemptions).on("2026-11-02")
    assert await told_again(exemptions) == [date(2026, 10, 16)]
    (entry,) = (await call(*CLERK, get=WORK)).json()["consequences"]
    note = f"{WORK}/{entry['consequence_id']}/note"
    assert (await call(*CLERK, post=note, json={"note": "確認した"})).is_success
    assert await told_again(exemptions) == [date(2026, 10, 20)]


async def told_again(exemptions: Service) -> list[date]:
    """Since when reports wait by the command's word."""
    before = len(await sent(exemptions, ExemptionReportHeld))
    with sight.everybody():
        assert await tell_held(exemptions, Namespace(dry_run=False)) == 0
    return [one.since for one in (await sent(exemptions, ExemptionReportHeld))[before:]]


async def test_what_jps_has_it_decides_itself(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await applied(call, exemptions, person)
    assert (await settle(call, application_id)).status_code == 200
    (event,) = await sent(exemptions, ExemptionApplicationSettled)
    item = event.item_id
    kind = ReportItemKind.EXEMPTION_APPLICATION
    await take(exemptions, forwarded(item, person, kind, "2026-10-20"))
    await take(exemptions, taken_back(person))
    assert (await call(*CLERK, get=WORK)).json()["consequences"] == []


async def test_a_renewal_waits_for_its_household_again(call: Caller, exemptions: Service) -> None:
    city = Renewing(exemptions, call)
    person = await somebody(exemptions)
    await city.applied(person)
    city.in_july()
    await city.run()
    await city.answer()
    await city.run()
    assert figures(await city.stand()) == {"clear": 1}
    asked = len(await households_asked(exemptions))
    Night(exemptions).on("2027-07-20")
    await take(exemptions, taken_back(person))
    # For the renewal, and for the application that it continues, which is not sent yet.
    assert len(await households_asked(exemptions)) == asked + 2
    assert figures(await city.stand()) == {"asked": 1}


async def test_proposals_from_assistance_end_and_come_back_if_it_was_so(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    night = Night(exemptions)
    await night.heard(person, SINCE_MAY)

    async def listed() -> list[str]:
        entries = (await call(*CLERK, get="/exemption-proposals")).json()["entries"]
        return [entry["reason"]["code"] for entry in entries]

    assert await listed() == ["assistance-begins"]
    await take(exemptions, taken_back(person))
    assert await listed() == ["assistance-begins"], "the tax system told nothing of it"
    await take(exemptions, taken_back(person, WELFARE))
    assert (await listed(), await night.kept()) == ([], [False])
    (request,) = await night.run()
    await night.told(request, SINCE_MAY)
    assert await listed() == ["assistance-begins"]


async def test_an_old_answer_on_its_way_proposes_nothing(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    night = Night(exemptions)
    await night.news(person)
    (old,) = await night.run()
    await take(exemptions, taken_back(person, WELFARE))
    await night.told(old, SINCE_MAY)
    assert (await call(*CLERK, get="/exemption-proposals")).json()["entries"] == []
    (request,) = await night.run()
    assert request.request_id != old.request_id


async def test_it_comes_over_the_bus(clean_stack: TestStack) -> None:
    person = uuid4()
    key = str(person)
    await Sender(clean_stack, "identity").send([(key, person_changed(person))])
    await Sender(clean_stack, "qualification").send([(key, category_1(person))])
    exemptions = exemptions_service(clean_stack)
    call = Caller(clean_stack, exemptions)

    async def count(what: str) -> int:
        async with exemptions.database.read() as connection:
            return int(await connection.fetchval(f"select count(*) from {what}"))

    async def questions() -> int:
        return await count("exemptions.application_questions")

    async with exemptions.running():
        await until(lambda: _is(count("exemptions.qualifications"), 1))
        await accepted(call, an_application(person))
        assert await questions() == 1
        await Sender(clean_stack, "identity").send([(key, taken_back(person))])
        await until(lambda: _is(questions(), 2))


async def _is(counted: Any, expected: int) -> bool:
    return bool(await counted == expected)
