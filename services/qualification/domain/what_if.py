"""A question without a person, as facts: what the counter keys in, and what of it cannot be."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Final
from uuid import UUID

from contracts.codes import BecameResidentReason, RemovalReason, ResidentChangeKind, ResidentKind
from contracts.dates import UncertainDate
from contracts.events import InsuredCategory, ResidencePeriod
from contracts.forms import FormError
from contracts.what_if import StayInJapan, WhatIf
from services.qualification.domain.facts import CategoryStatement, Content, Fact, RegisterStatement
from services.qualification.domain.told import (
    OldAgeBenefit,
    OldAgeStatement,
    OverseasReason,
    OverseasStatement,
    VoluntaryEvent,
    VoluntaryStatement,
)

_CAME: Final = {
    "birth": BecameResidentReason.BIRTH,
    "abroad": BecameResidentReason.MOVE_IN_FROM_ABROAD,
    "elsewhere": BecameResidentReason.MOVE_IN,
}
_WITH_MONTHS: Final = ("applied", "premium_paid_on")
_NOBODY: Final = UUID(int=0)


def wrong(question: WhatIf) -> list[FormError]:
    """What of a question cannot be."""
    return list(_wrong(question))


def _wrong(question: WhatIf) -> Iterator[FormError]:
    stays = question.stays_in_japan
    for n, stay in enumerate(stays):
        if stay.moved_abroad_on is not None and stay.moved_abroad_on < stay.began:
            yield _error(
                f"stays_in_japan.{n}.moved_abroad_on", "転出日が住所を有した日より前です。"
            )
    for n, (before, after) in enumerate(pairwise(stays)):
        if before.moved_abroad_on is None or after.began < before.moved_abroad_on:
            yield _error(f"stays_in_japan.{n + 1}.began", "前の期間が終わる前に始まっています。")
    for n, category in enumerate(question.categories):
        if category.began is None and category.ended is None:
            yield _error(f"categories.{n}", "取得日か喪失日のどちらかを入力してください。")
        elif category.began and category.ended and category.began >= category.ended:
            yield _error(f"categories.{n}.ended", "喪失日が取得日以前です。")
    for n, benefit in enumerate(question.benefits):
        if benefit.ended_on is not None and benefit.ended_on <= benefit.entitled_on:
            yield _error(f"benefits.{n}.ended_on", "失権日が受給権の取得日以前です。")
    for n, overseas in enumerate(question.overseas):
        if overseas.ended is not None and overseas.ended < overseas.began:
            yield _error(f"overseas.{n}.ended", "終わりの日が始まりの日より前です。")


def facts_of(question: WhatIf, today: date, at: datetime) -> list[Fact]:
    """The facts that a question without faults tells, all recorded now."""
    return [Fact(at, content) for content in _contents(question, today)]


def _contents(question: WhatIf, today: date) -> Iterator[Content]:
    yield RegisterStatement(
        version=1,
        change=ResidentChangeKind.SNAPSHOT,
        changed_on=UncertainDate.exact(today),
        reported_on=max(today, question.birth_date),
        birth_date=UncertainDate.exact(question.birth_date),
        resident_kind=ResidentKind.JAPANESE if question.japanese else ResidentKind.FOREIGN,
        residence_status_code=question.residence_status,
        residence=tuple(_stay(stay) for stay in question.stays_in_japan),
        died_on=UncertainDate.exact(question.died_on) if question.died_on else None,
        # All of it is told at once: nothing lies before what our records tell.
        records_begin=question.stays_in_japan[0].began,
    )
    for category in question.categories:
        kind = InsuredCategory(category.category)
        yield CategoryStatement(kind, category.began, category.ended, _NOBODY, today)
    for benefit in question.benefits:
        yield OldAgeStatement(
            OldAgeBenefit(benefit.kind), benefit.entitled_on, benefit.ended_on, today, _NOBODY
        )
    if question.no_right_on is not None:
        yield OldAgeStatement(OldAgeBenefit.BASIC, None, None, question.no_right_on, _NOBODY)
    for said in question.voluntary:
        months = said.credited_months if said.event in _WITH_MONTHS else None
        yield VoluntaryStatement(VoluntaryEvent(said.event), said.on, said.on, _NOBODY, months)
    for overseas in question.overseas:
        reason = OverseasReason(overseas.reason)
        yield OverseasStatement(reason, overseas.began, overseas.ended, today, _NOBODY)


def _stay(stay: StayInJapan) -> ResidencePeriod:
    left = stay.moved_abroad_on
    return ResidencePeriod(
        began=UncertainDate.exact(stay.began),
        began_reason=_CAME[stay.came],
        ended=UncertainDate.exact(left) if left else None,
        ended_reason=RemovalReason.MOVE_ABROAD if left else None,
    )


def _error(field: str, message: str) -> FormError:
    return FormError(field=field, code="QU-0401", message=message)
