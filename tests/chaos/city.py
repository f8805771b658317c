"""What is sent: a city, many of its days, and a few changes that have to be refused."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from contracts.codes import ResidentChangeKind
from contracts.events.residents import PersonName
from contracts.keys import resident_key
from contracts.topics import UPSTREAM_REGISTER
from deploy.upstream.city import Resident, residents
from deploy.upstream.day import Change, snapshot, working_day

_SPOILED = 3
_SPAN = timedelta(days=500)
"""How long ago the first load was: the changes of the days since are all in the past."""
_SETTLING = timedelta(days=6)
"""So long nothing happens to somebody new: the days that the city makes up for a birth or a death
lie up to ten days back, and nobody is to die before they came."""


@dataclass(frozen=True)
class Told:
    """One change as it is published. ``spoiled``: its seal is another event's."""

    change: Change
    reported_on: date
    spoiled: bool = False

    @property
    def number(self) -> str:
        """The addressee number."""
        return self.change.resident.record.addressee_number

    @property
    def key(self) -> str:
        return resident_key(UPSTREAM_REGISTER, self.number)


@dataclass(frozen=True)
class Story:
    """All that is sent, in order. ``first_day``: that of the first load."""

    told: tuple[Told, ...]
    first_day: date
    today: date

    @cached_property
    def refused(self) -> dict[str, list[Told]]:
        """By key, what has to end among the dead letters: the spoiled change first."""
        spoiled = {told.key for told in self.told if told.spoiled}
        kept: dict[str, list[Told]] = {}
        for told in self.told:
            if told.key in spoiled:
                kept.setdefault(told.key, []).append(told)
        return kept

    @cached_property
    def histories(self) -> dict[str, list[Told]]:
        """By addressee number, the changes that have to be taken in, in order."""
        taken: dict[str, list[Told]] = {}
        for told in self.told:
            if told.key not in self.refused:
                taken.setdefault(told.number, []).append(told)
        return taken


def story(count: int, *, today: date, seed: int) -> Story:
    """``count`` changes: two fifths of them the first load, the rest days of an evolving city.

    The same for the same arguments. Raises ``ValueError`` for more than the days can hold.
    """
    size = count * 2 // 5
    first_day = day = today - _SPAN
    city = {r.record.addressee_number: r for r in residents(size, today=first_day, seed=seed)}
    told = [Told(change, first_day) for change in snapshot(iter(city.values()), first_day)]
    spoiled = _spoiled(first=size, day=first_day, seed=seed)
    told += spoiled[::2]
    new: list[tuple[date, Resident]] = []
    following = size + _SPOILED
    while len(told) < count:
        day += timedelta(days=1)
        for _, resident in [pair for pair in new if pair[0] <= day - _SETTLING]:
            city[resident.record.addressee_number] = resident
        new = [pair for pair in new if pair[0] > day - _SETTLING]
        for change in working_day(list(city.values()), following, today=day, seed=seed):
            told.append(Told(change, day))
            number = change.resident.record.addressee_number
            if change.resident.record.removal is not None:
                del city[number]
            elif change.resident.version > 1:
                city[number] = change.resident
            else:
                new.append((day, change.resident))
                following = max(following, change.resident.index + 1)
    if day > today - timedelta(days=7):
        raise ValueError(f"{count} changes take more days than there are")
    return Story((*told[: count - _SPOILED], *spoiled[1::2]), first_day, today)


def _spoiled(*, first: int, day: date, seed: int) -> list[Told]:
    """Two changes each of a few residents: the first has to be refused, so the second waits."""
    told = []
    for resident in residents(_SPOILED, today=day, seed=seed + 1, first=first):
        told.append(Told(Change(ResidentChangeKind.SNAPSHOT, day, resident), day, spoiled=True))
        later = resident.changed(name=PersonName(kanji="後日　氏名", kana="ゴジツ　シメイ"))
        told.append(Told(Change(ResidentChangeKind.NAME_CHANGE, day, later), day))
    return told
