"""One life of an entry: every procedure's entries go the same way."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from contracts.forms import read_forms
from deploy.local.testing import TestStack
from services.chassis import migrations
from services.exemptions import files
from services.exemptions.procedures import PROCEDURES
from tests.audit.calling import Caller
from tests.exemptions.applying import CHIEF, CLERK, an_application
from tests.exemptions.counter import a_notice, category_1, exemptions_service, person_changed, take
from tests.exemptions.exempting import expecting

HERE = Path(files.__file__).parent
MIGRATIONS = HERE / "migrations"


def test_every_form_is_of_one_procedure_and_every_kind_has_a_form() -> None:
    kinds = [kind for procedure in PROCEDURES for kind in procedure.labels]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) == {form.kind for form in read_forms(HERE / "forms")}


@pytest.mark.stack
async def test_an_entry_is_found_at_its_own_procedure_alone(call: Caller, person: UUID) -> None:
    handed = {
        "/additional-premium-notices": a_notice(person),
        "/exemption-notices": expecting(person),
        "/exemption-applications": an_application(person),
    }
    assert set(handed) <= {procedure.path for procedure in PROCEDURES}
    ids = {}
    for path, form in handed.items():
        answer = await call(*CLERK, post=path, json=form)
        assert answer.status_code == 201, answer.text
        shown = answer.json().get("applications", [answer.json()])[0]
        found = shown.get("application") or shown["notice"]
        ids[path] = found.get("application_id") or found["notice_id"]
        assert found["receipt"] == f"2026-{len(ids):05}"  # one book for all of them
        other = next(other for other in handed if other != path)
        answer = await call(*CLERK, post=other, json={**handed[other], "kind": form["kind"]})
        assert answer.json()["code"] == "EX-0102"
    for path in handed:
        for of, entry_id in ids.items():
            for doing in ("", "/settle", "/withdraw"):
                if of == path and doing:
                    continue
                json_ = {"reason": "x"} if doing == "/withdraw" else {}
                who = CHIEF if doing == "/settle" else CLERK
                how = {"post": f"{path}/{entry_id}{doing}", "json": json_}
                answer = await call(*who, **(how if doing else {"get": f"{path}/{entry_id}"}))
                assert answer.status_code == (200 if of == path else 404)


@pytest.mark.stack
async def test_what_was_taken_in_before_one_life_is_carried_over(
    stack: TestStack, fresh_database: Callable[[str], str], tmp_path: Path
) -> None:
    for file in sorted(MIGRATIONS.glob("*.sql"))[:6]:
        shutil.copy(file, tmp_path)
    person, start, birth = uuid4(), uuid4(), uuid4()
    name = fresh_database("exemptions")
    service = exemptions_service(stack, DATABASE_NAME=name)
    forms = {start: a_notice(person), birth: expecting(person)}
    async with stack.database_server.superuser(name) as owner:
        await owner.execute("drop schema exemptions cascade")
        await owner.execute("delete from migrations.applied where origin = 'service'")
        await migrations.apply(owner, "exemptions", tmp_path)
        await owner.execute("insert into exemptions.persons values ($1, 1, '[]', null)", person)
        said = {one: json.dumps(form["submission"]) for one, form in forms.items()}
        await owner.execute(
            "insert into exemptions.notices (notice_id, kind, person_id, fiscal_year,"
            " receipt_number, state, submission, received_on, notified_on, insured_as, accepted_by,"
            " accepted_at, settled_by, settled_at, item_id, from_month, acknowledged, forwarded_on)"
            " values ($1, 'additional_premium_start', $2, 2026, 7, 'forwarded', $3::text::jsonb,"
            " '2026-10-15', '2026-10-15', 'category_1', 's1', now(), 's2', now(), $1, '2026-10',"
            " '{a}', '2026-10-20')",
            start, person, said[start],
        )  # fmt: skip
        await owner.execute(
            "insert into exemptions.exemption_notices (notice_id, kind, subject, person_id,"
            " fiscal_year, receipt_number, apart, state, submission, received_on, notified_on,"
            " accepted_by, accepted_at) values ($1, 'maternity', 'maternity', $2, 2026, 8, false,"
            " 'received', $3::text::jsonb, '2026-10-15', '2026-10-15', 's1', now())",
            birth, person, said[birth],
        )  # fmt: skip
        documents = ((start, "notice_documents"), (birth, "exemption_notice_documents"))
        for one, table in documents:
            await owner.execute(
                f"insert into exemptions.{table} values ($1, 'x', 'waived', 'why', 's1', now())",
                one,
            )
        await owner.execute(
            "insert into exemptions.receipt_numbers (fiscal_year, last_number) values (2026, 8)"
        )
        await migrations.apply(owner, "exemptions", MIGRATIONS)
    async with service.opened():
        call = Caller(stack, service)
        paths = {start: "/additional-premium-notices", birth: "/exemption-notices"}
        shown = {}
        for one, path in paths.items():
            answer = await call(*CLERK, get=f"{path}/{one}")
            assert answer.status_code == 200, answer.text
            shown[one] = answer.json()
            assert {"code": "x", "state": "waived", "waiver": "why"} in shown[one]["submission"][
                "attachments"
            ]
        withdrawing = f"/exemption-notices/{birth}/withdraw"
        answer = await call(*CLERK, post=withdrawing, json={"reason": "取下げ"})
        assert answer.json()["state"] == "withdrawn"
        await take(service, person_changed(person, 2), category_1(person))
        answer = await call(*CLERK, post="/exemption-notices", json=expecting(person), at="全庁")
        assert answer.json()["notice"]["receipt"] == "2026-00009"
    sent, waits = shown[start]["notice"], shown[birth]["notice"]
    assert (sent["receipt"], sent["state"], sent["forwarded_on"], sent["from_month"]) == (
        "2026-00007", "forwarded", "2026-10-20", "2026-10",
    )  # fmt: skip
    assert shown[start]["acknowledged"] == ["a"]
    assert (waits["receipt"], waits["state"]) == ("2026-00008", "received")
