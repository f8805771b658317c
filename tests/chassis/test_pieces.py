"""A batch of the bus in pieces: few events that carry many things each in one transaction."""

import pytest

from services.chassis.partitions import pieces
from services.chassis.records import Record

KB = 1024


def record(offset: int, size: int) -> Record:
    return Record("t", 0, offset, "k", {}, b"x" * size)


@pytest.mark.parametrize(
    ("sizes", "cut"),
    [
        ([1] * 500, [500]),
        ([10 * KB] * 300, [300]),
        ([200 * KB] * 5, [2, 2, 1]),
        ([900 * KB, 900 * KB], [1, 1]),
        ([10, 500 * KB, 10, 20 * KB, 10], [3, 2]),
        ([], [0]),
    ],
)
def test_large_records_are_taken_few_at_a_time(sizes: list[int], cut: list[int]) -> None:
    records = [record(n, size) for n, size in enumerate(sizes)]
    found = list(pieces(records))
    assert [len(piece) for piece in found] == cut
    assert [one for piece in found for one in piece] == records
