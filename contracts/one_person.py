"""What several records of the register say together of one person (統合).

Used wherever a merge is followed: what each record says is kept as it came, and put together when
it is looked at.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from contracts.events.persons import ResidencePeriod

Residence = tuple[ResidencePeriod, ...]


def lives_here(residence: Residence) -> bool:
    """Whether a record tells of a stay that lasts: of several records, this one speaks."""
    return any(stay.ended is None for stay in residence)


def speaking(residences: Sequence[Residence]) -> int:
    """Which of several records says what can only be so or so (birth date, status): the first by
    which the person lives here, else the first. The surviving person's comes first."""
    return next((place for place, said in enumerate(residences) if lives_here(said)), 0)


def stays_together(residences: Iterable[Residence]) -> Residence:
    """The stays of all records, the earliest first, those that two records tell alike once."""
    stays: dict[ResidencePeriod, None] = dict.fromkeys(
        stay for residence in residences for stay in residence
    )
    return tuple(sorted(stays, key=lambda stay: stay.began.sort_date or date.min))
