"""The life of a support measure (支援措置): its terms, its steps, who may take them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events.measures import MeasureEndReason as EndReason
from services.identity.domain import measures
from services.identity.domain.measures import (
    MeasureState,
    NoRule,
    Refusal,
    Rules,
    Standing,
    Step,
    StepKind,
    StepRefused,
)
from services.identity.tables import read_measure_rules

RULES = read_measure_rules()
CLERK, CHIEF = "s001", "s002"
AT = datetime(2020, 4, 1, 1, tzinfo=UTC)
APPLIED, STARTED, LAST = date(2020, 3, 25), date(2020, 4, 1), date(2021, 3, 31)
ENTERED = Step(StepKind.ENTERED, CLERK, AT, APPLIED)
CONFIRMED = Step(StepKind.CONFIRMED, CHIEF, AT, STARTED)
EXTENSION = Step(StepKind.EXTENSION_PROPOSED, CLERK, AT, date(2021, 3, 10))
EXTENDED = Step(StepKind.EXTENDED, CHIEF, AT, date(2021, 3, 10))
END = Step(StepKind.END_PROPOSED, CLERK, AT, None, EndReason.REQUESTED)
ENDED = Step(StepKind.ENDED, CHIEF, AT, None, EndReason.REQUESTED)
LIFTED = Step(StepKind.LIFTED, CHIEF, AT, None, EndReason.NOT_CONFIRMED)


def stands(day: date, *steps: Step) -> Standing:
    return measures.standing((ENTERED, *steps), RULES, day)


@pytest.mark.parametrize(
    ("first", "last", "extendable"),
    [
        ("2020-04-01", "2021-03-31", "2021-03-01"),  # 標準仕様書's own example
        ("2025-10-15", "2026-10-14", "2026-09-15"),
        ("2019-03-01", "2020-02-29", "2020-02-01"),
        ("2020-02-29", "2021-02-28", "2021-02-01"),  # no such day a year on: 民法143条2項但書
        ("2020-03-31", "2021-03-30", "2021-02-28"),
    ],
)
def test_a_term_lasts_a_year_and_can_be_extended_in_its_last_month(
    first: str, last: str, extendable: str
) -> None:
    term = RULES.term(date.fromisoformat(first))
    assert (str(term.last), str(term.extendable_from)) == (last, extendable)


def test_a_term_before_there_was_a_rule_is_an_error_and_no_guess() -> None:
    assert RULES.term(date(2004, 7, 1)).last == date(2005, 6, 30)
    with pytest.raises(NoRule):
        RULES.term(date(2004, 6, 30))


@given(st.dates(min_value=date(2004, 7, 1), max_value=date(2100, 1, 1)))
def test_terms_follow_each_other_without_a_gap(first: date) -> None:
    term = RULES.term(first)
    assert 364 <= (term.last - first).days <= 366
    assert term.first < term.extendable_from <= term.last
    assert 27 <= (term.last - term.extendable_from).days <= 31


@pytest.mark.parametrize(
    ("steps", "day", "state"),
    [
        ((), "2020-03-25", MeasureState.PROVISIONAL),
        ((), "2025-01-01", MeasureState.PROVISIONAL),  # it does not lapse by itself
        ((LIFTED,), "2020-04-01", MeasureState.ENDED),
        ((CONFIRMED,), "2020-04-01", MeasureState.IN_FORCE),
        ((CONFIRMED,), "2021-02-28", MeasureState.IN_FORCE),
        ((CONFIRMED,), "2021-03-01", MeasureState.EXPIRING),
        ((CONFIRMED,), "2021-03-31", MeasureState.EXPIRING),
        ((CONFIRMED,), "2021-04-01", MeasureState.EXPIRED),
        ((CONFIRMED,), "2031-04-01", MeasureState.EXPIRED),
        ((CONFIRMED, EXTENSION), "2021-03-15", MeasureState.EXPIRING),
        ((CONFIRMED, EXTENSION, EXTENDED), "2021-03-15", MeasureState.EXTENDED),
        ((CONFIRMED, EXTENSION, EXTENDED), "2022-03-01", MeasureState.EXPIRING),
        ((CONFIRMED, END), "2020-06-01", MeasureState.IN_FORCE),
        ((CONFIRMED, END, ENDED), "2020-06-01", MeasureState.ENDED),
    ],
)
def test_how_it_stands(steps: tuple[Step, ...], day: str, state: MeasureState) -> None:
    now = stands(date.fromisoformat(day), *steps)
    assert now.state is state
    assert now.hides is (state is not MeasureState.ENDED)


def test_an_extension_begins_on_the_day_after_the_term_whenever_it_was_settled() -> None:
    _, second = stands(date(2021, 4, 20), CONFIRMED, EXTENSION, EXTENDED).terms
    assert (second.first, second.last) == (date(2021, 4, 1), date(2022, 3, 31))


class TestTwoPeople:
    """What one enters or proposes counts against the person for nothing until another settles it;
    hiding alone counts at once."""

    def test_who_entered_it_neither_confirms_nor_lifts(self) -> None:
        now = stands(STARTED)
        assert now.hides
        for refused in (
            lambda: measures.confirm(now, CLERK, AT, STARTED, STARTED, RULES),
            lambda: measures.lift(now, CLERK, AT, EndReason.NOT_CONFIRMED),
        ):
            with pytest.raises(StepRefused) as caught:
                refused()
            assert caught.value.refusal is Refusal.SAME_PERSON
        assert measures.confirm(now, CHIEF, AT, STARTED, STARTED, RULES) == CONFIRMED
        assert measures.lift(now, CHIEF, AT, EndReason.NOT_CONFIRMED) == LIFTED

    @pytest.mark.parametrize(("proposed", "settled"), [(EXTENSION, EXTENDED), (END, ENDED)])
    def test_who_proposed_does_not_settle(self, proposed: Step, settled: Step) -> None:
        now = stands(date(2021, 3, 15), CONFIRMED, proposed)
        with pytest.raises(StepRefused) as caught:
            measures.settle(now, CLERK, AT, agree=True)
        assert caught.value.refusal is Refusal.SAME_PERSON
        assert measures.settle(now, CHIEF, AT, agree=True) == settled
        assert measures.settle(now, CHIEF, AT, agree=False).kind is StepKind.REJECTED

    def test_what_was_sent_back_can_be_proposed_again(self) -> None:
        rejected = Step(StepKind.REJECTED, CHIEF, AT, None, EndReason.REQUESTED)
        now = stands(date(2021, 3, 15), CONFIRMED, END, rejected)
        assert (now.hides, now.pending) == (True, None)
        again = measures.propose_end(now, CLERK, AT, EndReason.REQUESTED, date(2021, 3, 15))
        assert again == END


TODAY = date(2021, 3, 15)


@pytest.mark.parametrize(
    ("refusal", "steps", "taken"),
    [
        (Refusal.DAY_OUT_OF_RANGE, (), lambda n: measures.confirm(
            n, CHIEF, AT, date(2020, 3, 24), TODAY, RULES)),
        (Refusal.DAY_OUT_OF_RANGE, (), lambda n: measures.confirm(
            n, CHIEF, AT, date(2021, 3, 16), TODAY, RULES)),
        (Refusal.NOT_PROVISIONAL, (CONFIRMED,), lambda n: measures.confirm(
            n, CHIEF, AT, STARTED, TODAY, RULES)),
        (Refusal.NOT_PROVISIONAL, (CONFIRMED,), lambda n: measures.lift(
            n, CHIEF, AT, EndReason.NOT_CONFIRMED)),
        (Refusal.OVER, (LIFTED,), lambda n: measures.confirm(
            n, CHIEF, AT, STARTED, TODAY, RULES)),
        (Refusal.OVER, (CONFIRMED, END, ENDED), lambda n: measures.propose_end(
            n, CLERK, AT, EndReason.REQUESTED, TODAY)),
        (Refusal.OVER, (CONFIRMED, END, ENDED), lambda n: measures.settle(
            n, CHIEF, AT, agree=True)),
        (Refusal.NOT_CONFIRMED, (), lambda n: measures.propose_end(
            n, CLERK, AT, EndReason.REQUESTED, TODAY)),
        (Refusal.NOTHING_PROPOSED, (CONFIRMED,), lambda n: measures.settle(
            n, CHIEF, AT, agree=True)),
        (Refusal.PROPOSED_ALREADY, (CONFIRMED, END), lambda n: measures.propose_extension(
            n, CLERK, AT, TODAY, TODAY)),
        (Refusal.NOT_YET_EXTENDABLE, (CONFIRMED,), lambda n: measures.propose_extension(
            n, CLERK, AT, date(2021, 2, 28), TODAY)),
        (Refusal.DAY_OUT_OF_RANGE, (CONFIRMED,), lambda n: measures.propose_extension(
            n, CLERK, AT, date(2021, 3, 16), TODAY)),
        (Refusal.TERM_HAS_PASSED, (CONFIRMED,), lambda n: measures.propose_extension(
            n, CLERK, AT, date(2021, 4, 1), date(2021, 4, 2))),
        (Refusal.TERM_NOT_OVER, (CONFIRMED,), lambda n: measures.propose_end(
            n, CLERK, AT, EndReason.TERM_OVER, LAST)),
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_taken(refusal, steps, taken) -> None:
    with pytest.raises(StepRefused) as caught:
        taken(stands(TODAY, *steps))
    assert caught.value.refusal is refusal


def test_a_term_that_is_over_can_be_ended_for_that() -> None:
    step = measures.propose_end(
        stands(date(2021, 4, 1), CONFIRMED), CLERK, AT, EndReason.TERM_OVER, date(2021, 4, 1)
    )
    assert step.reason is EndReason.TERM_OVER


def test_two_rules_that_begin_on_one_day_are_no_rules() -> None:
    rule = RULES.on(STARTED)
    with pytest.raises(ValueError, match="one for each day"):
        Rules([rule, rule])
