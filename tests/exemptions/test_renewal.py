"""The renewal of a cycle: begun once, asked in bulk, reviewed, and what needs a person listed."""

from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.dates import UncertainDate
from contracts.events import (
    AuditOperation,
    AuditRecorded,
    ExemptionApplicationSettled,
    FactsRequested,
    HouseholdFactsRequested,
    PersonSightChanged,
    RegisteredAs,
    RegisteredHousehold,
    RegisterOutcome,
    Whose,
)
from deploy.local.testing import TestStack
from services.chassis.clock import FixedClock
from services.chassis.service import Service
from services.exemptions import commands
from services.exemptions.stores import renewals
from services.exemptions.stores.renewals import Renewal
from tests.audit.calling import Caller
from tests.exemptions.applying import (
    CHIEF,
    CLERK,
    PATH,
    accepted,
    an_application,
    somebody_is,
    told,
    told_together,
)
from tests.exemptions.counter import exemptions_service, person_changed, sent, somebody, take
from tests.exemptions.exempting import a_notice, notify

pytestmark = pytest.mark.stack

RENEWAL = "/exemption-renewals"
OF_2027 = {"cycle": 2027}
SETTLED_NONE = dict.fromkeys(("settled", "asked_again", "awaited", "to_look_at", "left"), 0)
JULY = datetime(2027, 7, 1, 1, 0, tzinfo=UTC)


class Renewing:
    """A city whose applicants of 2026 were settled; the clock then stands in July 2027."""

    def __init__(self, service: Service, call: Caller) -> None:
        self.service, self.call = service, call
        self._answered: set[UUID] = set()

    async def applied(self, person: UUID, total: int = 450_000, **entered: Any) -> str:
        """Applied for, reviewed and settled in the cycle of 2026; the id of the application."""
        handed_in = an_application(person, **{"continuing": True, **entered})
        (shown,) = await accepted(self.call, handed_in)
        application_id: str = shown["application"]["application_id"]
        await self.answer(total=total)
        found = (await self.call(*CLERK, get=f"{PATH}/{application_id}")).json()["findings"]
        looked = {"acknowledged": [finding["code"] for finding in found]}
        answer = await self.call(*CHIEF, post=f"{PATH}/{application_id}/settle", json=looked)
        assert answer.status_code == 200, answer.text
        return application_id

    async def answer(self, household: RegisteredHousehold | None = None, **income: Any) -> None:
        """Answer every question that waits; the register has ``household``, or what is asked."""
        for request in await sent(self.service, FactsRequested):
            if request.request_id not in self._answered:
                self._answered.add(request.request_id)
                await take(self.service, told(request, **income))
        for together in await sent(self.service, HouseholdFactsRequested):
            if together.people[0].request_id not in self._answered:
                self._answered.add(together.people[0].request_id)
                await take(self.service, told_together(together, household, **income))

    def in_july(self) -> None:
        """A year goes by."""
        self.service.clock = self.service.intake._clock = FixedClock(JULY)

    async def run(self, cycle: int = 2027) -> int:
        """The command, which waits for no answer that has not come."""
        return await commands.renew(self.service, Namespace(cycle=cycle, wait=0.0))

    async def stand(self, **query: Any) -> dict[str, Any]:
        answer = await self.call(*CLERK, get=RENEWAL, params=OF_2027 | query)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown


@pytest.fixture
async def city(stack: TestStack, fresh_database: Callable[[str], str]) -> AsyncIterator[Renewing]:
    name = fresh_database("exemptions")
    async with exemptions_service(stack, DATABASE_NAME=name).opened() as service:
        yield Renewing(service, Caller(stack, service))


def figures(shown: dict[str, Any]) -> dict[str, int]:
    names = ("due", "asked", "clear", "to_look_at", "settled", "withdrawn")
    return {name: shown[name] for name in names if shown[name]}


