"""What JPS was told since about reports that do not stand (訂正の報告), kept alike by every owner.

A report is taken back (取消), or told once more where it stands after all; jps_reporting tells its
owner when that left on a medium, and what JPS decided on it. A service has the tables
``corrections`` and ``correction_decisions`` in its own schema, and shows the corrections with what
was reported.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from pydantic import BaseModel, ConfigDict

from contracts.events import (
    CorrectionDecided,
    CorrectionForwarded,
    CorrectionGivenUp,
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
_GIVE_UP: Final = """
insert into {schema}.corrections_given_up
    (correction_id, item_id, processing, given_up_on{about}, recorded_at)
select correction_id, item_id, processing, given_up_on{about}, $6
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::uuid[])
    as t (correction_id, item_id, processing, given_up_on, {key})
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
       c.recorded_at, d.outcome, d.decided_on, d.return_code, d.return_reason,
       null::date as given_up_on
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
union all
select g.{key}, g.item_id, g.correction_id, g.processing, null, null, g.recorded_at, null, null,
       null, null, g.given_up_on
from {schema}.corrections_given_up g
where g.{key} = any($1::uuid[]) and ($2::timestamptz is null or g.recorded_at <= $2)
"""

Told = CorrectionForwarded | CorrectionGivenUp
Sent = Callable[[asyncpg.Connection, Sequence[Told]], Awaitable[Mapping[UUID, UUID]]]
"""Of what these are corrections of: the items that were sent of that person, each with what its
corrections are kept about."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One that was sent, or was settled and given up before; ``outcome`` None: JPS has not decided
    on it."""

    item_id: UUID
    correction_id: UUID
    processing: ReportProcessing
    forwarded_on: date | None
    """None: it was given up."""
    medium_serial: int | None
    """Media are in the order of their serials: two may be told of in one batch."""
    recorded_at: datetime
    outcome: ItemOutcome | None
    decided_on: date | None
    return_code: str | None
    return_reason: str | None
    given_up_on: date | None
    """訂正の取下げ: JPS was not told."""


def in_order(found: Iterable[Correction]) -> list[Correction]:
    """The earliest first: what was sent by its medium, what was given up after what was sent before
    that day; on the day itself, after what was told before it."""
    every = list(found)

    def place(one: Correction) -> tuple[int, bool, date, datetime, UUID]:
        on = one.forwarded_on or one.given_up_on
        assert on is not None  # it was the one or the other
        before = [
            other.medium_serial
            for other in every
            if other.medium_serial is not None
            and other.forwarded_on is not None
            and (other.forwarded_on, other.recorded_at) < (on, one.recorded_at)
        ]
        serial = max(before, default=0) if one.medium_serial is None else one.medium_serial
        return serial, one.medium_serial is None, on, one.recorded_at, one.correction_id

    return sorted(every, key=place)


class CorrectionView(BaseModel):
    """What JPS was told about a report that does not stand, or stands after all (訂正の報告)."""

    model_config = ConfigDict(frozen=True)

    processing: ReportProcessing
    label: str
    forwarded_on: date | None
    """送付日. None: it was given up before."""
    given_up_on: date | None
    """The day on which two people gave it up before it was sent (訂正の取下げ)."""
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
            given_up_on=one.given_up_on,
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
        told = [one for one in found if one.forwarded_on is not None]
        return cls.of(told[-1]) if told else None


class Corrections:
    """Those of an owner, in the tables of its schema."""

    def __init__(self, schema: str, owner: ReportOwner, *, about: str = "item_id") -> None:
        """``about``: the column by which they are asked for, where that is not the item."""
        self.owner = owner
        own = "" if about == "item_id" else f", {about}"
        key = "about" if about == "item_id" else about
        self._forward = _FORWARD.format(schema=schema, about=own, key=key)
        self._give_up = _GIVE_UP.format(schema=schema, about=own, key=key)
        self._known = _KNOWN.format(schema=schema)
        self._decide = _DECIDE.format(schema=schema)
        self._take_back = _TAKE_BACK.format(schema=schema)
        self._of = _OF.format(schema=schema, key=about)

    async def take(
        self, batch: Sequence[Received[Any]], uow: UnitOfWork, sent: Sent, code: str
    ) -> list[CorrectionForwarded]:
        """Keep which corrections of this owner's items were sent or given up, and what JPS decided
        on them; those that were sent.

        Raises ``Rejected`` with ``code`` for a correction of an item that was never sent of that
        person, or a decision on one that was not told; then nothing is kept.
        """
        ours = [r for r in batch if getattr(r.event, "owner", None) is self.owner]
        told = [r for r in ours if isinstance(r.event, CorrectionForwarded | CorrectionGivenUp)]
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
        return [r.event for r in told if isinstance(r.event, CorrectionForwarded)]

    async def _sent(self, uow: UnitOfWork, told: Sequence[Told], sent: Sent) -> set[UUID]:
        known = await sent(uow.connection, told)
        strange = {event.correction_id for event in told if event.item_id not in known}
        if not strange:
            rows = [
                (e.correction_id, e.item_id, e.processing.value, e.forwarded_on, e.medium_serial,
                 known[e.item_id])
                for e in told if isinstance(e, CorrectionForwarded)
            ]  # fmt: skip
            await uow.connection.execute(self._forward, *columns(rows, 6), uow.now)
            given_up = [
                (e.correction_id, e.item_id, e.processing.value, e.given_up_on, known[e.item_id])
                for e in told if isinstance(e, CorrectionGivenUp)
            ]  # fmt: skip
            await uow.connection.execute(self._give_up, *columns(given_up, 5), uow.now)
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
        return {about: in_order(of_one) for about, of_one in found.items()}
