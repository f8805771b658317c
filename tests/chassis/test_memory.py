"""What a batch freed is there for the next. In processes of their own: it changes the allocator."""

import subprocess
import sys

import pytest

_FAULTS = """
import resource, sys
from services.chassis import memory

if sys.argv[1] == "keep":
    assert memory.keep()

def batch():
    return [bytes(1000 + i % 3000) for i in range(10_000)]

batch()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    batch()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _faults(how: str) -> int:
    told = subprocess.run(
        [sys.executable, "-c", _FAULTS, how], capture_output=True, check=True, text=True
    )
    return int(told.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's own")
def test_a_batch_takes_the_memory_that_the_one_before_it_freed() -> None:
    kept, given_back = _faults("keep"), _faults("as it is")
    assert given_back > 10 * (kept + 1)