async def test_who_passed_by_income_goes_on_without_a_form(city: Renewing) -> None:
    person = await somebody(city.service)
    await city.applied(person)
    city.in_july()
    assert figures(await city.stand()) == {"due": 1}
    assert await city.run() == commands.WAITING
    (request,) = await sent(city.service, HouseholdFactsRequested)
    assert (request.applicant_id, request.levy_years) == (person, (2027,))
    assert request.registered_on == date(2027, 7, 1)
    assert figures(await city.stand()) == {"asked": 1}
    await city.answer()
    assert await city.run() == 0
    shown = await city.stand(renewal="clear")
    assert figures(shown) == {"clear": 1}
    (one,) = shown["applications"]
    assert (one["receipt"], one["cycle"], one["renewal_label"]) == (
        "継続-2027", 2027, "該当（確認事項なし）",
    )  # fmt: skip
    answer = await city.call(*CHIEF, post=f"{RENEWAL}/settle", json=OF_2027)
    assert answer.json() == SETTLED_NONE | {"settled": 1}
    *_, event = await sent(city.service, ExemptionApplicationSettled)
    assert (event.person_id, event.cycle) == (person, 2027)
    found = (await city.call(*CLERK, get=f"{PATH}/{one['application_id']}")).json()
    assert {m["kind_label"] for m in found["settled_review"]} == {"全額免除"}


async def test_months_exempt_by_a_settled_notice_are_left_out_of_the_renewal(
    city: Renewing,
) -> None:
    """A birth in June 2027: maternity to August, and full exemption from September on."""
    person = await somebody(city.service)
    await city.applied(person)
    due = a_notice(person, "maternity", {"due_on": "R9.6.20", "multiple": False}, "R9.7.1")
    city.in_july()
    due["submission"]["received_on"] = "2027-07-01"
    await notify(city.call, due)
    await city.run()
    await city.answer()
    await city.run()
    (one,) = (await city.stand(renewal="clear"))["applications"]
    found = (await city.call(*CLERK, get=f"{PATH}/{one['application_id']}")).json()
    assert [(span["from_month"], span["result_label"]) for span in found["review"]] == [
        ("2027-07", "対象外"),
        ("2027-09", "承認相当"),
    ]


async def test_what_was_told_on_an_earlier_day_is_asked_again_before_it_is_settled(
    city: Renewing,
) -> None:
    """Of two reviewed on 1 July one has too much income by the 5th: it is for a person then."""
    for _ in range(2):
        await city.applied(await somebody(city.service), deferment=False)
    city.in_july()
    await city.run()
    await city.answer()
    await city.run()
    later = datetime(2027, 7, 5, 1, 0, tzinfo=UTC)
    city.service.clock = city.service.intake._clock = FixedClock(later)
    settled_before = len(await sent(city.service, ExemptionApplicationSettled))

    async def settle() -> dict[str, int]:
        answer = await city.call(*CHIEF, post=f"{RENEWAL}/settle", json=OF_2027)
        assert answer.status_code == 200, answer.text
        found: dict[str, int] = answer.json()
        return found

    assert await settle() == SETTLED_NONE | {"asked_again": 2, "awaited": 2}
    assert await settle() == SETTLED_NONE | {"awaited": 2}
    assert len(await sent(city.service, ExemptionApplicationSettled)) == settled_before
    *_, first, second = await sent(city.service, HouseholdFactsRequested)
    await take(city.service, told_together(first))
    await take(city.service, told_together(second, total=900_000))
    assert await settle() == SETTLED_NONE | {"settled": 1}
    assert figures(await city.stand()) == {"settled": 1, "to_look_at": 1}
    assert len(await sent(city.service, ExemptionApplicationSettled)) == settled_before + 1


async def test_running_it_again_doubles_nothing(city: Renewing) -> None:
    for _ in range(3):
        await city.applied(await somebody(city.service))
    city.in_july()
    await city.run()
    assert len(await sent(city.service, HouseholdFactsRequested)) == 3
    await city.run()
    assert len(await sent(city.service, HouseholdFactsRequested)) == 3
    await city.answer()
    assert (await city.run(), await city.run()) == (0, 0)
    assert figures(await city.stand()) == {"clear": 3}
    for _ in range(2):
        await city.call(*CHIEF, post=f"{RENEWAL}/settle", json=OF_2027)
    settled = await sent(city.service, ExemptionApplicationSettled)
    assert len([event for event in settled if event.cycle == 2027]) == 3


