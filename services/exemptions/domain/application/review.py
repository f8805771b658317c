"""The review: each month applied for, and what would come of it (90条, 90条の2, 90条の3, 納付猶予).

It is the city's look at a case; JPS decides. For every month the kinds are looked at in the order
that the applicant wants, and the first that holds is the month's outcome. Where one that comes
earlier cannot be told yet, the month waits for what is missing: a lesser kind is named beside it,
never put in its place.
"""

from collections.abc import Sequence
from datetime import date

from contracts.codes import Code
from contracts.events import Whose
from contracts.months import Month
from contracts.values import value
from services.exemptions.domain.application.cycles import Months, open_months, shared
from services.exemptions.domain.application.eligibility import (
    is_young,
    kind_open,
    month_open,
    past_deferment,
)
from services.exemptions.domain.application.facts import APPLICANT, Application, Case, Tested
from services.exemptions.domain.application.grounds import GroundTest, Means, look_at
from services.exemptions.domain.application.household import (
    Around,
    around,
    is_steady,
    reference_day,
)
from services.exemptions.domain.application.kinds import Question
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.application.special import proviso_waived
from services.exemptions.domain.kinds import Applied, AppliedMonth
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.reasons import Answer, Reason, Rule, all_of, any_of

_APPLICANT = Tested(APPLICANT, (Whose.APPLICANT,))


class Result(Code):
    """What the review comes to for a month."""

    PASSES = "passes", "承認相当"
    FAILS = "fails", "非該当"
    ASKS = "asks", "要確認"
    EXCLUDED = "excluded", "対象外"


