"""The what-if of exemptions over HTTP: nothing stored, audited, behind its function."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from contracts.events import AuditOperation, AuditRecorded
from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.counter import exemptions_service, sent
from tests.exemptions.test_exemption_what_if import ALONE

pytestmark = pytest.mark.stack

CLERK = ("s001", Function.NOTICE_ACCEPT)
PATH = "/what-if"


@pytest.fixture
async def exemptions(
    stack: TestStack, fresh_database: Callable[[str], str]
) -> AsyncIterator[Service]:
    name = fresh_database("exemptions")
    async with exemptions_service(stack, DATABASE_NAME=name).opened() as service:
        yield service


@pytest.fixture
def call(stack: TestStack, exemptions: Service) -> Caller:
    return Caller(stack, exemptions)


async def rows(exemptions: Service) -> dict[str, int]:
    """How many rows each table of the service holds."""
    async with exemptions.database.read() as connection:
        names = await connection.fetch(
            "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name"
            " FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
            " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
            " AND has_schema_privilege(table_schema, 'USAGE')"
            " AND has_table_privilege(quote_ident(table_schema) || '.' || quote_ident(table_name),"
            " 'SELECT')"
        )
        found = {
            row["name"]: await connection.fetchval(f"SELECT count(*) FROM {row['name']}")
            for row in names
        }
    assert len(found) > 5
    return found


async def test_the_kinds_side_by_side(call: Caller) -> None:
    answer = await call(*CLERK, post=PATH, json=ALONE)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["applied_on"] == "2026-10-15"
    assert shown["paying"]["to_pay"] == 216_150
    half = next(option for option in shown["each"] if option["kinds"] == ["half"])
    assert (half["months_passing"], half["to_pay"]) == (12, 108_090)
    assert half["pension_less_than_paid"] == 5_296
    (span,) = shown["wanted"]["spans"]
    assert (span["from_month"], span["to_month"], span["kind_label"], span["result_label"]) == (
        "2026-07",
        "2027-06",
        "半額免除",
        "承認相当",
    )
    within = next(reason for reason in span["reasons"] if reason["code"] == "income-within")
    assert within["whose_label"] == "本人"
    assert "基準額1,280,000円" in within["sentence"]
    assert "国民年金法90条の2第2項1号" in within["article"]


async def test_maternity_and_child_care_are_shown_beside(call: Caller) -> None:
    births: list[dict[str, Any]] = [{"due_on": "2026-11-30"}]
    answer = await call(*CLERK, post=PATH, json={**ALONE, "births": births})
    shown = answer.json()
    first = shown["by_notice"][0]
    assert (first["kind"], first["first"]) == ("maternity", "2026-10")
    # 30 November has no day three months on: 端日 is for a person (88条の3第1項).
    told = str(shown["by_notice"]) + str(shown["by_notice_reviews"])
    assert "確認" in told


async def test_nothing_is_stored_but_that_it_was_asked(exemptions: Service, call: Caller) -> None:
    before = await rows(exemptions)
    answer = await call(*CLERK, post=PATH, json=ALONE)
    assert answer.status_code == 200
    after = await rows(exemptions)
    grown = {name for name in after if after[name] != before[name]}
    assert "bus.outbox" in grown
    assert grown <= {"bus.outbox", "bus.lanes"}
    (record,) = await sent(exemptions, AuditRecorded)
    assert record.operation is AuditOperation.INQUIRY
    assert record.person_id is None
    assert record.details == {"what": "exemption-what-if"}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"last": "2026-06"}, 422, "EX-0401"),
        ({"applied_on": "2015-07-01", "first": "2015-07", "last": "2015-07"}, 422, "EX-0402"),
        ({"applied_on": "2013-01-01", "birth_date": "1980-01-01"}, 422, "EX-0402"),
        ({"individual_number": "1"}, 422, None),
    ],
)
async def test_what_cannot_be_answered(
    call: Caller, changes: dict[str, Any], status: int, code: str | None
) -> None:
    answer = await call(*CLERK, post=PATH, json={**ALONE, **changes})
    assert answer.status_code == status, answer.text
    if code is not None:
        assert answer.json()["code"] == code


async def test_it_needs_its_function(call: Caller) -> None:
    answer = await call("s001", Function.PERSON_VIEW, post=PATH, json=ALONE)
    assert (answer.status_code, answer.json()["code"]) == (403, "CH-0006")
