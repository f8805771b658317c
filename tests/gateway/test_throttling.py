"""Repeated failure: growing waits, lock-out, and what the record shows of it."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from contracts.events import AuditOperation, AuditOutcome
from services.gateway.domain.throttle import ThrottleKind
from services.gateway.stores.throttles import subject_hash
from tests.gateway.house import PASSWORD, House, problem, sign_in

pytestmark = pytest.mark.stack


async def fail(browser: httpx.AsyncClient, user_id: str = "sato") -> str:
    found: str = problem(await sign_in(browser, user_id, "wrong horse battery"))["code"]
    return found


async def test_after_the_fourth_failure_one_has_to_wait(gateway: House) -> None:
    await gateway.hire("sato")
    async with gateway.browser() as browser:
        assert [await fail(browser) for _ in range(4)] == ["GW-0101"] * 4
        refused = await sign_in(browser)  # the right password does not help now
        assert problem(refused)["code"] == "GW-0102"
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "2"
        gateway.clock.move(timedelta(seconds=2))
        assert (await sign_in(browser)).status_code == 200


async def test_waits_double_and_end_in_a_lock_out(gateway: House) -> None:
    await gateway.hire("sato")
    waits = []
    async with gateway.browser() as browser:
        for _ in range(11):
            while await fail(browser) == "GW-0101":
                pass
            response = await sign_in(browser)
            waits.append(int(response.headers["retry-after"]))
            gateway.clock.move(timedelta(seconds=waits[-1]))
    assert waits[:7] == [2, 4, 8, 16, 32, 64, 1800]


async def test_an_unknown_user_id_is_throttled_just_the_same(gateway: House) -> None:
    async with gateway.browser() as browser:
        assert [await fail(browser, "nobody") for _ in range(4)] == ["GW-0101"] * 4
        assert await fail(browser, "nobody") == "GW-0102"


async def test_attempts_at_once_are_counted_one_by_one(gateway: House) -> None:
    await gateway.hire("sato")
    async with gateway.browser() as browser:
        codes = await asyncio.gather(*(fail(browser) for _ in range(12)))
    assert sorted(codes) == ["GW-0101"] * 4 + ["GW-0102"] * 8


async def test_a_right_password_clears_the_count_of_its_user(gateway: House) -> None:
    await gateway.hire("sato")
    async with gateway.browser() as browser:
        for _ in range(3):
            await fail(browser)
        assert (await sign_in(browser)).status_code == 200
        assert [await fail(browser) for _ in range(4)] == ["GW-0101"] * 4


async def test_one_address_that_tries_many_ids_is_slowed_down(gateway: House) -> None:
    await gateway.hire("sato")
    async with gateway.browser("10.6.6.6") as attacker, gateway.browser() as office:
        codes = [await fail(attacker, f"guess{n}") for n in range(22)]
        assert codes[:21] == ["GW-0101"] * 21
        assert codes[21] == "GW-0102"
        assert (await sign_in(office)).status_code == 200


async def test_own_account_does_not_wash_an_address_clean(gateway: House) -> None:
    await gateway.hire("insider")
    async with gateway.browser("10.6.6.6") as attacker:
        codes = []
        for n in range(22):
            codes.append(await fail(attacker, f"guess{n}"))
            await sign_in(attacker, "insider", PASSWORD)
    assert "GW-0102" in codes


async def test_lock_out_holds_at_every_address(gateway: House) -> None:
    await gateway.hire("sato")
    for n in range(10):
        async with gateway.browser(f"10.6.6.{n}") as attacker:
            await fail(attacker)
            gateway.clock.move(timedelta(seconds=64))
    async with gateway.browser() as browser:
        response = await sign_in(browser)
        assert problem(response)["code"] == "GW-0102"
        gateway.clock.move(timedelta(minutes=30))
        assert (await sign_in(browser)).status_code == 200


async def test_refused_attempts_do_not_flood_the_record(gateway: House) -> None:
    await gateway.hire("sato")
    async with gateway.browser() as browser:
        for _ in range(4):
            await fail(browser)
        for _ in range(30):
            await fail(browser)
        gateway.clock.move(timedelta(seconds=2))
        await fail(browser)
    (refused,) = await gateway.trail(operation=AuditOperation.SIGN_IN, outcome=AuditOutcome.REFUSED)
    assert refused.staff_id == "sato"
    assert refused.details == {"step": "sign_in", "reason": "throttled", "lock_out": False}
    failed = await gateway.trail(outcome=AuditOutcome.FAILED)
    assert [record.details["refused_before"] for record in failed] == [0, 0, 0, 0, 30]


async def test_old_failures_are_forgotten(gateway: House) -> None:
    await gateway.hire("sato")
    async with gateway.browser() as browser:
        for _ in range(3):
            await fail(browser)
        gateway.clock.move(timedelta(hours=24))
        assert [await fail(browser) for _ in range(4)] == ["GW-0101"] * 4


async def test_counts_are_kept_by_digest_alone(gateway: House) -> None:
    async with gateway.browser() as browser:
        await fail(browser, "nobody")
    rows = await gateway.execute("select kind, subject from gateway.throttles order by kind")
    assert [(row["kind"], row["subject"]) for row in rows] == [
        ("address", subject_hash(ThrottleKind.ADDRESS, "10.1.2.3")),
        ("user", subject_hash(ThrottleKind.USER, "nobody")),
    ]
