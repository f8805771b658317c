"""Every kind of garbage on every topic: parked with its number, with all around it taken in, the
person's later events behind it, and everything in order once it is replayed or discarded."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from contracts.events import Event
from contracts.topics import TOPICS
from tests.garbage.house import PAIRS, House, Sent
from tests.garbage.kinds import TAKEN, Case, Kind, cases
from tests.garbage.samples import SAMPLES, TYPES, number

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("garbage")]

READERS = [(service, type_) for type_ in TYPES for service in type_.TOPIC.consumers]


@dataclass
class Played:
    """One kind as it was sent: what lay before, in its place, behind it, and after."""

    kind: Kind
    case: Case
    before: Sent
    garbage: list[Sent]
    behind: list[Sent]
    after: Sent


@dataclass
class Story:
    """All that was sent, by type."""

    house: House
    by_type: dict[type[Event], list[Played]]


def _good(house: House, type_: type[Event], n: int, version: int) -> Sent:
    event_id = uuid4()
    return house.record(SAMPLES[type_](house, n, version, event_id), event_id=event_id)


def _play(house: House, type_: type[Event]) -> Iterator[Played]:
    neighbour, version = number(type_, 0), 1
    for kind, case in cases(house, type_):
        behind_whom = case.other if kind.behind == "other" else case.n
        first = _good(house, type_, behind_whom, 1)
        before = _good(house, type_, neighbour, version)
        made = kind.make(case)
        yield Played(
            kind,
            case,
            before,
            [first, *(made if isinstance(made, list) else [made])],
            [_good(house, type_, behind_whom, v) for v in (3, 4)],
            _good(house, type_, neighbour, version + 1),
        )
        version += 2


@pytest.fixture(scope="module")
def story(house: House) -> Story:
    """Everything sent and taken in; nothing replayed yet."""
    by_type = {type_: list(_play(house, type_)) for type_ in TYPES}
    house.send(
        record
        for played in by_type.values()
        for each in played
        for record in (each.before, *each.garbage, each.behind[0], each.after, each.behind[1])
    )
    house.settled()
    return Story(house, by_type)


def test_every_topic_that_is_consumed_has_samples_of_all_its_types() -> None:
    assert set(SAMPLES) == set(TYPES)
    assert {topic for _, topic in PAIRS} == {type_.TOPIC.name for type_ in SAMPLES}
    assert {topic.name for topic in TOPICS.values() if topic.consumers} == {
        type_.TOPIC.name for type_ in TYPES
    }


def _places(letters: Mapping[Any, Any]) -> Callable[[str | None, Sent], Any]:
    """The letter that lies where a record was sent: by key and body, since garbage may have no id;
    of several (an event may say nothing but whom it is about) the one of that id."""
    by_place: dict[tuple[str | None, bytes], dict[Any, Any]] = {}
    for event_id, row in letters.items():
        by_place.setdefault((row["key"], bytes(row["body"])), {})[event_id] = row

    def at(key: str | None, sent: Sent) -> Any:
        found = by_place.get((key, sent.body), {})
        return found.get(sent.event_id) or next(reversed(found.values()), None)

    return at


@pytest.mark.parametrize(("service", "type_"), READERS, ids=lambda x: getattr(x, "TYPE", x))
def test_garbage_parks_with_its_number_and_holds_up_nobody_else(
    story: Story, service: str, type_: type[Event]
) -> None:
    house = story.house
    taken = house.taken[service, type_.TOPIC.name].ids()
    letters = house.letters(service)
    at = _places(letters)
    wrong: list[tuple[Any, ...]] = []
    for played in story.by_type[type_]:
        first, *garbage = played.garbage
        code = played.kind.code(service)
        around = {each.event_id for each in (first, played.before, played.after)}
        if around - set(taken) or around & letters.keys():
            wrong.append((played.kind.name, "a good one around it was not taken"))
        for one in garbage:
            key = one.key.decode() if one.key else None
            letter = at(key, one) if code != TAKEN else letters.get(one.event_id)
            found = (letter["state"], letter["code"]) if letter else ("taken", TAKEN)
            wanted = ("taken", TAKEN) if code == TAKEN else ("parked", code)
            if found != wanted:
                wrong.append((played.kind.name, found, wanted))
            elif letter is None and one.event_id not in taken:
                wrong.append((played.kind.name, "neither parked nor taken"))
        waits = code != TAKEN and played.kind.behind
        for later in played.behind:
            letter = letters.get(later.event_id)
            state = letter["state"] if letter else "taken" if later.event_id in taken else "lost"
            if state != ("waiting" if waits else "taken"):
                wrong.append((played.kind.name, "behind it", state))
    assert wrong == []
    assert house.rows(service, "select topic from bus.breakers") == []


@pytest.mark.parametrize(("service", "type_"), READERS, ids=lambda x: getattr(x, "TYPE", x))
def test_after_replay_all_follows_in_order(story: Story, service: str, type_: type[Event]) -> None:
    house = story.house
    wrong: list[tuple[Any, ...]] = []
    taken = house.taken[service, type_.TOPIC.name]
    letters = house.letters(service)
    at = _places(letters)
    again = 0
    for played in story.by_type[type_]:
        if played.kind.code(service) == TAKEN:
            continue
        first, garbage = played.garbage
        letter = at(garbage.key.decode() if garbage.key else None, garbage)
        assert letter is not None
        if again < 2:  # as it is, it is refused again, and all stays as it was
            again += 1
            tally = house.replay(service, letter["id"])
            if (tally.handled, tally.refused) != (0, 1):
                wrong.append((played.kind.name, "not refused again"))
        if played.kind.mended:
            good = played.case.good.model_dump_json().encode()
            tally = house.replay(service, letter["id"], good)
        else:
            tally = house.discard(service, letter["id"])
        if tally is None or (tally.refused, tally.waiting) != (0, 0):
            wrong.append((played.kind.name, "after replay", tally))
            continue
        mended = [garbage.event_id] if played.kind.mended else []
        wanted = [first.event_id, *mended, *(later.event_id for later in played.behind)]
        order = [each for each in taken.ids() if each in wanted]
        if order != wanted:
            wrong.append((played.kind.name, "out of order", order, wanted))
    assert wrong == []
    left = [row for row in house.letters(service).values() if row["topic"] == type_.TOPIC.name]
    types = {row["headers"].get("ce_type") for row in left}
    assert type_.TYPE not in types


def test_nothing_of_it_was_tried_again_and_again(story: Story) -> None:
    """What is refused for good is never taken for a passing fault."""
    for name, service in story.house.services.items():
        for kind in ("unknown", "transient"):
            assert service.metrics.failures.labels(kind)._value.get() == 0, (name, kind)
        for topic in service.handlers:
            assert service.metrics.stopped.labels(topic.name)._value.get() == 0, (name, topic)