@value
class PersonTest:
    """One person's grounds: the one that is met, or all of them."""

    tested: Tested
    answer: Answer
    grounds: tuple[GroundTest, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return tuple(reason for ground in self.grounds for reason in ground.reasons)


@value
class KindTest:
    """One kind for one month: whether it is open, and everybody who is tested for it."""

    kind: Kind
    answer: Answer
    opening: tuple[Reason, ...]
    """About the month and the kind, and about who belongs to the household."""
    people: tuple[PersonTest, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is as it is. Of what may yet change nothing but what decides: who holds it up."""
        deciding = [person for person in self.people if person.answer is self.answer]
        said = [reason for person in deciding for reason in person.reasons]
        if self.answer is Answer.UNKNOWN:
            said = [reason for reason in said if reason.asks]
        return (*self.opening, *said)

    @property
    def missing(self) -> tuple[Reason, ...]:
        """What somebody has to bring or look at, for this kind to be told."""
        if self.answer is not Answer.UNKNOWN:
            return ()
        return tuple(reason for reason in self.reasons if reason.asks)


@value
class MonthOutcome:
    """What the review comes to for one month."""

    month: Month
    result: Result
    kind: Kind | None
    """What passes; with `Result.ASKS` the kind that cannot be told yet."""
    tests: tuple[KindTest, ...]
    excluded: tuple[Reason, ...] = ()
    """Why the month is not open to the application, or may not be."""
    otherwise: Kind | None = None
    """With `Result.ASKS`: a kind further down that holds whatever is brought."""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """All of them, the outcome's own first."""
        own = [t for t in self.tests if t.kind is self.kind and self.kind is not None]
        rest = [t for t in self.tests if t not in own]
        said = (reason for t in (*own, *rest) for reason in t.reasons)
        return (*self.excluded, *said)

    @property
    def missing(self) -> tuple[Reason, ...]:
        """What has to be brought or looked at, each once. Nothing where it would change nothing."""
        if self.result is not Result.ASKS:
            return ()
        asked = [reason for reason in self.excluded if reason.asks]
        asked += [reason for test in self.tests for reason in test.missing]
        return tuple(dict.fromkeys(asked))


def review(application: Application, case: Case, figures: Parameters) -> tuple[MonthOutcome, ...]:
    """Every month applied for with its outcome, oldest first. Raises ``NoValue``."""
    months = application.months.all()
    if not months:
        return ()
    window = open_months(application.applied_on, application.order[0], figures)
    alike: dict[_Alike, KindTest] | None = None if case.has_events else {}
    # Where all months are category 1 and nobody applies for deferment, only figures differ.
    plain = (
        not (case.undecided or case.paid or case.taken)
        and Kind.DEFERMENT not in application.order
        and case.category_1.issuperset(months)
    )
    one = _Review(application, case, figures, window, is_steady(case), plain, alike, {}, {}, {})
    return tuple(one.of(month) for month in months)


_Alike = tuple[Kind, bool, int, int, date]
_Telling = tuple[bool | int | date | Kind | Rule | None, ...]


@value
class _Review:
    """One review under way, and what its months share."""

    application: Application
    case: Case
    figures: Parameters
    window: Months
    """The months that an application of that day can be for."""
    steady: bool
    """Nobody came into the household or left it: one day stands for all."""
    plain: bool
    """Nothing but figures and the day of the household tells its months apart, if ``alike`` is."""
    alike: dict[_Alike, KindTest] | None
    """Kinds by what tells months apart: whether under 30, income year, version of the figures, day
    of the household. None: more than that does."""
    means: Means
    households: dict[tuple[date, Kind, bool], Around]
    outcomes: dict[_Telling, MonthOutcome]
    """Months by all that may tell them apart, where ``alike`` holds: most of a cycle are one."""

    def of(self, month: Month) -> MonthOutcome:
        """The outcome of a month."""
        # Of a month outside no figure may be known.
        if self.alike is None or month not in self.window:
            return self._look_at(month)
        telling = self._telling(month)
        found = self.outcomes.get(telling)
        if found is None:
            found = self.outcomes[telling] = self._look_at(month)
            return found
        return MonthOutcome(
            month, found.result, found.kind, found.tests, found.excluded, found.otherwise
        )

    def _telling(self, month: Month) -> _Telling:
        """All that tells a month of the window from the others, where nothing but income, status,
        household and age does."""
        case, order, figures = self.case, self.application.order, self.figures
        year, version = shared(month, order[0], figures)
        if self.plain:
            return year, version, self._day(month)
        deferred = Kind.DEFERMENT in order
        return (
            month in case.undecided,
            month in case.category_1,
            month in case.paid,
            case.taken.get(month),
            self._young(month),
            past_deferment(month, case, figures) if deferred else None,
            year,
            version,
            self._day(month),
        )

    def _young(self, month: Month) -> bool:
        """Whether under 30, which deferment alone asks."""
        deferred = Kind.DEFERMENT in self.application.order
        return deferred and is_young(month, self.case, self.figures)

    def _look_at(self, month: Month) -> MonthOutcome:
        applied_on = self.application.applied_on
        opened, why = month_open(month, self.window, applied_on, self.case, self.figures)
        if opened is Answer.NOT_MET:
            return MonthOutcome(month, Result.EXCLUDED, None, (), why)
        young = self._young(month)
        tests: list[KindTest] = []
        for kind in self.application.order:
            tests.append(self._kind(Question(kind, month, young)))
            if tests[-1].answer is Answer.MET:
                break
        passing = next((test.kind for test in tests if test.answer is Answer.MET), None)
        unsure = next((test.kind for test in tests if test.answer is Answer.UNKNOWN), None)
        done = tuple(tests)
        if passing is None and unsure is None:
            return MonthOutcome(month, Result.FAILS, None, done, why)
        if unsure is not None:
            return MonthOutcome(month, Result.ASKS, unsure, done, why, otherwise=passing)
        result = Result.ASKS if opened is Answer.UNKNOWN else Result.PASSES
        return MonthOutcome(month, result, passing, done, why)

    def _kind(self, asked: Question) -> KindTest:
        opened, opening = kind_open(asked, self.case, self.figures)
        if opened is Answer.NOT_MET:
            return KindTest(asked.kind, opened, opening)
        if self.alike is None:
            return self._test(asked, opened, opening)
        key = (
            asked.kind,
            asked.young,
            *shared(asked.month, asked.kind, self.figures),
            self._day(asked.month),
        )
        found = self.alike.get(key)
        if found is None:
            found = self.alike[key] = self._test(asked, opened, opening)
        return found

    def _test(self, asked: Question, opened: Answer, opening: tuple[Reason, ...]) -> KindTest:
        people = [self._person(_APPLICANT, asked)]
        if proviso_waived(asked.month, self.case):
            return KindTest(asked.kind, all_of([opened, people[0].answer]), opening, tuple(people))
        beside = self._around(asked)
        people += [self._person(other, asked) for other in beside.others]
        unclear = [Answer.UNKNOWN] if beside.asks else []
        answer = all_of([opened, *unclear, *(person.answer for person in people)])
        return KindTest(asked.kind, answer, (*opening, *beside.asks), tuple(people))

    def _around(self, asked: Question) -> Around:
        day = self._day(asked.month)
        key = (day, asked.kind, asked.young)
        found = self.households.get(key)
        if found is None:
            found = self.households[key] = around(asked, day, self.case)
        return found

    def _day(self, month: Month) -> date:
        applied_on = self.application.applied_on
        return applied_on if self.steady else reference_day(month, applied_on)

    def _person(self, tested: Tested, asked: Question) -> PersonTest:
        grounds = look_at(tested, asked, self.case, self.figures, self.means)
        return PersonTest(tested, any_of([ground.answer for ground in grounds]), grounds)


def applied(outcomes: Sequence[MonthOutcome], applied_on: date) -> Applied:
    """What the review comes to, for the rules that put all kinds together: months that pass."""
    return {
        one.month: AppliedMonth(one.kind, one.reasons, applied_on)
        for one in outcomes
        if one.result is Result.PASSES and one.kind is not None
    }


def spans(outcomes: Sequence[MonthOutcome]) -> list[tuple[MonthOutcome, MonthOutcome]]:
    """Months of one outcome and one set of reasons put together: (the first, the last)."""
    found: list[tuple[MonthOutcome, MonthOutcome]] = []
    for outcome in outcomes:
        if found and _goes_on(found[-1][1], outcome):
            found[-1] = (found[-1][0], outcome)
        else:
            found.append((outcome, outcome))
    return found


def _goes_on(before: MonthOutcome, outcome: MonthOutcome) -> bool:
    return outcome.month - before.month == 1 and (
        before.result,
        before.kind,
        before.otherwise,
        before.reasons,
    ) == (outcome.result, outcome.kind, outcome.otherwise, outcome.reasons)