async def test_two_runs_that_see_the_same_begin_it_once(city: Renewing) -> None:
    """The second saw that it was due before the first had committed."""
    await city.applied(await somebody(city.service))
    city.in_july()
    async with city.service.unit_of_work() as uow:
        (due,) = await renewals.due(uow.connection, 2027, 10)
        both = [Renewal(uuid4(), due, due.submission) for _ in range(2)]
        begun = [
            await renewals.begin(uow.connection, 2027, [one], uow.today, uow.now) for one in both
        ]
    assert begun == [[both[0]], []]
    assert figures(await city.stand()) == {"asked": 1}


async def test_who_hands_a_form_in_is_not_renewed_beside_it(city: Renewing) -> None:
    person = await somebody(city.service)
    await city.applied(person)
    city.in_july()
    form = an_application(person, cycle="2027", applied_on="R9.7.1")
    form["submission"]["received_on"] = "2027-07-01"
    (by_form,) = await accepted(city.call, form)
    assert await city.run() == 0
    withdraw = f"{PATH}/{by_form['application']['application_id']}/withdraw"
    assert (await city.call(*CLERK, post=withdraw, json={"reason": "継続"})).status_code == 200
    assert await city.run() == commands.WAITING
    assert figures(await city.stand()) == {"asked": 1}


async def test_the_last_application_of_a_cycle_decides(city: Renewing) -> None:
    """Who applied again in the cycle is continued once, and not at all where they gave it up."""
    twice, given_up = [await somebody(city.service) for _ in range(2)]
    for person, again in ((twice, True), (given_up, False)):
        await city.applied(person)
        await city.applied(person, continuing=again)
    city.in_july()
    assert await city.run() == commands.WAITING
    (request,) = await sent(city.service, HouseholdFactsRequested)
    assert request.applicant_id == twice


async def test_what_the_law_does_not_continue_is_not_renewed(city: Renewing) -> None:
    await city.applied(await somebody(city.service), total=1_000_000)
    await city.applied(await somebody(city.service), continuing=False)
    city.in_july()
    assert await city.run() == 0
    assert figures(await city.stand()) == {}


@pytest.mark.parametrize(
    ("income", "says"),
    [
        ({"total": 900_000}, "非該当"),
        ({"declared": False}, "要確認"),
    ],
    ids=["too much income now", "not declared"],
)
async def test_what_needs_a_person_is_on_the_list(
    city: Renewing, income: dict[str, Any], says: str
) -> None:
    await city.applied(await somebody(city.service), deferment=False)
    city.in_july()
    await city.run()
    await city.answer(**income)
    await city.run()
    shown = await city.stand()
    assert figures(shown) == {"to_look_at": 1}
    (one,) = shown["applications"]
    found = (await city.call(*CLERK, get=f"{PATH}/{one['application_id']}")).json()
    assert found["review"][0]["result_label"] == says
    codes = [finding["code"] for finding in found["findings"]]
    assert codes
    answer = await city.call(*CHIEF, post=f"{RENEWAL}/settle", json=OF_2027)
    assert answer.json() == SETTLED_NONE
    settle = f"{PATH}/{one['application_id']}/settle"
    assert (await city.call(*CHIEF, post=settle)).json()["code"] == "EX-0109"
    answer = await city.call(*CHIEF, post=settle, json={"acknowledged": codes})
    assert answer.status_code == 200, answer.text


async def test_spouse_and_householder_are_asked_about_again(city: Renewing) -> None:
    person, wife, father = [await somebody(city.service) for _ in range(3)]
    await city.applied(
        person, spouse_status="here", spouse=str(wife), householder_status="here",
        householder=str(father),
    )  # fmt: skip
    city.in_july()
    await city.run()
    (request,) = await sent(city.service, HouseholdFactsRequested)
    asked = {one.whose: one.person_id for one in request.people}
    assert asked == {Whose.APPLICANT: person, Whose.SPOUSE: wife, Whose.HOUSEHOLDER: father}


async def found_of(city: Renewing, **query: Any) -> list[str]:
    """The findings of the one renewal there is."""
    (one,) = (await city.stand(**query))["applications"]
    shown = (await city.call(*CLERK, get=f"{PATH}/{one['application_id']}")).json()
    return [finding["code"] for finding in shown["findings"]]


