"""Whom the made-up city's resident register protects: its support measures (支援措置).

A few measures at every stage of their lives, spread over the city. Each is told as it stands when
the register sends everybody, and what happens to it in the course of the day (``told_today``) is
told as its next version. The same city on the same day has the same measures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any, Final

from contracts.events import FeedChange, SupportMeasureRecorded
from contracts.events.measures import MeasureEndReason, MeasureGround, MeasureStanding
from deploy.upstream.city import Resident

_EVERY: Final = 700
"""One measure for so many residents; each story is told once in the smallest city too."""
_YEAR: Final = timedelta(days=364)
_AGES: Final = range(24, 58)
_OF_AGE: Final = 18


class Story(Enum):
    """What becomes of a measure in the course of the day."""

    PROVISIONAL = "stays provisional (仮支援措置)"
    NEW = "is entered that day"
    CONFIRMED = "is provisional, and confirmed that day"
    IN_FORCE = "is in force"
    EXTENDED = "is in its last month, and extended that day"
    TERM_OVER = "has passed its last day, which ends nothing: it hides on"
    ENDED = "is in force, and ended that day on request"


@dataclass(frozen=True)
class Protected:
    """A measure: its story, its applicant (申出者) and the children protected together."""

    story: Story
    applicant: Resident
    children: tuple[Resident, ...]

    @property
    def persons(self) -> tuple[Resident, ...]:
        """All whom it hides, the applicant first."""
        return self.applicant, *self.children

    @property
    def measure_number(self) -> str:
        """支援措置の整理番号."""
        return f"S{self.applicant.index:09d}"


def protected(city: Sequence[Resident], *, today: date) -> list[Protected]:
    """The measures of this part of the city; its residents come household by household.

    Raises ``ValueError`` where the city is too small for every story.
    """
    able = [
        r for r in city
        if _age(r, today) in _AGES and r.record.name.kana and len(r.record.relationship) == 1
    ]  # fmt: skip
    count = max(len(Story), len(city) // _EVERY)
    if len(able) < 2 * count:
        raise ValueError(f"{len(city)} residents are too few to protect {count} of them")
    # An even stride leaves the first ones of the city to the counter.
    applicants = [able[(2 * n + 1) * len(able) // (2 * count)] for n in range(count)]
    stories = tuple(Story)
    return [
        Protected(stories[n % len(stories)], applicant, _children(city, applicant, today))
        for n, applicant in enumerate(applicants)
    ]


def told_before(measures: Sequence[Protected], today: date) -> Iterator[SupportMeasureRecorded]:
    """全件連携: the measures that the register had before the day."""
    for one in measures:
        if one.story is not Story.NEW:
            yield _told(one, FeedChange.SNAPSHOT, today, 1, **_before(one.story, today))


def told_today(measures: Sequence[Protected], today: date) -> Iterator[SupportMeasureRecorded]:
    """What the register's staff did that day."""
    for one in measures:
        if (change := _today(one.story, today)) is not None:
            version = 1 if one.story is Story.NEW else 2
            yield _told(one, FeedChange.RECORDED, today, version, **change)


def hidden_at_the_end(measures: Sequence[Protected]) -> list[Resident]:
    """Who is hidden when the day is over."""
    return [r for one in measures if one.story is not Story.ENDED for r in one.persons]


def _before(story: Story, today: date) -> dict[str, Any]:
    if story in (Story.PROVISIONAL, Story.CONFIRMED):
        return {"standing": MeasureStanding.PROVISIONAL, "applied_on": today - timedelta(days=6)}
    days_left = {Story.EXTENDED: 12, Story.TERM_OVER: -3}.get(story, 200)
    return _in_force(today + timedelta(days=days_left))


def _today(story: Story, today: date) -> dict[str, Any] | None:
    if story is Story.NEW:
        return {"standing": MeasureStanding.PROVISIONAL, "applied_on": today}
    if story is Story.CONFIRMED:
        applied = today - timedelta(days=6)
        return _in_force(today + _YEAR) | {"applied_on": applied}
    before = _before(story, today)
    if story is Story.EXTENDED:
        return before | {"last_day": before["last_day"] + _YEAR}
    if story is Story.ENDED:
        ended = {"standing": MeasureStanding.ENDED, "end_reason": MeasureEndReason.REQUESTED}
        return before | ended | {"ended_on": today}
    return None


def _in_force(last_day: date) -> dict[str, Any]:
    first = last_day - _YEAR
    return {
        "standing": MeasureStanding.IN_FORCE, "applied_on": first - timedelta(days=6),
        "started_on": first, "last_day": last_day,
    }  # fmt: skip


def _told(
    one: Protected, change: FeedChange, today: date, version: int, **items: Any
) -> SupportMeasureRecorded:
    return SupportMeasureRecorded(
        record_version=version,
        change=change,
        measure_number=one.measure_number,
        reported_on=today,
        ground=tuple(MeasureGround)[one.applicant.index % len(MeasureGround)],
        persons=tuple(r.record.addressee_number for r in one.persons),
        **items,
    )


def _children(city: Sequence[Resident], of: Resident, today: date) -> tuple[Resident, ...]:
    household = of.record.household_number
    return tuple(
        r for r in city
        if r.record.household_number == household and r.index != of.index
        and _age(r, today) < _OF_AGE
    )  # fmt: skip


def _age(resident: Resident, today: date) -> int:
    return (today - resident.record.birth_date.require()).days // 365
