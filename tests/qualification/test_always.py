"""What must hold for whatever life, in whatever order it is told."""

from datetime import date, timedelta
from random import Random
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.codes import ResidentKind
from contracts.events import InsuredCategory, TransitionKind
from contracts.months import Month
from services.qualification.domain.facts import Fact, decode, encode
from services.qualification.domain.months import insured_months
from services.qualification.domain.timeline import AsOf, Timeline, plan, timeline
from services.qualification.domain.transitions import item_id
from tests.qualification.people import LAW, Life, d, happened

END = date(2045, 1, 1)
STATUSES = ("留学", "特定活動25号", "特定活動", "永住者")


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A life of moves in and out, abroad and back, work and death, at random days."""
    birth = draw(st.dates(date(1960, 1, 1), date(2010, 1, 1)))
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
        happens = draw(st.sampled_from(("move", "abroad", "work", "other", "status", "again")))
        if happens == "work":
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


days = st.dates(date(2010, 1, 1), END)


def of(facts: list[Fact], day: date) -> Timeline:
    return timeline(facts, LAW, AsOf(day))


@given(lives(), days)
def test_segments_are_in_order_and_never_overlap(life: Life, day: date) -> None:
    line = of(life.facts, day)
    for segment in line.segments:
        assert segment.past is None or segment.first.day < segment.past.day
        assert segment.first.day <= day
        assert segment.past is None or segment.past.day <= day
    for before, after in zip(line.segments, line.segments[1:], strict=False):
        assert before.past is not None
        assert before.past.day <= after.first.day


@given(lives())
def test_category_1_is_for_the_living_of_20_to_59(life: Life) -> None:
    born = d(life.birth)
    for segment in of(life.facts, END).segments:
        if segment.category is InsuredCategory.CATEGORY_1:
            assert segment.first.day >= born.replace(year=born.year + 19)
            assert segment.past is not None or life.died_on is None
        if life.died_on is not None and segment.past is not None:
            assert segment.past.day <= life.died_on.require() + timedelta(days=1)


@given(lives())
def test_each_loss_has_its_acquisition_before_it(life: Life) -> None:
    held: InsuredCategory | None = None
    for transition in of(life.facts, END).transitions:
        match transition.kind:
            case TransitionKind.LOSS:
                assert held is transition.before
                held = None
            case _:
                held = transition.after
    assert sorted(happened(of(life.facts, END))) == sorted(set(happened(of(life.facts, END))))


@given(lives(), st.randoms())
def test_the_order_in_which_facts_arrive_does_not_matter(life: Life, random: Random) -> None:
    shuffled = list(life.facts)
    random.shuffle(shuffled)
    assert of(shuffled, END) == of(life.facts, END)


@given(lives(), days, days)
def test_an_earlier_day_is_the_beginning_of_a_later_one(life: Life, a: date, b: date) -> None:
    early, late = of(life.facts, min(a, b)), of(life.facts, max(a, b))
    assert late.transitions[: len(early.transitions)] == early.transitions
    assert [s.first for s in late.segments][: len(early.segments)] == [
        s.first for s in early.segments
    ]


@given(lives(), days)
def test_what_was_known_at_a_moment_never_changes_later(life: Life, day: date) -> None:
    for count in range(1, len(life.facts) + 1):
        moment = life.facts[count - 1].recorded_at
        then = timeline(life.facts[:count], LAW, AsOf(day, moment))
        assert timeline(life.facts, LAW, AsOf(day, moment)) == then


@given(lives(), days)
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


@given(lives())
def test_facts_come_back_as_they_were_kept(life: Life) -> None:
    kept = [Fact(fact.recorded_at, decode(*encode(fact.content))) for fact in life.facts]
    assert kept == life.facts


@given(lives())
def test_no_two_transitions_are_reported_under_one_id(life: Life) -> None:
    person = uuid4()
    reported = [t for t in of(life.facts, END).transitions if t.is_reportable]
    assert len({item_id(person, t) for t in reported}) == len(reported)


@given(lives())
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
