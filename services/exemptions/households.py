"""The household of applicants by the register, beside what was stated."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from uuid import UUID

import asyncpg

from contracts.events import RegisteredHousehold
from contracts.values import value
from services.exemptions.domain.asked import Said
from services.exemptions.domain.reasons import Reason
from services.exemptions.domain.registered import compared, differing
from services.exemptions.stores import registered
from services.exemptions.stores.applications import Kept


@value
class Registers:
    """What the register told of applications, and of those that they continue."""

    told: Mapping[UUID, RegisteredHousehold]
    answers_for: Mapping[UUID, UUID] = field(default_factory=dict)

    def changes(self, said: Said, kept: Kept) -> tuple[Reason, ...]:
        """What a person has to look at of the household of one application: of a continuing one
        what changed since, of another in what its form differs."""
        if kept.continued_from is None:
            today = self.told.get(kept.application_id)
            return differing(said, kept.person_id, today, self.answers_for)
        before = self.told.get(kept.continued_from)
        today = self.told.get(kept.application_id)
        return compared(said, kept.person_id, today, before, self.answers_for)


async def of(connection: asyncpg.Connection, kept: Sequence[Kept]) -> Registers:
    """What the register told of these applications, and of those that they continue."""
    ids = [one.application_id for one in kept]
    ids += [one.continued_from for one in kept if one.continued_from is not None]
    return Registers(
        await registered.of(connection, ids),
        await registered.surviving(connection, list(_people(kept))),
    )


def _people(kept: Iterable[Kept]) -> Iterable[UUID]:
    for one in kept:
        yield one.person_id
        for name in ("spouse", "householder"):
            entered = one.submission.values.get(name)
            if isinstance(entered, str) and entered:
                yield UUID(entered)
