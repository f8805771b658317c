"""The same law by another way: every month of a life asked by itself, and days walked one by one.

Nothing of ``services/exemptions/domain`` is used but the names of the kinds and of the causes: no
spells, no runs, no figures from files. What both ways say of 10,000 made-up lives has to agree.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from services.exemptions.domain.kinds import ExemptionKind as Kind

DAY = timedelta(days=1)
FIRST_YEAR, YEARS = 2025, 5
MONTHS = [(FIRST_YEAR + n // 12, n % 12 + 1) for n in range(12 * YEARS)]
PARTIAL = (Kind.THREE_QUARTERS, Kind.HALF, Kind.QUARTER)
BY_APPLICATION = (Kind.FULL, *PARTIAL, Kind.DEFERMENT, Kind.STUDENT)

YearMonth = tuple[int, int]


@dataclass
class Birth:
    """A birth of the person's own, with the maternity notice."""

    due: date
    multiple: bool
    born_before_notice: date | None
    children: list[date | None] = field(default_factory=list)
    """For each child raised the day on which that ended, None: it did not."""


@dataclass
class Raising:
    """A child that the person raises otherwise."""

    born: date
    since: date
    ended: date | None


@dataclass
class Life:
    """All that is told of one person."""

    insured: list[tuple[int, date, date | None]]
    """Category (0: by choice), day of acquisition, day of loss; in order."""
    births: list[Birth]
    raised: list[Raising]
    grounds: list[tuple[date, date | None]]
    right: tuple[date, list[tuple[date, bool]]] | None
    """A right to 障害基礎年金: its day, and from which days on there is a state or none."""
    requests: list[tuple[date, list[YearMonth], bool]]
    """Requests to pay: the day, the months, whether it changes an earlier one."""
    applied: dict[YearMonth, tuple[Kind, date | None]]
    notices: list[date]
    paid: set[YearMonth]


def month_of(day: date) -> YearMonth:
    return day.year, day.month


def shifted(month: YearMonth, by: int) -> YearMonth:
    """A month so many months on, step by step."""
    year, number = month
    for _ in range(abs(by)):
        number += 1 if by > 0 else -1
        if number == 13:
            year, number = year + 1, 1
        elif number == 0:
            year, number = year - 1, 12
    return year, number


def last_day(month: YearMonth) -> date:
    return date(*month, monthrange(*month)[1])


def category_1(life: Life) -> set[YearMonth]:
    """Art. 11 and 11-2, written down month after month as the record of a life grows."""
    counted: dict[YearMonth, int] = {}
    acquired_in: YearMonth | None = None
    lost: date | None = None
    end = shifted(MONTHS[-1], 1)
    for category, acquired, over in life.insured:
        if lost != acquired:  # a new acquisition, not a change
            if acquired_in is not None and counted.get(month_of(acquired)) is not None:
                del counted[month_of(acquired)]
            acquired_in = month_of(acquired)
        month = month_of(acquired)
        while month < (end if over is None else month_of(over)):
            counted[month] = category
            month = shifted(month, 1)
        if over is not None and month_of(over) == acquired_in:
            counted[acquired_in] = category
        lost = over
    return {month for month, category in counted.items() if category == 1}


def maternity(birth: Birth, month: YearMonth) -> bool:
    centre = month_of(birth.born_before_notice or birth.due)
    near = range(-3 if birth.multiple else -1, 3)
    return month >= (2019, 4) and any(shifted(centre, by) == month for by in near)


def run_out(day: date, months: int) -> date:
    """The day after a period of months from ``day``, walked."""
    target = shifted(month_of(day), months)
    while month_of(day) != target:
        day = last_day(month_of(day)) + DAY
    return day


def elapsed(day: date, months: int) -> date:
    number = day.day
    reached = run_out(day, months)
    while reached.day != number:
        reached += DAY
        if reached.day == 1:
            return reached
    return reached


def care_of_mother(birth: Birth, month: YearMonth) -> bool:
    """On the month's last day three months have passed, twelve not, and a child is raised."""
    if month < (2026, 10) or not birth.children:
        return False
    base, last = birth.born_before_notice or birth.due, last_day(month)
    raised = any(ended is None or ended >= last for ended in birth.children)
    return raised and elapsed(base, 3) <= last < elapsed(base, 12)


def care_of_other(child: Raising, month: YearMonth) -> bool:
    if month < (2026, 10):
        return False
    last = last_day(month)
    first_birthday = (child.born.year + 1, child.born.month, child.born.day)
    older = (last.year, last.month, last.day) >= first_birthday
    return child.since <= last and not older and (child.ended is None or child.ended >= last)


def disability_days(right: tuple[date, list[tuple[date, bool]]]) -> list[tuple[date, date | None]]:
    """Walked day by day: a day counts unless three years without a state lie before it."""
    entitled, states = right
    stretches: list[tuple[date, date | None]] = []
    open_since: date | None = None
    without_since: date | None = None
    known = dict(states)
    day, end = entitled, date(FIRST_YEAR + YEARS + 1, 12, 31)
    for early, state in states:
        if early < entitled:
            without_since = None if state else (without_since or early)
    while day <= end:
        if day in known:
            without_since = None if known[day] else (without_since or day)
        out = without_since is not None and (day.year, day.month, day.day) >= (
            without_since.year + 3,
            without_since.month,
            without_since.day,
        )
        if out and open_since is not None:
            stretches.append((open_since, day))
            open_since = None
        elif not out and open_since is None:
            open_since = day
        day += DAY
    if open_since is not None:
        stretches.append((open_since, None))
    return stretches


