"""Files of JPS's handed over by staff: figures, bad rows, and what of it nobody without the right
learns (支援措置)."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import (
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    ItemDecided,
    PersonSightChanged,
    PersonTold,
)
from contracts.functions import Function
from contracts.numbers import synthetic_individual_number
from services.chassis import sight
from services.jps_reporting import taking
from services.jps_reporting import taking_results as told
from services.jps_reporting.settings import Settings
from tests.jps_reporting.house import House
from tests.jps_reporting.making import reportable
from tests.jps_reporting.told import ACCEPTED, LAYOUTS, RESULTS, RETURNED, sent, text

pytestmark = pytest.mark.stack

TAKE = (Function.RESULT_TAKE,)
SEES = (Function.RESULT_TAKE, Function.SEALED_VIEW)
RECORDS = LAYOUTS["kiroku-teikyo-2026"]
OF_PERSON = {"基準日": "20261001", "記録区分": "2", "記録起点": "20200101"}
NUMBER = "2271174711"
FIGURES = ("rows", "taken", "known", "listed", "bad")


def of(*rows: dict[str, str], layout: Any = RESULTS) -> bytes:
    return text(layout, rows).encode(layout.encoding)


async def hand_over(
    house: House, content: bytes, *functions: Function, query: str = ""
) -> dict[str, Any]:
    answer = await house.call(
        "POST", f"/jps-files{query}", "s003", *(functions or TAKE), content=content
    )
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def figures(shown: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(shown[name] for name in FIGURES)


async def on_a_medium(house: House, count: int = 1, **facts: Any) -> list[Any]:
    events = [reportable(**facts) for _ in range(count)]
    for index, event in enumerate(events, 1):
        await house.number(event.person_id, index)
    places = await sent(house, *events)
    return [places[n] for n in sorted(places)]


async def hide(house: House, person_id: UUID, *, hidden: bool = True, version: int = 1) -> None:
    await house.take(
        [PersonSightChanged(person_id=person_id, sight_version=version, hidden=hidden)]
    )


async def jobs(house: House) -> list[AuditRecorded]:
    return [
        record for record in await house.emitted(AuditRecorded)
        if record.operation is AuditOperation.BATCH_JOB
    ]  # fmt: skip


async def test_a_file_is_taken_in_and_answered_with_its_figures(sealing_house: House) -> None:
    house = sealing_house
    await on_a_medium(house, 2)
    bad = ACCEPTED | {"記録番号": "1", "処理結果": "秘密"}
    content = of(
        ACCEPTED | {"記録番号": "1"},
        RETURNED | {"記録番号": "2"},
        bad,
        ACCEPTED | {"記録番号": "9"},
    )
    shown = await hand_over(house, content)
    assert figures(shown) == (4, 2, 0, 1, 1)
    assert shown["layout"]["title"] == RESULTS.title
    assert shown["layout"]["status"]["code"] == "unconfirmed"
    assert shown["bad_rows"] == [{"line": 4, "reason": "処理結果: 定められた区分ではありません。"}]
    assert (shown["started_by"], shown["finished_at"] is None) == ("s003", False)
    assert len(await house.emitted(ItemDecided)) == 2
    (job,) = await jobs(house)
    assert (job.staff_id, job.function, job.count) == ("s003", "result.take", 4)
    assert str(job.reference) == shown["file_id"]

    before = await house.outbox()
    assert await hand_over(house, content) == shown  # the same again brings nothing new
    (look,) = (await house.outbox())[len(before) :]
    assert isinstance(look, AuditRecorded)
    assert (look.operation, str(look.reference)) == (AuditOperation.INQUIRY, shown["file_id"])
    listed = await house.call("GET", "/jps-files", "s003", *TAKE)
    assert [figures(one) for one in listed.json()["files"]] == [figures(shown)]
    again = await house.call("GET", f"/jps-files/{shown['file_id']}", "s003", *TAKE)
    assert again.json() == shown
    nothing = await house.call("GET", f"/jps-files/{uuid4()}", "s003", *TAKE)
    assert nothing.status_code == 404
    assert "秘密" not in again.text


async def test_bad_rows_come_by_pages(house: House) -> None:
    content = of(*(ACCEPTED | {"記録番号": "x"} for _ in range(5)))
    shown = await hand_over(house, content, query="?limit=2")
    assert ([row["line"] for row in shown["bad_rows"]], shown["next"]) == ([2, 3], 3)
    path = f"/jps-files/{shown['file_id']}?limit=3&after={shown['next']}"
    page = (await house.call("GET", path, "s003", *TAKE)).json()
    assert ([row["line"] for row in page["bad_rows"]], page["next"]) == ([4, 5, 6], None)
    checked = await hand_over(house, content, query="?check=true&limit=3&after=3")
    assert ([row["line"] for row in checked["bad_rows"]], checked["next"]) == ([4, 5, 6], None)


async def test_a_check_takes_nothing(sealing_house: House) -> None:
    house = sealing_house
    await on_a_medium(house)
    before = await house.outbox()
    content = of(ACCEPTED | {"記録番号": "1"}, ACCEPTED | {"記録番号": "x"})
    shown = await hand_over(house, content, query="?check=true")
    assert figures(shown) == (2, None, None, None, 1)
    assert shown["file_id"] is None
    assert not await house.fetch("select from jps_reporting.told_files")
    (record,) = (await house.outbox())[len(before) :]
    assert isinstance(record, AuditRecorded)
    assert record.details == {"job": "check_results", "layout": RESULTS.id, "bad": 1}


@pytest.mark.parametrize("query", ["", "?check=true"])
async def test_a_file_with_a_number_leaves_a_record_of_the_attempt_alone(
    house: House, query: str
) -> None:
    number = synthetic_individual_number(3)
    content = of(ACCEPTED | {"記録番号": "1", "付番基礎年金番号": number})
    answer = await house.call("POST", f"/jps-files{query}", "s003", *TAKE, content=content)
    assert (answer.status_code, answer.json()["code"]) == (422, "JR-4103")
    assert number not in answer.text
    assert not await house.fetch("select from jps_reporting.told_files")
    (record,) = await house.emitted(AuditRecorded)
    assert (record.outcome, record.details["code"]) == (AuditOutcome.FAILED, "JR-4103")


async def test_a_number_is_not_hidden_by_the_length_of_its_line(house: House) -> None:
    number = synthetic_individual_number(3)
    start = len(of(ACCEPTED).splitlines()[1])
    content = of(ACCEPTED | {"付番基礎年金番号": "x" * (65_530 - start) + number})
    answer = await house.call("POST", "/jps-files", "s003", *TAKE, content=content)
    assert (answer.status_code, answer.json()["code"]) == (422, "JR-4102")
    assert not await house.fetch("select from jps_reporting.told_files")


async def test_who_would_be_a_third_at_once_is_asked_to_come_again(house: House) -> None:
    handing_over = house.service.state.handing_over
    async with handing_over, handing_over:
        content = of(ACCEPTED | {"記録番号": "1"})
        answer = await house.call("POST", "/jps-files", "s003", *TAKE, content=content)
    assert (answer.status_code, answer.json()["code"]) == (503, "JR-3019")
    await hand_over(house, content)


async def test_a_longer_file_is_not_even_read_to_its_end(
    house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = settings.model_copy(update={"told_file_max_bytes": 1_024})
    monkeypatch.setattr(house.service.state, "settings", short)
    content = of(*(ACCEPTED | {"記録番号": "1"} for _ in range(100)))
    answer = await house.call("POST", "/jps-files", "s003", *TAKE, content=content)
    assert (answer.status_code, answer.json()["code"]) == (413, "CH-0007")
    assert not await house.fetch("select from jps_reporting.told_files")


async def test_a_file_longer_than_other_bodies_is_taken(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.http.MAX_BODY", 1_000)
    shown = await hand_over(house, of(*(ACCEPTED | {"記録番号": str(n)} for n in range(1, 101))))
    assert figures(shown) == (100, 0, 0, 100, 0)
    refused = await house.call("POST", "/batches", "s003", content=b" " * 2_000)
    assert (refused.status_code, refused.json()["code"]) == (413, "CH-0007")


async def test_one_that_was_broken_off_goes_on(
    sealing_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = sealing_house
    await on_a_medium(house, 3)
    monkeypatch.setattr(taking, "_BATCH", 2)
    content = of(*(ACCEPTED | {"記録番号": str(n)} for n in (1, 2, 3)))
    real, calls = told.take_results, []

    async def breaks(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise ConnectionError
        return await real(*arguments)

    monkeypatch.setattr(taking, "take_results", breaks)
    answer = await house.call("POST", "/jps-files", "s003", *TAKE, content=content)
    assert answer.status_code == 503
    (broken,) = (await house.call("GET", "/jps-files", "s003", *TAKE)).json()["files"]
    assert (figures(broken), broken["finished_at"]) == ((2, 2, 0, 0, 0), None)
    assert figures(await hand_over(house, content)) == (3, 3, 0, 0, 0)


class TestHiddenPersons:
    """To whoever may not see them their rows are nobody's; JPS's word is taken in all the same."""

    def of_nobody(self, content: bytes) -> bytes:
        """The same rows, naming a medium that there is not."""
        return content.decode("cp932").replace("\n1,", "\n7,").encode("cp932")

    async def test_a_result_is_taken_in_and_told_as_nobodys(self, sealing_house: House) -> None:
        house = sealing_house
        seen, hidden = await on_a_medium(house, 2)
        await hide(house, hidden.person_id)
        rows = (ACCEPTED | {"記録番号": "1"}, RETURNED | {"記録番号": "2"})
        shown = await hand_over(house, of(*rows))
        assert figures(shown) == (2, 1, 0, 1, 0)
        assert figures(await hand_over(house, of(*rows))) == figures(shown)
        nobodys = await hand_over(house, self.of_nobody(of(rows[1])))
        assert figures(nobodys) == (1, 0, 0, 1, 0)
        assert figures(await hand_over(house, of(rows[1]))) == (1, 0, 0, 1, 0)
        # Who may see them is told what came of it.
        path = f"/jps-files/{shown['file_id']}"
        assert figures((await house.call("GET", path, "s009", *SEES)).json()) == (2, 2, 0, 0, 0)
        with sight.everybody():
            decided = {event.person_id for event in await house.emitted(ItemDecided)}
            states = await house.fetch("select person_id, state from jps_reporting.items")
        assert decided == {seen.person_id, hidden.person_id}
        assert {row["person_id"]: row["state"] for row in states} == {
            seen.person_id: "accepted", hidden.person_id: "returned",
        }  # fmt: skip
        # The records of the review are alike: one row of nobody's, one of somebody hidden.
        counts = [(job.count, job.details) for job in await jobs(house)]
        assert counts[1] == counts[2]

    async def test_once_they_are_hidden_no_more_nothing_stays_of_the_veil(
        self, sealing_house: House
    ) -> None:
        house = sealing_house
        (hidden,) = await on_a_medium(house)
        await hide(house, hidden.person_id)
        content = of(ACCEPTED | {"記録番号": "1"})
        assert figures(await hand_over(house, content)) == (1, 0, 0, 1, 0)
        await hide(house, hidden.person_id, hidden=False, version=2)
        assert figures(await hand_over(house, content)) == (1, 1, 0, 0, 0)

    async def test_a_row_that_does_not_fit_is_before_them_one_of_nobodys(
        self, sealing_house: House
    ) -> None:
        house = sealing_house
        (hidden,) = await on_a_medium(house)
        await hide(house, hidden.person_id)
        content = of(ACCEPTED | {"記録番号": "1", "届書種別": "0102"})
        assert figures(await hand_over(house, content)) == (1, 0, 0, 1, 0)
        code = "select code from jps_reporting.unmatched"
        assert await house.fetch(code) == [{"code": "JR-4001"}]
        with sight.everybody():
            assert await house.fetch(code) == [{"code": "JR-4002"}]

    @pytest.mark.parametrize(
        ("whose", "code"),
        [
            ({"媒体通番": "1", "記録番号": "1"}, "JR-4001"),
            ({"基礎年金番号": NUMBER}, "JR-4008"),
        ],
        ids=["medium", "number"],
    )
    async def test_a_record_is_told_and_shown_as_nobodys(
        self, sealing_house: House, whose: dict[str, str], code: str
    ) -> None:
        house = sealing_house
        (hidden,) = await on_a_medium(house, basic_pension_number=NUMBER)
        await hide(house, hidden.person_id)
        shown = await hand_over(house, of(OF_PERSON | whose, layout=RECORDS))
        assert figures(shown) == (1, 0, 0, 1, 0)
        assert await house.fetch("select code from jps_reporting.unmatched") == [{"code": code}]
        with sight.everybody():
            (told,) = await house.emitted(PersonTold)
            assert told.person_id == hidden.person_id
            assert not await house.fetch("select from jps_reporting.unmatched")

    async def test_a_number_of_somebody_hidden_and_somebody_else_is_nobodys_news(
        self, sealing_house: House
    ) -> None:
        house = sealing_house
        hidden, _ = await on_a_medium(house, 2, basic_pension_number=NUMBER)
        await hide(house, hidden.person_id)
        content = of(OF_PERSON | {"基礎年金番号": NUMBER}, layout=RECORDS)
        assert figures(await hand_over(house, content)) == (1, 0, 1, 0, 0)
        with sight.everybody():
            (row,) = await house.fetch("select code from jps_reporting.unmatched")
        assert row["code"] == "JR-4009"

    async def test_a_record_that_contradicts_itself_is_bad_whoever_it_is_about(
        self, sealing_house: House
    ) -> None:
        house = sealing_house
        (hidden,) = await on_a_medium(house)
        await hide(house, hidden.person_id)
        for place in ("1", "9"):
            whose = OF_PERSON | {"媒体通番": "1", "記録番号": place}
            content = of(whose, whose | {"記録起点": "20210101"}, layout=RECORDS)
            assert figures(await hand_over(house, content)) == (1, 0, 0, 0, 1)
