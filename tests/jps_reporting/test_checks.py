"""The logical checks (C26), each with a case that it strikes and the case beside it."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Sex
from contracts.eras import parse_date
from contracts.events import InsuredCategory, LinkageOutcome, ReportItemKind, ReportProcessing
from contracts.events.residents import Address, PersonName
from services.jps_reporting.domain.checks import (
    CHECKS,
    Finding,
    Severity,
    Subject,
    check,
    has_error,
)
from services.jps_reporting.domain.items import ReportItem
from services.jps_reporting.domain.layout import Source
from services.jps_reporting.domain.rendering import Renderer
from tests.jps_reporting.making import LAYOUT, PARAMETERS, TODAY, Kind, answer, item

RENDERER = Renderer(LAYOUT, PARAMETERS.substitutions, "121002")


def subject(
    one: ReportItem,
    about: dict[str, Any] | None = None,
    outcome: LinkageOutcome | None = LinkageOutcome.ANSWERED,
    **more: Any,
) -> Subject:
    said = answer(**(about or {})) if outcome is LinkageOutcome.ANSWERED else None
    record = LAYOUT.record_for(one.kind)
    given_: dict[str, Any] = {
        "item": one,
        "due_on": date(2026, 10, 19),
        "may_precede": False,
        "outcome": outcome,
        "answer": said,
        "record": record,
        "rendered": RENDERER.record(record, one, said) if record and said else None,
        **more,
    }
    return Subject(**given_)


def codes(case: Subject, today: date = TODAY) -> set[str]:
    return {finding.code for finding in check(case, today)}


@pytest.mark.parametrize("kind", list(Kind))
def test_a_sound_item_has_no_findings(kind: ReportItemKind) -> None:
    assert check(subject(item(kind)), TODAY) == []


NAME = PersonName(kanji="見本　花子", kana="ミホン")
WHOLE = LAYOUT.record[0]
WITHOUT_PROCESSING = WHOLE.model_copy(
    update={"column": tuple(c for c in WHOLE.column if c.source is not Source.PROCESSING)}
)
CASES: dict[str, Subject] = {
    "JR-2001": subject(item(), {"name": None}),
    "JR-2002": subject(item(), {"name": PersonName(kanji="見本")}),
    "JR-2003": subject(item(), {"address": None}),
    "JR-2004": subject(item(), {"birth_date": None}),
    "JR-2005": subject(item(), {"birth_date": parse_date("昭和20年春")}),
    "JR-2006": subject(item(Kind.ADDITIONAL_PREMIUM_START, from_month=None)),
    "JR-2007": subject(item(), {"sex": Sex.UNKNOWN}),
    "JR-2008": subject(item(occurred_on=date(1872, 12, 31))),
    "JR-2011": subject(item(), {"name": PersonName(kanji="𠮟", kana="シ")}),
    "JR-2012": subject(item(), {"name": PersonName(kanji="\ue000", kana="シ")}),
    "JR-2013": subject(item(), {"address": Address(text="一丁目\n2番")}),
    "JR-2014": subject(item(), {"name": PersonName(kanji="見本", kana="漢")}),
    "JR-2015": subject(item(), {"name": PersonName(kanji="一" * 41, kana="シ")}),
    "JR-2016": subject(
        one := item(),
        rendered=Renderer(LAYOUT, PARAMETERS.substitutions, "12100").record(
            LAYOUT.record[0], one, answer()
        ),
    ),
    "JR-2017": subject(item(basic_pension_number="22A1174711")),
    "JR-2018": subject(item(), {"name": PersonName(kanji="見本", kana="ア,イ")}),
    "JR-2019": subject(item(reason="unheard-of")),
    "JR-2021": subject(item(occurred_on=date(2026, 10, 6))),
    "JR-2022": subject(item(occurred_on=date(2026, 10, 10)), may_precede=True),
    "JR-2023": subject(item(accepted_on=date(2026, 10, 10))),
    "JR-2024": subject(item(occurred_on=date(2006, 4, 1))),
    "JR-2031": subject(item(basic_pension_number=None), {"individual_number_token": None}),
    "JR-2032": subject(item(basic_pension_number=None)),
    "JR-2041": subject(item(), due_on=date(2026, 10, 8)),
    "JR-2051": subject(item(), duplicate=True),
    "JR-2052": subject(item(), already_sent=True),
    "JR-2053": subject(item(), stale=True),
    "JR-2054": subject(item(), held=True),
    "JR-2055": subject(item(), cancel_before=True),
    "JR-2056": subject(item(), cancel_before=False),
    "JR-2057": subject(item(processing=ReportProcessing.CANCELLATION), told_anew=True),
    "JR-2061": subject(item(), outcome=LinkageOutcome.NO_RECORD),
    "JR-2062": subject(item(), outcome=LinkageOutcome.REFUSED),
    "JR-2063": subject(item(), outcome=None),
    "JR-2064": subject(item(), stopped=True),
    "JR-2071": subject(item(), record=None, rendered=None),
    "JR-2072": subject(item(Kind.CATEGORY_CHANGE, category_before=InsuredCategory.CATEGORY_1)),
    "JR-2073": subject(item(processing=ReportProcessing.CANCELLATION), record=WITHOUT_PROCESSING),
}


@pytest.mark.parametrize("code", list(CHECKS))
def test_every_check_strikes_where_it_should_and_alone(code: str) -> None:
    found = codes(CASES[code])
    assert code in found
    # Without a name there are no kana either; a day before 明治6年 precedes the birth too.
    along = {"JR-2001": {"JR-2002"}, "JR-2008": {"JR-2024"}}
    assert found == {code} | along.get(code, set())


def test_the_readme_lists_every_check_with_its_severity_and_text() -> None:
    readme = Path(__file__).parents[2] / "services" / "jps_reporting" / "README.md"
    rows = re.findall(r"^\| (JR-2\d{3}) \| (\S+) \| (.+?) \|", readme.read_text(), re.MULTILINE)
    assert rows == [(c.code, c.severity.label, c.text) for c in CHECKS.values()]


def test_the_field_and_the_character_are_named() -> None:
    found = check(CASES["JR-2011"], TODAY)
    assert found == [Finding("JR-2011", "氏名", "𠮟")]
    assert found[0].severity is Severity.ERROR
    assert "代替文字表" in found[0].text


def test_a_substitution_is_no_finding() -> None:
    assert check(subject(item(), {"name": PersonName(kanji="𠮷田", kana="ヨシダ")}), TODAY) == []


@pytest.mark.parametrize(
    ("kind", "number", "token", "code"),
    [
        (Kind.ACQUISITION, None, True, "JR-2032"),  # not yet assigned is lawful
        (Kind.ACQUISITION, "2271174711", False, None),
        (Kind.ACQUISITION, None, False, "JR-2031"),
        (Kind.LOSS, None, True, "JR-2032"),
        # 規則4条1項: the report of a death holds the basic pension number alone
        (Kind.DEATH, None, True, "JR-2031"),
        (Kind.DEATH, "2271174711", False, None),
        (Kind.UNPAID_BENEFIT_CLAIM, None, True, "JR-2031"),
    ],
)
def test_one_of_the_two_numbers_is_on_the_record(
    kind: ReportItemKind, number: str | None, token: bool, code: str | None
) -> None:
    about = {} if token else {"individual_number_token": None}
    assert codes(subject(item(kind, basic_pension_number=number), about)) == (
        {code} if code else set()
    )


def test_a_planned_move_abroad_may_be_notified_before_it_happens() -> None:
    early = item(Kind.LOSS, occurred_on=date(2026, 10, 8), accepted_on=date(2026, 10, 5))
    assert codes(subject(early)) == {"JR-2021"}
    assert codes(subject(early, may_precede=True)) == set()
    assert codes(subject(early, may_precede=True), date(2026, 10, 7)) == {"JR-2022"}


@pytest.mark.parametrize(
    ("today", "late"),
    [(date(2026, 10, 19), False), (date(2026, 10, 20), True)],
)
def test_the_last_day_is_still_in_time(today: date, late: bool) -> None:
    assert ("JR-2041" in codes(subject(item()), today)) is late


def test_sex_matters_only_where_the_record_shows_it() -> None:
    assert codes(subject(item(Kind.LOSS), {"sex": Sex.UNKNOWN})) == set()


def test_nothing_is_said_of_an_answer_that_is_not_there() -> None:
    assert codes(subject(item(basic_pension_number=None), outcome=None)) == {"JR-2063"}


def test_warnings_do_not_hold_a_report_up() -> None:
    assert not has_error(check(CASES["JR-2041"], TODAY))
    assert has_error(check(CASES["JR-2001"], TODAY))


@given(
    st.sampled_from(list(Kind)),
    st.sampled_from([None, *LinkageOutcome]),
    st.booleans(),
    st.booleans(),
    st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.text(min_size=1, max_size=30),
)
def test_findings_never_repeat_and_an_item_without_error_renders(
    kind: ReportItemKind,
    outcome: LinkageOutcome | None,
    duplicate: bool,
    already_sent: bool,
    today: date,
    name: str,
) -> None:
    about = {"name": PersonName(kanji=name, kana="カナ")}
    case = subject(item(kind), about, outcome, duplicate=duplicate, already_sent=already_sent)
    found = check(case, today)
    assert len(found) == len(set(found))
    if not has_error(found):
        assert case.rendered is not None
        assert not case.rendered.faults
