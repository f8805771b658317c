"""Months that JPS granted, in the reckoning of a what-if: offered only for a better kind."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.months import Month
from services.exemptions.domain.application.granted_already import Decided
from services.exemptions.domain.application.review import Result
from services.exemptions.domain.application.standing import betters
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.side_by_side import SideBySide, side_by_side
from services.exemptions.domain.what_if import application_of, case_of, order_of
from tests.exemptions.test_exemption_what_if import FIGURES, PREMIUMS, TODAY, asked, of

CYCLE = [Month(2026, 7) + n for n in range(12)]
BY_APPLICATION = [kind for kind in Kind if kind.by_application]


def answer(granted: dict[Month, Kind], refused: Iterable[Month] = ()) -> SideBySide:
    """Of one who may have half, or deferment, by 900,000 yen."""
    question = asked()
    application = application_of(question, order_of(question, FIGURES, TODAY), TODAY)
    decided = Decided(granted, frozenset(refused))
    return side_by_side(application, case_of(question, {}), FIGURES, decided=decided)


@pytest.mark.parametrize(
    ("held", "offered", "first"),
    [
        (Kind.FULL, Kind.HALF, None),
        (Kind.QUARTER, Kind.HALF, None),
        (Kind.HALF, Kind.DEFERMENT, None),
        (Kind.DEFERMENT, Kind.HALF, Month(2026, 9)),
        (Kind.STUDENT, Kind.HALF, None),
        (Kind.HALF, Kind.HALF, None),
    ],
    ids=["nothing better", "part by part", "worse", "from the month before", "student", "same"],
)
def test_what_was_granted_is_offered_again_only_for_a_better_kind_in_its_place(
    held: Kind, offered: Kind, first: Month | None
) -> None:
    found = of(answer(dict.fromkeys(CYCLE, held)), offered)
    passing = [one.month for one in found.outcomes if one.result is Result.PASSES]
    assert passing == ([] if first is None else [m for m in CYCLE if m >= first])
    for one in found.outcomes:
        if one.month not in passing:
            assert one.result is Result.EXCLUDED
            assert one.excluded[0].code.startswith("granted-")


def test_it_costs_and_counts_as_it_was_granted() -> None:
    nothing = answer({})
    assert nothing.paying.to_pay == PREMIUMS
    quarter = answer(dict.fromkeys(CYCLE, Kind.QUARTER))
    assert quarter.paying.to_pay == 9 * 13_440 + 3 * 13_720
    assert of(quarter, Kind.HALF).to_pay == quarter.paying.to_pay
    deferred = answer(dict.fromkeys(CYCLE, Kind.DEFERMENT))
    assert (deferred.paying.to_pay, deferred.paying.pension) == (0, 0)
    # July and August stay deferred; of ten months half is paid, and counts three quarters.
    half, whole = of(deferred, Kind.HALF), of(nothing, Kind.HALF)
    assert half.passing == 10
    assert half.to_pay is not None
    assert whole.to_pay is not None
    assert whole.to_pay - half.to_pay == 2 * 8_960
    assert half.pension == 13_239  # 847,300 × 10/480 × 6/8


def test_months_that_were_refused_are_offered_and_it_is_said() -> None:
    found = answer({}, CYCLE[:3])
    assert of(found, Kind.HALF).passing == 12
    (note,) = (note for note in found.notes if note.code == "refused-before")
    assert "2026-07〜2026-09" in note.sentence


@given(st.dictionaries(st.sampled_from(CYCLE), st.sampled_from(BY_APPLICATION)))
def test_a_month_that_was_not_granted_is_as_it_was_and_one_that_was_never_gets_worse(
    granted: dict[Month, Kind],
) -> None:
    found, alone = answer(granted), answer({})
    for with_it, without in zip(
        (found.wanted, *found.each), (alone.wanted, *alone.each), strict=True
    ):
        for one, other in zip(with_it.outcomes, without.outcomes, strict=True):
            if one.month not in granted:
                assert one == other
            elif one.result is Result.PASSES:
                assert one.kind is not None
                assert betters(one.month, granted[one.month], one.kind, TODAY)
