"""The made-up city is the same for the same seed, and has what a city has."""

from collections import Counter
from datetime import date
from itertools import islice
from uuid import UUID

from contracts.codes import ResidentChangeKind, ResidentKind, ResidentStatus
from contracts.numbers import SYNTHETIC_PREFIX, is_individual_number
from contracts.sealing import PrivateSealingKey, open_sealed
from contracts.topics import UPSTREAM_REGISTER
from deploy.upstream.city import residents
from deploy.upstream.day import snapshot, working_day
from deploy.upstream.publisher import event_of

TODAY = date(2026, 10, 1)
EVENT_ID = UUID("6f9b3c1e-8a53-4a39-9f0d-0d3f0f3f7a11")


def test_the_same_seed_makes_the_same_city() -> None:
    assert list(residents(300, today=TODAY, seed=4)) == list(residents(300, today=TODAY, seed=4))
    assert list(residents(300, today=TODAY, seed=4)) != list(residents(300, today=TODAY, seed=5))


def test_a_city_has_the_size_asked_for_and_every_number_once() -> None:
    city = list(residents(1_000, today=TODAY))
    assert len(city) == 1_000
    numbers = {resident.number for resident in city}
    assert len(numbers) == 1_000
    assert all(is_individual_number(n) and n.startswith(SYNTHETIC_PREFIX) for n in numbers)
    assert len({r.record.addressee_number for r in city}) == 1_000


def test_it_has_households_foreign_residents_and_names_beyond_cp932() -> None:
    city = [resident.record for resident in residents(5_000, today=TODAY)]
    households = Counter(record.household_number for record in city)
    assert max(households.values()) >= 4
    assert sum(record.resident_kind is ResidentKind.FOREIGN for record in city) > 20
    assert any("𠮷" in record.name.kanji for record in city)
    assert all(record.resident_status is ResidentStatus.RESIDENT for record in city)


def test_somebody_reaches_twenty_the_day_after_the_load() -> None:
    born = {r.record.birth_date.require() for r in residents(2_000, today=TODAY)}
    assert date(2006, 10, 3) in born


def test_a_working_day_has_every_kind_of_change_and_each_resident_once() -> None:
    city = list(residents(2_000, today=TODAY))
    changes = list(working_day(city, 2_000, today=TODAY))
    kinds = {change.kind for change in changes}
    assert kinds == {
        ResidentChangeKind.MOVE_IN, ResidentChangeKind.MOVE_IN_FROM_ABROAD,
        ResidentChangeKind.MOVE_OUT, ResidentChangeKind.MOVE_ABROAD, ResidentChangeKind.BIRTH,
        ResidentChangeKind.DEATH, ResidentChangeKind.NAME_CHANGE,
        ResidentChangeKind.ADDRESS_CHANGE, ResidentChangeKind.HOUSEHOLD_CHANGE,
        ResidentChangeKind.CORRECTION,
    }  # fmt: skip
    touched = [change.resident.index for change in changes]
    assert len(touched) == len(set(touched))
    versions = {c.resident.index: c.resident.version for c in changes if c.resident.index < 2_000}
    assert set(versions.values()) == {2}


def test_an_event_bears_the_number_sealed_to_itself_and_nowhere_else() -> None:
    key = PrivateSealingKey.generate("k-1")
    (change,) = islice(snapshot(residents(1, today=TODAY), TODAY), 1)
    event = event_of(change, EVENT_ID, key.public, TODAY)
    assert event.sealed_number is not None
    opened = open_sealed(event.sealed_number, key, sender=UPSTREAM_REGISTER, event_id=EVENT_ID)
    assert opened == change.resident.number
    assert change.resident.number not in event.model_dump_json()
