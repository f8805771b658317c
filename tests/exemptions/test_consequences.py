"""Qualification changes end or split what settled entries gave: the rule, and the list of it."""

from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import (
    ExemptionNotified,
    InsuredCategory,
    QualificationChanged,
    QualificationPeriod,
    ReportItemKind,
)
from contracts.months import Month
from services.chassis.service import Service
from services.exemptions.domain.consequences import (
    Change,
    Consequence,
    Given,
    changes,
)
from services.exemptions.domain.kinds import ExemptionKind
from services.exemptions.domain.months import months_in_category_1
from tests.audit.calling import Caller
from tests.exemptions.applying import CHIEF, CLERK, PATH, accepted, an_application, asked, told
from tests.exemptions.counter import category_1, forwarded, sent, somebody, take
from tests.exemptions.exempting import a_notice, expecting, notify
from tests.exemptions.jps import decided, returned, with_jps
from tests.exemptions.law import m
from tests.exemptions.people import period, person

ENTRY = UUID(int=7)
LIST = "/exemption-consequences"


def full(
    first: str = "2026-07", last: str = "2027-06", *, by_application: bool = True, sent: bool = True
) -> Given:
    """Full exemption for these months."""
    months = [m(first) + n for n in range(m(last) - m(first) + 1)]
    return Given(ENTRY, dict.fromkeys(months, ExemptionKind.FULL), by_application, sent)


def shown(found: tuple[Change, ...] | None) -> list[tuple[str, str, str, bool]]:
    assert found is not None
    return [(str(c.first), str(c.last), c.reason.code, c.acts) for c in found]


@pytest.mark.parametrize(
    ("periods", "found"),
    [
        ([period(1, "2010-04-01")], []),
        (
            [period(1, "2010-04-01", "2026-10-01"), period(2, "2026-10-01")],
            [("2026-10", "2027-06", "month-of-other-category", False)],
        ),
        # 11条の2: of the month of a change the last category counts; lost again in it, it is not.
        (
            [period(1, "2010-04-01", "2026-10-31"), period(3, "2026-10-31")],
            [("2026-10", "2027-06", "month-of-other-category", False)],
        ),
        (
            [period(1, "2010-04-01", "2027-02-15")],
            [("2027-02", "2027-06", "month-after-loss", False)],
        ),
        (
            [period(1, "2010-04-01", "2026-10-01"), period(2, "2026-10-01", "2027-02-01"),
             period(1, "2027-02-01")],
            [("2026-10", "2027-01", "month-of-other-category", False),
             ("2027-02", "2027-06", "month-after-break", True)],
        ),
        (
            [period(1, "2026-09-01")],
            [("2026-07", "2026-08", "month-not-insured", False)],
        ),
        # Employed and gone within a month of category 1: nothing changes.
        (
            [period(1, "2010-04-01", "2026-10-05"), period(2, "2026-10-05", "2026-10-20"),
             period(1, "2026-10-20")],
            [],
        ),
    ],
)  # fmt: skip
def test_which_months_fall_away_and_why(
    periods: list[QualificationPeriod], found: list[tuple[str, str, str, bool]]
) -> None:
    assert shown(changes([full()], person(*periods))) == found


def test_what_is_not_sent_yet_is_to_be_looked_at() -> None:
    lost = person(period(1, "2010-04-01", "2027-02-15"))
    assert shown(changes([full(sent=False)], lost)) == [
        ("2027-02", "2027-06", "month-after-loss", True)
    ]


def test_what_the_law_exempts_is_exempt_again_by_itself() -> None:
    back = person(
        period(1, "2010-04-01", "2026-10-01"), period(2, "2026-10-01", "2027-02-01"),
        period(1, "2027-02-01"),
    )  # fmt: skip
    assert shown(changes([full(by_application=False)], back)) == [
        ("2026-10", "2027-01", "month-of-other-category", False)
    ]