def statutory(stretches: list[tuple[date, date | None]], month: YearMonth) -> bool:
    return any(
        shifted(month_of(since), -1) <= month and (over is None or month <= month_of(over))
        for since, over in stretches
    )


def asked(life: Life, month: YearMonth) -> bool:
    due = last_day(shifted(month, 1))
    wants = False
    for on, months, changes in sorted(life.requests, key=lambda request: request[0]):
        if not changes:
            wants = wants or month in months
        elif due > on:
            wants = month in months
    return wants


def outcome(life: Life) -> dict[YearMonth, Kind]:
    """What each month is exempt by."""
    ones = category_1(life)
    stretches = [*life.grounds, *(disability_days(life.right) if life.right else ())]
    found: dict[YearMonth, Kind] = {}
    for month in MONTHS:
        if month not in ones:
            continue
        kind = _of_month(life, month, statutory(stretches, month))
        if kind is not None:
            found[month] = kind
    return found


def _of_month(life: Life, month: YearMonth, by_ground: bool) -> Kind | None:
    if any(maternity(birth, month) for birth in life.births):
        return Kind.MATERNITY
    if any(care_of_mother(birth, month) for birth in life.births) or any(
        care_of_other(child, month) for child in life.raised
    ):
        return Kind.CHILD_CARE
    if month in life.paid:
        return None
    kind, applied_on = life.applied.get(month, (None, None))
    if kind in PARTIAL:
        for day in [*life.notices, *(on for on, _, changes in life.requests if not changes)]:
            reaches = shifted(month_of(day), -1) <= month
            if reaches and (by_ground if applied_on is None else applied_on <= day):
                kind = None
                break
    if kind in PARTIAL:
        return kind
    return Kind.STATUTORY if by_ground and not asked(life, month) else kind


def made_up(seed: int) -> Life:
    """A life that nobody lived; the same for the same seed."""
    random = Random(seed)

    def a_day(first: date = date(FIRST_YEAR, 1, 1), days: int = 365 * YEARS) -> date:
        if random.random() < 0.3:  # the ends of months, where the law is narrow
            year, month = random.choice(MONTHS)
            day = random.choice([date(year, month, 1), last_day((year, month))])
            return max(first, day)
        return first + timedelta(days=random.randrange(days))

    def after(day: date, days: int, often: float) -> date | None:
        return day + timedelta(days=random.randrange(1, days)) if random.random() < often else None

    births = []
    for _ in range(random.choice([0, 0, 1, 1, 2])):
        due = a_day()
        born = due + timedelta(days=random.randrange(-40, 15)) if random.random() < 0.4 else None
        children = [after(born or due, 420, 0.3) for _ in range(random.choice([0, 1, 1, 2]))]
        births.append(Birth(due, random.random() < 0.2, born, children))
    raised = []
    for _ in range(random.choice([0, 0, 0, 1, 2])):
        born = a_day()
        since = born + timedelta(days=random.choice([0, 0, random.randrange(420)]))
        raised.append(Raising(born, since, after(since, 420, 0.3)))
    grounds = []
    for _ in range(random.choice([0, 0, 1, 2])):
        since = a_day()
        grounds.append((since, after(since, 700, 0.6)))
    right = None
    if random.random() < 0.25:
        entitled = a_day(date(2018, 1, 1), 3000)
        steps = sorted({a_day(date(2019, 1, 1), 3600) for _ in range(random.randrange(4))})
        right = (entitled, [(day, n % 2 == 1) for n, day in enumerate(steps) if day > entitled])
    applied: dict[YearMonth, tuple[Kind, date | None]] = {}
    for _ in range(random.choice([0, 1, 2, 4])):
        first, kind = random.choice(MONTHS), random.choice(BY_APPLICATION)
        on = a_day() if random.random() < 0.6 else None
        for by in range(random.randrange(1, 13)):
            applied[shifted(first, by)] = (kind, on)
    requests = [
        (a_day(), random.sample(MONTHS, random.randrange(8)), random.random() < 0.3)
        for _ in range(random.choice([0, 0, 1, 2]))
    ]
    return Life(
        _insured(random, a_day),
        births,
        raised,
        grounds,
        right,
        requests,
        applied,
        [a_day() for _ in range(random.choice([0, 0, 1]))],
        set(random.sample(MONTHS, random.choice([0, 0, 5]))),
    )


def _insured(random: Random, a_day: object) -> list[tuple[int, date, date | None]]:
    days = sorted({a_day() for _ in range(random.choice([1, 2, 4, 6]))})  # type: ignore[operator]  # a drawing of days
    if random.random() < 0.5:
        days[0] = date(2020, 4, 1)
    periods: list[tuple[int, date, date | None]] = []
    for n, acquired in enumerate(days):
        over = days[n + 1] if n + 1 < len(days) else None
        if random.random() < 0.2 and over is not None:
            over = min(over, acquired + timedelta(days=random.randrange(1, 40)))
        elif random.random() < 0.3:
            over = over or acquired + timedelta(days=random.randrange(1, 900))
        if n == 0 or random.random() < 0.85:
            periods.append((random.choice([1, 1, 1, 2, 3, 0]), acquired, over))
    return periods
