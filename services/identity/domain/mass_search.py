"""Mass searches (大量検索): one staff member has searched or seen more than the work calls for.

Standard: 住民記録システム標準仕様書, common functions: mass searches are reported. What counts as
many is the municipality's to say (settings).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threshold:
    """From so many searches, or persons shown, within so many minutes on it is reported."""

    minutes: int
    searches: int
    persons: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What one staff member did within those minutes and since the last report."""

    searches: int
    persons: int


def is_mass_search(seen: Seen, threshold: Threshold) -> bool:
    """Whether it is as much as is to be reported."""
    return seen.searches >= threshold.searches or seen.persons >= threshold.persons
