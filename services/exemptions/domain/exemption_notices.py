"""Notices of exemption by law: what their forms say, and what they bring about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from contracts.dates import UncertainDate
from contracts.events import ExemptionNoticeKind
from contracts.forms import Value
from contracts.months import Month
from services.exemptions.domain.child_care import (
    Carer,
    Child,
    End,
    EndCause,
    child_care_of_mother,
    child_care_of_others,
)
from services.exemptions.domain.combination import Combined, Exemptible, combine
from services.exemptions.domain.disability import (
    DisabilityBenefit,
    DisabilityGrade,
    DisabilityRight,
    GradeFrom,
    disability_grounds,
)
from services.exemptions.domain.elapsed import passed
from services.exemptions.domain.facts import GradeChange, PersonFacts
from services.exemptions.domain.kinds import Applied
from services.exemptions.domain.maternity import MaternityNotice, maternity_exemption
from services.exemptions.domain.months import months_in_category_1
from services.exemptions.domain.paid_all_the_same import asked_to_pay
from services.exemptions.domain.parameters import ByLaw
from services.exemptions.domain.pay_requests import pay_request
from services.exemptions.domain.spells import Found, together
from services.exemptions.domain.statutory import Ground, Holding, statutory_exemption

Kind = ExemptionNoticeKind
SUBJECTS: Final[Mapping[Kind, str]] = {
    Kind.STATUTORY_START: "statutory",
    Kind.STATUTORY_END: "statutory",
    Kind.MATERNITY: "maternity",
    Kind.CHILD_CARE: "child_care",
    Kind.CHILD_CARE_END: "child_care",
}
"""What a notice is about: one of a subject waits at a time, as the next relies on it."""
ENDS: Final = frozenset({Kind.STATUTORY_END, Kind.CHILD_CARE_END})
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Said:
    """A notice as its form says it, filled in without fault."""

    notice_id: UUID
    kind: Kind
    notified_on: date
    values: Mapping[str, Value]

    @property
    def occurred_on(self) -> date:
        """The day of the fact that is reported: see ``ExemptionNotified``."""
        match self.kind:
            case Kind.STATUTORY_START:
                return self._day("since")
            case Kind.STATUTORY_END:
                return self._day("ceased_on")
            case Kind.MATERNITY:
                return self._day("born_on" if "born_on" in self.values else "due_on")
            case Kind.CHILD_CARE if self.carer is Carer.MOTHER:
                # 規則73条の9第1項3号括弧書: the first day of the month in which it begins.
                return Month.of(passed(self._day("base_on"), 3)).first_day
            case Kind.CHILD_CARE:
                return self._day("since")
            case Kind.CHILD_CARE_END:
                return self._day("ended_on") + _DAY

    @property
    def reason(self) -> str:
        """Why, as a code that media know."""
        match self.kind:
            case Kind.STATUTORY_START | Kind.STATUTORY_END:
                code = self.ground.value
            case Kind.MATERNITY:
                code = "multiple" if self.values["multiple"] else "single"
            case Kind.CHILD_CARE:
                code = self.carer.value
            case Kind.CHILD_CARE_END:
                code = str(self.values["cause"])
        return code.replace("_", "-")

    @property
    def ground(self) -> Ground:
        """Of 法定免除: the item."""
        return Ground(str(self.values["ground"]))

    @property
    def carer(self) -> Carer:
        """Of 育児免除: who raises the child."""
        return Carer(str(self.values["carer"]))

    @property
    def children(self) -> UncertainDate:
        """Of 育児免除: the day of birth, by which an end finds what it ends."""
        return self.uncertain("child_born_on")

    @property
    def base_on(self) -> date:
        """Of the mother's 育児免除: 出産予定日, or 出産日, as her maternity notice had it."""
        return self._day("base_on")

    def uncertain(self, name: str) -> UncertainDate:
        """A date of the form."""
        value = self.values[name]
        assert isinstance(value, UncertainDate)  # the form says so
        return value

    def _day(self, name: str) -> date:
        return self.uncertain(name).require()


def said(notice_id: UUID, kind: Kind, values: Mapping[str, Value]) -> Said:
    """What a form that is filled in without fault says."""
    notified_on = values["notified_on"]
    assert isinstance(notified_on, UncertainDate)  # the form says so
    return Said(notice_id, kind, notified_on.require(), values)


