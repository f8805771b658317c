"""A person with several records of the register, found to be one (統合): what they say together.

Each record keeps its own history: from when it was heard of and when something was first told are
matters of the record. Where somebody lived is the union of what the records tell; what can only be
so or so (birth date, nationality, status of residence) is said by the record that speaks: that of
who lives here now, else the surviving person's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import TypeVar

from contracts.one_person import speaking, stays_together
from services.qualification.domain.city import STAYS_OVERLAP, View, city_views
from services.qualification.domain.facts import Fact, RegisterStatement
from services.qualification.domain.reasons import Review, because
from services.qualification.domain.spans import Boundary

K = TypeVar("K")
History = Sequence[RegisterStatement]
"""What the register said under one record, oldest version first; never empty."""


def facts_together(facts: Mapping[K, Sequence[Fact]], ids: Sequence[K]) -> list[Fact]:
    """The facts under all ids of a person, the surviving one first; each knows under which."""
    return [
        replace(fact, record=record)
        for record, each in enumerate(ids)
        for fact in facts.get(each, ())
    ]


def histories(facts: Iterable[Fact]) -> list[History]:
    """The histories of a person's records, the surviving person's first."""
    said: dict[int, list[RegisterStatement]] = {}
    for fact in facts:
        if isinstance(fact.content, RegisterStatement):
            said.setdefault(fact.record, []).append(fact.content)
    return [sorted(said[record], key=attrgetter("version")) for record in sorted(said)]


def together(records: Sequence[History]) -> History:
    """One history of all, as if one record had said it: each time one of them said something.

    Of one record its own. Told in the order of the days on which it was reported, whenever it
    arrived here.
    """
    if len(records) < 2:
        return records[0] if records else ()
    said = sorted(
        (day, record, statement.version, statement)
        for record, history in enumerate(records)
        for day, statement in _days(history)
    )
    begins = [history[0].records_begin for history in records]
    begin = None if None in begins else min(day for day in begins if day is not None)
    known: dict[int, RegisterStatement] = {}
    united: list[RegisterStatement] = []
    for day, record, _, statement in said:
        known[record] = statement
        whole = _united(statement, day, known, len(united) + 1)
        united.append(replace(whole, records_begin=begin))
    return united


def _days(history: History) -> Iterable[tuple[date, RegisterStatement]]:
    """When each was reported; what follows was not reported before."""
    day = date.min
    for statement in history:
        day = max(day, statement.reported_on)
        yield day, statement


def _united(
    said: RegisterStatement, day: date, known: dict[int, RegisterStatement], version: int
) -> RegisterStatement:
    said_now = [known[record] for record in sorted(known)]
    speaks = said_now[speaking([each.residence for each in said_now])]
    died = next((k.died_on for _, k in sorted(known.items()) if k.died_on is not None), None)
    return replace(
        said,
        version=version,
        reported_on=day,
        birth_date=speaks.birth_date,
        resident_kind=speaks.resident_kind,
        residence_status_code=speaks.residence_status_code,
        residence=stays_together(known[record].residence for record in sorted(known)),
        died_on=died,
    )


def history(facts: Iterable[Fact]) -> History:
    """What the register said of a person, oldest first, by all records of theirs."""
    return together(histories(facts))


def lives_here(said: History) -> bool:
    """Whether the register's last word is that the person is a resident of the city."""
    if not said or said[-1].died_on is not None or not said[-1].residence:
        return False
    return any(stay.ended is None for stay in said[-1].residence)


def views_of(records: Sequence[History]) -> tuple[list[View], list[Review]]:
    """When the city saw the person, by all records, and what of it is unclear."""
    if len(records) == 1:
        return city_views(records[0])
    seen: list[View] = []
    reviews: list[Review] = []
    for history in records:
        views, unclear = city_views(history)
        seen += views
        reviews += [review for review in unclear if review not in reviews]
    line: list[View] = []
    for view in sorted(seen, key=_heard):
        if not line:
            line.append(view)
        elif _apart(line[-1], view):
            line.append(_after(line[-1], view))
        else:
            reviews += _contradiction(line[-1], view)
            past = _last(line[-1].span.past, view.span.past)
            line[-1] = replace(line[-1], span=replace(line[-1].span, past=past))
    return line, reviews


def _heard(view: View) -> tuple[date, date]:
    """From when a record tells of a stay: what it says of before is not known by it."""
    first = view.span.first
    return view.told.day, date.min if first is None else first.day


def _apart(before: View, view: View) -> bool:
    past = before.span.past
    return past is not None and past.day <= view.told.day


def _after(before: View, view: View) -> View:
    """A stay that reaches back to where it is not known reaches back to the stay before."""
    first, past = view.span.first, before.span.past
    if past is None or (first is not None and first.day >= past.day):
        return view
    return replace(view, span=replace(view.span, first=replace(past, reason=view.told.reason)))


def _contradiction(before: View, view: View) -> list[Review]:
    """One record says that the person left, another that they were there."""
    one, other = before.span.past, view.span.past
    ends = [end.day for end in (one, other) if end is not None]
    if not ends or (one is not None and other is not None and one.day == other.day):
        return []
    day = min(ends)
    return [Review(because(STAYS_OVERLAP, day=day), day)]


def _last(one: Boundary | None, other: Boundary | None) -> Boundary | None:
    return None if one is None or other is None else max(one, other, key=lambda end: end.day)
