"""What identity tells of merges, for the tests of whoever follows them."""

from datetime import date
from uuid import UUID

from contracts.events import PersonMerged, PersonSeparated

DECISION = UUID(int=0xDEC, version=4)
DAY = date(2026, 10, 15)


def merged(former: UUID, surviving: UUID, version: int = 1) -> PersonMerged:
    """``former`` is the same person as ``surviving``."""
    return PersonMerged(
        person_id=former, identity_version=version, surviving_id=surviving,
        decision_id=DECISION, decided_on=DAY,
    )  # fmt: skip


def separated(former: UUID, version: int = 2) -> PersonSeparated:
    """``former`` stands for itself again."""
    return PersonSeparated(
        person_id=former, identity_version=version, decision_id=DECISION, decided_on=DAY
    )
