"""Signing in and out, on the real database."""

from datetime import date, timedelta

import pytest

from contracts.events import AuditOperation, AuditOutcome
from contracts.functions import Function
from services.gateway.domain.staff import Period
from services.gateway.guard import COOKIE
from services.gateway.hashing import Passwords
from services.gateway.state import gateway_of
from services.gateway.stores.sessions import token_hash
from tests.gateway.house import APRIL, PASSWORD, House, problem, sign_in

pytestmark = pytest.mark.stack


async def test_sign_in_tells_who_one_is_and_what_the_menu_shows(gateway: House) -> None:
    await gateway.hire("sato", Function.PERSON_SEARCH, Function.PERSON_VIEW)
    async with gateway.browser() as browser:
        response = await sign_in(browser)
        assert response.status_code == 200
        view = response.json()
        assert view["standing"] == "live"
        assert view["second_factor"] == "none"
        assert view["staff"] == {
            "staff_id": "sato",
            "name": "佐藤 花子",
            "department": "保険年金課",
        }
        assert view["functions"] == [
            {"code": "person.search", "label": "宛名検索"},
            {"code": "person.view", "label": "個人照会"},
        ]
        assert (await browser.get("/api/session")).json() == view


async def test_user_id_may_be_typed_full_width_and_large(gateway: House) -> None:
    await gateway.hire("sato")
    async with gateway.browser() as browser:
        assert (await sign_in(browser, " ＳＡＴＯ ")).status_code == 200


async def test_cookie_is_for_our_pages_over_tls_only(gateway: House) -> None:
    await gateway.hire("sato")
    async with gateway.browser() as browser:
        cookie = (await sign_in(browser)).headers["set-cookie"]
    name, _, rest = cookie.partition("=")
    assert name == "__Host-nenkin_session"
    attributes = {part.strip().lower() for part in rest.split(";")[1:]}
    assert attributes == {"path=/", "secure", "httponly", "samesite=strict"}


async def test_database_holds_no_cookie_and_no_password(gateway: House) -> None:
    async with gateway.signed_in() as browser:
        token = browser.cookies[COOKIE]
    (row,) = await gateway.execute("select * from gateway.sessions")
    assert token not in str(dict(row))
    assert row["token_hash"] == token_hash(token)
    (row,) = await gateway.execute("select * from gateway.passwords")
    assert row["hash"].startswith("$argon2id$")
    assert PASSWORD not in row["hash"]


@pytest.mark.parametrize(
    ("user_id", "password", "reason", "named"),
    [
        pytest.param("sato", "wrong horse battery", "wrong_password", "sato", id="wrong password"),
        pytest.param("suzuki", PASSWORD, "unknown_user", None, id="nobody has this id"),
        pytest.param("not an id", PASSWORD, "unknown_user", None, id="not even an id"),
        pytest.param("tanaka", PASSWORD, "disabled", "tanaka", id="disabled"),
        pytest.param("ito", PASSWORD, "not_employed", "ito", id="contract over"),
        pytest.param("mori", PASSWORD, "not_employed", "mori", id="not yet begun"),
        pytest.param("kato", PASSWORD, "no_password", "kato", id="no password set yet"),
    ],
)
async def test_refusals_look_alike_and_only_the_record_tells_why(
    gateway: House, user_id: str, password: str, reason: str, named: str | None
) -> None:
    await gateway.hire("sato")
    await gateway.hire("tanaka")
    await gateway.execute("insert into gateway.disablements values ('tanaka', 'a', 'b', now())")
    await gateway.hire("ito", employment=Period(APRIL, date(2026, 9, 30)))
    await gateway.hire("mori", employment=Period(date(2026, 10, 2)))
    await gateway.hire("kato", password=None)
    async with gateway.browser() as browser:
        response = await sign_in(browser, user_id, password)
        told = dict(problem(response))
        told.pop("trace_id", None)
        assert response.status_code == 401
        assert told == {
            "type": "urn:nenkin:problem:GW-0101",
            "title": "サインインできません。",
            "status": 401,
            "code": "GW-0101",
            "detail": "利用者IDまたはパスワードが正しくないか、利用できない利用者IDです。",
            "action": "入力内容を確認してください。分からない場合は管理者に連絡してください。",
        }
        assert "set-cookie" not in response.headers
    (record,) = await gateway.trail(operation=AuditOperation.SIGN_IN)
    assert record.outcome is AuditOutcome.FAILED
    assert record.staff_id == named
    assert record.terminal == "10.1.2.3"
    assert record.details["reason"] == reason


