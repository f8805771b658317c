"""Claims to unpaid benefits, as staff handle them."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.dates import UncertainDate
from contracts.eras import parse_date
from contracts.events import (
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    ReportItemKind,
    UnpaidBenefitClaimReceived,
)
from contracts.functions import Function
from contracts.numbers import synthetic_individual_number
from deploy.local.testing import TestStack
from services.chassis.received import Rejected
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.claims.deaths import a_claim, claims_service
from tests.exemptions.counter import category_1, forwarded, person_changed, sent, take

pytestmark = pytest.mark.stack

CLERK = ("s001", Function.NOTICE_ACCEPT, Function.PERSON_VIEW)
CHIEF = ("s002", Function.NOTICE_SETTLE, Function.PERSON_VIEW)
BOTH = ("s001", Function.NOTICE_ACCEPT, Function.NOTICE_SETTLE, Function.PERSON_VIEW)
CLAIMS = "/unpaid-benefit-claims"
DIED = UncertainDate.exact(date(2026, 10, 1))


@pytest.fixture
def database(fresh_database: Callable[[str], str]) -> str:
    return fresh_database("claims")


@pytest.fixture
async def claims(stack: TestStack, database: str) -> AsyncIterator[Service]:
    async with claims_service(stack, DATABASE_NAME=database).opened() as service:
        yield service


@pytest.fixture
def call(stack: TestStack, claims: Service) -> Caller:
    return Caller(stack, claims)


@pytest.fixture
async def deceased(claims: Service) -> UUID:
    person_id = uuid4()
    await take(
        claims, person_changed(person_id, died_on=DIED), category_1(person_id, lost="2026-10-02")
    )
    return person_id


@pytest.fixture
async def child(claims: Service) -> UUID:
    person_id = uuid4()
    await take(claims, person_changed(person_id))
    return person_id


async def accepted(
    call: Caller, deceased: UUID, claimant: UUID | None, **said: Any
) -> dict[str, Any]:
    answer = await call(*CLERK, post=CLAIMS, json=a_claim(deceased, claimant, **said))
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def settled(call: Caller, shown: dict[str, Any], **said: Any) -> dict[str, Any]:
    where = f"{CLAIMS}/{shown['claim']['claim_id']}/settle"
    answer = await call(*CHIEF, post=where, json=said)
    assert answer.status_code == 200, answer.text
    after: dict[str, Any] = answer.json()
    return after


async def test_from_the_counter_to_jps(
    call: Caller, claims: Service, deceased: UUID, child: UUID
) -> None:
    shown = await accepted(call, deceased, child)
    assert (shown["claim"]["state"], shown["claim"]["receipt"]) == ("received", "2026-00001")
    assert shown["claim"]["relationship_label"] == "子"
    assert {finding["code"] for finding in shown["findings"]} == {"other-claims", "decided-by-jps"}
    assert await sent(claims, UnpaidBenefitClaimReceived) == []

    waiting = (await call(*CHIEF, get=CLAIMS)).json()
    assert (len(waiting["claims"]), waiting["total"], waiting["following"]) == (1, 1, None)
    shown = await settled(call, shown)
    assert (shown["claim"]["state"], shown["claim"]["settled_by"]) == ("settled", "s002")
    [event] = await sent(claims, UnpaidBenefitClaimReceived)
    assert event.model_dump(mode="json") == {
        "item_id": str(event.item_id),
        "claim_id": shown["claim"]["claim_id"],
        "person_id": str(deceased),
        "died_on": "2026-10-01",
        "claimant_person_id": str(child),
        "claimant_relationship": "child",
        "pension_code": "5350",
        "basic_pension_number": "1234567890",
        "accepted_on": "2026-10-15",
    }

    kind = ReportItemKind.UNPAID_BENEFIT_CLAIM
    await take(claims, forwarded(event.item_id, deceased, kind, "2026-10-28"))
    page = (await call(*CLERK, get=f"/persons/{deceased}/claims")).json()
    [claim] = page["on_death"]
    assert (claim["state"], claim["forwarded_on"]) == ("forwarded", "2026-10-28")
    assert page["as_claimant"] == []
    page = (await call(*CLERK, get=f"/persons/{child}/claims")).json()
    assert (page["on_death"], page["as_claimant"]) == ([], [claim])


async def test_somebody_who_is_not_known_to_be_dead_has_no_claim(
    call: Caller, claims: Service, child: UUID
) -> None:
    alive = uuid4()
    await take(claims, person_changed(alive))
    answer = await call(*CLERK, post=CLAIMS, json=a_claim(alive, child))
    assert (answer.status_code, answer.json()["code"]) == (409, "CL-0105")
    [error] = answer.json()["errors"]
    assert error["code"] == "not-known-dead"
    assert "住民記録で死亡の登録を確認し" in error["message"]

    about = parse_date("令和8年10月1日頃")
    await take(claims, person_changed(alive, 2, died_on=about))
    answer = await call(*CLERK, post=CLAIMS, json=a_claim(alive, child))
    assert [error["code"] for error in answer.json()["errors"]] == ["death-day-unknown"]

    await take(claims, person_changed(alive, 3, died_on=DIED))
    await accepted(call, alive, child)


async def test_who_accepted_does_not_settle_and_the_attempt_is_recorded(
    call: Caller, claims: Service, deceased: UUID, child: UUID
) -> None:
    shown = await accepted(call, deceased, child)
    answer = await call(*BOTH, post=f"{CLAIMS}/{shown['claim']['claim_id']}/settle")
    assert (answer.status_code, answer.json()["code"]) == (403, "CL-0107")
    assert await sent(claims, UnpaidBenefitClaimReceived) == []
    accepted_, refused = await sent(claims, AuditRecorded)
    assert accepted_.details == {
        "of": "unpaid_benefit_claim",
        "channel": "counter",
        "number_verified_by": "individual_number_card",
        "person_verified_by": "individual_number_card",
        "proxy": False,
    }
    assert (refused.operation, refused.outcome) == (
        AuditOperation.ENTRY_SETTLED,
        AuditOutcome.REFUSED,
    )
    assert refused.person_id == deceased
    await settled(call, shown)


async def test_a_claimant_who_lives_elsewhere_is_written_out(
    call: Caller, claims: Service, deceased: UUID
) -> None:
    answer = await call(*CLERK, post=CLAIMS, json=a_claim(deceased, None))
    assert (answer.status_code, answer.json()["code"]) == (422, "CL-0103")
    assert {error["field"] for error in answer.json()["errors"]} == {
        "values.claimant_name",
        "values.claimant_address",
    }
    shown = await accepted(
        call,
        deceased,
        None,
        values={"claimant_name": "甲野花子", "claimant_address": "山口県萩市"},
        identity={"number": "not_assigned", "person": "passport"},
    )
    await settled(call, shown)
    [event] = await sent(claims, UnpaidBenefitClaimReceived)
    assert event.claimant_person_id is None
    for event in await sent(claims, AuditRecorded):
        assert "甲野" not in event.model_dump_json()


async def test_documents_follow_from_what_the_claim_says(
    call: Caller, deceased: UUID, child: UUID
) -> None:
    shown = await accepted(
        call,
        deceased,
        child,
        values={
            "livelihood": "different_address",
            "payment": "post_office",
            "account_number": None,
            "office_address": "千葉市中央区",
            "claimed_before_death": False,
            "pension_code": None,
        },
        documents=[
            {"code": "relationship-document", "state": "checked"},
            {"code": "livelihood-statement", "state": "missing"},
            {"code": "award-claim", "state": "missing"},
        ],
    )
    assert shown["missing_documents"] == ["livelihood-statement", "award-claim"]
    answer = await call(*CHIEF, post=f"{CLAIMS}/{shown['claim']['claim_id']}/settle")
    assert (answer.status_code, answer.json()["code"]) == (409, "CL-0108")
    came = [{"code": c, "state": "checked"} for c in ("livelihood-statement", "award-claim")]
    await settled(call, shown, documents=came)


async def test_what_is_not_certain_is_looked_at_by_whoever_settles(
    call: Caller, deceased: UUID, child: UUID
) -> None:
    shown = await accepted(call, deceased, child, values={"basic_pension_number": ""})
    where = f"{CLAIMS}/{shown['claim']['claim_id']}/settle"
    answer = await call(*CHIEF, post=where)
    assert (answer.status_code, answer.json()["code"]) == (409, "CL-0109")
    shown = await settled(call, shown, acknowledged=["basic-pension-number-missing"])
    assert shown["acknowledged"] == ["basic-pension-number-missing"]


async def test_a_second_claim_on_the_same_death(
    call: Caller, claims: Service, deceased: UUID, child: UUID
) -> None:
    await accepted(call, deceased, child)
    answer = await call(*CLERK, post=CLAIMS, json=a_claim(deceased, child))
    assert (answer.status_code, answer.json()["code"]) == (409, "CL-0104")
    sibling = uuid4()
    await take(claims, person_changed(sibling))
    shown = await accepted(call, deceased, sibling, values={"same_rank_others": True})
    codes = [finding["code"] for finding in shown["findings"]]
    assert codes[0] == "claimed-already"
    assert "same-rank-others" in codes


async def test_a_corrected_death_prevents_settling(
    call: Caller, claims: Service, deceased: UUID, child: UUID
) -> None:
    shown = await accepted(call, deceased, child)
    corrected = UncertainDate.exact(date(2026, 9, 30))
    await take(claims, person_changed(deceased, 2, died_on=corrected))
    answer = await call(*CHIEF, post=f"{CLAIMS}/{shown['claim']['claim_id']}/settle")
    assert [error["code"] for error in answer.json()["errors"]] == ["death-day-differs"]


async def test_a_claim_is_withdrawn_with_a_reason_and_only_before_settling(
    call: Caller, claims: Service, deceased: UUID, child: UUID
) -> None:
    shown = await accepted(call, deceased, child)
    where = f"{CLAIMS}/{shown['claim']['claim_id']}"
    number = synthetic_individual_number(7)
    answer = await call(*CLERK, post=f"{where}/withdraw", json={"reason": number})
    assert (answer.status_code, answer.json()["code"]) == (422, "CL-0110")
    answer = await call(*CLERK, post=f"{where}/withdraw", json={"reason": "二重の受付"})
    assert answer.json()["state"] == "withdrawn"
    assert (await call(*CLERK, get=where)).json()["withdrawn_reason"] == "二重の受付"
    answer = await call(*CHIEF, post=f"{where}/settle")
    assert (answer.status_code, answer.json()["code"]) == (409, "CL-0106")
    shown = await settled(call, await accepted(call, deceased, child))
    where = f"{CLAIMS}/{shown['claim']['claim_id']}/withdraw"
    answer = await call(*CLERK, post=where, json={"reason": "二重の受付"})
    assert (answer.status_code, answer.json()["code"]) == (409, "CL-0106")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"kind": "lump_sum_claim"}, 404, "CL-0102"),
        ({"received_on": "2014-03-31"}, 404, "CL-0102"),
        ({"values": {"attributes_match": False}}, 422, "CL-0103"),
        ({"values": {"relationship": "neighbour"}}, 422, "CL-0103"),
        ({"values": {"institution": synthetic_individual_number(3)}}, 422, "CL-0103"),
        ({"values": {"pension_code": "53"}}, 422, "CL-0103"),
        ({"identity": {"number": "not_given", "person": "passport"}}, 422, "CL-0103"),
        ({"values": {"pension_kind": "other"}}, 409, "CL-0105"),
        ({"values": {"first_visit_in_scope": False}}, 409, "CL-0105"),
        ({"values": {"died_on": "R8.10.2"}}, 409, "CL-0105"),
    ],
)
async def test_what_is_refused_is_numbered_and_leaves_nothing(
    call: Caller,
    claims: Service,
    deceased: UUID,
    child: UUID,
    change: dict[str, Any],
    status: int,
    code: str,
) -> None:
    answer = await call(*CLERK, post=CLAIMS, json=a_claim(deceased, child, **change))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert synthetic_individual_number(3) not in answer.text
    assert (await call(*CHIEF, get=CLAIMS)).json()["total"] == 0


async def test_an_unknown_person_is_refused(call: Caller, child: UUID) -> None:
    answer = await call(*CLERK, post=CLAIMS, json=a_claim(uuid4(), child))
    assert (answer.status_code, answer.json()["code"]) == (409, "CL-0101")


NOBODY = "00000000-0000-4000-8000-000000000000"  # the same in every worker


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("get", f"/persons/{NOBODY}/claims", Function.PERSON_VIEW),
        ("get", "/claim-forms", Function.NOTICE_ACCEPT),
        ("post", CLAIMS, Function.NOTICE_ACCEPT),
        ("get", CLAIMS, Function.PERSON_VIEW),
        ("get", f"{CLAIMS}/{NOBODY}", Function.PERSON_VIEW),
        ("post", f"{CLAIMS}/{NOBODY}/settle", Function.NOTICE_SETTLE),
        ("post", f"{CLAIMS}/{NOBODY}/withdraw", Function.NOTICE_ACCEPT),
    ],
)
async def test_each_door_asks_for_its_own_function(
    call: Caller, method: str, path: str, function: Function
) -> None:
    body: dict[str, Any] = {}
    if path == CLAIMS and method == "post":
        body = {"json": a_claim(uuid4(), uuid4())}
    elif path.endswith("/withdraw"):
        body = {"json": {"reason": "x"}}
    others = [other for other in Function if other is not function]
    answer = await call("s009", *others, **{method: path}, **body)
    assert (answer.status_code, answer.json()["code"]) == (403, "CH-0006")
    answer = await call("s009", function, **{method: path}, **body)
    assert answer.status_code in (200, 404, 409)


async def test_the_form_is_shown_as_it_is_declared(call: Caller) -> None:
    shown = (await call(*CLERK, get="/claim-forms")).json()
    [form] = shown["forms"]
    assert form["title"] == "国民年金未支給年金請求書"
    assert {"code": "waived", "label": "省略"} in shown["attachment_states"]


async def test_an_item_of_ours_that_nobody_knows_is_refused(claims: Service) -> None:
    person = uuid4()
    await take(claims, forwarded(uuid4(), person, ReportItemKind.LOSS, "2026-10-20"))
    ours = forwarded(uuid4(), person, ReportItemKind.UNPAID_BENEFIT_CLAIM, "2026-10-20")
    with pytest.raises(Rejected) as refused:
        await take(claims, ours)
    [rejection] = refused.value.rejections
    assert rejection.code == "CL-1001"


async def test_events_that_are_old_or_many(claims: Service) -> None:
    people = [uuid4() for _ in range(2000)]
    await take(
        claims,
        *(person_changed(p, 2, died_on=DIED) for p in people),
        *(person_changed(p, 1) for p in people),
        *(category_1(p) for p in people),
    )
    await take(claims, *(person_changed(p, 1) for p in people))
    async with claims.database.read() as connection:
        dead = await connection.fetchval("select count(died_on) from claims.persons")
        assert dead == 2000
        assert await connection.fetchval("select count(*) from claims.qualifications") == 2000


async def test_the_running_role_has_these_rights_and_no_others(
    stack: TestStack, database: str
) -> None:
    async with stack.database_server.superuser(database) as connection:
        granted = await connection.fetch(
            "select table_name, privilege_type from information_schema.role_table_grants"
            " where grantee = 'claims' and table_schema = 'claims'"
        )
    tables = (
        "persons",
        "qualifications",
        "receipt_numbers",
        "unpaid_benefit_claims",
        "claim_documents",
        "corrections",
        "correction_decisions",
        "corrections_given_up",
        "decisions",
    )
    assert {tuple(row) for row in granted} == {
        (table, privilege) for table in tables for privilege in ("SELECT", "INSERT")
    }
