"""Ids are uuid.UUIDs whoever made them; fresh ones are those of uuid4, ordered ones those of RFC
9562, version 7, in a forked process too."""

import copy
import os
import pickle
import time
from collections.abc import Callable
from uuid import RFC_4122, UUID

import pytest
from pydantic import TypeAdapter

from services.chassis.ids import fresh_id, ordered_id, read_id, same_id

WRITTEN = "6f1ed0a2-93a5-4c1b-8f0c-2b6f3f7e9c11"


@pytest.mark.parametrize(("make", "version"), [(fresh_id, 4), (ordered_id, 7)])
def test_each_is_an_id_of_its_version_and_nobody_elses(
    make: Callable[[], UUID], version: int
) -> None:
    ids = [make() for _ in range(1_000)]
    assert len(set(ids)) == len(ids)
    assert {(made.version, made.variant) for made in ids} == {(version, RFC_4122)}
    assert all(made == UUID(str(made)) and hash(made) == hash(UUID(str(made))) for made in ids)


def test_every_bit_but_those_of_version_and_variant_is_random() -> None:
    said = [made.int for made in (fresh_id() for _ in range(1_000))]
    ones = [sum(n >> bit & 1 for n in said) for bit in range(128)]
    fixed = {bit: count for bit, count in enumerate(ones) if count in (0, len(said))}
    assert fixed == {62: 0, 63: 1_000, 76: 0, 77: 0, 78: 1_000, 79: 0}


def test_an_ordered_one_says_when_it_was_made_and_the_rest_of_it_is_random() -> None:
    before = time.time_ns() // 1_000_000
    said = [made.int for made in (ordered_id() for _ in range(1_000))]
    after = time.time_ns() // 1_000_000
    moments = [n >> 80 for n in said]
    assert before <= min(moments) <= max(moments) <= after
    assert moments == sorted(moments)
    ones = [sum(n >> bit & 1 for n in said) for bit in range(80)]
    fixed = {bit: count for bit, count in enumerate(ones) if count in (0, len(said))}
    assert fixed == {62: 0, 63: 1_000, 76: 1_000, 77: 1_000, 78: 1_000, 79: 0}


def test_one_of_a_later_millisecond_comes_after() -> None:
    earlier = [ordered_id() for _ in range(300)]
    time.sleep(0.002)
    later = [ordered_id() for _ in range(300)]
    assert max(earlier) < min(later)


@pytest.mark.parametrize("make", [fresh_id, ordered_id])
def test_a_process_that_was_forked_off_makes_others(make: Callable[[], UUID]) -> None:
    ends = slice(12, 32)  # behind the time, of those that tell it
    make()  # so that some are at hand
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, "".join(make().hex[ends] for _ in range(100)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        theirs = pipe.read()
    os.waitpid(child, 0)
    assert len(theirs) == 2_000
    ours = {make().hex[ends].encode() for _ in range(1_000)}
    assert not ours & {theirs[at : at + 20] for at in range(0, 2_000, 20)}


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        WRITTEN.upper(),
        WRITTEN.replace("-", ""),
        f"{{{WRITTEN}}}",
        f"urn:uuid:{WRITTEN}",
    ],
    ids=["plain", "upper case", "without hyphens", "in braces", "urn"],
)
def test_an_id_is_read_in_every_form_that_uuid_reads(text: str) -> None:
    assert read_id(text) == UUID(text) == UUID(WRITTEN)


@pytest.mark.parametrize(
    "text",
    ["", WRITTEN[:-1], WRITTEN + "0", "g" * 32],
    ids=["nothing", "too short", "too long", "no hex"],
)
def test_what_is_no_id_is_refused_as_uuid_refuses_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"badly formed|base 16"):
        read_id(text)


def test_the_drivers_id_is_what_uuid_makes_of_it() -> None:
    plain = UUID(WRITTEN)
    ours = same_id(plain)
    assert isinstance(ours, UUID)
    assert (str(ours), ours.hex, ours.int, ours.bytes) == (
        WRITTEN,
        plain.hex,
        plain.int,
        plain.bytes,
    )
    assert ours == plain
    assert plain == ours
    assert hash(ours) == hash(plain)
    assert {plain: "known"}[ours] == "known"
    assert min([fresh_id(), ours, UUID(int=1)]) == UUID(int=1)
    assert pickle.loads(pickle.dumps(ours)) == copy.deepcopy(ours) == plain
    adapter = TypeAdapter(UUID)
    assert adapter.validate_python(ours) == plain
    assert adapter.dump_json(ours) == adapter.dump_json(plain)
