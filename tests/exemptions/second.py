"""A second computation of exemption by application, made another way, with tables of its own.

The rules put three answers together (met, not met, unknown). Here everything is computed twice
with two: once as if whatever is not known were the best for the applicant, once as if it were the
worst. What holds at the worst holds; what does not hold at the best does not; the rest is unknown.
Amounts are written out here again, by hand, from 令6条の7〜6条の12. Of the rules nothing is
imported but the shape of their facts.
"""

from calendar import monthrange
from datetime import date, timedelta

from contracts.events import FactOutcome
from contracts.events.income import Income
from contracts.events.welfare import AssistanceKind
from contracts.months import Month
from services.exemptions.domain.application.facts import (
    Application,
    Case,
    JobLoss,
    Schooling,
    Someone,
    Spell,
)

MAN = 10_000
FROM_2021_07 = {"full": 32, "three_quarters": 88, "half": 128, "quarter": 168, "status": 135}
UNTIL_2021_06 = {"full": 22, "three_quarters": 78, "half": 118, "quarter": 158, "status": 125}
EVERYBODY = ("applicant", "spouse", "householder")
TESTED = {
    "full": EVERYBODY,
    "three_quarters": EVERYBODY,
    "half": EVERYBODY,
    "quarter": EVERYBODY,
    "deferment": ("applicant", "spouse"),
    "student": ("applicant",),
}
ENDLESS = 10**12
DAY = timedelta(days=1)


def verdict(case: Case, application: Application, month: Month) -> tuple[str, str | None]:
    """Result and kind of one month, in the words of the review."""
    first = str(application.order[0])
    if not may_be_open(case, application.applied_on, month, first, hopeful=True):
        return "excluded", None
    surely_open = may_be_open(case, application.applied_on, month, first, hopeful=False)
    for kind in map(str, application.order):
        at_best = holds(case, application.applied_on, month, kind, hopeful=True)
        at_worst = holds(case, application.applied_on, month, kind, hopeful=False)
        if at_best:
            return ("passes" if at_worst and surely_open else "asks"), kind
    return "fails", None


def may_be_open(case: Case, on: date, month: Month, kind: str, *, hopeful: bool) -> bool:
    if month in case.paid or month in case.taken:
        return False
    if month not in case.category_1 and not (hopeful and month in case.undecided):
        return False
    if not hopeful and month in case.undecided:
        return False
    end = last_month_ahead(on, kind)
    if (month.year, month.month) > end:
        return False
    due = date(*end_of(month.year, month.month + 1))
    if hopeful:
        while closed(due):
            due += DAY
    return on <= two_years_later(due)


def last_month_ahead(on: date, kind: str) -> tuple[int, int]:
    if kind == "student":
        return (on.year, 3) if on.month <= 3 else (on.year + 1, 3)
    return (on.year, 6) if on.month <= 6 else (on.year + 1, 6)


def end_of(year: int, month: int) -> tuple[int, int, int]:
    year, month = (year + 1, month - 12) if month > 12 else (year, month)
    return year, month, monthrange(year, month)[1]


def two_years_later(day: date) -> date:
    """The two years begin on the day after and end before that day returns."""
    after = day + DAY
    return date(after.year + 2, after.month, after.day) - DAY


def closed(day: date) -> bool:
    if day.weekday() in (5, 6):
        return True
    if (day.month, day.day) in ((12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)):
        return True
    return (day.month, day.day, day.weekday()) == (4, 30, 0)


def holds(case: Case, on: date, month: Month, kind: str, *, hopeful: bool) -> bool:
    student = at_school(case, month, hopeful=hopeful == (kind == "student"))
    if student != (kind == "student"):
        return False
    if kind == "deferment" and not young_enough(case, month, hopeful=hopeful):
        return False
    if not fits("applicant", "applicant", case, month, kind, hopeful=hopeful):
        return False
    if any(months.first <= month <= months.last for months in case.special_disability_benefit):
        return True
    day = min(date(*end_of(month.year, month.month)), on)
    tested = TESTED[kind]
    others: list[tuple[str, str]] = []
    if "spouse" in tested:
        spouses = members(case.spouses, day)
        if spouses is None or len(spouses) > 1:
            # Somebody has to say first who it is: at the best nobody in the way.
            if not hopeful:
                return False
        else:
            others += [(key, "spouse") for key in spouses]
    if "householder" in tested:
        heads = members(case.householders, day)
        if heads is None or len(heads) != 1:
            if not hopeful:
                return False
        elif heads[0] != "applicant" and heads[0] not in [key for key, _ in others]:
            others.append((heads[0], "householder"))
    return all(fits(key, role, case, month, kind, hopeful=hopeful) for key, role in others)