async def test_what_was_typed_as_user_id_is_kept_nowhere(gateway: House) -> None:
    # People type their password into the wrong field.
    async with gateway.browser() as browser:
        await sign_in(browser, "hunter2hunter2", PASSWORD)
    records = await gateway.trail()
    assert records
    assert "hunter2" not in "".join(record.model_dump_json() for record in records)
    for table in ("throttles", "sessions"):
        assert "hunter2" not in str(await gateway.execute(f"select * from gateway.{table}"))


async def test_unknown_user_id_takes_the_same_work(
    gateway: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gateway.hire("sato")
    hasher = gateway_of(gateway.service).passwords
    checks: list[str] = []
    verify = hasher._verify

    def counted(password_hash: str, password: str) -> bool:
        checks.append(password_hash.rsplit("$", 2)[0])
        return verify(password_hash, password)

    monkeypatch.setattr(hasher, "_verify", counted)
    async with gateway.browser() as browser:
        await sign_in(browser, "sato", "wrong horse battery")
        await sign_in(browser, "nobody", "wrong horse battery")
    known, unknown = checks
    assert known == unknown  # the same algorithm at the same cost


async def test_sign_in_is_recorded(gateway: House) -> None:
    async with gateway.signed_in() as browser:
        view = (await browser.get("/api/session")).json()
    (record,) = await gateway.trail(operation=AuditOperation.SIGN_IN)
    assert record.outcome is AuditOutcome.DONE
    assert record.staff_id == "sato"
    assert record.department == "保険年金課"
    assert record.session_id == view["session_id"]
    assert record.details == {"step": "sign_in", "second_factor": "none"}


async def test_a_session_id_that_came_along_is_never_taken_over(gateway: House) -> None:
    await gateway.hire("sato")
    planted = "planted-by-somebody-else"
    async with gateway.browser() as browser:
        browser.cookies.set(COOKIE, planted, domain="nenkin.city.example")
        response = await sign_in(browser)
        assert COOKIE in response.headers["set-cookie"]
        assert planted not in response.headers["set-cookie"]
    async with gateway.browser() as attacker:
        attacker.cookies.set(COOKIE, planted, domain="nenkin.city.example")
        assert problem(await attacker.get("/api/session"))["code"] == "GW-0103"


async def test_signing_in_again_ends_the_session_before(gateway: House) -> None:
    async with gateway.signed_in() as browser:
        first = browser.cookies[COOKIE]
        await sign_in(browser)
        assert browser.cookies[COOKIE] != first
        browser.cookies.clear()
        browser.cookies.set(COOKIE, first, domain="nenkin.city.example")
        assert problem(await browser.get("/api/session"))["code"] == "GW-0103"


async def test_sign_out_ends_the_session_on_the_server(gateway: House) -> None:
    async with gateway.signed_in() as browser:
        token = browser.cookies[COOKIE]
        response = await browser.delete("/api/session")
        assert response.status_code == 204
        assert response.content == b""
        assert 'nenkin_session=""' in response.headers["set-cookie"]
        browser.cookies.set(COOKIE, token, domain="nenkin.city.example")
        assert problem(await browser.get("/api/session"))["code"] == "GW-0103"
    assert len(await gateway.trail(operation=AuditOperation.SIGN_OUT, staff_id="sato")) == 1


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 5000, "é"])
async def test_a_made_up_cookie_is_no_session(gateway: House, token: str) -> None:
    async with gateway.browser() as browser:
        cookie = {b"cookie": f"{COOKIE}={token}".encode()}
        response = await browser.get("/api/session", headers=cookie)
        assert problem(response)["code"] == "GW-0103"


async def test_session_is_good_only_where_it_began(gateway: House) -> None:
    async with gateway.signed_in() as browser:
        token = browser.cookies[COOKIE]
    async with gateway.browser("10.9.9.9") as elsewhere:
        elsewhere.cookies.set(COOKIE, token, domain="nenkin.city.example")
        assert problem(await elsewhere.get("/api/session"))["code"] == "GW-0103"
    (record,) = await gateway.trail(outcome=AuditOutcome.REFUSED)
    assert record.details["reason"] == "other_terminal"
    assert record.terminal == "10.9.9.9"


