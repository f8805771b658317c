"""Ids are uuid.UUIDs whoever made them; fresh ones are those of uuid4, in a forked process too."""

import copy
import os
import pickle
from uuid import RFC_4122, UUID

import pytest
from pydantic import TypeAdapter

from services.chassis.ids import fresh_id, read_id, same_id

WRITTEN = "6f1ed0a2-93a5-4c1b-8f0c-2b6f3f7e9c11"


def test_each_is_an_id_of_version_4_and_nobody_elses() -> None:
    ids = [fresh_id() for _ in range(1_000)]
    assert len(set(ids)) == len(ids)
    assert {(made.version, made.variant) for made in ids} == {(4, RFC_4122)}
    assert all(made == UUID(str(made)) and hash(made) == hash(UUID(str(made))) for made in ids)


def test_every_bit_but_those_of_version_and_variant_is_random() -> None:
    said = [made.int for made in (fresh_id() for _ in range(1_000))]
    ones = [sum(n >> bit & 1 for n in said) for bit in range(128)]
    fixed = {bit: count for bit, count in enumerate(ones) if count in (0, len(said))}
    assert fixed == {62: 0, 63: 1_000, 76: 0, 77: 0, 78: 1_000, 79: 0}


def test_a_process_that_was_forked_off_makes_others() -> None:
    fresh_id()  # so that some are at hand
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, "".join(fresh_id().hex for _ in range(100)).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        theirs = pipe.read()
    os.waitpid(child, 0)
    assert len(theirs) == 3_200
    assert not {theirs[at : at + 32] for at in range(0, 3_200, 32)} & {
        fresh_id().hex for _ in range(1_000)
    }


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
