"""The renewal of a cycle: begun once, asked in bulk, reviewed, and what needs a person listed."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    AuditOperation,
    AuditRecorded,
    ExemptionApplicationSettled,
    Whose,
)
from services.chassis.clock import FixedClock
from services.exemptions import commands
from services.exemptions.domain.renewals import (
    RenewalState,
    by_what,
    continued,
    otherwise,
)
from services.exemptions.stores import entries, renewals
from services.exemptions.stores.applications import APPLICATIONS
from services.exemptions.stores.renewals import Renewal
from tests.chassis.blocking import blocked
from tests.exemptions.applying import (
    CHIEF,
    CLERK,
    PATH,
    accepted,
    an_application,
    households_asked,
    told_together,
)
from tests.exemptions.counter import sent, somebody, take
from tests.exemptions.exempting import a_notice, notify
from tests.exemptions.renewing import (
    OF_2027,
    RENEWAL,
    SETTLED_NONE,
    Renewing,
    figures,
)

pytestmark = pytest.mark.stack


async def test_who_passed_by_income_goes_on_without_a_form(city: Renewing) -> None:
    person = await somebody(city.service)
    await city.applied(person)
    city.in_july()
    assert figures(await city.stand()) == {"due": 1}
    assert await city.run() == commands.WAITING
    *_, request = await households_asked(city.service)
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


async def test_its_review_is_noted_where_it_lies(city: Renewing) -> None:
    """No index is written for it again: it waits and is reviewed within minutes, with its city."""
    await city.applied(await somebody(city.service))
    city.in_july()
    await city.run()
    (waiting,) = (await city.stand(renewal="asked"))["applications"]
    changes = """
        select n_tup_upd, n_tup_hot_upd from pg_stat_xact_user_tables
        where schemaname = 'exemptions' and relname = 'applications'
    """
    async with city.service.unit_of_work() as uow:
        before = await uow.connection.fetchrow(changes)
        await renewals.note(
            uow.connection, [(UUID(waiting["application_id"]), RenewalState.TO_LOOK_AT)]
        )
        after = await uow.connection.fetchrow(changes)
    assert [now - then for then, now in zip(before, after, strict=True)] == [1, 1]
    assert figures(await city.stand()) == {"to_look_at": 1}


async def test_the_first_that_waits_and_one_that_waits_again(city: Renewing) -> None:
    """What was passed waits again where it is asked about anew: it is counted all the same."""
    for _ in range(3):
        await city.applied(await somebody(city.service))
    city.in_july()
    await city.run()

    async def first(since: int) -> int | None:
        async with city.service.database.read() as connection:
            return await renewals.first_awaited(connection, 2027, since)

    async def note(application_id: UUID, state: RenewalState) -> None:
        async with city.service.unit_of_work() as uow:
            await renewals.note(uow.connection, [(application_id, state)])

    async with city.service.database.read() as connection:
        waiting = await renewals.asked(connection, 2027, 10)
    assert await first(0) == waiting[0].sequence
    for one in waiting[:2]:
        await note(one.application_id, RenewalState.CLEAR)
    assert await first(waiting[0].sequence) == waiting[2].sequence
    await note(waiting[2].application_id, RenewalState.CLEAR)
    await note(waiting[0].application_id, RenewalState.ASKED)
    assert await first(waiting[2].sequence) is None
    assert figures(await city.stand()) == {"asked": 1, "clear": 2}
    assert await city.run() == commands.WAITING


async def test_it_is_reviewed_as_the_answers_come(city: Renewing) -> None:
    """Of two the answers about one come: it is reviewed, without a run, and the other waits."""
    for _ in range(2):
        await city.applied(await somebody(city.service))
    city.in_july()
    await city.run()
    *_, first, second = await households_asked(city.service)
    await take(city.service, told_together(first))
    assert figures(await city.stand()) == {"asked": 1, "clear": 1}
    await take(city.service, told_together(second, total=9_000_000))
    assert figures(await city.stand()) == {"clear": 1, "to_look_at": 1}


async def test_what_is_held_when_its_answer_comes_is_reviewed_by_the_next_run(
    city: Renewing,
) -> None:
    await city.applied(await somebody(city.service))
    city.in_july()
    await city.run()
    async with city.service.unit_of_work() as uow:
        await uow.connection.execute("select from exemptions.applications for update")
        await city.answer()
    assert figures(await city.stand()) == {"asked": 1}
    assert await city.run() == 0
    assert figures(await city.stand()) == {"clear": 1}


async def test_whom_a_block_protects_is_not_settled_in_bulk(city: Renewing) -> None:
    person = await somebody(city.service)
    await city.applied(person)
    city.in_july()
    await city.run()
    await city.answer()
    assert await city.run() == 0
    await take(city.service, blocked(person))
    answer = await city.call(*CHIEF, post=f"{RENEWAL}/settle", json=OF_2027)
    assert answer.json() | {"settled": 0, "to_look_at": 1, "left": 0} == answer.json()
    assert figures(await city.stand()) == {"to_look_at": 1}


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
    *_, first, second = await households_asked(city.service)
    await take(city.service, told_together(first))
    await take(city.service, told_together(second, total=900_000))
    assert await settle() == SETTLED_NONE | {"settled": 1}
    assert figures(await city.stand()) == {"settled": 1, "to_look_at": 1}
    assert len(await sent(city.service, ExemptionApplicationSettled)) == settled_before + 1


async def test_running_it_again_doubles_nothing(city: Renewing) -> None:
    for _ in range(3):
        await city.applied(await somebody(city.service))
    city.in_july()
    before = len(await households_asked(city.service))
    await city.run()
    assert len(await households_asked(city.service)) == before + 3
    await city.run()
    assert len(await households_asked(city.service)) == before + 3
    await city.answer()
    assert (await city.run(), await city.run()) == (0, 0)
    assert figures(await city.stand()) == {"clear": 3}
    for _ in range(2):
        await city.call(*CHIEF, post=f"{RENEWAL}/settle", json=OF_2027)
    settled = await sent(city.service, ExemptionApplicationSettled)
    assert len([event for event in settled if event.cycle == 2027]) == 3


async def test_its_form_is_the_last_but_for_what_is_of_its_year(city: Renewing) -> None:
    """The database has it go on as the rule does."""
    person = await somebody(city.service)
    await city.applied(person, young_dependants="1", half=True)
    city.in_july()
    async with city.service.unit_of_work() as uow:
        (due,) = await renewals.due(uow.connection, 2027, 10)
    await city.run()
    async with city.service.database.read() as connection:
        of_person = await entries.of_person(connection, APPLICATIONS, person)
    before, renewed = (kept.submission for kept in of_person)
    assert before.values == due.entered
    changed = otherwise(by_what(due.kind, due.ground), 2027, "2027-07-01")
    says = continued(due.entered, changed)
    assert renewed == before.model_copy(update={"values": says})
    of_its_year = {name: before.values.get(name) for name, says in changed.items() if says is None}
    assert of_its_year["young_dependants"] == "1"
    assert (before.values["half"], renewed.values["half"]) == (True, False)
    kept_on = before.values.keys() - changed.keys()
    assert {name: renewed.values[name] for name in kept_on} == {
        name: before.values[name] for name in kept_on
    }


async def test_two_runs_that_see_the_same_begin_it_once(city: Renewing) -> None:
    """The second saw that it was due before the first had committed."""
    await city.applied(await somebody(city.service))
    city.in_july()
    async with city.service.unit_of_work() as uow:
        (due,) = await renewals.due(uow.connection, 2027, 10)
        says = otherwise(by_what(due.kind, due.ground), 2027, "2027-07-01")
        both = [Renewal(uuid4(), due, says) for _ in range(2)]
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
    before = len(await households_asked(city.service))
    assert await city.run() == commands.WAITING
    (request,) = (await households_asked(city.service))[before:]
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
    *_, request = await households_asked(city.service)
    asked = {one.whose: one.person_id for one in request.people}
    assert asked == {Whose.APPLICANT: person, Whose.SPOUSE: wife, Whose.HOUSEHOLDER: father}


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
    *_, request = await households_asked(city.service)
    assert request.levy_years == (2028,)