def test_death_says_so() -> None:
    (change,) = changes(
        [full()], person(period(1, "2010-04-01", "2026-11-04"), died="2026-11-03")
    ) or ()  # fmt: skip
    assert (str(change.first), change.reason.code) == ("2026-11", "month-after-death")
    assert "令和8年11月3日に亡くなった" in change.reason.sentence


def test_a_timeline_that_is_not_told_says_nothing() -> None:
    assert changes([full()], person().model_copy(update={"periods": None})) is None


def test_of_a_timeline_under_review_only_what_it_does_not_tell_is_unsure() -> None:
    known = person(period(1, "2026-09-01"), review=("x",))
    assert shown(changes([full(sent=False)], known)) == [
        ("2026-07", "2026-08", "month-unsure", True)
    ]
    assert shown(changes([full(by_application=False)], known)) == [
        ("2026-07", "2026-08", "month-unsure", False)
    ]
    # What JPS has of an application is JPS's to decide, with its own records.
    assert shown(changes([full()], known)) == []
    nothing = person(review=("not-in-our-records",))
    (change,) = changes([full(sent=False, by_application=False)], nothing) or ()
    assert (str(change.first), str(change.last)) == ("2026-07", "2027-06")
    assert change.what is Consequence.TIMELINE_UNSURE
    assert "確認できなくなりました" in change.reason.sentence
    assert shown(changes([full(sent=False)], person(period(1, "2010-04-01"), review=("x",)))) == []


days = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@st.composite
def timelines(draw: st.DrawFn) -> list[QualificationPeriod]:
    """Periods one after the other, some with a gap between."""
    cuts = sorted(draw(st.lists(days, min_size=1, max_size=6, unique=True)))
    found = []
    for n, since in enumerate(cuts):
        following = cuts[n + 1] if n + 1 < len(cuts) else None
        gap = draw(st.integers(0, 40))
        until = None if following is None else max(since, following - timedelta(days=gap))
        category = draw(st.sampled_from(list(InsuredCategory)))
        if until is None or until > since:
            lost = until.isoformat() if until else None
            found.append(period(category.value, since.isoformat(), lost))
    return found


def months_of(found: tuple[Change, ...], what: Consequence) -> set[Month]:
    return {
        c.first + n
        for c in found
        if c.what is what
        for n in range((c.last or c.first) - c.first + 1)
    }


@given(timelines())
def test_exactly_the_months_that_are_not_of_category_1_fall_away(
    periods: list[QualificationPeriod],
) -> None:
    found = changes([full("2025-07", "2028-06")], person(*periods))
    assert found is not None
    insured = months_in_category_1(periods, m("2028-06"))
    given_ = {m("2025-07") + n for n in range(36)}
    fell = months_of(found, Consequence.FELL_AWAY)
    again = months_of(found, Consequence.ACQUIRED_AGAIN)
    assert fell == given_ - insured
    assert again <= given_ & insured
    kept = given_ - fell - again
    # What is left is one stretch: nothing stands behind a break.
    assert kept == {min(kept) + n for n in range(len(kept))} if kept else not kept


async def applied(exemptions: Service, call: Caller, who: UUID) -> str:
    """A settled application for the cycle of 2026."""
    (shown_,) = await accepted(call, an_application(who))
    application_id: str = shown_["application"]["application_id"]
    for request in await asked(exemptions):
        await take(exemptions, told(request))
    answer = await call(*CHIEF, post=f"{PATH}/{application_id}/settle")
    assert answer.status_code == 200, answer.text
    return application_id


def timeline(who: UUID, version: int, *periods: QualificationPeriod) -> QualificationChanged:
    return category_1(who, version).model_copy(update={"periods": periods})


async def listed(call: Caller, state: str = "open") -> list[dict[str, Any]]:
    answer = await call(*CLERK, get=LIST, params={"state": state})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["consequences"]
    return found


