"""What JPS was told since about reports that do not stand (訂正の報告), kept alike by every owner.

A report is taken back (取消), or told once more where it stands after all; jps_reporting tells its
owner when that left on a medium, and what JPS decided on it. A service has the tables
``corrections`` and ``correction_decisions`` in its own schema, and shows the corrections with what
was reported.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic import BaseModel, ConfigDict

from contracts.events import (
    CorrectionDecided,
    CorrectionForwarded,
    DecisionTakenBack,
    ItemOutcome,
    ReportOwner,
    ReportProcessing,
)
from services.chassis.database import columns
from services.chassis.received import Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork

_FORWARD: Final = """
insert into {schema}.corrections
    (correction_id, item_id, processing, forwarded_on, medium_serial{about}, recorded_at)
select correction_id, item_id, processing, forwarded_on, medium_serial{about}, $7
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::int[], $6::uuid[])
    as t (correction_id, item_id, processing, forwarded_on, medium_serial, {key})
on conflict (correction_id) do nothing
"""
_KNOWN: Final = """
select correction_id, item_id from {schema}.corrections where correction_id = any($1::uuid[])
"""
_DECIDE: Final = """
insert into {schema}.correction_decisions
    (decision_id, correction_id, outcome, decided_on, return_code, return_reason, recorded_at)
select *, $7::timestamptz
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::text[], $6::text[])
on conflict (decision_id) do nothing
"""
_TAKE_BACK: Final = """
update {schema}.correction_decisions set taken_back_at = coalesce(taken_back_at, $2)
where decision_id = any($1::uuid[]) returning decision_id
"""
_OF: Final = """
select c.{key} as about, c.item_id, c.correction_id, c.processing, c.forwarded_on, c.medium_serial,
       c.recorded_at, d.outcome, d.decided_on, d.return_code, d.return_reason
from {schema}.corrections c
left join lateral (
    select outcome, decided_on, return_code, return_reason
    from {schema}.correction_decisions d
    where d.correction_id = c.correction_id
      and ($2::timestamptz is null or d.recorded_at <= $2)
      and (d.taken_back_at is null or d.taken_back_at > $2)
    order by decided_on desc, recorded_at desc, decision_id limit 1
) as d on true
where c.{key} = any($1::uuid[]) and ($2::timestamptz is null or c.recorded_at <= $2)
order by c.medium_serial, c.correction_id
"""

Sent = Callable[[asyncpg.Connection, Sequence[CorrectionForwarded]], Awaitable[Mapping[UUID, UUID]]]
"""Of what these are corrections of: the items that were sent of that person, each with what its
corrections are kept about."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One that was sent; ``outcome`` None: JPS has not decided on it."""

    item_id: UUID
    correction_id: UUID
    processing: ReportProcessing
    forwarded_on: date
    medium_serial: int
    """Media are in the order of their serials: two may be told of in one batch."""
    recorded_at: datetime
    outcome: ItemOutcome | None
    decided_on: date | None
    return_code: str | None
    return_reason: str | None


class CorrectionView(BaseModel):
    """What JPS was told about a report that does not stand, or stands after all (訂正の報告)."""

    model_config = ConfigDict(frozen=True)

    processing: ReportProcessing
    label: str
    forwarded_on: date
    """送付日"""
    outcome: ItemOutcome | None
    """What JPS decided on a cancellation. Of what was told once more: see the report's decision."""
    outcome_label: str | None
    decided_on: date | None
    return_code: str | None
    """返戻事由コード, where JPS returned it."""
    return_reason: str | None

    @classmethod
    def of(cls, one: Correction) -> "CorrectionView":
        """A correction as it is shown."""
        return cls(
            processing=one.processing,
            label=one.processing.label,
            forwarded_on=one.forwarded_on,
            outcome=one.outcome,
            outcome_label=one.outcome.label if one.outcome else None,
            decided_on=one.decided_on,
            return_code=one.return_code,
            return_reason=one.return_reason,
        )

    @classmethod
    def all_of(cls, found: Sequence[Correction]) -> "tuple[CorrectionView, ...]":
        """All of them, the earliest first."""
        return tuple(map(cls.of, found))

    @classmethod
    def last_of(cls, found: Sequence[Correction]) -> "CorrectionView | None":
        """What JPS was told last; None: nothing."""
        return cls.of(found[-1]) if found else None


