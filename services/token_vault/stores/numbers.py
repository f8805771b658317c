"""All SQL of numbers, the media password and quotas."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.token_vault.domain.numbers import Token, token_bytes, token_of
from services.token_vault.domain.quotas import Operation, Period, Quota

_KEEP_USES = timedelta(days=32)
"""Spent quota counters older than this are dropped when their caller comes again."""


@dataclass(frozen=True, slots=True)
class NewNumber:
    """A number to be kept, encrypted."""

    token: Token
    blind_index: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class StoredNumber:
    """A number as kept."""

    token: Token
    ciphertext: bytes
    data_version: int
    index_version: int


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """The medium password as kept."""

    wrapped: bytes
    wrapped_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A number that is known."""

    token: Token
    entered: bool
    """Staff entered it, and the register has not told of it: it may be erased (`erase`)."""


async def find_tokens(connection: Any, indexes: Mapping[int, Sequence[bytes]]) -> dict[int, Known]:
    """The known ones of numbers, by their place in the lists.

    ``indexes`` has, for each accepted version of the index key, the blind indexes of the same
    numbers in the same order.
    """
    rows = await connection.fetch(
        """
        select wanted.place, number.token, number.entered_at is not null as entered
        from unnest($1::smallint[], $2::bytea[], $3::integer[])
            as wanted (version, blind_index, place)
        join token_vault.numbers as number
            on number.index_version = wanted.version and number.blind_index = wanted.blind_index
        """,
        [version for version, values in indexes.items() for _ in values],
        [value for values in indexes.values() for value in values],
        [place for values in indexes.values() for place in range(len(values))],
    )
    return {row["place"]: Known(token_of(row["token"]), row["entered"]) for row in rows}


async def insert_numbers(
    connection: Any,
    numbers: Iterable[NewNumber],
    *,
    index_version: int,
    data_version: int,
    now: datetime,
    entered_at: datetime | None,
) -> int:
    """Keep new numbers (``entered_at``: by staff, then; None: the register tells of them); return
    how many were new. One that another transaction has kept in the meantime is left as it is: read
    it again.

    In the order of the index, so that two instances with numbers in common wait for each other
    rather than deadlock.
    """
    ordered = sorted(numbers, key=lambda number: number.blind_index)
    status: str = await connection.execute(
        """
        insert into token_vault.numbers
            (token, blind_index, index_version, ciphertext, data_version, created_at, entered_at)
        select token, blind_index, $4, ciphertext, $5, $6, $7
        from unnest($1::bytea[], $2::bytea[], $3::bytea[]) as new (token, blind_index, ciphertext)
        on conflict (index_version, blind_index) do nothing
        """,
        [token_bytes(number.token) for number in ordered],
        [number.blind_index for number in ordered],
        [number.ciphertext for number in ordered],
        index_version,
        data_version,
        now,
        entered_at,
    )
    return int(status.rpartition(" ")[2])


async def enter_again(
    connection: Any, tokens: Iterable[Token], entered_at: datetime | None
) -> set[Token]:
    """Note of numbers that staff entered that they did so again, or (None) that the register has
    told of them now. Nobody erases them before the transaction ends; one that somebody has erased
    is not among those returned."""
    rows = await connection.fetch(
        """
        with held as (
            select token from token_vault.numbers where token = any($1::bytea[])
            order by token for update
        )
        update token_vault.numbers as number
        set entered_at = case when number.entered_at is not null then $2::timestamptz end
        from held where number.token = held.token
        returning number.token
        """,
        [token_bytes(token) for token in tokens],
        entered_at,
    )
    return {token_of(row["token"]) for row in rows}


async def entered(
    connection: Any, before: datetime, after: Token | None, limit: int
) -> list[Token]:
    """Numbers that staff entered last before a moment and the register has not told of, in the
    order of their tokens."""
    rows = await connection.fetch(
        """
        select token from token_vault.numbers
        where entered_at < $1 and token > $2 order by token limit $3
        """,
        before,
        token_bytes(after) if after else b"",
        limit,
    )
    return [token_of(row["token"]) for row in rows]


async def erase(connection: Any, tokens: Iterable[str], entered_before: datetime) -> int:
    """Erase those of these numbers that staff entered, none since then, and the register has not
    told of; how many. The database lets nothing else be erased."""
    rows = await connection.fetch(
        "select token_vault.erase_unborne($1::bytea[], $2)",
        [token_bytes(token) for token in sorted(tokens)],
        entered_before,
    )
    return len(rows)


