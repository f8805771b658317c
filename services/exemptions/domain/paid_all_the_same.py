"""Asking to pay although exempt by law (納付の申出, NPA art. 89(2), 規則75条の2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.months import Month
from services.exemptions.domain.due import due_on
from services.exemptions.domain.parameters import Statutory
from services.exemptions.domain.reasons import Reason, Review, Rule, because

_ARTICLE: Final = "国民年金法89条2項"


@dataclass(frozen=True, slots=True)
class Months:
    """From a first month to a last, both included; without a last one it goes on."""

    first: Month
    last: Month | None = None

    def hold(self, month: Month) -> bool:
        """Whether ``month`` is one of them."""
        return self.first <= month and (self.last is None or month <= self.last)


@dataclass(frozen=True, slots=True)
class PayRequest:
    """A request to pay, or a change of the months of an earlier one (規則75条の2第2項)."""

    on: date
    """申出日."""
    months: tuple[Months, ...]
    """保険料を納付する期間. Of a change, all that is to hold after it; empty: nothing more."""
    changes: bool = False


ASKED: Final = Rule(
    code="pay-all-the-same",
    article=_ARTICLE,
    sentence="{day}の納付の申出により、{month}分は法定免除を適用しない。",
)
BEFORE_THE_LAW: Final = Rule(
    code="pay-request-too-early",
    article=_ARTICLE,
    sentence="{day}の納付の申出のうち{month}分より前は、申出の対象とならない。",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The months that a person asked to pay."""

    requests: tuple[PayRequest, ...]
    since: Month

    def reason(self, month: Month) -> Reason | None:
        """Why ``month`` is to be paid all the same; None: it is not."""
        if month < self.since:
            return None
        asked: PayRequest | None = None
        for request in self.requests:
            holds = any(months.hold(month) for months in request.months)
            if not request.changes:
                asked = asked or (request if holds else None)
            elif due_on(month) > request.on:
                asked = request if holds else None
        return because(ASKED, day=asked.on, month=month) if asked else None

    def among(self, months: Iterable[Month]) -> Mapping[Month, Reason]:
        """Those of the months that are to be paid all the same, and why."""
        reasons = ((month, self.reason(month)) for month in months)
        return {month: reason for month, reason in reasons if reason is not None}


def asked_to_pay(
    requests: Iterable[PayRequest], figures: Statutory
) -> tuple[Asked, tuple[Review, ...]]:
    """What requests of a person come to, in the order of their days.

    A change leaves alone the months whose due date has come by then (規則75条の2第2項); which ones
    are paid, and are left alone as well, JPS knows.
    """
    since = figures.pay_request_since
    ordered = tuple(sorted(requests, key=lambda request: request.on))
    early = (
        Review(
            because(
                BEFORE_THE_LAW,
                doubt=since.doubt,
                note=since.note,
                day=request.on,
                month=since.month,
            )
        )
        for request in ordered
        if any(months.first < since.month for months in request.months)
    )
    return Asked(ordered, since.month), tuple(early)
