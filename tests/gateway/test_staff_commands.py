"""The operator's commands: rights with applicant and approver, each recorded (C13, C14, C04)."""

import argparse
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway.domain.staff import OnePersonOnly
from services.gateway.staff_commands import COMMAND
from tests.gateway.house import PASSWORD, House, problem, sign_in

pytestmark = pytest.mark.stack

PEOPLE = ("--applicant", "佐藤 花子", "--approver", "鈴木 一郎")
ADD = ("add", "ito", "--name", "伊藤 葵", "--department", "保険年金課", *PEOPLE)


class Operator:
    """Somebody at the command line of the gateway."""

    def __init__(self, gateway: House, capsys: pytest.CaptureFixture[str]) -> None:
        self._gateway = gateway
        self._capsys = capsys
        self.said = ""
        self.complained = ""

    async def run(self, *arguments: str) -> int:
        parser = argparse.ArgumentParser()
        COMMAND.arguments(parser)
        status = await COMMAND.run(self._gateway.service, parser.parse_args(arguments))
        self.said, self.complained = self._capsys.readouterr()
        return status

    async def table(self, *arguments: str) -> dict[str, Any]:
        assert await self.run("list", "--format", "json", *arguments) == 0
        rows: list[dict[str, Any]] = json.loads(self.said)["staff"]
        return {row["staff_id"]: row for row in rows}


@pytest.fixture
def operator(gateway: House, capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(gateway, capsys)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))


@pytest.mark.usefixtures("typed")
async def test_new_staff_can_sign_in_and_do_what_was_granted(
    gateway: House, operator: Operator
) -> None:
    added = await operator.run(*ADD, "--function", "person.view", "--password-stdin")
    assert added == 0
    assert json.loads(operator.said) == {"staff_id": "ito", "functions": ["person.view"]}
    assert PASSWORD not in operator.said
    async with gateway.browser() as browser:
        view = (await sign_in(browser, "ito")).json()
        assert [entry["code"] for entry in view["functions"]] == ["person.view"]


async def test_every_change_is_recorded(gateway: House, operator: Operator) -> None:
    await operator.run(*ADD, "--function", "person.view")
    await operator.run("grant", "ito", "person.search", *PEOPLE)
    await operator.run("revoke", "ito", "person.view", *PEOPLE)
    await operator.run("disable", "ito", *PEOPLE)
    records = await gateway.trail(operation=AuditOperation.RIGHTS_CHANGE)
    assert [record.details for record in records] == [
        {"change": "add", "of_staff": "ito"},
        {"change": "grant", "of_staff": "ito", "of_function": "person.view"},
        {"change": "grant", "of_staff": "ito", "of_function": "person.search"},
        {"change": "revoke", "of_staff": "ito", "of_function": "person.view"},
        {"change": "disable", "of_staff": "ito"},
    ]
    # The names are in the gateway's own tables, under the record's reference.
    told = "".join(record.model_dump_json() for record in records)
    assert "佐藤" not in told
    assert "鈴木" not in told
    (grant,) = await gateway.execute(
        "select * from gateway.grants where grant_id = $1", records[1].reference
    )
    assert (grant["applicant"], grant["approver"]) == ("佐藤 花子", "鈴木 一郎")


async def test_a_user_id_is_never_used_again(gateway: House, operator: Operator) -> None:
    await operator.run(*ADD)
    await operator.run("disable", "ito", *PEOPLE)
    assert await operator.run(*ADD) == 1
    assert "not used again" in operator.complained
    assert await operator.run("grant", "ito", "person.view", *PEOPLE) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "mori", "--name", "森", "--department", "保険年金課"),
        ("grant", "sato", "person.view"),
        ("revoke", "sato", "person.view"),
        ("disable", "sato"),
        ("set-password", "sato"),
        ("unlock", "sato"),
    ],
)
async def test_nobody_changes_rights_alone(
    gateway: House, operator: Operator, arguments: tuple[str, ...]
) -> None:
    await gateway.hire("sato", Function.PERSON_VIEW)
    status = await operator.run(*arguments, "--applicant", "佐藤 花子", "--approver", "佐藤　花子")
    assert status == 1
    assert OnePersonOnly.code in operator.complained
    assert await gateway.trail() == []
    with pytest.raises(SystemExit):
        await operator.run(*arguments, "--applicant", "佐藤 花子")


