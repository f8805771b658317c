"""Whatever is done to stored records, the first one that it touches is named."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain import chain
from services.audit.domain.chain import Head, start
from services.audit.domain.verification import Damage, Fault, Stored
from tests.audit.chains import BEGAN, a_chain, an_entry, verified

LENGTH = 30
SHARD = 4
RECORDS, HEAD = a_chain(SHARD, LENGTH)

positions = st.integers(1, LENGTH)
pieces = st.integers(1, LENGTH + 1)


def test_the_chain_is_made_of_the_bytes_that_its_description_says() -> None:
    """Written out by hand from the description, without the code's own helpers."""
    entry, _ = an_entry(1)
    begun = sha256(b"\x02nenkin/audit/chain/v1" + b"\x00\x04").digest()
    described = (
        b"nenkin/audit/entry/v1\x00"
        + b"\x00\x04"
        + (1).to_bytes(8, "big")
        + UUID(int=1001).bytes
        + (1_790_812_801_000_001).to_bytes(8, "big")
        + (1_790_812_801_040_001).to_bytes(8, "big")
        + b"\x00\x18nenkin.audit.recorded.v1"
        + b"\x00\x08identity"
        + len(entry.body).to_bytes(4, "big")
        + entry.body
    )
    assert start(SHARD) == Head(SHARD, 0, begun)
    assert chain.entry_bytes(SHARD, 1, entry) == described
    leaf = sha256(b"\x00" + described).digest()
    assert chain.link(start(SHARD), entry).chain_hash == sha256(b"\x01" + begun + leaf).digest()


@given(piece=pieces)
def test_an_untouched_chain_is_sound(piece: int) -> None:
    assert verified(SHARD, RECORDS, HEAD, piece=piece) is None
    assert verified(SHARD, RECORDS, HEAD, piece=piece, marks=tuple(heads())) is None


def heads() -> list[Head]:
    return [Head(SHARD, record.position, record.chain_hash) for record in RECORDS]


def test_a_chain_without_records_is_sound() -> None:
    assert verified(SHARD, [], None) is None
    assert verified(SHARD, [], start(SHARD)) is None


def with_record(position: int, record: Stored) -> list[Stored]:
    return [*RECORDS[: position - 1], record, *RECORDS[position:]]


def flipped(data: bytes, bit: int) -> bytes:
    place = bit % (len(data) * 8)
    changed = bytearray(data)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


@given(position=positions, bit=st.integers(0, 100_000), piece=pieces)
def test_a_flipped_bit_of_a_body_is_found(position: int, bit: int, piece: int) -> None:
    record = RECORDS[position - 1]
    entry = replace(record.entry, body=flipped(record.entry.body, bit))
    changed = with_record(position, replace(record, entry=entry))
    assert verified(SHARD, changed, HEAD, piece=piece) == Fault(SHARD, position, Damage.ALTERED)


@given(position=positions, bit=st.integers(0, 255), piece=pieces)
def test_a_flipped_bit_of_a_hash_is_found(position: int, bit: int, piece: int) -> None:
    record = RECORDS[position - 1]
    changed = with_record(position, replace(record, chain_hash=flipped(record.chain_hash, bit)))
    assert verified(SHARD, changed, HEAD, piece=piece) == Fault(SHARD, position, Damage.ALTERED)


@given(
    position=positions,
    change=st.sampled_from(
        [
            {"event_id": UUID(int=9)},
            {"type": "nenkin.audit.recorded.v2"},
            {"source": "gateway"},
            {"sent_at": BEGAN},
            {"recorded_at": BEGAN},
        ]
    ),
)
def test_a_changed_column_of_the_record_is_found(position: int, change: dict[str, Any]) -> None:
    record = RECORDS[position - 1]
    changed = with_record(position, replace(record, entry=replace(record.entry, **change)))
    assert verified(SHARD, changed, HEAD) == Fault(SHARD, position, Damage.ALTERED)


@given(
    position=positions,
    change=st.sampled_from(
        [
            {"at": BEGAN - timedelta(microseconds=1)},
            {"operation": "sign_on"},
            {"outcome": "refused"},
            {"staff_id": "somebody"},
            {"department": None},
            {"person_id": UUID(int=10**9)},
            {"number_accessed": None},
        ]
    ),
)
def test_a_changed_column_that_records_are_found_by_is_found(
    position: int, change: dict[str, Any]
) -> None:
    record = RECORDS[position - 1]
    changed = with_record(position, replace(record, index={**record.index, **change}))
    assert verified(SHARD, changed, HEAD) == Fault(SHARD, position, Damage.INDEX_ALTERED)


