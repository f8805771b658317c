"""Checks items of a batch: reads what is known, lets the domain judge, keeps the findings."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from contracts.events import BlockKind, LinkageOutcome
from services.chassis import blocking
from services.chassis.unit_of_work import UnitOfWork
from services.jps_reporting.domain.batches import BatchState, after_checking
from services.jps_reporting.domain.checks import Subject, check
from services.jps_reporting.domain.layout import Layout
from services.jps_reporting.domain.rendering import Rendered
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.stores import batches, items, linkage, reported_anew
from services.jps_reporting.stores.batches import Batch, ItemFinding, ItemSubstitution, Repeat
from services.jps_reporting.stores.item_rows import StoredItem
from services.jps_reporting.stores.linkage import Answer

CHUNK = 500
"""Items judged in one go: some tenths of a second of computing."""


@dataclass(frozen=True, slots=True)
class Together:
    """What the items of a batch are to each other, to what went before, and to the house's word."""

    repeats: Mapping[UUID, Repeat] = field(default_factory=dict)
    cancel_before: Mapping[UUID, bool] = field(default_factory=dict)
    told_anew: Set[UUID] = frozenset()
    stopped: Set[UUID] = frozenset()


_NO_ANSWER = Answer(None, None)
_NO_REPEAT = Repeat(duplicate=False, already_sent=False)


@dataclass(frozen=True, slots=True)
class Results:
    """What came of judging some items."""

    findings: list[ItemFinding]
    substitutions: list[ItemSubstitution]


async def check_persons(
    reporting: Reporting, uow: UnitOfWork, batch: Batch, persons: Sequence[UUID]
) -> None:
    """Check these persons' items of the batch anew."""
    await _check(
        reporting,
        uow,
        batch,
        await items.of_batch(uow.connection, batch.batch_id, persons),
        persons,
    )


async def check_all(reporting: Reporting, uow: UnitOfWork, batch: Batch) -> None:
    """Check the whole batch anew, with what layouts and substitutions say now."""
    await _check(reporting, uow, batch, await items.of_batch(uow.connection, batch.batch_id), None)


async def settle(reporting: Reporting, uow: UnitOfWork, batch: Batch) -> BatchState:
    """Give the batch the state that its answers and findings make."""
    complete = await linkage.is_complete(uow.connection, batch.batch_id)
    if complete and batch.digest != reporting.parameters.digest:
        # Layout or table changed while the answers came in: some were judged by the former.
        await check_all(reporting, uow, batch)
    errors = await batches.items_with_errors(uow.connection, batch.batch_id)
    state = after_checking(complete=complete, errors=len(errors))
    if state is not BatchState.COLLECTING or batch.state is not BatchState.COLLECTING:
        digest = reporting.parameters.digest
        await batches.set_checked(uow.connection, batch, state, digest, uow.now)
    return state


async def _check(
    reporting: Reporting,
    uow: UnitOfWork,
    batch: Batch,
    found: Sequence[StoredItem],
    persons: Sequence[UUID] | None,
) -> None:
    layout = reporting.parameters.layout(batch.layout_id)
    together = Together(
        repeats=await batches.repeats(uow.connection, batch.batch_id, persons),
        cancel_before=await reported_anew.to_cancel_before(uow.connection, batch.batch_id, persons),
        told_anew=await reported_anew.followed(uow.connection, batch.batch_id),
    )
    for start in range(0, len(found), CHUNK):
        chunk = found[start : start + CHUNK]
        answers = await linkage.answers(
            uow.connection, batch.batch_id, [one.item.person_id for one in chunk]
        )
        now = replace(together, stopped=await stopped_items(uow, chunk))
        # In a thread, so that the consumer's heartbeats go on.
        results = await asyncio.to_thread(judge, reporting, layout, chunk, answers, now, uow.today)
        await batches.replace_results(
            uow.connection,
            batch.batch_id,
            [one.item.item_id for one in chunk],
            results.findings,
            results.substitutions,
        )


async def stopped_items(uow: UnitOfWork, found: Sequence[StoredItem]) -> frozenset[UUID]:
    """Those of these items that must not leave now: their person is under 発行抑止."""
    persons = {one.item.person_id for one in found}
    blocked = await blocking.stopped(uow, BlockKind.ISSUE, persons)
    return frozenset(one.item.item_id for one in found if one.item.person_id in blocked)


def judge(
    reporting: Reporting,
    layout: Layout,
    found: Sequence[StoredItem],
    answers: Mapping[UUID, Answer],
    together: Together,
    today: date,
) -> Results:
    """All findings and substitutions of these items."""
    renderer = reporting.renderer(layout)
    results = Results([], [])
    for one in found:
        item = one.item
        answer = answers.get(item.person_id, _NO_ANSWER)
        repeat = together.repeats.get(item.item_id, _NO_REPEAT)
        record = layout.record_for(item.kind)
        rendered: Rendered | None = None
        if record is not None and answer.outcome is LinkageOutcome.ANSWERED:
            rendered = renderer.record(record, item, answer.answer)
            results.substitutions.extend(_substitutions(item.item_id, rendered))
        subject = Subject(
            item=item,
            due_on=one.due_on,
            may_precede=one.may_precede,
            outcome=answer.outcome,
            answer=answer.answer,
            record=record,
            rendered=rendered,
            duplicate=repeat.duplicate,
            already_sent=repeat.already_sent,
            stale=one.stale,
            held=one.held_on is not None,
            stopped=item.item_id in together.stopped,
            cancel_before=together.cancel_before.get(item.item_id),
            told_anew=item.item_id in together.told_anew,
        )
        results.findings.extend(ItemFinding(item.item_id, f) for f in check(subject, today))
    return results


def _substitutions(item_id: UUID, rendered: Rendered) -> list[ItemSubstitution]:
    counted = Counter(rendered.substitutions)
    return [
        ItemSubstitution(item_id, one.column, one.used.character, one.used.replacement, times)
        for one, times in counted.items()
    ]