async def test_permission_table_of_any_day(gateway: House, operator: Operator) -> None:
    await operator.run(*ADD, "--from", "2026-04-01", "--to", "2027-03-31")
    await operator.run("grant", "ito", "person.view", "--from", "2026-05-01", *PEOPLE)
    await operator.run("revoke", "ito", "person.view", "--from", "2026-11-01", *PEOPLE)
    for day, held in [
        ("2026-04-30", []),
        ("2026-05-01", ["person.view"]),
        ("2026-10-31", ["person.view"]),
        ("2026-11-01", []),
    ]:
        assert (await operator.table("--as-of", day))["ito"]["functions"] == held
    await operator.run("list", "--as-of", "2026-05-01")
    assert "権限管理表（2026-05-01 現在）" in operator.said
    assert "個人照会" in operator.said


async def test_rights_of_fixed_term_staff_end_with_the_contract(operator: Operator) -> None:
    await operator.run(*ADD, "--to", "2027-03-31")
    await operator.run("grant", "ito", "person.view", *PEOPLE)
    assert (await operator.table("--as-of", "2027-03-31"))["ito"]["functions"] == ["person.view"]
    assert (await operator.table("--as-of", "2027-04-01"))["ito"]["functions"] == []
    refused = await operator.run("grant", "ito", "person.search", "--to", "2027-04-01", *PEOPLE)
    assert refused == 1
    assert "GW-0603" in operator.complained


async def test_a_right_of_a_past_day_stays_as_it_was(gateway: House, operator: Operator) -> None:
    await gateway.hire("sato", Function.PERSON_VIEW)
    assert await operator.run("revoke", "sato", "person.view", "--from", "2026-09-30", *PEOPLE) == 1


async def test_revoking_what_is_not_held_is_told(gateway: House, operator: Operator) -> None:
    await gateway.hire("sato")
    assert await operator.run("revoke", "sato", "person.view", *PEOPLE) == 1
    assert await operator.run("revoke", "nobody", "person.view", *PEOPLE) == 1


async def test_revocation_counts_from_the_next_request_on(
    gateway: House, operator: Operator
) -> None:
    async with gateway.signed_in(Function.AUDIT_REVIEW) as browser:
        assert problem(await browser.get("/api/audit/records"))["code"] == "GW-0301"
        await operator.run("revoke", "sato", "audit.review", *PEOPLE)
        assert problem(await browser.get("/api/audit/records"))["code"] == "CH-0006"


async def test_disabling_kills_live_sessions_at_once(gateway: House, operator: Operator) -> None:
    async with gateway.signed_in() as browser:
        assert await operator.run("disable", "sato", *PEOPLE) == 0
        assert json.loads(operator.said)["sessions_ended"] == 1
        assert problem(await browser.get("/api/session"))["code"] == "GW-0103"
        assert problem(await sign_in(browser))["code"] == "GW-0101"
    assert await operator.run("disable", "sato", *PEOPLE) == 1


async def test_new_password_ends_sessions_and_lock_out(
    gateway: House, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with gateway.signed_in() as browser:
        for _ in range(4):
            await sign_in(browser, "sato", "wrong horse battery")
        monkeypatch.setattr("sys.stdin", io.StringIO("another good phrase\n"))
        assert await operator.run("set-password", "sato", *PEOPLE) == 0
        assert problem(await browser.get("/api/session"))["code"] == "GW-0103"
        assert (await sign_in(browser, "sato", "another good phrase")).status_code == 200
    (change,) = await gateway.execute("select * from gateway.changes")
    assert change["change"] == "set_password"
    (record,) = await gateway.trail(operation=AuditOperation.RIGHTS_CHANGE)
    assert record.reference == change["change_id"]


async def test_bad_passwords_are_not_set(
    gateway: House, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gateway.hire("sato")
    for word in ("", "short\n", "sato-sato-sato\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(word))
        assert await operator.run("set-password", "sato", *PEOPLE) == 1
        assert "GW-0106" in operator.complained
        assert not word or word.strip() not in operator.complained
    async with gateway.browser() as browser:
        assert (await sign_in(browser)).status_code == 200


async def test_operator_ends_a_lock_out(gateway: House, operator: Operator) -> None:
    await gateway.hire("sato")
    async with gateway.browser() as browser:
        for _ in range(4):
            await sign_in(browser, "sato", "wrong horse battery")
        assert problem(await sign_in(browser))["code"] == "GW-0102"
        assert await operator.run("unlock", "sato", *PEOPLE) == 0
        assert (await sign_in(browser)).status_code == 200
    assert await operator.run("unlock", "sato", *PEOPLE) == 1


async def test_future_grants_begin_on_their_day(gateway: House, operator: Operator) -> None:
    await gateway.hire("sato")
    tomorrow = date(2026, 10, 2)
    await operator.run("grant", "sato", "audit.review", "--from", tomorrow.isoformat(), *PEOPLE)
    async with gateway.browser() as browser:
        assert (await sign_in(browser)).json()["functions"] == []
        gateway.clock.move(timedelta(days=1))
        assert len((await sign_in(browser)).json()["functions"]) == 1
