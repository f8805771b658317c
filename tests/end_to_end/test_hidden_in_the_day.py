"""Sealed means absent, in the whole running house: who is under a support measure that day has done
business in every service, and is nobody to those who may not see them.

The doors are the gateway's own routes, so a new one is walked through without being named here.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.demo.console import Desk
from deploy.demo.counter import matches
from deploy.demo.day import Day
from deploy.demo.staff import CLERK, PROTECTION_CHIEF, PROTECTOR, REVIEWER, STAFF
from deploy.upstream.measures import Story, hidden_at_the_end
from services.chassis.clock import SystemClock, japan_date
from services.gateway.domain.routing import GET, Access, Route, parameters
from services.gateway.routes import ROUTES
from tests.sealed.doors import alike

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("day")]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_READS = [r for r in ROUTES if r.method is GET and r.access is Access.FUNCTION]


@dataclass(frozen=True)
class Hidden:
    """What is whose: ids that only who keeps the measures is shown, by the service that told."""

    ids: Mapping[str, frozenset[str]]
    numbers: frozenset[str]
    samples: tuple[str, ...]
    """One id of each kind: a notice's, a batch's, …"""
    asked_from: datetime
    """From then on the tests themselves ask about them."""

    def named_in(self, text: str) -> list[str]:
        """What of theirs a text holds."""
        every = frozenset().union(*self.ids.values()) | self.numbers
        return sorted(one for one in every if one in text)


@pytest.fixture(scope="module")
def desks(played_day: Day) -> Iterator[Mapping[str, Desk]]:
    with ExitStack() as exits:
        of = {CLERK: played_day.clerk, REVIEWER: played_day.reviewer}
        of |= {PROTECTOR: played_day.protector, PROTECTION_CHIEF: played_day.chief}
        yield {name: exits.enter_context(desk) for name, desk in of.items()}


@pytest.fixture(scope="module")
def hidden(played_day: Day, desks: Mapping[str, Desk]) -> Hidden:
    """Found by asking everything as who may know, and never by what the clerks are shown: what
    these are shown of it by mistake has to be found among it."""
    keeper = desks[PROTECTOR]
    residents = hidden_at_the_end(played_day.measures)
    people = frozenset(person for r in residents for person in matches(keeper, r))
    assert people >= set(played_day.protected_ids)
    theirs = _theirs([keeper, desks[PROTECTION_CHIEF]], people, played_day)
    of_kind = {kind: one for found in theirs.values() for kind, one in found}
    return Hidden(
        {service: frozenset(one for _, one in found) for service, found in theirs.items()},
        frozenset(r.record.addressee_number for r in hidden_at_the_end(played_day.measures)),
        (*played_day.protected_ids, *of_kind.values()),
        SystemClock().now(),
    )


def test_they_have_done_business_in_every_service(hidden: Hidden, played_day: Day) -> None:
    told = {service for service, ids in hidden.ids.items() if ids}
    assert {"identity", "qualification", "exemptions", "claims", "jps_reporting"} <= told
    assert set(played_day.protected_ids) <= hidden.ids["identity"]
    assert played_day.summary.apart >= 3


def test_measures_stand_as_the_day_left_them(played_day: Day, desks: Mapping[str, Desk]) -> None:
    listed = desks[PROTECTOR].get("/measures", due=False)
    assert listed["total"] == len(Story) - 1
    assert (listed["total"], played_day.summary.measures[1]) == played_day.summary.measures
    states = {measure["state"]["code"] for measure in listed["measures"]}
    assert states == {"provisional", "in_force", "extended", "expired"}


@pytest.mark.parametrize("who", [CLERK, REVIEWER])
def test_no_list_shows_them(
    who: str, played_day: Day, desks: Mapping[str, Desk], hidden: Hidden
) -> None:
    opened = 0
    for route in _may(who):
        if not parameters(route.path):
            answer = desks[who].ask(route.path, **_query(route, played_day))
            assert answer.status_code == 200, f"{route.operation_id}: {answer.text}"
            assert not hidden.named_in(answer.text), route.operation_id
            opened += 1
    assert opened > 10


@pytest.mark.parametrize("who", [CLERK, REVIEWER])
def test_every_page_of_theirs_is_as_nobodys(
    who: str, played_day: Day, desks: Mapping[str, Desk], hidden: Hidden
) -> None:
    compared = 0
    for route in _may(who):
        if len(parameters(route.path)) != 1:
            continue
        nobodys = _page(desks[who], route, str(uuid4()), played_day)
        for one in hidden.samples:
            theirs = _page(desks[who], route, one, played_day)
            assert theirs.status_code == nobodys.status_code, route.operation_id
            assert alike(theirs.text) == alike(nobodys.text), route.operation_id
            compared += 1
    assert compared > 100


@pytest.mark.parametrize("who", [CLERK, REVIEWER])
def test_no_search_finds_them_and_their_keepers_search_does(
    who: str, played_day: Day, desks: Mapping[str, Desk], hidden: Hidden
) -> None:
    for resident in hidden_at_the_end(played_day.measures):
        assert matches(desks[who], resident) == []
        assert len(matches(desks[PROTECTOR], resident)) == 1


def test_whose_measure_ended_is_seen_again(played_day: Day, desks: Mapping[str, Desk]) -> None:
    (ended,) = [one for one in played_day.measures if one.story is Story.ENDED]
    for person in ended.persons:
        assert len(matches(desks[CLERK], person)) == 1


def test_the_auditor_is_not_shown_whom_it_was_about(played_day: Day, hidden: Hidden) -> None:
    asked = {"until": hidden.asked_from.isoformat(), "limit": 500}
    pages = 0
    with played_day.auditor as auditor:
        while pages == 0 or asked.get("after"):
            page = auditor.get("/audit/records", **asked)
            assert not hidden.named_in(json.dumps(page))
            asked["after"] = page["next"]
            pages += 1
    assert page["records"]


def _may(who: str) -> list[Route]:
    held = set(STAFF[who].functions)
    return [route for route in _READS if held.issuperset(route.functions)]


_Told = dict[str, set[tuple[str, str]]]


def _theirs(desks: list[Desk], people: frozenset[str], day: Day) -> _Told:
    """Ids, with the names of their fields, by the service that tells them: on every page of these
    persons, and in what every list has of them."""
    told: _Told = {}
    for desk in desks:
        for route in _may(desk.user_id):
            named, first = parameters(route.path), route.calls[0].service
            if not named:
                listed = _document(desk.ask(route.path, **_query(route, day)))
                for entry in _entries_of(listed, people):
                    # A number told of two names somebody beside them who is not hidden.
                    told.setdefault(first, set()).update(
                        (kind, one)
                        for kind, one in _ids(entry)
                        if kind != "persons" or one in people
                    )
            elif named == ("person_id",):
                for person in people:
                    _note(told, first, _document(_page(desk, route, person, day)))
    return told


def _document(answer: httpx.Response) -> Any:
    json_told = answer.is_success and "json" in answer.headers["content-type"]
    return answer.json() if json_told else {}


def _entries_of(document: Any, people: frozenset[str]) -> Iterator[Any]:
    """The entries of the lists in a document that name one of these persons."""
    if isinstance(document, dict):
        for part in document.values():
            yield from _entries_of(part, people)
    elif isinstance(document, list):
        yield from (one for one in document if people & {named for _, named in _ids(one)})


def _note(told: _Told, first: str, document: Any) -> None:
    """The person page has a part of each service; other answers are of the one that is asked."""
    parts = {name: part for name, part in document.items() if name in _SERVICES}
    for service, part in (parts or {first: document}).items():
        told.setdefault(service, set()).update(_ids(part))


def _ids(document: Any, kind: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(document, str) and _UUID.fullmatch(document):
        yield kind, document
    elif isinstance(document, dict):
        for name, part in document.items():
            yield from _ids(part, name)
    elif isinstance(document, list):
        for part in document:
            yield from _ids(part, kind)


_SERVICES = {call.service for route in ROUTES for call in route.calls}


def _page(desk: Desk, route: Route, one: str, day: Day) -> httpx.Response:
    (name,) = parameters(route.path)
    return desk.ask(route.path.format(**{name: one}), **_query(route, day))


def _query(route: Route, day: Day) -> dict[str, str]:
    today = japan_date(SystemClock().now())
    fiscal_year = str(today.year if today.month > 3 else today.year - 1)
    office = STAFF[PROTECTOR].department
    return {
        "listReceipts": {"office": office, "fiscal_year": fiscal_year},
        "printReceipts": {"office": office, "fiscal_year": fiscal_year},
        "listExemptionReceipts": {"office": office, "fiscal_year": fiscal_year},
        "printExemptionReceipts": {"office": office, "fiscal_year": fiscal_year},
        "listClaimReceipts": {"office": office, "fiscal_year": fiscal_year},
        "printClaimReceipts": {"office": office, "fiscal_year": fiscal_year},
        "showExemptionRenewal": {"cycle": fiscal_year},
        "listMeasures": {"due": "false"},
    }.get(route.operation_id, {})