def members(spells: tuple[Spell, ...] | None, day: date) -> list[str] | None:
    """Who it is on a day; None where nobody knows, or a day that is not certain may decide."""
    if spells is None:
        return None
    found: list[str] = []
    for spell in spells:
        begun = spell.first is None or (spell.first.is_exact and spell.first.require() <= day)
        not_begun = spell.first is not None and spell.first.is_exact and not begun
        lasts = spell.last is None or (spell.last.is_exact and day <= spell.last.require())
        over = spell.last is not None and spell.last.is_exact and not lasts
        if not_begun or over:
            continue
        if not (begun and lasts):
            return None
        if spell.who not in found:
            found.append(spell.who)
    return found


def at_school(case: Case, month: Month, *, hopeful: bool) -> bool:
    last = date(*end_of(month.year, month.month))
    return any(
        enrolment.school is Schooling.RECOGNISED
        or (hopeful and enrolment.school is Schooling.UNKNOWN)
        for enrolment in case.enrolments
        if any(
            enrolment.first <= day and (enrolment.last is None or day <= enrolment.last)
            for day in (date(month.year, month.month, n) for n in range(1, last.day + 1))
        )
    )


def young_enough(case: Case, month: Month, *, hopeful: bool) -> bool:
    if (month.year, month.month) > (2035, 6):
        return False
    if not case.birth_date.is_exact:
        return hopeful
    born = case.birth_date.require()
    # 50 on the eve of the birthday; before July 2016 it was 30, which no case here reaches back to.
    eve = date(born.year + 50, born.month, 28 if (born.month, born.day) == (2, 29) else born.day)
    reached = eve if (born.month, born.day) == (2, 29) else eve - DAY
    return (month.year, month.month) < (reached.year, reached.month)


def fits(key: str, role: str, case: Case, month: Month, kind: str, *, hopeful: bool) -> bool:
    who = case.people.get(key, Someone())
    year = month.year - (2 if month.month <= (3 if kind == "student" else 6) else 1)
    return (
        by_money(who, year, month, kind, hopeful=hopeful)
        or by_status(who, year, month, hopeful=hopeful)
        or by_assistance(case, month, hopeful=hopeful)
        or by_misfortune(key, role, who, case, month, kind, hopeful=hopeful)
    )


def amounts(month: Month) -> dict[str, int]:
    return FROM_2021_07 if (month.year, month.month) >= (2021, 7) else UNTIL_2021_06


def by_money(who: Someone, year: int, month: Month, kind: str, *, hopeful: bool) -> bool:
    known = who.incomes.get(year)
    if known is None or known.income is None:
        return hopeful
    told = known.income
    if told.total_income is None:
        return hopeful
    limits = amounts(month)
    if kind in ("full", "deferment"):
        return told.total_income <= (limits["full"] + 35 * (1 + heads(told, hopeful))) * MAN
    base = limits["half" if kind == "student" else kind]
    of_general = count(told.dependants_general, hopeful)
    stated = known.aged_16_to_18
    under_19 = (of_general if hopeful else 0) if stated is None else min(stated, of_general)
    limit = base + 38 * (of_general - under_19) + 63 * under_19
    limit += 38 * count(told.dependants_under_16, hopeful)
    limit += 48 * count(told.dependants_elderly, hopeful)
    limit += 63 * count(told.dependants_specified, hopeful)
    limit += {"general": 38, "elderly": 48, "none": 0, "?": 48 if hopeful else 0}[
        str(told.deductible_spouse or "?")
    ]
    taken_off = deductions(told, hopeful) + (known.other_deductions or 0)
    return told.total_income - taken_off <= limit * MAN


def heads(told: Income, hopeful: bool) -> int:
    spouse = {"general": 1, "elderly": 1, "none": 0}.get(str(told.deductible_spouse), int(hopeful))
    return spouse + sum(
        count(number, hopeful)
        for number in (
            told.dependants_general,
            told.dependants_elderly,
            told.dependants_specified,
            told.dependants_under_16,
        )
    )


def count(number: int | None, hopeful: bool) -> int:
    return (10**6 if hopeful else 0) if number is None else number


