"""Facts on request: what is told of what is held, and what the purpose table lets through (C11)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.events import (
    ExemptionsFactsAnswered,
    FactItem,
    FactOutcome,
    FactPurpose,
    FactsRequested,
    FeedChange,
    Whose,
)
from contracts.events.facts import INCOME_ITEMS
from contracts.events.feeds import FeedRecord, Span
from contracts.events.income import Income, IncomeStanding
from contracts.events.welfare import AssistanceKind
from services.identity.domain.fact_purposes import FactDecision, FactEntry, FactPurposeTable
from services.identity.domain.facts import NOTHING, Held, Known, answer, outcomes, subjects
from services.identity.domain.feeds import _AROUND
from services.identity.tables import read_fact_purposes, read_purposes
from tests.identity.feeds import EVERY_FEED, assistance, certificates, health, income

APPLICANT, OTHER = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 10, 1, 3, tzinfo=UTC)
FISCAL_2025 = Span(first=date(2025, 7, 1), last=date(2026, 6, 30))
EVERYTHING = tuple(FactItem)


def asked(
    items: Iterable[FactItem] = EVERYTHING,
    *,
    whose: Whose = Whose.APPLICANT,
    purpose: FactPurpose = FactPurpose.EXEMPTION_REVIEW,
    years: tuple[int, ...] = (2026,),
    span: Span | None = FISCAL_2025,
) -> FactsRequested:
    items = tuple(items)
    return FactsRequested(
        request_id=UUID(int=7), reference=UUID(int=8), applicant_id=APPLICANT,
        person_id=APPLICANT if whose is Whose.APPLICANT else OTHER, whose=whose, purpose=purpose,
        items=items, levy_years=years if INCOME_ITEMS.intersection(items) else (),
        span=span if set(items) - INCOME_ITEMS else None,
    )  # fmt: skip


def held(event: FeedRecord, *, newer_waits: bool = False) -> Held:
    return Held(event.model_dump_json(exclude=_AROUND), event.change, NOON, newer_waits)


def known(*events: FeedRecord, waiting: Iterable[str] = ()) -> Known:
    by_subject: dict[str, list[Held]] = {}
    for event in events:
        by_subject.setdefault(event.subject, []).append(held(event))
    return Known(by_subject, frozenset(waiting))


def told(request: FactsRequested, of: Known) -> ExemptionsFactsAnswered:
    return answer(ExemptionsFactsAnswered, request, of)


INCOME = asked([FactItem.TOTAL_INCOME])
NOT_DECLARED = income(standing=IncomeStanding.NOT_DECLARED)
WITHDRAWN = income(standing=IncomeStanding.WITHDRAWN)


@pytest.mark.parametrize(
    ("of", "outcome"),
    [
        (known(income()), FactOutcome.VALUE),
        (known(income(total_income=0)), FactOutcome.VALUE),
        (known(NOT_DECLARED), FactOutcome.NOT_DECLARED),
        (known(), FactOutcome.NO_RECORD),
        (known(income(2025)), FactOutcome.NO_RECORD),
        (known(WITHDRAWN), FactOutcome.NO_RECORD),
        (known(income(), WITHDRAWN), FactOutcome.VALUE),
        (known(income(), income()), FactOutcome.VALUE),
        (known(income(), income(total_income=5)), FactOutcome.MORE_THAN_ONE),
        (known(income(), NOT_DECLARED), FactOutcome.MORE_THAN_ONE),
        (known(waiting=["income/2026"]), FactOutcome.UNSETTLED),
        (known(waiting=["income/2025"]), FactOutcome.NO_RECORD),
        (known(income(), waiting=["income/2026"]), FactOutcome.VALUE),
        (Known({"income/2026": [held(income(), newer_waits=True)]}), FactOutcome.UNSETTLED),
    ],
)
def test_what_there_is_of_a_levy_year(of: Known, outcome: FactOutcome) -> None:
    (fact,) = told(INCOME, of).income
    assert fact.outcome is outcome
    assert (fact.income is not None) == (outcome is FactOutcome.VALUE)
    assert outcomes(told(INCOME, of)) == {"income/2026": outcome.value}


def test_a_correction_is_told_as_such() -> None:
    (fact,) = told(INCOME, known(income(change=FeedChange.CORRECTED))).income
    assert (fact.corrected, fact.income_year, fact.recorded_at) == (True, 2025, NOON)


def test_each_year_is_answered_for_itself() -> None:
    facts = told(asked([FactItem.TOTAL_INCOME], years=(2024, 2025, 2026)),
                 known(income(2024, total_income=1), income(2026))).income  # fmt: skip
    assert [(f.levy_year, f.outcome) for f in facts] == [
        (2024, FactOutcome.VALUE), (2025, FactOutcome.NO_RECORD), (2026, FactOutcome.VALUE),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (date(2026, 4, 1), date(2026, 4, 30), [AssistanceKind.MEDICAL]),
        (date(2025, 1, 1), date(2025, 12, 31), [AssistanceKind.LIVELIHOOD]),
        (date(2025, 3, 31), None, [AssistanceKind.LIVELIHOOD, AssistanceKind.MEDICAL]),
        (date(2025, 4, 2), date(2026, 3, 31), []),
        (date(2023, 1, 1), date(2024, 3, 31), []),
    ],
)
def test_what_lies_outside_the_span_does_not_leave(
    first: date, last: date | None, found: list[AssistanceKind]
) -> None:
    event = assistance(
        (AssistanceKind.LIVELIHOOD, date(2024, 4, 1), date(2025, 4, 1)),
        (AssistanceKind.MEDICAL, date(2026, 4, 1), None),
    )
    request = asked([FactItem.PUBLIC_ASSISTANCE], span=Span(first=first, last=last))
    fact = told(request, known(event)).public_assistance
    assert fact is not None
    assert fact.outcome is FactOutcome.VALUE
    assert [period.kind for period in fact.periods] == found


def test_insurance_is_told_up_to_the_day_of_its_loss() -> None:
    request = asked([FactItem.HEALTH_INSURANCE],
                    span=Span(first=date(2023, 4, 1), last=date(2023, 4, 30)))  # fmt: skip
    fact = told(request, known(health())).health_insurance
    assert fact is not None
    assert [period.loss_reason for period in fact.periods] == ["社保加入"]


def test_nobody_known_has_no_record_of_anything() -> None:
    said = told(asked(), NOTHING)
    assert set(outcomes(said).values()) == {"no_record"}
    assert set(outcomes(said)) == set(subjects(asked()))


@given(st.sets(st.sampled_from(FactItem), min_size=1))
def test_nothing_outside_the_asked_items_leaves(items: set[FactItem]) -> None:
    every: dict[str, Any] = {
        name: field.annotation and _some(field.annotation)
        for name, field in Income.model_fields.items()
    }
    of = known(income(**every), *EVERY_FEED[1:])
    said = told(asked(sorted(items)), of).model_dump(exclude_none=True)
    left = {name for fact in said["income"] for name in fact.get("income", {})}
    assert left == {item.value for item in items & INCOME_ITEMS}
    others = {item.value for item in items - INCOME_ITEMS}
    assert {item.value for item in set(FactItem) - INCOME_ITEMS} & said.keys() == others


def _some(annotation: Any) -> Any:
    kind = annotation.__args__[0]
    kind = getattr(kind, "__origin__", kind)
    return {int: 3, bool: True}.get(kind) or next(iter(kind))


@pytest.mark.parametrize(
    "change",
    [
        {"whose": Whose.SPOUSE},
        {"person_id": OTHER},
        {"levy_years": ()},
        {"span": None},
        {"items": ()},
        {"items": (FactItem.TOTAL_INCOME,)},
        {"items": (FactItem.HEALTH_INSURANCE,)},
    ],
)
def test_a_request_that_contradicts_itself_is_none(change: dict[str, Any]) -> None:
    good = asked().model_dump()
    with pytest.raises(ValidationError):
        FactsRequested.model_validate({**good, **change})


# The purpose table

TABLE = read_fact_purposes()
TODAY = date(2026, 10, 1)
BY = FactPurpose
TAX = (FactItem.TOTAL_INCOME,)


@pytest.mark.parametrize(
    ("asker", "purpose", "whose", "items", "refusal"),
    [
        ("exemptions", BY.EXEMPTION_REVIEW, Whose.APPLICANT, TAX, None),
        ("exemptions", BY.EXEMPTION_REVIEW, Whose.SPOUSE, TAX, None),
        ("exemptions", BY.EXEMPTION_REVIEW, Whose.HOUSEHOLDER, TAX, None),
        ("exemptions", BY.DEFERMENT_REVIEW, Whose.SPOUSE, TAX, None),
        ("exemptions", BY.DEFERMENT_REVIEW, Whose.HOUSEHOLDER, TAX, "whose"),
        ("exemptions", BY.STUDENT_REVIEW, Whose.APPLICANT, TAX, None),
        ("exemptions", BY.STUDENT_REVIEW, Whose.SPOUSE, TAX, "whose"),
        ("exemptions", BY.STATUTORY_EXEMPTION_REVIEW, Whose.APPLICANT,
         (FactItem.PUBLIC_ASSISTANCE,), None),
        ("exemptions", BY.STATUTORY_EXEMPTION_REVIEW, Whose.APPLICANT, TAX, "item"),
        ("exemptions", BY.EXEMPTION_REVIEW, Whose.APPLICANT, (FactItem.PER_CAPITA_LEVY,), "item"),
        ("exemptions", BY.EXEMPTION_REVIEW, Whose.APPLICANT,
         (*TAX, FactItem.LONG_TERM_CARE), "item"),
        ("exemptions", BY.CLAIM_REVIEW, Whose.APPLICANT, TAX, "purpose"),
        ("claims", BY.CLAIM_REVIEW, Whose.APPLICANT, TAX, None),
        ("claims", BY.CLAIM_REVIEW, Whose.SPOUSE, TAX, "whose"),
        ("claims", BY.SUPPORT_BENEFIT_REVIEW, Whose.HOUSEHOLDER,
         (FactItem.PER_CAPITA_LEVY,), None),
        ("claims", BY.SUPPORT_BENEFIT_REVIEW, Whose.HOUSEHOLDER, TAX, "item"),
        ("claims", BY.SUPPORT_BENEFIT_REVIEW, Whose.APPLICANT, TAX, None),
        ("claims", BY.EXEMPTION_REVIEW, Whose.APPLICANT, TAX, "purpose"),
        ("jps_reporting", BY.EXEMPTION_REVIEW, Whose.APPLICANT, TAX, "requester"),
        ("qualification", BY.EXEMPTION_REVIEW, Whose.APPLICANT, TAX, "purpose"),
    ],
)  # fmt: skip
def test_the_table_that_is_shipped(
    asker: str, purpose: FactPurpose, whose: Whose, items: tuple[FactItem, ...],
    refusal: str | None,
) -> None:  # fmt: skip
    decision = TABLE.decide(asker, asked(items, whose=whose, purpose=purpose), TODAY)
    assert decision.refusal == refusal
    assert (decision.article is None) == (refusal is not None)


def test_an_entry_holds_on_its_days_alone() -> None:
    request = asked([FactItem.PER_CAPITA_LEVY], purpose=BY.SUPPORT_BENEFIT_REVIEW)
    assert TABLE.decide("claims", request, date(2019, 9, 30)).refusal == "purpose"
    assert TABLE.decide("claims", request, date(2019, 10, 1)).refusal is None


def _entry(whose: Whose, first: date, last: date | None = None) -> FactEntry:
    return FactEntry(
        BY.CLAIM_REVIEW, "claims", frozenset({whose}), frozenset(TAX), "法", first, last
    )


def test_two_entries_may_not_speak_of_the_same_on_one_day() -> None:
    before = _entry(Whose.APPLICANT, date(2020, 1, 1), date(2026, 3, 31))
    after = _entry(Whose.APPLICANT, date(2026, 4, 1))
    other = _entry(Whose.SPOUSE, date(2020, 1, 1))
    request = asked(TAX, purpose=BY.CLAIM_REVIEW)
    assert FactPurposeTable([before, after, other]).decide(
        "claims", request, TODAY
    ) == FactDecision(article="法")
    with pytest.raises(ValueError, match="claims"):
        FactPurposeTable([before, _entry(Whose.APPLICANT, date(2026, 3, 31))])


@pytest.mark.parametrize("line", ['whose = ["neighbour"]', 'items = ["name"]', "more = 1"])
def test_a_file_that_is_not_in_order_is_refused(tmp_path: Path, line: str) -> None:
    good = {"whose": '["applicant"]', "items": '["total_income"]'}
    name = line.partition(" ")[0]
    rest = "\n".join(f"{k} = {v}" for k, v in good.items() if k != name)
    (tmp_path / "one.toml").write_text(
        f'purpose = "claim_review"\nlabel = "x"\n[[entry]]\nasker = "claims"\n{rest}\n{line}\n'
        'article = "x"\nvalid_from = 2026-01-01\n'
    )
    with pytest.raises(ValueError, match="validation error"):
        read_fact_purposes(tmp_path)


def test_each_file_of_the_folder_is_of_one_table_or_the_other(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text('purpose = "curiosity"\nlabel = "x"\n')
    with pytest.raises(ValueError, match="validation error"):
        read_purposes(tmp_path)


def test_a_certificate_that_was_returned_holds_until_then() -> None:
    event = certificates()
    assert event.certificates[0].span.last is None
    returned = event.certificates[0].model_copy(update={"returned_on": date(2020, 1, 1)})
    assert returned.span == Span(first=date(2019, 7, 1), last=date(2020, 1, 1))
