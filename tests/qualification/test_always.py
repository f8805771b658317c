"""What must hold for whatever life, in whatever order it is told."""

from calendar import isleap
from datetime import date, timedelta
from random import Random
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.codes import ResidentKind
from contracts.events import InsuredCategory, TransitionKind, VoluntaryInsurance, VoluntaryPeriod
from contracts.months import Month
from services.qualification.conclusions import said_of
from services.qualification.domain.facts import Fact, decode, encode
from services.qualification.domain.months import insured_months
from services.qualification.domain.publication import changed
from services.qualification.domain.timeline import AsOf, Timeline, plan, timeline
from services.qualification.domain.told import OldAgeBenefit, OverseasReason, VoluntaryEvent
from services.qualification.domain.transitions import item_id
from tests.qualification.people import LAW, Life, d, happened

END = date(2045, 1, 1)
STATUSES = ("留学", "特定活動25号", "特定活動", "永住者")


TOLD = ("apply", "benefit", "record", "overseas", "event")
HAPPENINGS = ("move", "abroad", "work", "other", "status", "again", *TOLD)


def tell(draw: st.DrawFn, life: Life, what: str, day: date, n: int) -> None:
    """Something that is told beside the register."""
    before, after = (day + timedelta(days=draw(st.integers(*r))) for r in ((-2000, -1), (1, 2000)))
    end = draw(st.sampled_from((None, str(after))))
    match what:
        case "apply":
            life.applies(str(day), months=draw(st.sampled_from((None, 100, 479))), name=str(n))
        case "benefit":
            if draw(st.booleans()):
                life.has_no_right(str(day))
            else:
                life.gets_benefit(
                    str(before), str(day) if end else None, told=str(day),
                    benefit=draw(st.sampled_from(OldAgeBenefit)), notice=draw(st.booleans()),
                )  # fmt: skip
        case "record":
            category = draw(st.sampled_from((2, 3)))
            since = draw(st.sampled_from((None, str(before), "2000-01-01")))
            life.jps_tells(str(day), (category, str(before), end), complete_since=since)
        case "overseas":
            reason = draw(st.sampled_from(OverseasReason))
            life.lives_abroad_for(reason, str(day), end, told=str(day))
        case _:
            life.happens(draw(st.sampled_from(VoluntaryEvent)), str(day))


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A life of moves in and out, abroad and back, work and death, at random days."""
    birth = draw(st.dates(date(1952, 1, 1), date(2010, 1, 1)))
    foreign = draw(st.booleans())
    life = Life(
        birth.isoformat(),
        ResidentKind.FOREIGN if foreign else ResidentKind.JAPANESE,
        draw(st.sampled_from(STATUSES)) if foreign else None,
    )
    day = draw(st.dates(date(2015, 1, 1), date(2025, 1, 1)))
    match draw(st.sampled_from(("load", "abroad", "elsewhere"))):
        case "load":
            life.loaded(str(day), since=str(day - timedelta(days=draw(st.integers(0, 4000)))))
        case "abroad":
            life.moves_in_from_abroad(str(day))
        case _:
            life.moves_in(str(day))
    here = True
    for n in range(draw(st.integers(0, 7))):
        day += timedelta(days=draw(st.integers(0, 900)))
        happens = draw(st.sampled_from(HAPPENINGS))
        if happens in TOLD:
            tell(draw, life, happens, day, n)
        elif happens == "work":
            last = day - timedelta(days=draw(st.integers(1, 400)))
            since = draw(st.none() | st.integers(1, 3000))
            began = None if since is None else str(last - timedelta(days=since))
            life.leaves_work(str(last), since=began, settled=str(day), name=str(n))
        elif happens == "status" and foreign:
            life.has_status(draw(st.sampled_from(STATUSES)), str(day))
        elif happens in ("other", "again") or not here:
            if here:
                life.changes_household(str(day))
            elif draw(st.booleans()):
                life.moves_in(str(day))
                here = True
            else:
                life.moves_in_from_abroad(str(day))
                here = True
        elif happens == "move":
            life.moves_out(str(day))
            here = False
        else:
            life.moves_abroad(str(day))
            here = False
    if here and draw(st.booleans()):
        day += timedelta(days=draw(st.integers(0, 900)))
        life.dies(str(day))
    return life


@st.composite
def choosers(draw: st.DrawFn) -> Life:
    """Somebody who is insured by choice again and again, here and abroad."""
    birth = draw(st.dates(date(1955, 1, 1), date(1968, 1, 1)))
    life = Life(birth.isoformat()).moves_in_from_abroad("2005-04-01")
    day, here = date(2018, 1, 1), True
    if draw(st.booleans()):
        life.gets_benefit("2017-04-01", draw(st.sampled_from((None, "2024-05-10"))), told=str(day))
    for n in range(draw(st.integers(1, 7))):
        day += timedelta(days=draw(st.sampled_from((0, 0, 1, 30, 400, 1500))))
        match draw(st.sampled_from(("apply", "apply", "apply", "move", "event", "told", "work"))):
            case "apply":
                life.applies(str(day), months=draw(st.sampled_from((None, 100, 470))), name=str(n))
            case "move" if here:
                life.moves_abroad(str(day))
                here = False
            case "move":
                life.moves_in_from_abroad(str(day))
                here = True
            case "work":
                since = str(day - timedelta(days=draw(st.integers(1, 300))))
                life.leaves_work(str(day), since=since, settled=str(day), name=str(n))
            case "told":
                tell(draw, life, draw(st.sampled_from(TOLD)), day, n)
            case _:
                life.happens(draw(st.sampled_from(VoluntaryEvent)), str(day))
    if here and draw(st.booleans()):
        life.dies(str(day + timedelta(days=draw(st.integers(0, 900)))))
    return life


anyone = lives() | choosers()
days = st.dates(date(2010, 1, 1), END)


def of(facts: list[Fact], day: date) -> Timeline:
    return timeline(facts, LAW, AsOf(day))


@given(anyone, days)
def test_segments_are_in_order_and_never_overlap(life: Life, day: date) -> None:
    line = of(life.facts, day)
    for segment in line.segments:
        assert segment.past is None or segment.first.day < segment.past.day
        assert segment.first.day <= day
        assert segment.past is None or segment.past.day <= day
    for before, after in zip(line.segments, line.segments[1:], strict=False):
        assert before.past is not None
        assert before.past.day <= after.first.day


def anniversary(born: date, years: int) -> date:
    """The birthday so many years later; of a 29 February, 1 March where there is none."""
    year = born.year + years
    if (born.month, born.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1)
    return born.replace(year=year)


@given(anyone)
def test_category_1_is_for_the_living_of_20_to_59(life: Life) -> None:
    born = d(life.birth)
    for segment in of(life.facts, END).segments:
        if segment.category is InsuredCategory.CATEGORY_1:
            assert segment.first.day >= anniversary(born, 19)
            assert segment.past is not None or life.died_on is None
        if life.died_on is not None and segment.past is not None:
            assert segment.past.day <= life.died_on.require() + timedelta(days=1)


@given(anyone)
def test_each_loss_has_its_acquisition_before_it(life: Life) -> None:
    held: InsuredCategory | VoluntaryInsurance | None = None
    for transition in of(life.facts, END).transitions:
        match transition.kind:
            case TransitionKind.LOSS:
                assert held is transition.before
                held = None
            case _:
                held = transition.after
    assert sorted(happened(of(life.facts, END))) == sorted(set(happened(of(life.facts, END))))


@given(anyone, st.randoms())
def test_the_order_in_which_facts_arrive_does_not_matter(life: Life, random: Random) -> None:
    shuffled = list(life.facts)
    random.shuffle(shuffled)
    assert of(shuffled, END) == of(life.facts, END)


@given(anyone, days, days)
def test_an_earlier_day_is_the_beginning_of_a_later_one(life: Life, a: date, b: date) -> None:
    early, late = of(life.facts, min(a, b)), of(life.facts, max(a, b))
    assert late.transitions[: len(early.transitions)] == early.transitions
    assert [s.first for s in late.segments][: len(early.segments)] == [
        s.first for s in early.segments
    ]


@given(anyone, days)
def test_what_was_known_at_a_moment_never_changes_later(life: Life, day: date) -> None:
    for count in range(1, len(life.facts) + 1):
        moment = life.facts[count - 1].recorded_at
        then = timeline(life.facts[:count], LAW, AsOf(day, moment))
        assert timeline(life.facts, LAW, AsOf(day, moment)) == then


@given(anyone, days)
def test_nothing_happens_before_the_next_day_on_which_something_does(life: Life, day: date) -> None:
    whole = plan(life.facts, LAW)
    following = whole.next_after(day)
    before = of(life.facts, day)
    if following is None:
        assert of(life.facts, date(2200, 1, 1)).transitions == before.transitions
        return
    assert following > day
    eve = of(life.facts, following - timedelta(days=1))
    assert (eve.segments, eve.reviews) == (before.segments, before.reviews)


@given(anyone)
def test_facts_come_back_as_they_were_kept(life: Life) -> None:
    kept = [Fact(fact.recorded_at, decode(*encode(fact.content))) for fact in life.facts]
    assert kept == life.facts


@given(anyone)
def test_no_two_transitions_are_reported_under_one_id(life: Life) -> None:
    person = uuid4()
    reported = [t for t in of(life.facts, END).transitions if t.is_reportable]
    assert len({item_id(person, t) for t in reported}) == len(reported)


@given(anyone)
@settings(max_examples=50)
def test_months_lie_in_the_periods_and_each_counts_once(life: Life) -> None:
    line = of(life.facts, END)
    months = insured_months(line.segments, Month.of(END))
    for month, category in months.items():
        assert any(
            segment.category is category
            and segment.first.day <= month.last_day
            and (segment.past is None or segment.past.day > month.first_day)
            for segment in line.periods
        )


@given(anyone)
def test_insurance_by_choice_is_for_the_living_of_20_to_69(life: Life) -> None:
    born = d(life.birth)
    for segment in of(life.facts, date(2090, 1, 1)).segments:
        if isinstance(segment.category, VoluntaryInsurance):
            assert segment.past is not None
            assert segment.first.day >= anniversary(born, 19)
            assert segment.past.day <= anniversary(born, 70)
            assert life.died_on is None or segment.past.day <= life.died_on.require() + timedelta(1)
            assert segment.past.effect.value != "changes" or segment.category == "recipient"


@given(anyone)
def test_months_of_all_kinds_add_up_to_the_months_insured(life: Life) -> None:
    """法11条3項: what counts as 1, 2, 3 and by choice together is what counts at all."""
    line = of(life.facts, END)
    months = insured_months(line.segments, Month.of(END))
    kinds = {segment.category for segment in line.periods}
    assert sum(sum(held is kind for held in months.values()) for kind in kinds) == len(months)


@given(anyone, days)
def test_told_one_by_one_or_all_at_once_it_is_the_same(life: Life, day: date) -> None:
    """What is concluded after each fact, the last time equals what all facts together give."""
    concluded = [of(life.facts[:count], day) for count in range(1, len(life.facts) + 1)]
    assert concluded[-1] == of(list(reversed(life.facts)), day)


@given(st.integers(0, 90), st.integers(1, 2**31 - 1), st.booleans())
def test_what_an_event_says_is_all_of_it_but_its_version(
    age: int, version: int, known: bool
) -> None:
    """By this it is seen whether somebody has to be told anew: releases before wrote it so."""
    life = Life(f"{2026 - age}-05-02").loaded("2026-10-01", since="2026-05-02")
    line = timeline(life.facts, LAW, AsOf(date(2026, 10, 1)))
    event = changed(uuid4(), line, version, number_known=known)
    by_choice = VoluntaryPeriod(
        kind=VoluntaryInsurance.ABROAD, acquired_on=date(2026, 5, 1), acquisition_reason="applied"
    )
    for told, unsaid in (
        (event, {"timeline_version", "voluntary"}),
        (event.model_copy(update={"voluntary": (by_choice,)}), {"timeline_version"}),
    ):
        said = said_of(told, told.model_dump_json().encode())
        assert said.decode() == told.model_dump_json(exclude=unsaid)