@given(position=st.integers(1, LENGTH - 1), piece=pieces)
def test_a_deleted_record_is_missing(position: int, piece: int) -> None:
    left = [record for record in RECORDS if record.position != position]
    found = verified(SHARD, left, HEAD, piece=piece)
    assert found == Fault(SHARD, position, Damage.MISSING)


@given(position=positions)
def test_a_deleted_record_whose_place_was_closed_up_is_found(position: int) -> None:
    left = [record for record in RECORDS if record.position != position]
    closed = [replace(record, position=n) for n, record in enumerate(left, 1)]
    found = verified(SHARD, closed, HEAD)
    assert found is not None
    damage = Damage.TRUNCATED if position == LENGTH else Damage.ALTERED
    assert (found.position, found.damage) == (position, damage)


@given(one=positions, other=positions, whole=st.booleans())
def test_swapped_records_are_found(one: int, other: int, whole: bool) -> None:
    first, second = sorted((one, other))
    if first == second:
        return
    changed = list(RECORDS)
    for place, origin in ((first, second), (second, first)):
        moved = RECORDS[origin - 1]
        changed[place - 1] = replace(
            moved,
            position=place,
            chain_hash=moved.chain_hash if whole else RECORDS[place - 1].chain_hash,
        )
    assert verified(SHARD, changed, HEAD) == Fault(SHARD, first, Damage.DISPLACED)


@given(position=positions, number=st.integers(LENGTH + 1, 10_000))
def test_an_inserted_record_is_found(position: int, number: int) -> None:
    entry, _ = an_entry(number)
    false = replace(RECORDS[position - 1], entry=entry)
    later = [replace(record, position=record.position + 1) for record in RECORDS[position - 1 :]]
    changed = [*RECORDS[: position - 1], false, *later]
    assert verified(SHARD, changed, HEAD) == Fault(SHARD, position, Damage.DISPLACED)


@given(kept=st.integers(0, LENGTH - 1))
def test_a_cut_off_end_is_found_by_the_head(kept: int) -> None:
    assert verified(SHARD, RECORDS[:kept], HEAD) == Fault(SHARD, kept + 1, Damage.TRUNCATED)


@given(kept=st.integers(0, LENGTH - 1), seen=positions)
def test_a_cut_off_end_with_its_head_set_back_is_found_by_a_checkpoint(
    kept: int, seen: int
) -> None:
    set_back = heads()[kept - 1] if kept else None
    found = verified(SHARD, RECORDS[:kept], set_back, marks=(heads()[seen - 1],))
    if seen <= kept:
        assert found is None
    else:
        assert found == Fault(SHARD, kept + 1, Damage.TRUNCATED)


@given(changed=positions, seen=st.lists(positions, unique=True, min_size=1))
def test_a_chain_made_anew_is_found_between_two_checkpoints(changed: int, seen: list[int]) -> None:
    """Who can write the whole table can make a chain that is sound in itself."""
    forged, head = [], start(SHARD)
    for record in RECORDS:
        entry = record.entry
        if record.position == changed:
            entry = replace(entry, source="gateway")
        head = chain.link(head, entry)
        forged.append(replace(record, entry=entry, chain_hash=head.chain_hash))
    marks = tuple(heads()[position - 1] for position in seen)
    found = verified(SHARD, forged, head, marks=marks)
    later = sorted(position for position in seen if position >= changed)
    before = max((position for position in seen if position < changed), default=0)
    if later:
        assert found == Fault(SHARD, later[0], Damage.REWRITTEN, after=before)
    else:
        assert found is None


def test_a_forked_head_is_found() -> None:
    behind = heads()[LENGTH - 2]
    assert verified(SHARD, RECORDS, behind) == Fault(SHARD, LENGTH, Damage.HEAD_ALTERED)
    assert verified(SHARD, RECORDS, None) == Fault(SHARD, LENGTH, Damage.HEAD_ALTERED)
    other = Head(SHARD, LENGTH, bytes(32))
    assert verified(SHARD, RECORDS, other) == Fault(SHARD, LENGTH, Damage.HEAD_ALTERED)


def test_a_chain_of_another_shard_is_not_taken_for_this_one() -> None:
    found = verified(SHARD + 1, RECORDS, Head(SHARD + 1, LENGTH, HEAD.chain_hash))
    assert found == Fault(SHARD + 1, 1, Damage.ALTERED)


@pytest.mark.parametrize("shard", [0, 1, 5])
def test_every_shard_begins_with_a_hash_of_its_own(shard: int) -> None:
    assert start(shard).chain_hash != start(SHARD).chain_hash
