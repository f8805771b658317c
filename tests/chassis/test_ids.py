"""Fresh ids are those of uuid4, in this process and in one that it forked off."""

import os
from uuid import RFC_4122, UUID

from services.chassis.ids import fresh_id


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