def found_by(notices: Iterable[Said], figures: ByLaw, changes: Sequence[GradeChange] = ()) -> Found:
    """The months that settled notices give, whatever the person is insured by; ``changes``: how a
    disability changed since."""
    told = sorted(notices, key=lambda notice: notice.notified_on)
    statutory = _statutory(told, figures, changes)
    return together((statutory, _maternity(told, figures), _care(told, figures)))


def combined(
    notices: Iterable[Said],
    facts: PersonFacts,
    figures: ByLaw,
    through: Month,
    applied: Applied | None = None,
) -> Combined:
    """What each month of a person is exempt by, by settled notices and the timeline.

    ``applied``: what stands of that which JPS granted on applications.
    """
    told = list(notices)
    requests = [pay_request(requested) for requested in facts.pay_requests]
    asked, too_early = asked_to_pay(requests, figures.statutory)
    by_law = found_by(told, figures, facts.disability_changes)
    return combine(
        Exemptible(
            insured=months_in_category_1(facts.periods or (), through),
            by_law=by_law + Found(reviews=too_early),
            applied=applied or {},
            asked=asked if requests else None,
            switched_on=tuple(n.notified_on for n in told if n.kind is Kind.STATUTORY_START),
        ),
        through,
    )


@dataclass(frozen=True, slots=True)
class Effect:
    """What a notice brings about: the months that are told with it."""

    found: Found
    """The months of what it is about, it included."""
    from_month: Month | None
    """First month exempt; of an end the first that is exempt no more. None: no month at all."""
    to_month: Month | None


def effect(
    notice: Said, settled: Sequence[Said], insured: frozenset[Month] | None, figures: ByLaw
) -> Effect:
    """What a notice does beside the settled ones; ``insured`` None: no timeline has come."""
    if notice.kind in ENDS:
        found = found_by([*_of_same(notice, settled), notice], figures)
        return Effect(found, _first_without(notice), None)
    found = found_by([notice], figures)
    if not found.spells:
        return Effect(found, None, None)
    spell = found.spells[0]
    months = sorted(month for month in insured or () if spell.covers(month))
    first = spell.first if insured is None else months[0] if months else None
    return Effect(found, first, spell.last)


def ends_what(notice: Said, settled: Sequence[Said]) -> list[Said]:
    """The settled notices that an end is about: the same ground, or the same birth."""
    return [n for n in _of_same(notice, settled) if n.kind not in ENDS]


def ended_from(start: Said, settled: Sequence[Said]) -> Month | None:
    """The first month that a settled end takes from a start; None: it goes on as it was settled.

    A ground may have come and gone several times: the end that follows soonest is its own, by the
    days of the facts, whichever was told first. A birth is ended once, by what was told last.
    """
    ends = [end for end in settled if end.kind in ENDS and start in ends_what(end, settled)]
    if start.kind is Kind.CHILD_CARE:
        ended = _care_ended(start.children, sorted(ends, key=lambda end: end.notified_on))
        return None if ended is None else _first_without(ended)
    after = [_first_without(end) for end in ends if end.occurred_on >= start.occurred_on]
    return min(after, default=None)


def _first_without(notice: Said) -> Month:
    """法89条1項: to the month of the day; 法88条の3: to the month before the next day's."""
    if notice.kind is Kind.STATUTORY_END:
        return Month.of(notice.occurred_on) + 1
    return Month.of(notice.occurred_on)


def _of_same(notice: Said, settled: Sequence[Said]) -> list[Said]:
    subject = SUBJECTS[notice.kind]
    same = [other for other in settled if SUBJECTS[other.kind] == subject]
    if subject == "statutory":
        return [other for other in same if other.ground is notice.ground]
    return [other for other in same if other.children == notice.children]


def grounds_held(
    notices: Iterable[Said], figures: ByLaw, changes: Sequence[GradeChange] = ()
) -> tuple[Holding, ...]:
    """The days on which the grounds of statutory exemption hold, as notices tell them."""
    told = sorted(notices, key=lambda notice: notice.notified_on)
    return _grounds(told, figures, changes)[0]