def deductions(told: Income, hopeful: bool) -> int:
    any_amount = ENDLESS if hopeful else 0
    off = 0
    for amount in (
        told.casualty_loss_deduction,
        told.medical_deduction,
        told.social_insurance_deduction,
        told.special_spouse_deduction,
    ):
        off += any_amount if amount is None else amount
    off += any_amount if told.net_loss_carried is None else abs(told.net_loss_carried)
    for number, each in (
        (told.dependants_disabled, 27),
        (told.dependants_severely_disabled, 40),
    ):
        off += any_amount if number is None else number * each * MAN
    own = {"none": 0, "ordinary": 27, "severe": 40, "None": 40 if hopeful else 0}
    off += own[str(told.self_disability)] * MAN
    widows = {"none": 0, "widow": 27, "widower": 27, "single_parent": 35, "special_widow": 35}
    widows["None"] = 35 if hopeful else 0
    off += widows[str(told.self_widow_or_single_parent)] * MAN
    off += {True: 27, False: 0, None: 27 if hopeful else 0}[told.self_working_student] * MAN
    return off


def by_status(who: Someone, year: int, month: Month, *, hopeful: bool) -> bool:
    known = who.incomes.get(year)
    told = known.income if known else None
    last_day = date(year, 12, 31)
    is_one = any(
        card.issued_on <= last_day
        and (card.valid_to is None or last_day <= card.valid_to)
        and (card.returned_on is None or last_day <= card.returned_on)
        for card in who.certificates
    )
    states = (
        (None, None) if told is None else (told.self_disability, told.self_widow_or_single_parent)
    )
    is_one = is_one or any(state is not None and str(state) != "none" for state in states)
    may_be = None in states or who.certificates_outcome in (
        FactOutcome.UNSETTLED,
        FactOutcome.MORE_THAN_ONE,
    )
    if not is_one and not (hopeful and may_be):
        return False
    if told is None or told.total_income is None:
        return hopeful
    return told.total_income <= amounts(month)["status"] * MAN


def by_assistance(case: Case, month: Month, *, hopeful: bool) -> bool:
    record = case.assistance
    first, last = date(month.year, month.month, 1), date(*end_of(month.year, month.month))
    if any(
        (period.kind is not AssistanceKind.LIVELIHOOD or record.foreign)
        and not (period.first > last or (period.last is not None and period.last < first))
        for period in record.periods
    ):
        return True
    unsure = record.outcome in (FactOutcome.UNSETTLED, FactOutcome.MORE_THAN_ONE)
    return hopeful and (unsure or (record.stated and record.outcome is FactOutcome.NO_RECORD))


def by_misfortune(
    key: str, role: str, who: Someone, case: Case, month: Month, kind: str, *, hopeful: bool
) -> bool:
    if any(lost_work(loss, month, kind, hopeful=hopeful) for loss in who.job_losses):
        return True
    for disaster in case.disasters:
        half = hopeful if disaster.half_lost is None else disaster.half_lost
        if not disaster.on.is_exact:
            if hopeful:
                return True
            continue
        if half and struck(disaster.on.require(), month, kind, hopeful=hopeful):
            return True
    if by_violence(key, role, case, month, hopeful=hopeful):
        return True
    if key != "applicant":
        return False
    if any(span.first <= month <= span.last for span in case.special_disability_benefit):
        return True
    return hopeful and any(span.first <= month <= span.last for span in case.other_hardship)


def lost_work(loss: JobLoss, month: Month, kind: str, *, hopeful: bool) -> bool:
    if not loss.left_on.is_exact:
        return hopeful
    if not loss.shown and not hopeful:
        return False
    day = loss.left_on.require()
    either = [struck(each, month, kind, hopeful=hopeful) for each in (day, day + DAY)]
    return any(either) if hopeful else all(either)


def struck(day: date, month: Month, kind: str, *, hopeful: bool) -> bool:
    """Walk from the month before the event to the last June or March that the rule names."""
    at, found = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12), False
    while at <= (day.year + 2, 3 if kind == "student" else 6):
        found = found or at == (month.year, month.month)
        at = (at[0], at[1] + 1) if at[1] < 12 else (at[0] + 1, 1)
    return found and (hopeful or month.year >= day.year)


def by_violence(key: str, role: str, case: Case, month: Month, *, hopeful: bool) -> bool:
    for violence in case.violence:
        if not violence.since.is_exact:
            if hopeful:
                return True
            continue
        since = violence.since.require()
        if (month.year, month.month) < (since.year, since.month):
            continue
        if violence.until is not None and month > violence.until:
            continue
        if key == violence.spouse:
            return True
        difficult = {
            "applicant": violence.applicant_in_difficulty,
            "householder": violence.householder_in_difficulty,
            "spouse": False,
        }[role]
        if hopeful if difficult is None else difficult:
            return True
    return False
