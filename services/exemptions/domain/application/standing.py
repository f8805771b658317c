"""Which of several decisions by application stands for a month: later ones, cancellations, school.

A decision stands for the months that it was given for until it is cancelled. Whoever has one may
ask for that, for the months from the one before the request on (90条3項・90条の2第4項, deferment
likewise). Applying for another kind is held to be such a request (規則77条の8第3項); for students
it is held to be the notice of having left school (規則77条の9第2項).

Held to cancel only what the new decision takes the place of: read to the letter, any later
application would cancel everything from then on, whatever became of it. Certainty [unverified];
`_replaces` and `_takes_over` decide it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import date
from typing import Final

from contracts.law import Certainty
from contracts.months import Month
from contracts.values import value
from services.exemptions.domain.kinds import Applied, AppliedMonth
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.reasons import Reason, Review, Rule, because

_PARTS: Final = frozenset({Kind.THREE_QUARTERS, Kind.HALF, Kind.QUARTER})

TOOK_OVER: Final = Rule(
    "took-over",
    "国民年金法90条3項・90条の2第4項、同法施行規則77条の8第3項",
    "{applied_on}の{kind}の申請により{before}の取消しの申請があったものとみなされ、申請月の前月（{first}）分から{kind}とする。",
    Certainty.UNVERIFIED,
)
TOO_LATE_TO_TAKE_OVER: Final = Rule(
    "too-late-to-take-over",
    "国民年金法90条3項・90条の2第4項",
    "{applied_on}の{kind}の申請では、申請月の前月より前の月の{before}は取り消せない。",
)
ANOTHER_PART: Final = Rule(
    "another-part",
    "国民年金法施行規則77条の8第3項",
    "{before}を受けている月に{kind}が承認されています。一部免除どうしは取消しの申請とみなされません。"
    "取消しの申請の有無を年金事務所に確認してください。",
)
LEFT_OR_NOT: Final = Rule(
    "left-school-or-not",
    "国民年金法施行規則77条の9第2項",
    "学生納付特例の月に{kind}が承認されています。学生でなくなった日を確認してください。",
    Certainty.UNVERIFIED,
)
CANCELLED: Final = Rule(
    "cancelled-on-request",
    "国民年金法90条3項・90条の2第4項",
    "{on}の申請により、前月（{first}）分から{kind}を取り消す。",
)
CANCELLED_AS_STUDENT: Final = Rule(
    "cancelled-as-student",
    "国民年金法施行規則77条の9第3項",
    "{on}に学生納付特例の取消しの申請があります。法90条3項は準用されないため、取り消す月を年金事務所に確認してください。",
    Certainty.UNVERIFIED,
)
LEFT_SCHOOL: Final = Rule(
    "left-school",
    "国民年金法90条の3第1項、同法施行規則77条の9第1項",
    "{on}に学生でなくなったため、翌月以後は学生納付特例の対象とならない。",
    Certainty.UNVERIFIED,
)


@value
class Granted:
    """A decision: one kind for these months, on an application of a day (90条2項)."""

    kind: Kind
    applied_on: date
    months: frozenset[Month]
    reasons: tuple[Reason, ...] = ()


@value
class Cancellation:
    """取消申請 of a day, of what the person has then."""

    on: date


@value
class LeftSchool:
    """学生納付特例不該当届, other than by graduation: the last day as a student."""

    on: date


@value
class Standing:
    """What stands for each month, why others do not, and what has to be looked at."""

    months: Applied
    aside: dict[Month, tuple[Reason, ...]] = field(default_factory=dict)
    reviews: tuple[Review, ...] = ()


def standing(
    granted: Iterable[Granted],
    cancelled: Iterable[Cancellation] = (),
    left_school: Iterable[LeftSchool] = (),
) -> Standing:
    """What stands of everything decided, however it is ordered."""
    told = sorted(granted, key=_when)
    ends = sorted(cancelled, key=lambda one: one.on)
    schools = sorted(left_school, key=lambda one: one.on)
    months: dict[Month, AppliedMonth] = {}
    aside: dict[Month, tuple[Reason, ...]] = {}
    reviews: list[Review] = []
    for month in sorted({month for one in told for month in one.months}):
        of_month = _Month(month)
        for one in told:
            if month in one.months:
                of_month.cancel(ends, until=one.applied_on)
                of_month.give(one)
        of_month.cancel(ends, until=None)
        of_month.leave(schools)
        if of_month.held is not None:
            held = of_month.held
            months[month] = AppliedMonth(held.kind, (*of_month.why, *held.reasons), held.applied_on)
        if of_month.aside:
            aside[month] = tuple(of_month.aside)
        reviews += [Review(reason, month) for reason in of_month.reviews]
    return Standing(months, aside, _once(reviews))


def first_cancelled(on: date) -> Month:
    """The first month that a request of that day can cancel (90条3項)."""
    return Month.of(on) - 1


def betters(month: Month, before: Kind, kind: Kind, applied_on: date) -> bool:
    """Whether an application of that day can bring a better kind for a month that was granted as
    ``before``: one that would take its place."""
    is_better = list(Kind).index(kind) < list(Kind).index(before)
    return is_better and _replaces(before, kind) and month >= first_cancelled(applied_on)


def _when(one: Granted) -> tuple[date, int]:
    """By day; on one day what is the better kind last, so that it stands."""
    return one.applied_on, -list(Kind).index(one.kind)


def _replaces(before: Kind, kind: Kind) -> bool:
    """Whether applying for ``kind`` is held to cancel ``before`` (規則77条の8第3項)."""
    if before is Kind.STUDENT:
        return False
    return before is not kind and not (before in _PARTS and kind in _PARTS)


def _takes_over(month: Month, later: Granted) -> bool:
    return month >= first_cancelled(later.applied_on)


class _Month:
    """One month, as decisions and requests come in, oldest first."""

    def __init__(self, month: Month) -> None:
        self.month = month
        self.held: Granted | None = None
        self.why: tuple[Reason, ...] = ()
        self.aside: list[Reason] = []
        self.reviews: list[Reason] = []
        self._done: date | None = None

    def give(self, one: Granted) -> None:
        """A decision that covers the month."""
        before = self.held
        if before is None:
            self.held, self.why = one, ()
        elif before.kind is one.kind:
            return
        elif before.kind is Kind.STUDENT:
            self.reviews.append(because(LEFT_OR_NOT, kind=one.kind.label))
        elif not _replaces(before.kind, one.kind):
            self.reviews.append(
                because(ANOTHER_PART, before=before.kind.label, kind=one.kind.label)
            )
        elif _takes_over(self.month, one):
            first = first_cancelled(one.applied_on)
            self.held = one
            self.why = (
                because(
                    TOOK_OVER, applied_on=one.applied_on, kind=one.kind.label,
                    before=before.kind.label, first=first,
                ),
            )  # fmt: skip
        else:
            self.aside.append(
                because(
                    TOO_LATE_TO_TAKE_OVER, applied_on=one.applied_on,
                    kind=one.kind.label, before=before.kind.label,
                )
            )  # fmt: skip

    def cancel(self, requests: Sequence[Cancellation], until: date | None) -> None:
        """Requests made since the last decision, up to and on the day of the next."""
        for request in requests:
            made_before = self._done is not None and request.on <= self._done
            if made_before or (until is not None and request.on > until):
                continue
            self._done = request.on
            self._cancel(request)

    def _cancel(self, request: Cancellation) -> None:
        held, first = self.held, first_cancelled(request.on)
        if held is None or request.on < held.applied_on or self.month < first:
            return
        if held.kind is Kind.STUDENT:
            self.reviews.append(because(CANCELLED_AS_STUDENT, on=request.on))
            return
        self.aside.append(because(CANCELLED, on=request.on, first=first, kind=held.kind.label))
        self.held, self.why = None, ()

    def leave(self, schools: Sequence[LeftSchool]) -> None:
        """The end of school: months after it are no student's."""
        for left in schools:
            held = self.held
            if held is None or held.kind is not Kind.STUDENT:
                return
            if self.month > Month.of(left.on) and held.applied_on <= left.on:
                self.aside.append(because(LEFT_SCHOOL, on=left.on))
                self.held, self.why = None, ()


def _once(reviews: Iterable[Review]) -> tuple[Review, ...]:
    """Each thing to look at once, from the first month that it concerns."""
    first: dict[Reason, Review] = {}
    for review in reviews:
        first.setdefault(review.reason, review)
    return tuple(first.values())
