"""法定免除 that ended three years after the state of disability ceased: on the work list."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from contracts.dates import UncertainDate
from contracts.months import Month
from services.chassis.service import Service
from services.exemptions.domain.disability import (
    DisabilityBenefit,
    DisabilityGrade,
    DisabilityRight,
    GradeFrom,
    disability_grounds,
)
from services.exemptions.domain.recovered import Ending, endings
from services.exemptions.domain.statutory import Ground, Holding
from tests.audit.calling import Caller
from tests.exemptions.applying import CLERK
from tests.exemptions.exempting import NOTICES, a_notice, notify
from tests.exemptions.law import figures
from tests.exemptions.test_proposals import Desk
from tests.exemptions.test_statements import DISABLED, Counter

FIGURES = figures()
CEASED, BACK = date(2023, 9, 20), date(2026, 3, 1)
NOTICE = UUID(int=1)
NOVEMBER = frozenset({Month(2026, 10), Month(2026, 11)})
TO_SEPTEMBER = frozenset({Month(2026, 8), Month(2026, 9)})


def right(*grades: tuple[date, DisabilityGrade]) -> tuple[Holding, ...]:
    begun = UncertainDate.exact(date(2019, 7, 5))
    steps = [
        GradeFrom(begun, DisabilityGrade.SECOND),
        *(GradeFrom(UncertainDate.exact(day), grade) for day, grade in grades),
    ]
    found = DisabilityRight(DisabilityBenefit.BASIC, begun, tuple(steps))
    return disability_grounds(found, FIGURES.statutory).holdings


def held(ground: Ground, since: date, ceased: date | None = None) -> Holding:
    return Holding(
        ground, UncertainDate.exact(since), None if ceased is None else UncertainDate.exact(ceased)
    )


GONE = right((CEASED, DisabilityGrade.NONE))
ASSISTED = held(Ground.ASSISTANCE, date(2025, 1, 1))
ASSISTED_ONCE = held(Ground.ASSISTANCE, date(2025, 1, 1), date(2026, 9, 20))


@pytest.mark.parametrize(
    ("holdings", "told", "insured", "found"),
    [
        (GONE, [], NOVEMBER, ["2026-09-20"]),
        (GONE, [], TO_SEPTEMBER, []),
        (GONE, [Ending(NOTICE, date(2026, 9, 20))], NOVEMBER, []),
        (GONE, [Ending(NOTICE, date(2018, 9, 20))], NOVEMBER, ["2026-09-20"]),
        (right((CEASED, DisabilityGrade.THIRD)), [], NOVEMBER, []),
        (right((CEASED, DisabilityGrade.NONE), (BACK, DisabilityGrade.THIRD)), [], NOVEMBER, []),
        ((*GONE, ASSISTED), [], NOVEMBER, []),
        ((*GONE, ASSISTED_ONCE), [], NOVEMBER, ["2026-09-20"]),
        ((held(Ground.DISABILITY, date(2019, 7, 5), date(2026, 9, 20)),), [], NOVEMBER, []),
    ],
    ids=["ended", "no month after it", "told", "another's end", "grade 3", "came back",
         "assistance goes on", "assistance ended", "ended by notice"],
)  # fmt: skip
def test_what_ended_and_nobody_told(
    holdings: Sequence[Holding], told: list[Ending], insured: frozenset[Month], found: list[str]
) -> None:
    proposed = endings(holdings, told, insured, FIGURES.statutory)
    assert [str(one.on) for one in proposed] == found
    for one in proposed:
        assert (one.month, one.due) == (Month(2026, 10), date(2026, 10, 4))
        assert "2026年9月分まで" in one.reason.sentence.replace("令和8年", "2026年")


@pytest.fixture
def night(exemptions: Service, call: Caller) -> Desk:
    return Desk(exemptions, call)


async def disabled(night: Desk, person: UUID, changed_on: str) -> Counter:
    await notify(night.call, a_notice(person, "statutory_start", DISABLED))
    counter = Counter(night.call, person)
    await counter.settled("disability_change", changed_on=changed_on, grade="none")
    return counter


@pytest.mark.stack
async def test_it_is_listed_with_the_day_on_which_the_notice_is_due(
    night: Desk, person: UUID
) -> None:
    counter = await disabled(night, person, "R5.9.20")
    (entry,) = await night.listed()
    assert (entry["kind"], entry["occurred_on"], entry["month"], entry["due_on"]) == (
        "recovered", "2026-09-20", "2026-10", "2026-10-04",
    )  # fmt: skip
    assert "申請免除等の案内" in entry["reason"]["sentence"]
    assert (entry["overdue"], entry["next_step"]) == (True, "reminded")
    assert (await night.listed(kind="recovered")) == [entry]
    assert await counter.exempt() == [("2019-06", "2026-09")], "nothing changes by itself"
    answer = await night.step(entry, "reminded", "2026-10-15", "電話")
    assert answer.status_code == 201
    assert await night.run() == [], "of assistance nobody is asked"
    assert [e["step"] for e in await night.listed()] == ["reminded"]


@pytest.mark.stack
async def test_the_notice_ends_it_and_its_withdrawal_brings_it_back_too(
    night: Desk, person: UUID
) -> None:
    await disabled(night, person, "R5.9.20")
    (entry,) = await night.listed()
    ended: dict[str, Any] = {"ceased_on": "R8.9.20", "ground": "disability"}
    answer = await night.call(*CLERK, post=NOTICES, json=a_notice(person, "statutory_end", ended))
    assert answer.status_code == 201, answer.text
    notice_id = answer.json()["notice"]["notice_id"]
    assert await night.listed() == []
    steps = (await night.shown(entry))["steps"]
    assert [(s["step"], s["answered_by"]) for s in steps] == [
        ("listed", None), ("ended_by_entry", notice_id),
    ]  # fmt: skip
    withdrawn = f"{NOTICES}/{notice_id}/withdraw"
    await night.call(*CLERK, post=withdrawn, json={"reason": "本人の申出による"})
    assert [e["entry_id"] for e in await night.listed()] == [entry["entry_id"]]


@pytest.mark.stack
async def test_three_years_go_by_without_news(night: Desk, person: UUID) -> None:
    counter = await disabled(night, person, "R5.11.1")
    assert await night.listed() == []
    night.on("2026-10-31")
    assert await night.run() == []
    assert await night.listed() == []
    night.on("2026-11-01")
    assert await night.run() == []
    assert [e["occurred_on"] for e in await night.listed()] == ["2026-11-01"]
    # It came back within the three years after all.
    await counter.settled("disability_change", changed_on="R8.10.1", grade="3")
    assert await night.listed() == []