class Corrections:
    """Those of an owner, in the tables of its schema."""

    def __init__(self, schema: str, owner: ReportOwner, *, about: str = "item_id") -> None:
        """``about``: the column by which they are asked for, where that is not the item."""
        self.owner = owner
        own = "" if about == "item_id" else f", {about}"
        key = "about" if about == "item_id" else about
        self._forward = _FORWARD.format(schema=schema, about=own, key=key)
        self._known = _KNOWN.format(schema=schema)
        self._decide = _DECIDE.format(schema=schema)
        self._take_back = _TAKE_BACK.format(schema=schema)
        self._of = _OF.format(schema=schema, key=about)

    async def take(
        self, batch: Sequence[Received[Any]], uow: UnitOfWork, sent: Sent, code: str
    ) -> list[CorrectionForwarded]:
        """Keep which corrections of this owner's items were sent, and what JPS decided on them;
        those that were sent.

        Raises ``Rejected`` with ``code`` for a correction of an item that was never sent of that
        person, or a decision on one that was not told; then nothing is kept.
        """
        ours = [r for r in batch if getattr(r.event, "owner", None) is self.owner]
        told = [r for r in ours if isinstance(r.event, CorrectionForwarded)]
        decided = [r for r in ours if isinstance(r.event, CorrectionDecided)]
        strange: set[UUID] = set()
        if told:
            strange = await self._sent(uow, [r.event for r in told], sent)
        if decided and not strange:
            strange = await self._decided(uow, [r.event for r in decided])
        if strange:
            reason = "no item of this id was sent of this person, or no such correction of it"
            refused = [r for r in (*told, *decided) if r.event.correction_id in strange]
            raise Rejected([Rejection(r, code, reason) for r in refused])
        return [r.event for r in told]

    async def _sent(
        self, uow: UnitOfWork, told: Sequence[CorrectionForwarded], sent: Sent
    ) -> set[UUID]:
        known = await sent(uow.connection, told)
        strange = {event.correction_id for event in told if event.item_id not in known}
        if not strange:
            rows = [
                (e.correction_id, e.item_id, e.processing.value, e.forwarded_on, e.medium_serial,
                 known[e.item_id])
                for e in told
            ]  # fmt: skip
            await uow.connection.execute(self._forward, *columns(rows, 6), uow.now)
        return strange

    async def _decided(self, uow: UnitOfWork, told: Sequence[CorrectionDecided]) -> set[UUID]:
        known = await uow.connection.fetch(self._known, [event.correction_id for event in told])
        ours = {(row["correction_id"], row["item_id"]) for row in known}
        strange = {e.correction_id for e in told if (e.correction_id, e.item_id) not in ours}
        if not strange:
            rows = [
                (e.decision_id, e.correction_id, e.outcome.value, e.decided_on, e.return_code,
                 e.return_reason)
                for e in told
            ]  # fmt: skip
            await uow.connection.execute(self._decide, *columns(rows, 6), uow.now)
        return strange

    async def take_back(
        self, connection: asyncpg.Connection, told: Sequence[DecisionTakenBack], now: datetime
    ) -> set[UUID]:
        """Let decisions on cancellations count no more; return those that were never told."""
        ids = [event.decision_id for event in told]
        known = await connection.fetch(self._take_back, ids, now)
        return set(ids) - {row["decision_id"] for row in known}

    async def of(
        self, connection: asyncpg.Connection, ids: Sequence[UUID], moment: datetime | None = None
    ) -> dict[UUID, list[Correction]]:
        """The corrections about these, by what they are about, the earliest first; as known at a
        moment (None: now)."""
        found: dict[UUID, list[Correction]] = {}
        for row in await connection.fetch(self._of, ids, moment):
            values = dict(row)
            about, outcome = values.pop("about"), values["outcome"]
            values["processing"] = ReportProcessing(values["processing"])
            values["outcome"] = ItemOutcome(outcome) if outcome else None
            found.setdefault(about, []).append(Correction(**values))
        return found