async def test_rights_end_with_the_contract_in_the_middle_of_a_session(gateway: House) -> None:
    await gateway.hire("ito", Function.PERSON_VIEW, employment=Period(APRIL, date(2026, 10, 1)))
    gateway.clock.move(timedelta(hours=14, minutes=59))  # 23:59 on the last day
    async with gateway.browser() as browser:
        assert (await sign_in(browser, "ito")).status_code == 200
        gateway.clock.move(timedelta(minutes=1))
        assert problem(await browser.get("/api/session"))["code"] == "GW-0103"


async def test_half_way_session_opens_nothing(gateway: House) -> None:
    """The place of the second factor: the state after the password alone is refused everywhere."""
    async with gateway.signed_in(Function.AUDIT_REVIEW) as browser:
        token = "half-way"
        await gateway.execute(
            "insert into gateway.sessions (session_id, token_hash, staff_id, state, terminal,"
            " signed_in_at, last_active_at) values (gen_random_uuid(), $1, 'sato',"
            " 'password_verified', '10.1.2.3', $2, $2)",
            token_hash(token),
            gateway.clock.now(),
        )
        browser.cookies.clear()
        browser.cookies.set(COOKIE, token, domain="nenkin.city.example")
        view = (await browser.get("/api/session")).json()
        assert view["standing"] == "second_factor_due"
        assert view["functions"] == []
        for path in ("/api/audit/records", "/api/sealing-key"):
            assert problem(await browser.get(path))["code"] == "GW-0105"


async def test_hash_follows_the_cost_of_today(gateway: House) -> None:
    await gateway.hire("sato")
    (before,) = await gateway.execute("select hash from gateway.passwords")
    own = gateway_of(gateway.service)
    own.passwords = Passwords(own.settings.model_copy(update={"password_time_cost": 2}))
    async with gateway.browser() as browser:
        assert (await sign_in(browser)).status_code == 200
        (after,) = await gateway.execute("select hash from gateway.passwords")
        assert after != before
        assert "t=2" in after["hash"]
        assert (await sign_in(browser)).status_code == 200


async def test_password_is_changed_by_its_owner(gateway: House) -> None:
    async with gateway.signed_in() as browser, gateway.browser() as other:
        await sign_in(other)
        change = {"password": PASSWORD, "new_password": "さくらの花が咲きましたね"}
        response = await browser.put("/api/session/password", json=change)
        assert response.status_code == 200
        assert (await browser.get("/api/session")).status_code == 200
        assert problem(await other.get("/api/session"))["code"] == "GW-0103"
        assert (await sign_in(other)).status_code == 401
        assert (await sign_in(other, "sato", change["new_password"])).status_code == 200
    (record,) = await gateway.trail(operation=AuditOperation.RIGHTS_CHANGE)
    assert record.staff_id == "sato"
    assert record.details["change"] == "own_password"


@pytest.mark.parametrize(
    ("password", "new_password", "code"),
    [
        (PASSWORD, "sato-sato-sato", "GW-0106"),
        (PASSWORD, PASSWORD, "GW-0107"),
        ("wrong horse battery", "another good phrase", "GW-0101"),
    ],
)
async def test_password_changes_that_are_refused(
    gateway: House, password: str, new_password: str, code: str
) -> None:
    async with gateway.signed_in() as browser:
        response = await browser.put(
            "/api/session/password", json={"password": password, "new_password": new_password}
        )
        assert problem(response)["code"] == code
        browser.cookies.clear()
        assert (await sign_in(browser)).status_code == 200


async def test_password_that_changed_while_it_was_checked_opens_nothing(
    gateway: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gateway.hire("sato")
    hasher = gateway_of(gateway.service).passwords
    check = hasher.check

    async def slow(password: str, password_hash: str | None) -> bool:
        right = await check(password, password_hash)
        await gateway.execute(
            "update gateway.passwords set hash = $1", await hasher.hash("another good phrase")
        )
        return right

    monkeypatch.setattr(hasher, "check", slow)
    async with gateway.browser() as browser:
        assert problem(await sign_in(browser))["code"] == "GW-0101"
    assert await gateway.execute("select 1 from gateway.sessions") == []
