"""Memory that a batch has used and freed stays with the process for the next one.

glibc hands the end of its heap back to the system whenever some hundred KB of it are free, and asks
for large pieces one by one; a batch of the bus makes and frees some dozen MB. Given back and asked
for again, each page of it is cleared and mapped anew: a page fault or two for every record.
"""

import ctypes
from typing import Final

_MIB: Final = 1024 * 1024
_OPTIONS: Final = (
    (-1, 128 * _MIB),  # M_TRIM_THRESHOLD: so much of it may be free
    (-2, 16 * _MIB),  # M_TOP_PAD: asked for at once
    (-3, 32 * _MIB),  # M_MMAP_THRESHOLD: pieces from this size on come and go alone
)
"""Parameters of mallopt(3) and what they are set to, in bytes."""


def keep() -> bool:
    """Have the allocator keep it; False where it is not glibc's, and nothing is changed."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    return set_option is not None and all(set_option(*option) == 1 for option in _OPTIONS)
