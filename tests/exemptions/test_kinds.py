"""The kinds of exemption, and the one outcome by application that a month has."""

from datetime import date

import pytest

from contracts.law import Certainty
from contracts.months import Month
from services.exemptions.domain.kinds import AppliedMonth, ExemptionKind
from services.exemptions.domain.reasons import Rule, because, checks

BY_LAW = {ExemptionKind.MATERNITY, ExemptionKind.CHILD_CARE, ExemptionKind.STATUTORY}


@pytest.mark.parametrize("kind", list(ExemptionKind))
def test_an_application_gives_what_no_notice_gives(kind: ExemptionKind) -> None:
    assert kind.by_application is (kind not in BY_LAW)
    if kind in BY_LAW:
        with pytest.raises(ValueError, match="not given by application"):
            AppliedMonth(kind)
    else:
        assert AppliedMonth(kind).kind is kind


def test_what_each_kind_is_to_the_pension() -> None:
    assert {kind for kind in ExemptionKind if kind.counts_as_paid} == {
        ExemptionKind.MATERNITY,
        ExemptionKind.CHILD_CARE,
    }
    assert {kind for kind in ExemptionKind if kind.is_partial} == {
        ExemptionKind.THREE_QUARTERS,
        ExemptionKind.HALF,
        ExemptionKind.QUARTER,
    }
    assert {kind for kind in ExemptionKind if kind.is_deferred} == {
        ExemptionKind.DEFERMENT,
        ExemptionKind.STUDENT,
    }


def test_a_reason_is_read_in_the_era() -> None:
    rule = Rule("r", "法89条", "{day}に該当し、{month}分から{count}か月。")
    reason = because(rule, day=date(2026, 5, 10), month=Month(2019, 4), count=3)
    assert reason.sentence == "令和8年5月10日に該当し、平成31年4月分から3か月。"
    assert reason.figure("count") == 3


def test_a_doubt_of_a_figure_is_the_reasons_doubt() -> None:
    rule = Rule("r", "法89条", "")
    sure, doubted = because(rule), because(rule, doubt=Certainty.SECONDARY)
    assert checks([sure, doubted, doubted]) == (doubted,)
    assert doubted.certainty is Certainty.SECONDARY
