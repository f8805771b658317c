"""The thread from end to end: from sealed resident changes to an encrypted medium for JPS.

One working day is played once (``played_day``); the tests look at what it left behind.
"""

import json
import urllib.request
from typing import Any

import pytest

from contracts.topics import SERVICES, consumed_by
from deploy.demo.day import Day
from deploy.demo.people import command

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("day")]


@pytest.fixture(scope="module")
def played(played_day: Day) -> Day:
    return played_day


def numbers(day: Day) -> set[str]:
    return {resident.number for resident in (*day.city, *day.newcomers)}


def test_every_change_came_through_and_none_was_refused(played: Day) -> None:
    house, summary = played.house, played.summary
    assert summary.changes is not None
    assert summary.feeds is not None
    published = len(played.city) + summary.changes.count
    assert house.handled("token_vault", "inbound.residents") == published
    assert house.handled("identity", "residents.tokenised") == published
    others = [topic.name for topic in consumed_by("identity") if topic.from_upstream]
    assert sum(house.handled("identity", name) for name in others) == (
        summary.feeds.count + summary.measures_told
    )
    for service in SERVICES:
        letters = command(house.stack, service, "dead-letters", "list").strip()
        assert "parked" not in letters, f"{service}: {letters}"


def test_the_medium_bears_the_numbers_and_only_the_medium(played: Day) -> None:
    medium = played.summary.medium
    # Newcomer, category change, additional premium; the claim goes by the pension number alone.
    assert (medium["items"], medium["with_number"]) == (4, 3)
    page = played.summary.page
    assert not any(number in json.dumps(page) for number in numbers(played))


def test_the_person_page_shows_timeline_premium_and_forwarding_with_reasons(played: Day) -> None:
    page = played.summary.page
    qualification = page["qualification"]["content"]
    categories = [period["category"] for period in qualification["periods"]]
    assert categories == [2, 1]
    assert all(period["acquired"]["article"] for period in qualification["periods"])
    change = qualification["transitions"][-1]
    assert change["forwarded_on"] == played.today.isoformat()
    (premium,) = page["exemptions"]["content"]["additional_premium"]
    assert premium["from_month"] == played.today.isoformat()[:7]


def test_a_claim_on_a_death_shows_on_the_page_of_the_deceased(played: Day) -> None:
    claims = played.summary.deceased_page["claims"]["content"]["on_death"]
    assert [claim["state"] for claim in claims] == ["forwarded"]


def test_the_counter_met_a_block_and_a_colleague_who_edits(played: Day) -> None:
    stops = played.summary.stops
    assert stops is not None
    assert stops.notice_refused.startswith("CH-0013")
    assert stops.lock_refused.startswith("ID-0701")
    with played.reviewer as desk:
        blocks = desk.get(f"/persons/{stops.blocked}/blocks")["blocks"]
        assert [(one["kind"]["label"], one["state"]["code"]) for one in blocks] == [
            ("異動抑止", "in_force")
        ]
        lock = desk.get(f"/persons/{stops.edited}/lock")["lock"]
        assert (lock["department"], lock["mine"]) == ("中央区市民総合窓口課", False)
    with played.clerk as desk:
        waiting = desk.get("/blocks")["blocks"]
        assert [one["block_id"] for one in waiting] == [stops.waiting]


def test_the_nightly_run_let_somebody_come_of_age(played: Day) -> None:
    assert "0 timelines changed" not in played.summary.night


def test_the_audit_record_is_sound_and_tells_who_made_the_medium(played: Day) -> None:
    assert json.loads(played.summary.verified.splitlines()[-1])["sound"] is True
    with played.auditor as auditor:
        records = auditor.get("/audit/records", operation="provision")["records"]
        of_persons = [record for record in records if record["person_id"]]
        # Those on the medium apart are not the auditor's to see.
        assert len(of_persons) == played.summary.medium["items"]
        made = auditor.get("/audit/records", operation="medium_sealed")["records"]
    assert any(_staff(record) == "shinsa01" for record in made)


def test_one_trace_leads_from_the_register_to_the_medium(played: Day) -> None:
    spans = _trace(played)
    names = {span["name"] for span in spans}
    for expected in (
        "token_vault inbound.residents",
        "identity residents.tokenised",
        "qualification persons.events",
        "jps_reporting qualification.events",
        "jps.item.sealed",
        "jps.item.sent",
        "qualification jps.events",
    ):
        assert expected in names
    known = {span["id"] for span in spans}
    outside = [span for span in spans if span.get("parentId") not in known]
    assert [span["name"] for span in outside] == ["token_vault inbound.residents"]


def test_no_number_and_no_name_is_in_logs_or_traces(played: Day) -> None:
    logs = "".join(
        file.read_text(errors="replace") for file in played.house.stack.layout.home.glob("logs/*")
    )
    seen = logs + json.dumps(_trace(played), ensure_ascii=False)
    assert len(logs) > 1_000
    for resident in (*played.city, *played.newcomers):
        assert resident.number not in seen
        assert resident.record.name.kanji not in seen
        assert resident.record.addressee_number not in json.dumps(_trace(played))


def _staff(record: dict[str, Any]) -> str | None:
    staff = record.get("staff_id") or record.get("event", {}).get("staff_id")
    return str(staff) if staff else None


def _trace(day: Day) -> list[dict[str, Any]]:
    url = f"{day.house.viewer}/api/v2/trace/{day.summary.trace_id}"
    with urllib.request.urlopen(url) as answer:
        spans: list[dict[str, Any]] = json.load(answer)
    return spans
