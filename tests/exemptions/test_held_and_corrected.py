"""What a correction of income (更正) brings about: only what rests on it is asked about, and an
open difference holds the report back."""

from datetime import timedelta
from uuid import UUID

import pytest

from contracts.events import (
    ExemptionApplicationSettled,
    ExemptionReportHeld,
    FactOutcome,
    IncomeCorrected,
    IncomeTold,
    ReportItemKind,
)
from contracts.events.facts import IncomeFact
from services.chassis.clock import FixedClock
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.applying import CHIEF, CLERK, PATH, accepted, an_application, asked, told
from tests.exemptions.counter import NOW, forwarded, sent, somebody, take
from tests.exemptions.jps import returned
from tests.exemptions.test_review_again import again, corrected, listed, sent_to_jps, settled


@pytest.mark.stack
async def test_an_open_difference_holds_its_report_back_until_it_is_noted(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    (settled_event,) = await sent(exemptions, ExemptionApplicationSettled)
    await corrected(exemptions, 1, total=1_000_000)
    await corrected(exemptions, 2, total=5_000_000)
    (held,) = await sent(exemptions, ExemptionReportHeld)
    assert (held.item_id, held.person_id, held.held) == (settled_event.item_id, person, True)
    note = again(application_id, "note")
    await call(*CLERK, post=note, json={"note": "申請者に確認した。"})
    assert [one.held for one in await holds(exemptions)] == [True, False]
    # Noted, it stays let go while it is so; another difference holds it again.
    await corrected(exemptions, 3, total=5_000_000)
    assert len(await holds(exemptions)) == 2
    await corrected(exemptions, 4, total=1_000_000)
    assert [one.held for one in await holds(exemptions)] == [True, False, True]
    answer = await call(*CHIEF, post=again(application_id, "settle"), json={})
    assert answer.status_code == 200, answer.text
    assert [one.held for one in await holds(exemptions)] == [True, False, True, False]


@pytest.mark.stack
async def test_what_is_corrected_back_is_let_go_and_what_is_noted_holds_nothing_when_it_is_gone(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    await corrected(exemptions, 1, total=1_000_000)
    await corrected(exemptions, 2, total=450_000)
    assert [one.held for one in await holds(exemptions)] == [True, False]
    await corrected(exemptions, 3, total=1_000_000)
    await call(*CLERK, post=again(application_id, "note"), json={"note": "確認した。"})
    await corrected(exemptions, 4, total=450_000)
    assert [one.held for one in await holds(exemptions)] == [True, False, True, False]


@pytest.mark.stack
async def test_what_is_open_when_jps_returns_it_holds_the_report_that_is_made_again(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    await corrected(exemptions, total=1_000_000)
    await sent_to_jps(exemptions, person)
    (event,) = await sent(exemptions, ExemptionApplicationSettled)
    await take(exemptions, returned(event.item_id, person))
    answer = await call(*CHIEF, post=f"{PATH}/{application_id}/report-again")
    assert answer.status_code == 200, answer.text
    anew = (await sent(exemptions, ExemptionApplicationSettled))[-1]
    first, held = await holds(exemptions)
    assert (first.item_id, held.item_id, held.held) == (event.item_id, anew.item_id, True)
    await call(*CLERK, post=again(application_id, "note"), json={"note": "連絡した。"})
    assert (await holds(exemptions))[-1].model_dump(include={"item_id", "held"}) == {
        "item_id": anew.item_id, "held": False,
    }  # fmt: skip


async def holds(exemptions: Service) -> list[ExemptionReportHeld]:
    found: list[ExemptionReportHeld] = await sent(exemptions, ExemptionReportHeld)
    return found


@pytest.mark.stack
async def test_of_a_correction_only_the_applications_that_rest_on_it_are_asked_about_again(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    application_id = await settled(call, exemptions, person)
    other = await somebody(exemptions)
    await settled(call, exemptions, other)
    waiting = await somebody(exemptions)
    (shown_,) = await accepted(call, an_application(waiting))
    before = len(await asked(exemptions))
    exemptions.clock = exemptions.intake._clock = FixedClock(NOW + timedelta(hours=1))
    # Another year, or somebody of whom nothing was asked: nobody is asked about.
    await take(
        exemptions,
        IncomeCorrected(person_id=person, levy_year=2025),
        IncomeCorrected(person_id=await somebody(exemptions), levy_year=2026),
    )
    assert len(await asked(exemptions)) == before
    twice = IncomeCorrected(person_id=person, levy_year=2026)
    await take(exemptions, twice, twice)
    (request,) = (await asked(exemptions))[before:]
    assert (request.person_id, str(request.reference)) == (person, application_id)
    await take(exemptions, told(request, total=1_000_000))
    (one,) = await listed(call)
    assert one["application"]["application_id"] == application_id
    assert [hold.held for hold in await holds(exemptions)] == [True]
    # One that waits to be settled is asked about too: what it was told today is no longer so.
    await take(exemptions, IncomeCorrected(person_id=waiting, levy_year=2026))
    assert (await asked(exemptions))[-1].reference == UUID(shown_["application"]["application_id"])
    # What was sent is JPS's.
    await take(
        exemptions,
        forwarded(
            (await sent(exemptions, ExemptionApplicationSettled))[0].item_id, person,
            ReportItemKind.EXEMPTION_APPLICATION, "2026-10-20",
        ),
    )  # fmt: skip
    count = len(await asked(exemptions))
    await take(exemptions, IncomeCorrected(person_id=person, levy_year=2026))
    assert len(await asked(exemptions)) == count


@pytest.mark.stack
async def test_a_correction_of_the_spouses_income_asks_about_the_application_again(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    spouse = await somebody(exemptions)
    married = an_application(
        person, spouse_status="here", spouse=str(spouse),
        householder_status="applicant",
    )  # fmt: skip
    await accepted(call, married)
    before = len(await asked(exemptions))
    await take(exemptions, IncomeCorrected(person_id=spouse, levy_year=2026))
    about = (await asked(exemptions))[before:]
    assert {request.person_id for request in about} == {person, spouse}


@pytest.mark.stack
async def test_income_that_was_asked_for_in_vain_is_asked_for_again_when_it_comes(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown_,) = await accepted(call, an_application(person))
    application_id = shown_["application"]["application_id"]
    (request,) = await asked(exemptions)
    nothing = IncomeFact(outcome=FactOutcome.NO_RECORD, levy_year=2026)
    await take(exemptions, told(request).model_copy(update={"income": (nothing,)}))
    page = (await call(*CLERK, get=f"{PATH}/{application_id}")).json()
    assert {span["result_label"] for span in page["review"]} == {"要確認"}
    # Of another year, or of somebody else: nobody is asked about.
    await take(
        exemptions,
        IncomeTold(person_id=person, levy_year=2025),
        IncomeTold(person_id=await somebody(exemptions), levy_year=2026),
    )
    assert len(await asked(exemptions)) == 1
    come = IncomeTold(person_id=person, levy_year=2026)
    await take(exemptions, come, come)
    (_, again_) = await asked(exemptions)
    assert (again_.person_id, str(again_.reference)) == (person, application_id)
    await take(exemptions, told(again_))
    page = (await call(*CLERK, get=f"{PATH}/{application_id}")).json()
    assert {span["kind_label"] for span in page["review"]} == {"全額免除"}
