"""What exemptions keeps of the bus' events, and what its roles may do."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.codes import ResidentKind
from contracts.dates import UncertainDate
from contracts.events import ReportItemKind
from deploy.local.testing import TestStack
from services.chassis.received import Rejected
from services.chassis.service import Service
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.stores import persons
from tests.exemptions.counter import (
    category_1,
    exemptions_service,
    forwarded,
    person_changed,
    take,
)
from tests.exemptions.people import lived, period

pytestmark = pytest.mark.stack

BORN = {
    "birth_date": UncertainDate.exact(date(1990, 4, 1)),
    "resident_kind": ResidentKind.JAPANESE,
}


@pytest.fixture
def database(fresh_database: Callable[[str], str]) -> str:
    return fresh_database("exemptions")


@pytest.fixture
async def exemptions(stack: TestStack, database: str) -> AsyncIterator[Service]:
    async with exemptions_service(stack, DATABASE_NAME=database).opened() as service:
        yield service


async def known(service: Service, person_id: UUID) -> PersonFacts | None:
    async with service.database.read() as connection:
        return await persons.facts(connection, person_id)


async def test_a_batch_keeps_the_latest_of_each_person(exemptions: Service) -> None:
    one, other = uuid4(), uuid4()
    died = UncertainDate.exact(date(2026, 10, 1))
    await take(
        exemptions,
        person_changed(one, 2, moved=True),
        person_changed(one, 1),
        person_changed(other, 1),
        person_changed(other, 3, died_on=died),
        person_changed(other, 2),
        category_1(one, 2, lost="2026-10-01"),
        category_1(one, 1),
    )
    assert await known(exemptions, one) == PersonFacts(
        **BORN,
        residence=(lived("2000-01-01", "2026-09-30"),),
        periods=(period(1, "2010-03-31", "2026-10-01"),),
    )
    assert await known(exemptions, other) == PersonFacts(
        **BORN, residence=(lived("2000-01-01"),), died_on=died
    )
    assert await known(exemptions, uuid4()) is None


async def test_an_older_version_changes_nothing(exemptions: Service) -> None:
    one = uuid4()
    await take(exemptions, person_changed(one, 5, moved=True), category_1(one, 4))
    before = await known(exemptions, one)
    await take(exemptions, person_changed(one, 4), category_1(one, 3, lost="2026-01-01"))
    assert await known(exemptions, one) == before


async def test_what_has_to_be_looked_at_is_kept(exemptions: Service) -> None:
    one = uuid4()
    changed = category_1(one).model_copy(update={"review": ("birth-date-unknown", "other")})
    await take(exemptions, person_changed(one), changed)
    facts = await known(exemptions, one)
    assert facts is not None
    assert facts.qualification_review == ("birth-date-unknown", "other")


async def test_thousands_in_one_batch(exemptions: Service) -> None:
    people = [uuid4() for _ in range(3000)]
    await take(exemptions, *(person_changed(p) for p in people), *(category_1(p) for p in people))
    async with exemptions.database.read() as connection:
        assert await connection.fetchval("select count(*) from exemptions.persons") == 3000
        assert await connection.fetchval("select count(*) from exemptions.qualifications") == 3000


async def test_an_item_of_ours_that_nobody_knows_is_refused_and_others_are_not(
    exemptions: Service,
) -> None:
    person = uuid4()
    theirs = forwarded(uuid4(), person, ReportItemKind.LOSS, "2026-10-20")
    await take(exemptions, theirs)
    ours = forwarded(uuid4(), person, ReportItemKind.ADDITIONAL_PREMIUM_END, "2026-10-20")
    with pytest.raises(Rejected) as refused:
        await take(exemptions, theirs, ours)
    [rejection] = refused.value.rejections
    assert (rejection.code, rejection.received.event) == ("EX-1001", ours)


async def test_the_running_role_has_these_rights_and_no_others(
    stack: TestStack, database: str
) -> None:
    async with stack.database_server.superuser(database) as connection:
        granted = await connection.fetch(
            "select table_name, privilege_type from information_schema.role_table_grants"
            " where grantee = 'exemptions' and table_schema = 'exemptions'"
        )
        columns = await connection.fetch(
            "select column_name from information_schema.role_column_grants"
            " where grantee = 'exemptions' and table_schema = 'exemptions'"
            " and table_name in ('entries', 'applications')"
            " and privilege_type = 'UPDATE'"
        )
    tables = (
        "persons", "qualifications", "receipt_numbers", "entries", "entry_documents",
        "applications", "application_questions", "application_documents", "registered_households",
        "decisions", "decisions_settled", "application_notes", "proposals", "proposal_steps",
        "assistance_watch", "assistance_questions", "consequences", "reviews_again", "take_backs",
        "corrections", "correction_decisions", "corrections_given_up",
    )  # fmt: skip
    assert {tuple(row) for row in granted} == {
        (table, privilege) for table in tables for privilege in ("SELECT", "INSERT")
    }
    assert {row["column_name"] for row in columns}.isdisjoint(
        {
            "submission",
            "received_on",
            "notified_on",
            "applied_on",
            "accepted_by",
            "accepted_at",
            "person_id",
            "cycle",
            "kind",
        }
    )


async def test_the_database_itself_wants_two_people(stack: TestStack, database: str) -> None:
    async with stack.database_server.superuser(database) as connection:
        await connection.execute(
            "insert into exemptions.persons values ($1, 1, '[]', null)", person := uuid4()
        )
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "insert into exemptions.entries (entry_id, kind, subject, person_id,"
                " fiscal_year, receipt_number, apart, office, state, submission, received_on,"
                " notified_on,"
                " accepted_by, accepted_at, settled_by, settled_at, item_id, from_month)"
                " values ($1, 'maternity', 'maternity', $2, 2026, 1, false, 'o', 'settled', '{}',"
                " '2026-10-15', '2026-10-15', 's001', now(), 's001', now(), $1, '2026-10')",
                uuid4(),
                person,
            )
