"""What has to be in the databases in the end, worked out from what was sent and nothing else.

No service's code is used here, and no table is read. It knows the few things that the made-up
city does (deploy/upstream) and says of each resident what must have become of it, in the plainest
way; where that would be a second set of rules, `against_calm` compares two runs instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.codes import RemovalReason, ResidentChangeKind, ResidentStatus
from contracts.events.residents import ResidentRecord
from tests.chaos.city import Story, Told

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A period of category 1, in the codes that events use."""

    acquired_on: date
    acquisition_reason: str
    lost_on: date | None
    loss_reason: str | None


@dataclass(frozen=True)
class Person:
    """What must be known of one resident."""

    versions: dict[int, ResidentRecord]
    person_version: int
    name_versions: tuple[int, ...]
    """The versions with which another name came; the last is the current one's."""
    died_on: date | None
    stay: tuple[date, str, date | None, str | None]
    """Came, why, left, why."""
    period: Period | None

    @property
    def last(self) -> ResidentRecord:
        return self.versions[max(self.versions)]


@dataclass(frozen=True)
class Expected:
    """The whole of it."""

    persons: dict[str, Person]
    households: frozenset[str]
    changes: int
    """How many changes must have been tokenised."""
    letters: dict[str, list[int]]
    """Dead letters by key: record versions in order, the first refused, the others waiting."""


def expected(story: Story) -> Expected:
    """From the input alone."""
    persons = {number: _person(history, story) for number, history in story.histories.items()}
    households = {
        record.household_number
        for person in persons.values()
        for record in person.versions.values()
        if record.household_number is not None
    }
    return Expected(
        persons,
        frozenset(households),
        sum(len(person.versions) for person in persons.values()),
        {
            key: [told.change.resident.version for told in kept]
            for key, kept in story.refused.items()
        },
    )


def _person(history: Sequence[Told], story: Story) -> Person:
    records = {t.change.resident.version: t.change.resident.record for t in history}
    last = history[-1].change.resident.record
    came, removal = last.became_resident, last.removal
    if came is None or came.reason is None:
        raise ValueError("the city says of everybody how they came")
    return Person(
        versions=records,
        person_version=_distinct([_seen(t.change.resident.record) for t in history]),
        name_versions=tuple(_changes({v: r.name for v, r in records.items()})),
        died_on=removal.on.value if removal and removal.reason is RemovalReason.DEATH else None,
        stay=(
            came.on.require(),
            came.reason,
            removal.on.require() if removal else None,
            removal.reason if removal else None,
        ),
        period=_period(history, story),
    )


def _seen(record: ResidentRecord) -> tuple[object, ...]:
    """What eligibility sees of a record: a version that changes none of it is not passed on."""
    here = record.resident_status is ResidentStatus.RESIDENT
    removal = record.removal
    return (
        record.birth_date.value,
        record.household_number if here else None,
        record.relationship if here else None,
        removal and (removal.reason, removal.on.value),
    )


def _distinct(values: Sequence[object]) -> int:
    return sum(1 for n, value in enumerate(values) if n == 0 or value != values[n - 1])


def _changes(values: dict[int, object]) -> list[int]:
    found: list[int] = []
    before: object = None
    for version, value in sorted(values.items()):
        if value != before:
            found.append(version)
        before = value
    return found


def _period(history: Sequence[Told], story: Story) -> Period | None:
    """The one period of category 1 that the city's changes can bring about.

    Who came from abroad acquired on that day; who reached 20 while in our records, on the day
    before the birthday. Of everybody else the time before is not ours to know: no period. The day
    of a move to another municipality is the other's already.
    """
    record = history[-1].change.resident.record
    birth, removal = record.birth_date.require(), record.removal
    reaches_20 = birth.replace(year=birth.year + 20) - _DAY  # of a leap year, a leap year
    first = history[0].change
    begin = story.first_day if first.kind is ResidentChangeKind.SNAPSHOT else first.on
    last_day = removal.on.require() if removal else date.max
    moved_out = removal is not None and removal.reason is RemovalReason.MOVE_OUT
    if first.kind is ResidentChangeKind.MOVE_IN_FROM_ABROAD:
        acquired, why = first.on, "moved-in-from-abroad"
    elif begin <= reaches_20 <= story.today:
        acquired, why = reaches_20, "age-20"
    else:
        return None
    if acquired > last_day or (moved_out and acquired == last_day):
        return None
    if removal is None:
        return Period(acquired, why, None, None)
    match removal.reason:
        case RemovalReason.DEATH:
            return Period(acquired, why, last_day + _DAY, "death")
        case RemovalReason.MOVE_ABROAD:
            return Period(acquired, why, last_day + _DAY, "moved-abroad")
        case _:
            return Period(acquired, why, None, "moved-out-of-city")
