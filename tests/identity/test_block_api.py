"""Blocks (抑止) and the editing lock (排他): what they stop, and who is told what."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.events import (
    AuditOutcome,
    AuditRecorded,
    LinkageAnswered,
    LinkageItem,
    LinkageOutcome,
    LinkagePurpose,
    LinkageRequested,
)
from contracts.events.residents import PersonName
from contracts.functions import Function
from services.chassis.clock import japan_date
from tests.identity.feeds import attributes, income
from tests.identity.house import Counter, House
from tests.identity.people import Kind, told

pytestmark = pytest.mark.stack

TARO = "000000000000020"
CLERK, CHIEF, OTHER = "s001", "s002", "s003"
RIGHTS = tuple(set(Function) - {Function.SEALED_VIEW})


class Office:
    """Whoever sets blocks and edits."""

    def __init__(self, house: House, counter: Counter) -> None:
        self.house, self.counter = house, counter
        self.today = japan_date(house.service.clock.now())

    async def call(
        self, method: str, path: str, by: str = CLERK, said: dict[str, Any] | None = None
    ) -> httpx.Response:
        more: dict[str, Any] = {} if said is None else {"json": said}
        return await self.counter.call(method, path, RIGHTS, staff_id=by, **more)

    async def post(self, path: str, by: str = CLERK, **said: Any) -> httpx.Response:
        return await self.call("POST", path, by, said)

    async def propose(self, **said: Any) -> httpx.Response:
        ordinary = {"kind": "change", "reason": "own_request", "first": str(self.today)}
        return await self.post("/blocks", **{**ordinary, **said})

    async def block(self, **said: Any) -> str:
        """Set: proposed by the clerk, settled by the chief."""
        proposed = await self.propose(**said)
        assert proposed.status_code == 201, proposed.text
        path = f"/blocks/{proposed.json()['block_id']}"
        settled = await self.post(f"{path}/settlement", CHIEF, agree=True)
        assert settled.status_code == 200, settled.text
        return path

    async def page(self, person_id: UUID, by: str = CLERK) -> httpx.Response:
        return await self.call("GET", f"/persons/{person_id}", by)

    async def lock(self, person_id: UUID, by: str = CLERK, **said: Any) -> httpx.Response:
        return await self.post(f"/persons/{person_id}/lock", by, **said)

    async def near_miss(self) -> str:
        """A tax record that comes near 花子."""
        event = income(told=attributes(name="山田　華"))
        await self.house.service.intake.take(
            self.house.records("tax_system", [(event.record_key, event)])
        )
        (entry,) = (await self.call("GET", "/near-misses")).json()["entries"]
        return f"/near-misses/{entry['entry_id']}"

    async def finding(self, one: UUID, other: UUID) -> str:
        """Raised and proposed: the two are one."""
        raised = await self.post(
            "/findings", kind="same_person", person_id=str(one), other_person_id=str(other)
        )
        assert raised.status_code == 200, raised.text
        path = f"/findings/{raised.json()['finding']['finding_id']}"
        proposed = await self.post(f"{path}/proposal", decision="merge")
        assert proposed.status_code == 200, proposed.text
        return path


@pytest.fixture
def office(house: House, counter: Counter) -> Office:
    return Office(house, counter)


@pytest.fixture
async def hanako(house: House) -> UUID:
    await house.told(
        told(Kind.SNAPSHOT),
        told(Kind.SNAPSHOT, number=TARO, number_token=None,
             name=PersonName(kanji="山田　太郎")),
    )  # fmt: skip
    return await house.person_id()


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


class TestBlocks:
    async def test_proposed_it_stops_nothing(self, office: Office, hanako: UUID) -> None:
        proposed = await office.propose(person_id=str(hanako), kind="inquiry")
        assert proposed.json()["state"]["code"] == "proposed"
        assert (await office.page(hanako)).status_code == 200
        path = f"/blocks/{proposed.json()['block_id']}/settlement"
        assert code(await office.post(path, agree=True)) == (409, "ID-0603")
        assert (await office.page(hanako)).status_code == 200
        settled = await office.post(path, CHIEF, agree=True)
        assert settled.json()["state"] == {"code": "in_force", "label": "抑止中"}
        refused = await office.page(hanako)
        assert code(refused) == (403, "ID-0601")
        assert refused.json()["title"] == "照会抑止が設定されているため、処理できません。"
        assert "山田" not in refused.text
        assert code(await office.post(path, OTHER, agree=True)) == (409, "ID-0604")

    async def test_refused_views_are_recorded_as_such(self, office: Office, hanako: UUID) -> None:
        await office.block(person_id=str(hanako), kind="inquiry")
        await office.page(hanako)
        *_, kept = await office.house.outbox(AuditRecorded)
        assert (kept.person_id, kept.outcome, kept.details) == (
            hanako,
            AuditOutcome.REFUSED,
            {"refused": "ID-0601"},
        )

    async def test_a_warning_is_shown_and_stops_nothing(self, office: Office, hanako: UUID) -> None:
        await office.block(person_id=str(hanako), kind="inquiry", level="warn")
        page = (await office.page(hanako)).json()
        assert page["blocks"] == [
            {
                "kind": {"code": "inquiry", "label": "照会抑止"},
                "level": {"code": "warn", "label": "アラート（警告表示）"},
                "reason": {"code": "own_request", "label": "本人からの申出"},
            }
        ]

    async def test_of_a_household_it_stops_for_all_who_live_there(
        self, office: Office, hanako: UUID
    ) -> None:
        taro = await office.house.person_id(TARO)
        household = (await office.page(hanako)).json()["household"]["household_id"]
        await office.block(household_id=household, kind="inquiry")
        assert code(await office.page(hanako)) == code(await office.page(taro))
        assert code(await office.page(taro)) == (403, "ID-0601")
        await office.house.told(
            told(Kind.MOVE_OUT, version=2, number=TARO, number_token=None, became=None,
                 name=PersonName(kanji="山田　太郎"))
        )  # fmt: skip
        assert (await office.page(taro)).status_code == 200
        listed = (await office.call("GET", f"/persons/{hanako}/blocks")).json()["blocks"]
        assert [block["household_id"] for block in listed] == [household]
        assert (await office.call("GET", f"/persons/{taro}/blocks")).json()["blocks"] == []

    async def test_several_at_once(self, office: Office, hanako: UUID) -> None:
        one = await office.block(person_id=str(hanako), kind="inquiry")
        await office.block(person_id=str(hanako), kind="inquiry", reason="guardianship")
        await self.released(office, one)
        refused = await office.page(hanako)
        assert (code(refused), refused.json()["detail"]) == ((403, "ID-0601"), "理由: 成年後見等")

    async def released(self, office: Office, path: str) -> None:
        assert (await office.post(f"{path}/release", CHIEF)).status_code == 200
        settled = await office.post(f"{path}/settlement", CLERK, agree=True)
        assert settled.json()["state"]["code"] == "released"

    async def test_it_does_not_end_by_itself(self, office: Office, hanako: UUID) -> None:
        past = office.today - timedelta(days=40)
        path = await office.block(
            person_id=str(hanako), kind="inquiry", first=str(past), last=str(past)
        )
        assert code(await office.page(hanako)) == (403, "ID-0601")
        (block,) = (await office.call("GET", "/blocks")).json()["blocks"]
        assert block["state"]["label"] == "抑止中（期限経過、解除待ち）"
        await self.released(office, path)
        assert (await office.page(hanako)).status_code == 200
        assert (await office.call("GET", "/blocks")).json()["blocks"] == []

    async def test_before_its_first_day_it_stops_nothing(
        self, office: Office, hanako: UUID
    ) -> None:
        tomorrow = office.today + timedelta(days=1)
        await office.block(person_id=str(hanako), kind="inquiry", first=str(tomorrow))
        assert (await office.page(hanako)).status_code == 200

    async def test_released_for_a_while(self, office: Office, hanako: UUID) -> None:
        path = await office.block(person_id=str(hanako), kind="inquiry")
        lifted = await office.post(f"{path}/lifting", OTHER, minutes=30)
        assert lifted.json()["state"]["code"] == "lifted"
        assert (await office.page(hanako)).status_code == 200
        async with office.house.owner() as connection:
            await connection.execute(
                "update identity.blocks set lifted_until = now() - interval '1 second'"
            )
        assert code(await office.page(hanako)) == (403, "ID-0601")
        await office.post(f"{path}/lifting", OTHER, minutes=30)
        back = await office.post(f"{path}/lifting", OTHER, minutes=0)
        assert back.json()["state"]["code"] == "in_force"
        assert code(await office.page(hanako)) == (403, "ID-0601")
        assert code(await office.post(f"{path}/lifting", OTHER, minutes=0)) == (409, "ID-0608")

    async def test_staff_attach_nothing_to_whose_changes_are_blocked(
        self, office: Office, hanako: UUID
    ) -> None:
        entry = await office.near_miss()
        path = await office.block(person_id=str(hanako), kind="change")
        refused = await office.post(f"{entry}/proposal", person_id=str(hanako))
        assert code(refused) == (403, "ID-0601")
        await office.post(f"{path}/lifting", minutes=30)
        assert (await office.post(f"{entry}/proposal", person_id=str(hanako))).status_code == 200
        await office.post(f"{path}/lifting", minutes=0)
        refused = await office.post(f"{entry}/settlement", CHIEF, agree=True)
        assert code(refused) == (403, "ID-0601")
        assert (await office.post(f"{entry}/settlement", CHIEF, agree=False)).status_code == 200
        assert await office.house.rows("select 1 from identity.feed_links where person_id is not"
                                       " null") == []  # fmt: skip

    async def test_what_the_register_tells_is_kept_all_the_same(
        self, office: Office, hanako: UUID
    ) -> None:
        await office.block(person_id=str(hanako), kind="change")
        await office.house.told(told(Kind.MOVE_OUT, version=2, became=None))
        page = (await office.page(hanako)).json()
        assert page["resident_status"]["label"] == "転出者"

    async def test_no_report_leaves_about_whom_issuing_is_blocked(
        self, office: Office, hanako: UUID
    ) -> None:
        path = await office.block(person_id=str(hanako), kind="issue")
        house = office.house
        taro = await house.person_id(TARO)

        async def ask() -> list[tuple[UUID, LinkageOutcome, bool]]:
            before = len(await house.outbox(LinkageAnswered))
            requests = [
                LinkageRequested(
                    request_id=uuid4(), person_id=person_id, reference=uuid4(),
                    purpose=LinkagePurpose.REPORT_TO_JPS, items=(LinkageItem.NAME,),
                )
                for person_id in (hanako, taro)
            ]  # fmt: skip
            pairs = [(str(request.person_id), request) for request in requests]
            await house.service.intake.take(house.records("jps_reporting", pairs))
            answers = (await house.outbox(LinkageAnswered))[before:]
            return [(a.person_id, a.outcome, a.answer is None) for a in answers]

        assert sorted(await ask()) == sorted(
            [(hanako, LinkageOutcome.REFUSED, True), (taro, LinkageOutcome.ANSWERED, False)]
        )
        refused = [r for r in await house.outbox(AuditRecorded) if r.details.get("refusal")]
        assert [(r.person_id, r.details["refusal"]) for r in refused] == [(hanako, "blocked")]
        await office.post(f"{path}/lifting", minutes=30)
        assert {outcome for _, outcome, _ in await ask()} == {LinkageOutcome.ANSWERED}

    async def test_nobody_can_be_blocked_who_is_not_there(
        self, office: Office, hanako: UUID
    ) -> None:
        await office.house.seal(hanako)
        for said in ({"person_id": str(uuid4())}, {"person_id": str(hanako)},
                     {"household_id": str(uuid4())}):  # fmt: skip
            assert code(await office.propose(**said)) == (422, "ID-0602")

    async def test_a_hidden_person_s_block_is_not_there(self, office: Office, hanako: UUID) -> None:
        path = await office.block(person_id=str(hanako), kind="inquiry")
        await office.house.seal(hanako)
        listed = (await office.call("GET", "/blocks?due=false")).json()["blocks"]
        assert listed == []
        nobody = f"/blocks/{uuid4()}"
        for there in (path, nobody):
            for step, said in (("release", {}), ("settlement", {"agree": True}),
                               ("lifting", {"minutes": 5})):  # fmt: skip
                assert code(await office.post(f"{there}/{step}", OTHER, **said)) == (404, "CH-0003")
        # Hidden comes before blocked: the answer is that of nobody's page.
        assert code(await office.page(hanako)) == code(await office.page(uuid4()))
        hidden = await office.call("GET", f"/persons/{hanako}/blocks")
        absent = await office.call("GET", f"/persons/{uuid4()}/blocks")
        assert code(hidden) == code(absent) == (404, "CH-0003")

    async def test_whose_changes_are_blocked_is_not_merged(
        self, office: Office, hanako: UUID
    ) -> None:
        path = await office.finding(hanako, await office.house.person_id(TARO))
        block = await office.block(person_id=str(hanako), kind="change")
        settled = await office.post(f"{path}/settlement", CHIEF, agree=True)
        assert code(settled) == (403, "ID-0601")
        await office.post(f"{block}/lifting", minutes=30)
        assert (await office.post(f"{path}/settlement", CHIEF, agree=True)).status_code == 200

    async def test_a_block_goes_with_the_record_to_the_survivor(
        self, office: Office, hanako: UUID
    ) -> None:
        taro = await office.house.person_id(TARO)
        for person_id in (hanako, taro):
            await office.block(person_id=str(person_id), kind="inquiry", level="warn")
        path = await office.finding(hanako, taro)
        assert (await office.post(f"{path}/settlement", CHIEF, agree=True)).status_code == 200
        for person_id in (hanako, taro):
            page = (await office.page(person_id)).json()
            assert [block["kind"]["code"] for block in page["blocks"]] == ["inquiry"] * 2
            listed = await office.call("GET", f"/persons/{person_id}/blocks")
            assert len(listed.json()["blocks"]) == 2
        await office.lock(hanako)
        assert code(await office.lock(taro, OTHER)) == (409, "ID-0701")

    @pytest.mark.parametrize(
        "said",
        [{}, {"person_id": str(UUID(int=1)), "household_id": str(UUID(int=2))},
         {"person_id": str(UUID(int=1)), "kind": "everything"},
         {"person_id": str(UUID(int=1)), "first": "2026-10-02", "last": "2026-10-01"},
         {"person_id": str(UUID(int=1)), "who": "me"}],
        ids=str,
    )  # fmt: skip
    async def test_what_is_no_block(self, office: Office, said: dict[str, str]) -> None:
        assert code(await office.propose(**said)) == (422, "CH-0001")


class TestEditLock:
    async def test_others_see_who_edits_by_department(self, office: Office, hanako: UUID) -> None:
        path = f"/persons/{hanako}/lock"
        assert (await office.call("GET", path, OTHER)).json() == {"lock": None}
        taken = (await office.lock(hanako)).json()["lock"]
        assert (taken["mine"], taken["department"]) == (True, "中央区役所市民総合窓口課")
        seen = await office.call("GET", path, OTHER)
        assert (seen.json()["lock"]["mine"], seen.json()["lock"]["since"]) == (
            False,
            taken["since"],
        )
        assert CLERK not in seen.text
        refused = await office.lock(hanako, OTHER)
        assert code(refused) == (409, "ID-0701")
        assert "中央区役所市民総合窓口課の職員が" in refused.json()["detail"]
        assert CLERK not in refused.text

    async def test_going_on_keeps_since_when(self, office: Office, hanako: UUID) -> None:
        first = (await office.lock(hanako)).json()["lock"]
        again = (await office.lock(hanako)).json()["lock"]
        assert again["since"] == first["since"]
        assert again["until"] > first["until"]

    async def test_it_expires_by_itself(self, office: Office, hanako: UUID) -> None:
        await office.lock(hanako)
        async with office.house.owner() as connection:
            await connection.execute(
                "update identity.edit_locks set expires_at = now() - interval '1 second'"
            )
        assert (await office.call("GET", f"/persons/{hanako}/lock")).json() == {"lock": None}
        assert code(await office.call("DELETE", f"/persons/{hanako}/lock")) == (409, "ID-0702")
        assert (await office.lock(hanako, OTHER)).json()["lock"]["mine"]

    async def test_taken_over_explicitly(self, office: Office, hanako: UUID) -> None:
        await office.lock(hanako)
        assert (await office.lock(hanako, OTHER, take_over=True)).json()["lock"]["mine"]
        *_, kept = await office.house.outbox(AuditRecorded)
        assert kept.details == {"of": "edit_lock", "step": "taken_over", "of_staff": CLERK}
        assert code(await office.call("DELETE", f"/persons/{hanako}/lock")) == (409, "ID-0702")
        assert code(await office.lock(hanako)) == (409, "ID-0701")
        given = await office.call("DELETE", f"/persons/{hanako}/lock", OTHER)
        assert given.json() == {"lock": None}
        assert (await office.lock(hanako)).status_code == 200

    async def test_while_one_edits_another_attaches_nothing(
        self, office: Office, hanako: UUID
    ) -> None:
        entry = await office.near_miss()
        await office.lock(hanako, OTHER)
        assert code(await office.post(f"{entry}/proposal", person_id=str(hanako))) == (
            409,
            "ID-0701",
        )
        await office.call("DELETE", f"/persons/{hanako}/lock", OTHER)
        assert (await office.post(f"{entry}/proposal", person_id=str(hanako))).status_code == 200

    async def test_whose_changes_are_blocked_nobody_edits(
        self, office: Office, hanako: UUID
    ) -> None:
        await office.block(person_id=str(hanako), kind="change")
        assert code(await office.lock(hanako)) == (403, "ID-0601")

    async def test_of_nobody_and_of_somebody_hidden(self, office: Office, hanako: UUID) -> None:
        await office.house.seal(hanako)
        for person_id in (hanako, uuid4()):
            path = f"/persons/{person_id}/lock"
            for answer in (await office.call("GET", path), await office.lock(person_id),
                           await office.call("DELETE", path)):  # fmt: skip
                assert code(answer) == (404, "CH-0003")

    async def test_of_two_at_once_one_has_it(self, office: Office, hanako: UUID) -> None:
        answers = await asyncio.gather(*(office.lock(hanako, f"s{n:03d}") for n in range(6)))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
