"""What reaches the services behind the gateway, and what of their answers reaches staff."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from contracts.functions import Function
from deploy.local.testing import TestStack
from services.chassis.staff_context import BadContext, Verifier
from tests.gateway.house import House, house, problem
from tests.gateway.samples import BODIES, ID, SUBMISSION

pytestmark = pytest.mark.stack

ALL = tuple(Function)


@pytest.fixture
async def wired(stack: TestStack, database: str) -> AsyncIterator[House]:
    behind = ("qualification", "exemptions", "jps_reporting", "token_vault")
    async with house(stack, database, behind=behind) as made:
        yield made


async def test_body_arrives_as_it_was_understood(wired: House) -> None:
    async with wired.signed_in(*ALL) as browser:
        await browser.post("/api/notices", json=BODIES["acceptNotice"])
    (asked,) = wired.owners["qualification"].asked
    assert (asked.method, asked.path) == ("POST", "/notices")
    assert asked.body == BODIES["acceptNotice"]
    assert asked.query == {}


async def test_a_name_arrives_exactly_as_typed(wired: House) -> None:
    # Variation selectors, supplementary planes, compatibility forms: none may change.
    name = "辻󠄂𠮷髙﨑神ﾔ㈱ か\u3099"
    body = {**BODIES["acceptNotice"], "values": {"name": name}}
    async with wired.signed_in(*ALL) as browser:
        await browser.post("/api/notices", json=body)
    (asked,) = wired.owners["qualification"].asked
    assert asked.body["values"]["name"] == name


async def test_query_arrives_with_what_was_given_only(wired: House) -> None:
    async with wired.signed_in(*ALL) as browser:
        await browser.get("/api/notices", params={"state": "received", "limit": "20"})
        await browser.get("/api/batches")
    assert wired.owners["qualification"].asked[0].query == {"state": "received", "limit": "20"}
    assert wired.owners["jps_reporting"].asked[0].query == {}


async def test_settling_without_a_body_is_an_empty_one(wired: House) -> None:
    async with wired.signed_in(*ALL) as browser:
        for path in ("/api/notices", "/api/additional-premium-notices"):
            assert (await browser.post(f"{path}/{ID}/settle")).status_code == 200
    for name in ("qualification", "exemptions"):
        assert wired.owners[name].asked[0].body == {}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param(
            "/api/notices", {**BODIES["acceptNotice"], "settled_by": "sato"}, id="an extra field"
        ),
        pytest.param(
            "/api/additional-premium-notices",
            {
                **BODIES["acceptAdditionalPremiumNotice"],
                "submission": {**SUBMISSION, "state": "settled"},
            },
            id="an extra field inside",
        ),
        pytest.param(
            "/api/notices",
            {**BODIES["acceptNotice"], "received_on": 20261001},
            id="a day as number",
        ),
        pytest.param(
            "/api/notices", {**BODIES["acceptNotice"], "person_id": 7}, id="a number as person"
        ),
        pytest.param(
            "/api/notices", {**BODIES["acceptNotice"], "received_on": "0"}, id="a day that is none"
        ),
        pytest.param(
            "/api/unpaid-benefit-claims",
            {
                **BODIES["acceptUnpaidBenefitClaim"],
                "submission": {**SUBMISSION, "received_on": "1700000000"},
            },
            id="seconds as a day",
        ),
        pytest.param("/api/notices", {**BODIES["acceptNotice"], "values": "x"}, id="no values"),
        pytest.param("/api/batches", {"limit": True}, id="a tick as number"),
        pytest.param("/api/batches", {"limit": "10"}, id="a text as number"),
        pytest.param("/api/batches", {"kinds": ["everything"]}, id="a kind that is none"),
        pytest.param(f"/api/batches/{ID}/take-out", {"all_with_errors": False}, id="not so"),
    ],
)
async def test_bodies_that_the_form_does_not_have_go_nowhere(
    wired: House, path: str, body: dict[str, Any]
) -> None:
    async with wired.signed_in(*ALL) as browser:
        response = await browser.post(path, json=body)
        assert problem(response)["code"] == "CH-0001"
    assert not any(owner.asked for owner in wired.owners.values())


@pytest.mark.parametrize(
    "path",
    [
        "/api/notices?state=received&everything=1",
        "/api/notices?state=thrown-away",
        "/api/notices?limit=100000",
        "/api/notice-forms?x=1",
        f"/api/notices/{ID}?x=1",
        "/api/notices/not-an-id",
        "/api/batches/%2e%2e%2fitems",
        "/api/items?state=../batches",
        "/api/items?due_before=0",
        "/api/items?due_before=２０２６-10-01",
        "/api/batches?before=0.5",
        "/api/audit/records?until=1700000000",
        "/api/audit/records?until=2026-10-01T00:00:00",
    ],
)
async def test_paths_and_queries_that_are_none_go_nowhere(wired: House, path: str) -> None:
    async with wired.signed_in(*ALL) as browser:
        response = await browser.get(path)
        assert problem(response)["code"] in ("CH-0001", "CH-0003")
    assert not any(owner.asked for owner in wired.owners.values())


async def test_a_problem_of_the_service_is_told_on(wired: House) -> None:
    told = {
        "type": "urn:nenkin:problem:QU-0205",
        "title": "受け付けた職員は本登録できません。",
        "status": 409,
        "code": "QU-0205",
        "action": "別の職員が審査してください。",
        "errors": [{"field": "values.reason", "message": "「理由」を入力してください。"}],
        "trace_id": "0" * 32,
    }
    wired.owners["qualification"].answer("POST", "*", told, 409)
    async with wired.signed_in(*ALL) as browser:
        response = await browser.post(f"/api/notices/{ID}/settle")
        assert response.status_code == 409
        document = dict(problem(response))
    document.pop("trace_id", None)
    told.pop("trace_id")
    assert document == told


async def test_when_to_come_back_is_told_on(wired: House) -> None:
    quota = {"type": "urn:nenkin:problem:TV-2005", "title": "上限です。", "status": 429}
    owner = wired.owners["token_vault"]
    owner.answer("GET", "*", {**quota, "code": "TV-2005"}, 429)
    owner.answers["GET", "*"].headers["Retry-After"] = "60"
    async with wired.signed_in(*ALL) as browser:
        response = await browser.get("/api/sealing-key")
    assert problem(response)["code"] == "TV-2005"
    assert response.headers["retry-after"] == "60"


@pytest.mark.parametrize(
    ("status", "content", "media_type"),
    [
        pytest.param(200, "<p>ようこそ</p>", "text/html", id="a page"),
        pytest.param(200, "{}", "application/problem+json", id="a problem that is none"),
        pytest.param(302, "", "application/json", id="a redirection"),
        pytest.param(500, "Traceback (most recent call last)", "text/plain", id="a stack trace"),
        pytest.param(500, '{"detail": "x"}', "application/json", id="an error of a framework"),
        pytest.param(409, "{", "application/problem+json", id="a broken problem"),
        pytest.param(409, '{"title": 1}', "application/problem+json", id="half a problem"),
    ],
)
async def test_answers_that_are_none_stay_outside(
    wired: House, status: int, content: str, media_type: str
) -> None:
    wired.owners["qualification"].raw("GET", status, content, media_type)
    async with wired.signed_in(*ALL) as browser:
        response = await browser.get("/api/notice-forms")
        assert response.status_code == 502
        assert problem(response)["code"] == "GW-0303"
        assert "Traceback" not in response.text


@pytest.mark.parametrize("code", ["CH-0004", "CH-0005"])
async def test_a_service_that_does_not_believe_us_is_our_fault(wired: House, code: str) -> None:
    # Told on as it is, a 401 would send the staff member to sign in again, for nothing.
    refusal = {"type": "x", "title": "x", "status": 401, "code": code}
    wired.owners["qualification"].answer("GET", "*", refusal, 401)
    async with wired.signed_in(*ALL) as browser:
        response = await browser.get("/api/notice-forms")
        assert response.status_code == 502
        assert problem(response)["code"] == "GW-0304"


async def test_a_service_without_an_address_is_unreachable(gateway: House) -> None:
    async with gateway.signed_in(*ALL) as browser:
        response = await browser.get("/api/notice-forms")
        assert response.status_code == 503
        assert problem(response)["code"] == "GW-0301"
        assert response.headers["retry-after"] == "5"


async def test_a_service_that_is_down_is_unreachable(wired: House) -> None:
    await wired.stop("qualification")
    async with wired.signed_in(*ALL) as browser:
        response = await browser.get("/api/notice-forms")
        assert response.status_code == 503
        assert problem(response)["code"] == "GW-0301"
        assert "localhost" not in response.text


async def test_a_service_that_takes_too_long_is_not_waited_for(
    stack: TestStack, database: str
) -> None:
    async with house(stack, database, behind=["qualification"], FORWARD_TIMEOUT_S="0.3") as made:
        made.owners["qualification"].waits = made.owners["qualification"].over.wait
        async with made.signed_in(*ALL) as browser:
            response = await browser.post(f"/api/notices/{ID}/settle")
            assert response.status_code == 504
            document = problem(response)
            assert document["code"] == "GW-0302"
            assert "完了している場合があります" in document["action"]


async def test_a_medium_is_passed_on_with_its_name_and_nothing_else(wired: House) -> None:
    content = bytes(range(256)) * 4_000
    wired.owners["jps_reporting"].file("GET", content, "application/zip")
    async with wired.signed_in(*ALL) as browser:
        response = await browser.get(f"/api/batches/{ID}/medium")
        assert response.content == content
        assert response.headers["content-type"] == "application/zip"
        assert response.headers["content-disposition"] == 'attachment; filename="A.zip"'
        assert response.headers["content-length"] == str(len(content))
        assert response.headers["cache-control"] == "no-store"
        assert "set-cookie" not in response.headers


async def test_a_file_of_another_kind_is_not_passed_on(wired: House) -> None:
    wired.owners["jps_reporting"].file("GET", b"<script>", "text/html")
    async with wired.signed_in(*ALL) as browser:
        response = await browser.get(f"/api/batches/{ID}/medium")
        assert problem(response)["code"] == "GW-0303"


async def test_cookies_of_the_browser_stay_at_the_gateway(wired: House) -> None:
    async with wired.signed_in(*ALL) as browser:
        await browser.get("/api/notice-forms", headers={"Staff-Context": "forged"})
    (asked,) = wired.owners["qualification"].asked
    assert "cookie" not in asked.headers
    assert asked.token != "forged"
    assert asked.context.staff_id == "sato"


async def test_a_context_is_good_for_one_call_alone(wired: House) -> None:
    async with wired.signed_in(*ALL) as browser:
        await browser.get("/api/notice-forms")
        await browser.get("/api/notice-forms")
    first, second = wired.owners["qualification"].asked
    assert first.token != second.token
    assert first.context.request_id != second.context.request_id
    key = wired.owners["qualification"].settings.staff_context_key
    assert key is not None
    now = wired.clock.now()
    good = Verifier(key, "qualification")
    good.verify(first.token, method="GET", path="/notice-forms", now=now)
    for verifier, method, path, reason in [
        (good, "GET", "/notice-forms", "replayed"),
        (Verifier(key, "exemptions"), "GET", "/notice-forms", "audience"),
        (Verifier(key, "qualification"), "POST", "/notice-forms", "request"),
        (Verifier(key, "qualification"), "GET", "/notices", "request"),
    ]:
        with pytest.raises(BadContext, match=reason):
            verifier.verify(first.token, method=method, path=path, now=now)


async def test_one_trace_goes_on_to_the_service(wired: House) -> None:
    async with wired.signed_in(*ALL) as browser:
        await browser.get("/api/notice-forms", headers={"traceparent": "00-" + "1" * 32})
    (asked,) = wired.owners["qualification"].asked
    parts = asked.headers["traceparent"].split("-")
    assert len(parts) == 4
    assert parts[1] != "1" * 32  # a browser begins no trace of ours