async def test_a_household_that_the_register_has_otherwise_is_for_a_person(city: Renewing) -> None:
    person, wife = [await somebody(city.service) for _ in range(2)]
    await city.applied(person, spouse_status="here", spouse=str(wife))
    city.in_july()
    await city.run()
    alone = RegisteredHousehold(
        householder=somebody_is(person), spouse=RegisteredAs(outcome=RegisterOutcome.NOBODY)
    )
    await city.answer(alone)
    await city.run()
    assert figures(await city.stand()) == {"to_look_at": 1}
    assert await found_of(city) == ["household-spouse-gone"]


async def test_what_was_looked_at_of_a_household_is_not_asked_every_year(city: Renewing) -> None:
    person, wife = [await somebody(city.service) for _ in range(2)]
    await city.applied(person, spouse_status="here", spouse=str(wife))
    apart = RegisteredHousehold(
        householder=somebody_is(person), spouse=RegisteredAs(outcome=RegisterOutcome.NOBODY)
    )
    city.in_july()
    await city.run()
    await city.answer(apart)
    await city.run()
    (one,) = (await city.stand())["applications"]
    looked = {"acknowledged": await found_of(city)}
    settle = f"{PATH}/{one['application_id']}/settle"
    assert (await city.call(*CHIEF, post=settle, json=looked)).status_code == 200
    later = datetime(2028, 7, 1, 1, 0, tzinfo=UTC)
    city.service.clock = city.service.intake._clock = FixedClock(later)
    await city.run(2028)
    await city.answer(apart)
    assert await city.run(2028) == 0
    assert (await city.stand(cycle=2028))["clear"] == 1


async def test_who_is_hidden_is_not_told_of_by_the_register(city: Renewing) -> None:
    """A man whose register has a hidden householder now: the clerk without the right is told what
    they are told of anybody whose household the register does not tell."""
    person, hidden = [await somebody(city.service) for _ in range(2)]
    await city.applied(person)
    city.in_july()
    await city.run()
    await city.answer(
        RegisteredHousehold(householder=somebody_is(hidden), spouse=somebody_is(hidden))
    )
    await city.run()
    assert await found_of(city) == ["household-householder-other", "household-spouse-came"]
    await take(
        city.service,
        PersonSightChanged(person_id=hidden, sight_version=1, hidden=True),
    )
    assert await found_of(city) == ["household-householder-uncertain", "household-spouse-uncertain"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"moved": True}, "renewal-moved-out"),
        ({"died_on": UncertainDate.exact(date(2027, 6, 20))}, "renewal-died"),
    ],
    ids=["moved out", "died"],
)
async def test_who_is_not_here_any_more_is_for_a_person(
    city: Renewing, changed: dict[str, Any], code: str
) -> None:
    person = await somebody(city.service)
    await city.applied(person)
    await take(city.service, person_changed(person, 2, **changed))
    city.in_july()
    await city.run()
    await city.answer()
    await city.run()
    assert await found_of(city) == [code]


async def test_a_cycle_that_has_not_begun_is_not_renewed(city: Renewing) -> None:
    await city.applied(await somebody(city.service))
    assert await city.run() == commands.REFUSED
    assert figures(await city.stand()) == {"due": 1}


async def test_each_batch_is_recorded(city: Renewing) -> None:
    await city.applied(await somebody(city.service))
    city.in_july()
    await city.run()
    await city.answer()
    await city.run()
    records = [r for r in await sent(city.service, AuditRecorded)
               if r.operation is AuditOperation.BATCH_JOB]  # fmt: skip
    assert [(r.details or {})["job"] for r in records] == ["renewal_begun", "renewal_reviewed"]
    assert [r.count for r in records] == [1, 1]


async def test_year_after_year(city: Renewing) -> None:
    """What a renewal passes by continues in the next cycle; what fails does not."""
    await city.applied(await somebody(city.service))
    city.in_july()
    await city.run()
    await city.answer()
    await city.run()
    await city.call(*CHIEF, post=f"{RENEWAL}/settle", json=OF_2027)
    later = datetime(2028, 7, 1, 1, 0, tzinfo=UTC)
    city.service.clock = city.service.intake._clock = FixedClock(later)
    assert await city.run(2028) == commands.WAITING
    *_, request = await sent(city.service, HouseholdFactsRequested)
    assert request.levy_years == (2028,)