async def fetch_numbers(connection: Any, tokens: Iterable[str]) -> list[StoredNumber]:
    """The numbers of these tokens, as kept; unknown tokens are simply not among them."""
    rows = await connection.fetch(
        """
        select token, ciphertext, data_version, index_version from token_vault.numbers
        where token = any($1::bytea[])
        """,
        [token_bytes(token) for token in tokens],
    )
    return [_number(row) for row in rows]


async def next_to_rewrap(
    connection: Any, *, data_version: int, index_version: int, after: Token | None, limit: int
) -> list[StoredNumber]:
    """Up to ``limit`` numbers kept under older versions than these, in the order of their tokens
    from ``after`` on, locked."""
    rows = await connection.fetch(
        """
        select token, ciphertext, data_version, index_version from token_vault.numbers
        where token > $3 and (data_version < $1 or index_version < $2)
        order by token limit $4 for update
        """,
        data_version,
        index_version,
        token_bytes(after) if after else b"",
        limit,
    )
    return [_number(row) for row in rows]


async def count_to_rewrap(connection: Any, *, data_version: int, index_version: int) -> int:
    """How many numbers are kept under an older version than these."""
    count: int = await connection.fetchval(
        "select count(*) from token_vault.numbers where data_version < $1 or index_version < $2",
        data_version,
        index_version,
    )
    return count


async def replace_numbers(
    connection: Any, numbers: Sequence[NewNumber], *, index_version: int, data_version: int
) -> None:
    """Write rewrapped numbers in place of what was kept under their tokens."""
    await connection.execute(
        """
        update token_vault.numbers as number
        set blind_index = new.blind_index, index_version = $4,
            ciphertext = new.ciphertext, data_version = $5
        from unnest($1::bytea[], $2::bytea[], $3::bytea[]) as new (token, blind_index, ciphertext)
        where number.token = new.token
        """,
        [token_bytes(number.token) for number in numbers],
        [number.blind_index for number in numbers],
        [number.ciphertext for number in numbers],
        index_version,
        data_version,
    )


async def medium_password(connection: Any) -> StoredPassword | None:
    """The password for media, wrapped; None while none was set."""
    row = await connection.fetchrow(
        "select wrapped, wrapped_by, set_at from token_vault.medium_password"
    )
    return StoredPassword(row["wrapped"], row["wrapped_by"], row["set_at"]) if row else None


async def set_medium_password(connection: Any, password: StoredPassword) -> None:
    """Replace the password for media."""
    await connection.execute(
        """
        insert into token_vault.medium_password (wrapped, wrapped_by, set_at) values ($1, $2, $3)
        on conflict (single) do update set wrapped = excluded.wrapped,
            wrapped_by = excluded.wrapped_by, set_at = excluded.set_at
        """,
        password.wrapped,
        password.wrapped_by,
        password.set_at,
    )


async def quotas(connection: Any) -> list[Quota]:
    """Every dated limit."""
    rows = await connection.fetch(
        "select operation, valid_from, period, allowed from token_vault.quotas"
    )
    return [
        Quota(Operation(row["operation"]), row["valid_from"], Period(row["period"]), row["allowed"])
        for row in rows
    ]


async def add_quota(connection: Any, quota: Quota) -> bool:
    """Add a dated limit; False where the date has one already."""
    status: str = await connection.execute(
        """
        insert into token_vault.quotas (operation, valid_from, period, allowed)
        values ($1, $2, $3, $4) on conflict do nothing
        """,
        quota.operation,
        quota.valid_from,
        quota.period,
        quota.allowed,
    )
    return status.endswith(" 1")


async def use_quota(connection: Any, quota: Quota, caller: str, now: datetime) -> bool:
    """Count one use, and tell whether it was still within the limit.

    The counter's row stays locked until the transaction ends: callers of the same name wait for
    each other here, so that two at once cannot both be the last one.
    """
    if quota.allowed < 1:
        return False
    start = quota.period.start(now)
    used = await connection.fetchval(
        """
        insert into token_vault.quota_uses as uses (operation, caller, period_start, used)
        values ($1, $2, $3, 1)
        on conflict (operation, caller, period_start) do update set used = uses.used + 1
            where uses.used < $4
        returning used
        """,
        quota.operation,
        caller,
        start,
        quota.allowed,
    )
    if used == 1:
        await connection.execute(
            """
            delete from token_vault.quota_uses
            where operation = $1 and caller = $2 and period_start < $3
            """,
            quota.operation,
            caller,
            start - _KEEP_USES,
        )
    return used is not None


def _number(row: Any) -> StoredNumber:
    return StoredNumber(
        token_of(row["token"]), row["ciphertext"], row["data_version"], row["index_version"]
    )
