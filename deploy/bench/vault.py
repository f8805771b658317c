"""The vault alone, on its real database: how many numbers a second, and how long one takes.

Each operation runs as the service runs it: a transaction of its own, committed to disk. Single is
one number an operation, batched is ``BATCH``.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid4

from contracts.numbers import synthetic_individual_number
from contracts.sealing import SealedNumber, seal
from contracts.topics import UPSTREAM_REGISTER
from deploy.bench.stage import Stage
from services.chassis.service import Service
from services.chassis.unit_of_work import UnitOfWork
from services.token_vault.app import build
from services.token_vault.domain.numbers import IndividualNumber
from services.token_vault.settings import Settings
from services.token_vault.vault import Vault

BATCH = 500
_FIRST = 5_000_000
"""Numbers that no other part of the bench uses begin here."""


@dataclass(frozen=True)
class Speed:
    """One operation, measured."""

    operation: str
    batch: int
    numbers_per_s: int
    p50_ms: float
    p99_ms: float


async def measure(stage: Stage, count: int) -> list[Speed]:
    """Tokenise, find and reveal ``count`` numbers, batched and (a tenth of them) singly."""
    service = build(_settings(stage))
    async with service.opened():
        vault = cast(Vault, service.state)
        numbers = [IndividualNumber(synthetic_individual_number(_FIRST + n)) for n in range(count)]
        tokens: list[str] = []

        async def tokenise(uow: UnitOfWork, part: Sequence[IndividualNumber]) -> None:
            keys = await vault.keys(uow.connection)
            tokens.extend((await vault.tokenise(uow.connection, keys, part, uow.now)).tokens)

        async def find(uow: UnitOfWork, part: Sequence[IndividualNumber]) -> None:
            keys = await vault.keys(uow.connection)
            found = await vault.find(uow.connection, keys, part)
            _all(found, part)

        async def reveal(uow: UnitOfWork, part: Sequence[str]) -> None:
            keys = await vault.keys(uow.connection)
            _all(await vault.numbers(uow.connection, keys, part), part)

        single = max(count // 10, 1)
        speeds = [
            await _time(service.unit_of_work, "tokenise", tokenise, numbers[:single], 1),
            await _time(service.unit_of_work, "tokenise", tokenise, numbers[single:], BATCH),
            await _time(service.unit_of_work, "look up", find, numbers[:single], 1),
            await _time(service.unit_of_work, "look up", find, numbers, BATCH),
            await _time(service.unit_of_work, "reveal", reveal, tokens[:single], 1),
            await _time(service.unit_of_work, "reveal", reveal, tokens, BATCH),
        ]
        return [await _unsealing(service, vault, count), *speeds]


async def _unsealing(service: Service, vault: Vault, count: int) -> Speed:
    async with service.unit_of_work() as uow:
        keys = await vault.keys(uow.connection)
        active = keys.sealing_active
        if active is None:
            raise RuntimeError("the vault has no sealing key")
        sealed = [_sealed(_FIRST + n, active.public) for n in range(min(count, 5_000))]

        async def unseal(uow: UnitOfWork, part: Sequence[tuple[SealedNumber, UUID]]) -> None:
            opened = await vault.unseal(
                uow.connection, keys, part, sender=UPSTREAM_REGISTER, now=uow.now
            )
            _all([one for one in opened if isinstance(one, IndividualNumber)], part)

        return await _time(service.unit_of_work, "unseal (hybrid)", unseal, sealed, BATCH)


def _sealed(index: int, public: Any) -> tuple[SealedNumber, UUID]:
    event_id = uuid4()
    number = synthetic_individual_number(index)
    return seal(number, public, sender=UPSTREAM_REGISTER, event_id=event_id), event_id


async def _time(
    unit: Callable[[], AbstractAsyncContextManager[UnitOfWork]],
    operation: str,
    work: Callable[[UnitOfWork, Sequence[Any]], Awaitable[None]],
    items: Sequence[Any],
    batch: int,
) -> Speed:
    took = []
    for start in range(0, len(items), batch):
        began = time.perf_counter()
        async with unit() as uow:
            await work(uow, items[start : start + batch])
        took.append(time.perf_counter() - began)
    return speed_of(operation, batch, len(items), took)


def speed_of(operation: str, batch: int, numbers: int, took: Sequence[float]) -> Speed:
    """What so many numbers in so many calls, each of which took so many seconds, come to."""
    took_ms = sorted(1_000 * seconds for seconds in took)
    return Speed(
        operation,
        batch,
        round(numbers / sum(took)),
        round(took_ms[len(took_ms) // 2], 2),
        round(took_ms[min(len(took_ms) * 99 // 100, len(took_ms) - 1)], 2),
    )


def _all(found: Any, wanted: Sequence[Any]) -> None:
    if len(found) != len(wanted):
        raise RuntimeError(f"{len(wanted) - len(found)} of {len(wanted)} came to nothing")


def _settings(stage: Stage) -> Settings:
    variables = stage.stack.services.settings("token_vault")
    told = {name.removeprefix("NENKIN_").lower(): value for name, value in variables.items()}
    del told["peers"]
    return Settings.model_validate(told)
