"""Income that was asked for in vain is awaited as long as an application rests on it (C08)."""

from uuid import UUID

import pytest

from contracts.events import FactOutcome, IncomeNotAwaited
from contracts.events.facts import IncomeFact
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.applying import CLERK, PATH, accepted, an_application, asked, told
from tests.exemptions.counter import sent, somebody, take
from tests.exemptions.test_review_again import sent_to_jps, settled

pytestmark = pytest.mark.stack


async def not_awaited(service: Service) -> list[tuple[UUID, int]]:
    return [(one.person_id, one.levy_year) for one in await sent(service, IncomeNotAwaited)]


async def applied(call: Caller, person: UUID, spouse: UUID) -> str:
    """The application of somebody with a spouse."""
    married = an_application(
        person, spouse_status="here", spouse=str(spouse), householder_status="applicant"
    )
    (shown,) = await accepted(call, married)
    return str(shown["application"]["application_id"])


async def answered(service: Service, *, of: UUID, reference: str, outcome: FactOutcome) -> None:
    """Identity's answer about one person for one application: no income, for that reason."""
    requests = [r for r in await asked(service) if str(r.reference) == reference]
    request = next(r for r in reversed(requests) if r.person_id == of)
    nothing = IncomeFact(outcome=outcome, levy_year=2026)
    await take(service, told(request).model_copy(update={"income": (nothing,)}))


async def withdraw(call: Caller, application_id: str) -> None:
    path = f"{PATH}/{application_id}/withdraw"
    answer = await call(*CLERK, post=path, json={"reason": "取消"})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("outcome", [FactOutcome.NO_RECORD, FactOutcome.UNSETTLED])
async def test_who_was_asked_about_in_vain_is_told_of_once_it_is_withdrawn(
    call: Caller, exemptions: Service, person: UUID, outcome: FactOutcome
) -> None:
    spouse = await somebody(exemptions)
    application_id = await applied(call, person, spouse)
    await answered(exemptions, of=spouse, reference=application_id, outcome=outcome)
    (own,) = [r for r in await asked(exemptions) if r.person_id == person]
    await take(exemptions, told(own))
    assert await not_awaited(exemptions) == []
    await withdraw(call, application_id)
    # Of the applicant income was told: nothing was awaited.
    assert await not_awaited(exemptions) == [(spouse, 2026)]


async def test_whose_answer_has_not_come_is_told_of_too(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    spouse = await somebody(exemptions)
    await withdraw(call, await applied(call, person, spouse))
    assert sorted(await not_awaited(exemptions)) == sorted([(person, 2026), (spouse, 2026)])


async def test_what_is_not_declared_is_not_awaited(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    (shown,) = await accepted(call, an_application(person))
    application_id = shown["application"]["application_id"]
    (request,) = await asked(exemptions)
    await take(exemptions, told(request, declared=False))
    await withdraw(call, application_id)
    assert await not_awaited(exemptions) == []


async def test_while_another_application_rests_on_it_it_is_awaited(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    """Husband and wife applied, each is tested for the other too."""
    spouse = await somebody(exemptions)
    his, hers = await applied(call, person, spouse), await applied(call, spouse, person)
    for one in (his, hers):
        await answered(exemptions, of=spouse, reference=one, outcome=FactOutcome.NO_RECORD)
        (request,) = [
            r for r in await asked(exemptions) if (str(r.reference), r.person_id) == (one, person)
        ]
        await take(exemptions, told(request))
    await withdraw(call, his)
    assert await not_awaited(exemptions) == []
    await withdraw(call, hers)
    assert await not_awaited(exemptions) == [(spouse, 2026)]


async def test_once_it_is_sent_it_is_not_awaited(
    call: Caller, exemptions: Service, person: UUID
) -> None:
    """Settled by what was known; then asked again in vain, as the record became nobody's."""
    application_id = await settled(call, exemptions, person)
    async with exemptions.unit_of_work() as uow:
        await uow.connection.execute(
            "update exemptions.application_questions set answer = json_build_object("
            "'income', json_build_array(json_build_object('outcome', 'unsettled')))"
            " where application_id = $1",
            UUID(application_id),
        )
    assert await not_awaited(exemptions) == []
    await sent_to_jps(exemptions, person)
    await sent_to_jps(exemptions, person)
    assert await not_awaited(exemptions) == [(person, 2026)]
