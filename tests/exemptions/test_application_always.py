"""What holds for every household: raising income, telling more, splitting, reordering."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contracts.events import FactOutcome
from contracts.events.income import DeductibleSpouse, SelfDisability, WidowOrSingleParent
from services.exemptions.domain.application.cycles import Months
from services.exemptions.domain.application.facts import Application, Case, Someone
from services.exemptions.domain.application.income import YearIncome
from services.exemptions.domain.application.kinds import EXEMPTIONS, LAWS
from services.exemptions.domain.application.review import MonthOutcome, Result, review, spans
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.reasons import Answer
from tests.exemptions.households import FIGURES, NOTHING
from tests.exemptions.random_households import NOT_STUDENT, Lot

SEEDS = st.integers(min_value=0, max_value=2**32)
BETTER = {Answer.NOT_MET: 0, Answer.UNKNOWN: 1, Answer.MET: 2}
MOST = NOTHING.model_copy(update={"total_income": 99_000_000})


def drawn(seed: int) -> tuple[Case, Application]:
    lot = Lot(seed)
    return lot.case(), lot.application()


def answers(case: Case, application: Application) -> list[Answer]:
    """Of each kind alone, month by month; a month that is not open is not met."""
    return [
        one.tests[0].answer if one.tests else Answer.NOT_MET
        for kind in LAWS
        for one in review(replace(application, order=(kind,)), case, FIGURES)
    ]


def each_year(case: Case, of: dict[str, Someone]) -> Case:
    return replace(case, people={**case.people, **of})


@given(SEEDS, st.sampled_from(["applicant", "spouse", "parent"]), st.integers(1, 3_000_000))
def test_raising_an_income_never_improves_anything(seed: int, whose: str, more: int) -> None:
    case, application = drawn(seed)
    who = case.person(whose)
    raised = {
        year: replace(
            known,
            income=known.income.model_copy(
                update={"total_income": known.income.total_income + more}
            ),
        )
        if known.income is not None and known.income.total_income is not None
        else known
        for year, known in who.incomes.items()
    }
    richer = each_year(case, {whose: replace(who, incomes=raised)})
    for before, after in zip(answers(case, application), answers(richer, application), strict=True):
        assert BETTER[after] <= BETTER[before]


@given(SEEDS, st.booleans())
def test_telling_what_was_not_known_contradicts_nothing(seed: int, hopeful: bool) -> None:
    """Met stays met and not met stays not met, whatever comes out: only what was unknown moves."""
    case, application = drawn(seed)
    told = each_year(case, {key: _told(someone, hopeful) for key, someone in case.people.items()})
    for before, after in zip(answers(case, application), answers(told, application), strict=True):
        assert before is after or before is Answer.UNKNOWN


def _told(someone: Someone, hopeful: bool) -> Someone:
    incomes = {year: _year(known, hopeful) for year, known in someone.incomes.items()}
    return replace(someone, incomes=incomes)


def _year(known: YearIncome, hopeful: bool) -> YearIncome:
    if known.income is None:
        return YearIncome(FactOutcome.VALUE, NOTHING if hopeful else MOST, 0, 0)
    best = {
        "total_income": 0,
        "deductible_spouse": DeductibleSpouse.ELDERLY,
        "self_disability": SelfDisability.SEVERE,
        "self_widow_or_single_parent": WidowOrSingleParent.SINGLE_PARENT,
        "self_working_student": True,
    }
    said = known.income.model_dump()
    unsaid = {name for name, value in said.items() if value is None}
    update = {
        name: best.get(name, 9) if hopeful else getattr(MOST, name)
        for name in unsaid & NOTHING.model_fields_set
    }
    return replace(known, income=known.income.model_copy(update=update))


@given(SEEDS)
def test_every_month_has_one_outcome_with_its_reasons(seed: int) -> None:
    case, application = drawn(seed)
    found = review(application, case, FIGURES)
    assert [one.month for one in found] == list(application.months.all())
    for one in found:
        assert (one.kind is not None) == (one.result in (Result.PASSES, Result.ASKS))
        assert bool(one.missing) == (one.result is Result.ASKS)
        assert one.reasons
        for reason in one.reasons:
            assert reason.article
            assert "{" not in reason.sentence
        if one.result is Result.PASSES:
            assert one.kind in application.order
        if one.otherwise is not None:
            order = application.order
            assert one.kind is not None
            assert order.index(one.kind) < order.index(one.otherwise)


@given(SEEDS)
def test_a_month_does_not_depend_on_what_else_is_applied_for(seed: int) -> None:
    case, application = drawn(seed)
    whole = review(application, case, FIGURES)
    apart = [
        outcome
        for month in application.months.all()
        for outcome in review(replace(application, months=Months(month, month)), case, FIGURES)
    ]
    assert list(whole) == apart


@given(SEEDS)
def test_the_order_in_which_facts_are_told_does_not_matter(seed: int) -> None:
    case, application = drawn(seed)
    other = Lot(seed + 1)
    case = replace(case, disasters=case.disasters + other.case().disasters)
    turned = replace(
        case,
        people=dict(reversed(list(case.people.items()))),
        householders=case.householders[::-1],
        spouses=case.spouses[::-1] if case.spouses is not None else None,
        disasters=case.disasters[::-1],
        enrolments=case.enrolments[::-1],
    )
    assert came(review(application, case, FIGURES)) == came(review(application, turned, FIGURES))


def came(outcomes: Iterable[MonthOutcome]) -> list[tuple[Result, Kind | None, frozenset[str]]]:
    return [
        (one.result, one.kind, frozenset(reason.sentence for reason in one.reasons))
        for one in outcomes
    ]


@given(SEEDS)
def test_who_passes_for_more_passes_for_less(seed: int) -> None:
    """全額 ⊆ 4分の3 ⊆ 半額 ⊆ 4分の1: thresholds rise, and deductions only help."""
    case, application = drawn(seed)
    rows = [
        [
            one.tests[0].answer if one.tests else Answer.NOT_MET
            for one in review(replace(application, order=(kind,)), case, FIGURES)
        ]
        for kind in EXEMPTIONS
    ]
    for month in zip(*rows, strict=True):
        for greater, lesser in pairwise(month):
            assert BETTER[greater] <= BETTER[lesser]


@given(SEEDS)
def test_the_best_of_what_is_asked_for_is_found(seed: int) -> None:
    """Priority is total: the first kind of the order that holds alone is what holds together."""
    case, application = drawn(seed)
    application = replace(application, order=NOT_STUDENT)
    together = review(application, case, FIGURES)
    alone = {
        kind: review(replace(application, order=(kind,)), case, FIGURES) for kind in NOT_STUDENT
    }
    for n, one in enumerate(together):
        held = [kind for kind in NOT_STUDENT if alone[kind][n].kind is kind]
        assert one.kind is (held[0] if held else None)


@given(SEEDS)
def test_spans_leave_no_month_out(seed: int) -> None:
    case, application = drawn(seed)
    found = review(application, case, FIGURES)
    covered = [
        month for first, last in spans(found) for month in Months(first.month, last.month).all()
    ]
    assert covered == list(application.months.all())