def _statutory(told: Sequence[Said], figures: ByLaw, changes: Sequence[GradeChange]) -> Found:
    holdings, more = _grounds(told, figures, changes)
    return statutory_exemption(holdings, figures.statutory) + more


def _grounds(
    told: Sequence[Said], figures: ByLaw, changes: Sequence[GradeChange]
) -> tuple[tuple[Holding, ...], Found]:
    holdings: list[Holding] = []
    more = Found()
    for notice in told:
        if notice.kind is Kind.STATUTORY_START:
            grounds, found = _holdings(notice, figures, changes)
            holdings += grounds
            more += found
        elif notice.kind is Kind.STATUTORY_END:
            _end(holdings, notice)
    return tuple(holdings), more


def _holdings(
    notice: Said, figures: ByLaw, changes: Sequence[GradeChange]
) -> tuple[tuple[Holding, ...], Found]:
    if notice.ground is not Ground.DISABILITY:
        return (Holding(notice.ground, notice.uncertain("since")),), Found()
    since, grade = notice.uncertain("since"), notice.values.get("grade")
    right = DisabilityRight(
        DisabilityBenefit(str(notice.values["benefit"])),
        since,
        _grades(since, None if grade is None else str(grade), changes),
    )
    grounds = disability_grounds(right, figures.statutory)
    return grounds.holdings, Found(reviews=grounds.reviews, without=grounds.without)


def _grades(
    since: UncertainDate, grade: str | None, changes: Sequence[GradeChange]
) -> tuple[GradeFrom, ...]:
    """The grade of the notice, and what it changed to since; not told, it was 1 or 2 [C]."""
    later = [c for c in changes if since.value is None or c.since > since.value]
    first = DisabilityGrade(grade) if grade else DisabilityGrade.SECOND if later else None
    begun = () if first is None else (GradeFrom(since, first),)
    return (
        *begun,
        *(GradeFrom(UncertainDate.exact(c.since), DisabilityGrade(c.grade)) for c in later),
    )


def _end(holdings: list[Holding], notice: Said) -> None:
    """End the last ground of that item which goes on."""
    for n in reversed(range(len(holdings))):
        held = holdings[n]
        if held.ground is notice.ground and held.ceased is None:
            ceased = notice.uncertain("ceased_on")
            holdings[n] = Holding(held.ground, held.since, ceased, held.notes)
            return


def _maternity(told: Sequence[Said], figures: ByLaw) -> Found:
    return together(
        maternity_exemption(_maternity_notice(notice), figures.maternity)
        for notice in told
        if notice.kind is Kind.MATERNITY
    )


def _maternity_notice(notice: Said) -> MaternityNotice:
    values = notice.values
    days = values.get("pregnancy_days")
    return MaternityNotice(
        notified_on=notice.notified_on,
        due_on=notice.uncertain("due_on") if "due_on" in values else None,
        born_on=notice.uncertain("born_on") if "born_on" in values else None,
        multiple=bool(values["multiple"]),
        pregnancy_days=int(str(days)) if days else None,
    )


def _care(told: Sequence[Said], figures: ByLaw) -> Found:
    ends = [notice for notice in told if notice.kind is Kind.CHILD_CARE_END]
    return together(
        _of_child(notice, ends, figures) for notice in told if notice.kind is Kind.CHILD_CARE
    )


def _care_ended(born_on: UncertainDate, ends: Sequence[Said]) -> Said | None:
    """Of these ends the last that is of all children of the birth."""
    own = [end for end in ends if end.children == born_on and end.values["all_children"]]
    return own[-1] if own else None


def _of_child(notice: Said, ends: Sequence[Said], figures: ByLaw) -> Found:
    born_on = notice.children
    since = notice.uncertain("since") if "since" in notice.values else born_on
    ended = _care_ended(born_on, ends)
    end = (
        None
        if ended is None
        else End(EndCause(str(ended.values["cause"])), ended.uncertain("ended_on"))
    )
    child = Child(born_on, since, end)
    if notice.carer is Carer.MOTHER:
        return child_care_of_mother(notice.uncertain("base_on"), (child,), figures.child_care)
    return child_care_of_others(child, notice.carer, figures.child_care)