EMPLOYED = (period(1, "2010-03-31", "2026-12-01"), period(2, "2026-12-01"))


@pytest.mark.stack
async def test_a_change_of_category_is_on_the_list_and_on_the_persons_page(
    exemptions: Service, call: Caller
) -> None:
    who = await somebody(exemptions)
    application_id = await applied(exemptions, call, who)
    assert await listed(call) == []
    await take(exemptions, timeline(who, 2, *EMPLOYED))
    (found,) = await listed(call)
    assert (found["entry_id"], found["from_month"], found["to_month"]) == (
        application_id, "2026-12", "2027-06",
    )  # fmt: skip
    assert (found["before_label"], found["after_label"]) == ("全額免除", "対象外")
    assert found["entry_kind_label"] == "免除・納付猶予の申請"
    assert "送付は保留されています" in found["action"]
    assert found["sentence"] == (
        "令和8年12月1日に第２号被保険者となったため、全額免除の対象月でなくなりました。"
    )
    page = (await call(*CLERK, get=f"/persons/{who}/exemptions")).json()
    assert [one["consequence_id"] for one in page["consequences"]] == [found["consequence_id"]]


@pytest.mark.stack
async def test_told_again_it_is_there_once_and_what_is_noted_stays_noted(
    exemptions: Service, call: Caller
) -> None:
    who = await somebody(exemptions)
    await applied(exemptions, call, who)
    for version in (2, 2, 3):
        await take(exemptions, timeline(who, version, *EMPLOYED))
    (found,) = await listed(call)
    note = f"{LIST}/{found['consequence_id']}/note"
    answer = await call(*CLERK, post=note, json={"note": "送付前に申請者へ連絡した。"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state_label"], answer.json()["action"]) == ("対応済", None)
    assert (await call(*CLERK, post=note, json={"note": "再度"})).json()["code"] == "EX-0701"
    await take(exemptions, timeline(who, 4, *EMPLOYED))
    assert await listed(call) == []


@pytest.mark.stack
async def test_what_is_not_so_any_more_is_gone(exemptions: Service, call: Caller) -> None:
    who = await somebody(exemptions)
    await applied(exemptions, call, who)
    await take(exemptions, timeline(who, 2, *EMPLOYED))
    await take(exemptions, timeline(who, 3, period(1, "2010-03-31")))
    assert await listed(call) == []
    assert len(await listed(call, "gone")) == 1
    await take(exemptions, timeline(who, 4, *EMPLOYED))
    assert len(await listed(call)) == 1


@pytest.mark.stack
async def test_a_number_in_the_note_is_refused(exemptions: Service, call: Caller) -> None:
    who = await somebody(exemptions)
    await applied(exemptions, call, who)
    await take(exemptions, timeline(who, 2, *EMPLOYED))
    (found,) = await listed(call)
    note = {"note": "個人番号 123456789018 の方"}
    answer = await call(*CLERK, post=f"{LIST}/{found['consequence_id']}/note", json=note)
    assert answer.json()["code"] == "EX-0110"


@pytest.mark.stack
async def test_what_jps_granted_is_followed_once_it_told_that(
    exemptions: Service, call: Caller
) -> None:
    who = await somebody(exemptions)
    _, item_id = await with_jps(exemptions, call, who)
    await take(exemptions, timeline(who, 2, *EMPLOYED))
    assert await months(call, who) == [("2026-12", "2027-06", "全額免除")]
    await take(exemptions, decided(item_id, who, told=False))
    assert await months(call, who) == [("2026-12", "2027-06", "全額免除")]
    half = ("half", "2026-07", "2027-03")
    await take(exemptions, decided(item_id, who, half, on="2026-11-11"))
    assert await months(call, who) == [("2026-12", "2027-03", "半額免除")]
    await take(exemptions, returned(item_id, who, on="2026-11-12"))
    assert await months(call, who) == [("2026-12", "2027-06", "全額免除")]
    await take(exemptions, decided(item_id, who, on="2026-11-13"))  # refused
    await take(exemptions, timeline(who, 3, *EMPLOYED))
    assert await months(call, who) == []


@pytest.mark.stack
async def test_what_mends_or_ends_an_entry_is_followed_at_once(
    exemptions: Service, call: Caller
) -> None:
    who = await somebody(exemptions)
    await notify(call, expecting(who))
    [event] = await sent(exemptions, ExemptionNotified)
    kind = ReportItemKind.MATERNITY_EXEMPTION
    await take(exemptions, forwarded(event.item_id, who, kind, "2026-10-20"))
    await take(exemptions, returned(event.item_id, who, kind=kind.value))
    await take(exemptions, timeline(who, 2, *EMPLOYED))
    assert await months(call, who) == [("2026-12", "2027-01", "産前産後期間の保険料免除")]
    values = {"due_on": "R8.12.10", "multiple": False}
    mending = a_notice(who, "maternity", values) | {"mends": str(event.notice_id)}
    await notify(call, mending)
    assert await months(call, who) == [("2026-12", "2027-02", "産前産後期間の保険料免除")]
    assisted = {"ground": "assistance"}
    await notify(call, a_notice(who, "statutory_start", assisted | {"since": "R8.9.10"}))
    assert ("2026-12", None, "法定免除") in await months(call, who)
    await notify(call, a_notice(who, "statutory_end", assisted | {"ceased_on": "R8.10.14"}))
    assert await months(call, who) == [("2026-12", "2027-02", "産前産後期間の保険料免除")]


async def months(call: Caller, who: UUID) -> list[tuple[str, str | None, str]]:
    """What the person page shows of months that are exempt no more."""
    shown = await consequences_of(call, who)
    return [(one["from_month"], one["to_month"], one["before_label"]) for one in shown]


async def consequences_of(call: Caller, who: UUID) -> list[dict[str, Any]]:
    page = (await call(*CHIEF, get=f"/persons/{who}/exemptions")).json()
    found: list[dict[str, Any]] = page["consequences"]
    return found


TOLD = (
    EMPLOYED,
    (period(1, "2010-03-31"),),
    (*EMPLOYED[:1], period(2, "2026-12-01", "2027-03-01"), period(1, "2027-03-01")),
    (period(1, "2010-03-31", "2027-02-15"),),
    (period(1, "2026-09-01"),),
    (*EMPLOYED[:1], period(3, "2026-12-01", "2027-02-01"), period(1, "2027-02-01", "2027-05-10")),
)
"""What was told of somebody, one after the other; any of it may be the last."""


@pytest.mark.stack
@pytest.mark.parametrize("last", range(len(TOLD)))
async def test_in_whatever_order_and_however_often_told_it_is_what_the_last_timeline_says(
    exemptions: Service, call: Caller, last: int
) -> None:
    both = (await somebody(exemptions), await somebody(exemptions))
    for who in both:
        await applied(exemptions, call, who)
        await notify(call, a_notice(who, "statutory_start",
                                    {"ground": "facility", "since": "R8.9.10"}))  # fmt: skip
    told = [*TOLD[:last], *TOLD[last + 1 :], TOLD[last]]
    followed, at_once = both
    every = [timeline(followed, n, *periods) for n, periods in enumerate(told, start=2)] * 2
    Random(last).shuffle(every)
    for one in every:
        await take(exemptions, one)
    await take(exemptions, timeline(at_once, len(told) + 1, *told[-1]))
    own = {"consequence_id", "person_id", "entry_id", "found_at"}
    found = [
        sorted(repr({n: v for n, v in one.items() if n not in own})
               for one in await consequences_of(call, who))
        for who in both
    ]  # fmt: skip
    assert found[0] == found[1]
    assert bool(found[1]) is (TOLD[last] != (period(1, "2010-03-31"),))
