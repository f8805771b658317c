"""The register's working set over plain dictionaries, for tests of the rules."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from uuid import UUID

from contracts.events import PersonChanged, ResidentTokenised
from services.identity.domain.folding import Folding
from services.identity.domain.numbers import integrated_number
from services.identity.domain.register import Finding, Known, Refusal, Register, Standing, Version
from services.identity.tables import read_variants
from tests.identity.people import key_of

FOLDING = Folding(read_variants())


class World:
    """Everything that is known, and everything that was told."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Known] = {}
        self.versions: list[Version] = []
        self.digests: dict[tuple[tuple[str, str], int], bytes] = {}
        self.households: dict[tuple[str, str], UUID] = {}
        self.findings: list[Finding] = []
        self.events: list[PersonChanged] = []
        self._ids = (UUID(int=n) for n in count(1))
        self._numbers = (n for serial in count(1) if (n := integrated_number(serial)) is not None)

    def take(self, *events: ResidentTokenised, key: str | None = None) -> list[Standing]:
        """One batch, all or nothing: a refused event leaves no trace of the batch.

        ``key`` is the record key of all, where it is not each record's own.
        """
        for event in events:
            place = event.source, event.record.household_number or ""
            if place not in self.households:
                self.households[place] = next(self._ids)
        bearers: dict[str, set[UUID]] = {}
        for known in self.known.values():
            if known.individual_number_token is not None:
                bearers.setdefault(known.individual_number_token, set()).add(known.person_id)
        register = Register(
            known={place: replace(known) for place, known in self.known.items()},
            bearers=bearers,
            households=self.households,
            digests=dict(self.digests),
            folding=FOLDING,
            ids=self._ids,
            numbers=self._numbers,
        )
        standings = [
            register.take(i, key or key_of(event), event) for i, event in enumerate(events)
        ]
        self.refused: list[Refusal] = [refusal for _, refusal in register.refused]
        if not self.refused:
            self.known = register.known
            self.digests = register.digests
            self.versions += register.versions
            self.findings += register.findings
            self.events += [event for _, event in register.events]
        return standings

    def in_batches(self, batches: Sequence[Sequence[ResidentTokenised]]) -> "World":
        """Take the batches in turn."""
        for batch in batches:
            self.take(*batch)
        return self

    def one(self, number: str) -> Known:
        """What is known under a number of the resident register."""
        return self.known["resident_register", number]
