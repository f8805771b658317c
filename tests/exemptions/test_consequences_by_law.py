"""Which settled end is whose, and what a change of the qualification does to exemption by law."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.dates import UncertainDate
from contracts.eras import parse_date
from contracts.events import ExemptionNoticeKind as Kind
from contracts.forms import Value
from services.chassis.clock import FixedClock
from services.chassis.service import Service
from services.exemptions.domain.exemption_notices import Said, ended_from, said
from tests.audit.calling import Caller
from tests.exemptions.applying import CHIEF
from tests.exemptions.counter import take
from tests.exemptions.exempting import a_notice, notify
from tests.exemptions.people import period
from tests.exemptions.test_consequences import listed, timeline

ASSISTED = {"ground": "assistance", "since": "R8.9.10"}
BACK = (period(1, "2010-03-31"),)
LOST = (period(1, "2010-03-31", "2027-01-10"),)


def told(kind: Kind, **entered: Any) -> Said:
    """A notice of 2026-10-15; dates as anybody writes them."""
    values: dict[str, Value] = {
        name: UncertainDate.model_validate(parse_date(value)) if value[:1].isdigit() else value
        for name, value in ({"notified_on": "2026-10-15"} | entered).items()
        if isinstance(value, str)
    }
    flags = {name: value for name, value in entered.items() if isinstance(value, bool)}
    return said(uuid4(), kind, values | flags)


def held(ground: str, since: str, **more: str) -> Said:
    return told(Kind.STATUTORY_START, ground=ground, since=since, **more)


def ceased(ground: str, on: str) -> Said:
    return told(Kind.STATUTORY_END, ground=ground, ceased_on=on)


def raises(born: str) -> Said:
    return told(Kind.CHILD_CARE, carer="parent", child_born_on=born, since=born)


def raises_no_more(born: str, on: str, *, every: bool = True, **more: str) -> Said:
    return told(
        Kind.CHILD_CARE_END, child_born_on=born, ended_on=on, cause="apart", all_children=every,
        **more,
    )  # fmt: skip


def ends(*settled: Said) -> list[str | None]:
    """From which month on each start is ended."""
    found = [ended_from(one, settled) for one in settled if "END" not in one.kind.name]
    return [str(month) if month else None for month in found]


def test_an_end_is_of_its_own_ground() -> None:
    settled = [held("assistance", "2024-05-10"), held("facility", "2024-05-10")]
    assert ends(*settled, ceased("assistance", "2026-03-31")) == ["2026-04", None]


def test_an_end_is_of_its_own_birth_and_of_all_its_children() -> None:
    settled = [raises("2026-10-03"), raises("2026-11-20")]
    assert ends(*settled, raises_no_more("2026-10-03", "2027-02-10")) == ["2027-02", None]
    assert ends(*settled, raises_no_more("2026-10-03", "2027-02-10", every=False)) == [None, None]


def test_of_two_ends_of_a_birth_that_counts_which_was_told_last() -> None:
    first = raises_no_more("2026-10-03", "2027-02-10", notified_on="2027-02-20")
    second = raises_no_more("2026-10-03", "2027-03-10", notified_on="2027-03-20")
    assert ends(raises("2026-10-03"), second, first) == ["2027-03"]


def test_a_pair_that_is_told_afterwards_ends_nothing_that_began_later() -> None:
    later = held("assistance", "2026-09-10")
    pair = [held("assistance", "2020-04-10"), ceased("assistance", "2022-03-31")]
    assert ends(later, *pair) == [None, "2022-04"]
    assert ends(*reversed(pair), later) == ["2022-04", None]


def test_an_end_before_the_first_month_of_category_1_ends_it_all_the_same() -> None:
    assert ends(held("assistance", "2020-04-10"), ceased("assistance", "2020-04-20")) == ["2020-05"]


def test_what_ends_by_itself_has_no_end() -> None:
    birth = told(Kind.MATERNITY, due_on="2026-11-10", multiple=False)
    assert ends(birth, raises("2026-11-10"), ceased("facility", "2026-12-01")) == [None, None]


async def found(call: Caller, who: UUID) -> list[tuple[str, str | None]]:
    """The months that fell away from somebody's entries."""
    page = (await call(*CHIEF, get=f"/persons/{who}/exemptions")).json()
    return [(one["from_month"], one["to_month"]) for one in page["consequences"]]


@pytest.mark.stack
async def test_an_exemption_falls_away_up_to_its_own_end(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    await notify(call, a_notice(person, "statutory_start", ASSISTED))
    await notify(call, a_notice(person, "statutory_start",
                                {"ground": "assistance", "since": "R2.4.10"}))  # fmt: skip
    await notify(call, a_notice(person, "statutory_end",
                                {"ground": "assistance", "ceased_on": "R4.3.31"}))  # fmt: skip
    gap = (period(1, "2010-03-31", "2022-02-01"), period(2, "2022-02-01", "2022-08-01"),
           period(1, "2022-08-01", "2027-01-10"))  # fmt: skip
    await take(exemptions, timeline(person, 2, *gap))
    assert await found(call, person) == [("2027-01", None), ("2022-02", "2022-03")]


@pytest.mark.stack
async def test_an_exemption_without_an_end_falls_away_once_however_late_it_is_told_again(
    exemptions: Service, call: Caller, person: UUID
) -> None:
    await notify(call, a_notice(person, "statutory_start", ASSISTED))
    await take(exemptions, timeline(person, 2, *LOST))
    assert await found(call, person) == [("2027-01", None)]
    exemptions.clock = FixedClock(datetime(2026, 12, 15, 1, 0, tzinfo=UTC))
    await take(exemptions, timeline(person, 3, *LOST))
    assert await found(call, person) == [("2027-01", None)]
    assert await listed(call, "gone") == []
    await take(exemptions, timeline(person, 4, *BACK))
    assert (await found(call, person), len(await listed(call, "gone"))) == ([], 1)
