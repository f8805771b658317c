"""Filling the first topic of the house and of the floor with the same changes."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from contracts.codes import BecameResidentReason, ResidentChangeKind
from contracts.dates import UncertainDate
from contracts.events.residents import Address, BecameResident
from contracts.sealing import PublicSealingKey
from deploy.upstream.city import Resident, residents
from deploy.upstream.day import Change, snapshot
from deploy.upstream.publisher import Bus, event_of, headers_of

TODAY = date(2026, 11, 2)
_AT_ONCE = 1_000


def load(first: int, size: int) -> Iterator[Change]:
    """Residents who were not there before, as a first load tells of them: their history is not
    known, and few of them lead to a qualification event."""
    return snapshot(residents(size, today=TODAY, first=first, seed=first + 1), TODAY)


def arrivals(first: int, size: int) -> Iterator[Change]:
    """People between 20 and 59 who move in from abroad: each acquires category 1 (法8条2号), so
    each change leads to a qualification event."""
    rng = random.Random(first)  # noqa: S311  the same people each time
    for resident in residents(size, today=TODAY, first=first, seed=first + 1):
        born = TODAY - timedelta(days=rng.randint(21 * 366, 58 * 365))
        arrived = resident.record.model_copy(
            update={
                "birth_date": UncertainDate.exact(born),
                "became_resident": BecameResident(
                    reason=BecameResidentReason.MOVE_IN_FROM_ABROAD, on=UncertainDate.exact(TODAY)
                ),
                "move_in_address": Address(text="ブラジル", abroad=True),
            }
        )
        yield Change(
            ResidentChangeKind.MOVE_IN_FROM_ABROAD, TODAY, Resident(resident.index, 1, arrived)
        )


async def fill(
    bootstrap: str,
    certs: Path,
    targets: Mapping[str, PublicSealingKey],
    changes: Iterable[Change],
    progress: Callable[[int], None],
) -> float:
    """Publish changes to each target topic, sealed to its key; returns seconds.

    ``certs``: of somebody who may write all of them.
    """
    began = time.monotonic()
    pending, count = [], 0
    async with Bus(bootstrap, certs).producer("admin") as producer:
        for change in changes:
            for topic, key in targets.items():
                event_id = uuid4()
                event = event_of(change, event_id, key, TODAY)
                pending.append(
                    await producer.send(
                        topic,
                        event.model_dump_json().encode(),
                        key=event.record_key.encode(),
                        headers=headers_of(event_id, event.TYPE),
                    )
                )
            count += 1
            if count % _AT_ONCE == 0:
                for sent in pending:
                    await sent
                pending.clear()
                progress(count)
        for sent in pending:
            await sent
    return time.monotonic() - began
