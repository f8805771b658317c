"""Applications: entries with a cycle, a review, and what continues them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.values import value
from services.exemptions.domain.application.continuing import Continuation
from services.exemptions.domain.renewals import RenewalState, by_what
from services.exemptions.stores import entries
from services.exemptions.stores.entries import Entry, Table

TOLD: Final = "^(income|status|assisted|not-assisted|assistance|other-assistance|under-19)"
"""Codes of reasons that repeat what identity told: they lose their sentence with it."""
NO_MORE: Final = "（審査に用いた所得等の内容は、送付後に消去しました。）"


def forgetting(table: str, column: str) -> str:
    """The statement that empties such sentences of reviews in ``column``; it is given applications,
    `TOLD` and `NO_MORE`."""
    return f"""
update {table} a set {column} = coalesce((
    select jsonb_agg(
        m.month || jsonb_build_object('reasons', coalesce((
            select jsonb_agg(
                case when r.reason ->> 'code' ~ $2
                    then r.reason || jsonb_build_object('sentence', $3::text)
                    else r.reason end
                order by r.n)
            from jsonb_array_elements(m.month -> 'reasons') with ordinality as r (reason, n)
        ), '[]'))
        order by m.n)
    from jsonb_array_elements(a.{column}) with ordinality as m (month, n)
), '[]')
where a.application_id = any($1::uuid[])
"""  # noqa: S608  constants


_FORGET: Final = forgetting("exemptions.applications", "reviewed")
_SETTLE_ANEW: Final = """
update exemptions.applications set reviewed = $2, continues_kind = $3, continues_ground = $4,
    acknowledged = $5, settled_by = $6, settled_at = $7
where application_id = $1 and state = 'settled'
"""


@value
class Kept(Entry):
    """An application as it is kept, the documents that came in later included."""

    cycle: int
    continued_from: UUID | None
    reviewed: str | None
    """The review as it was settled, as JSON."""
    continued_kind: str | None
    continued_ground: str | None
    renewal_code: str | None

    @property
    def application_id(self) -> UUID:
        """Its id, as applications are called."""
        return self.entry_id

    @property
    def applied_on(self) -> date:
        """申請日."""
        return self.notified_on

    @property
    def continued(self) -> Continuation | None:
        """By what the cycle before passed, of a continuing application."""
        kind, ground = self.continued_kind, self.continued_ground
        return by_what(kind, ground) if kind and ground else None

    @property
    def renewal(self) -> RenewalState | None:
        """継続審査: how it stands, of a continuing application."""
        return RenewalState(self.renewal_code) if self.renewal_code else None


APPLICATIONS: Final = Table(
    name="exemptions.applications",
    documents="exemptions.application_documents",
    key="application_id",
    day="applied_on",
    own="e.cycle, e.continued_from, e.reviewed::text as reviewed, e.continued_kind,"
    " e.continued_ground, e.renewal as renewal_code",
    kept_as=Kept,
)


async def of_renewal(
    connection: asyncpg.Connection, cycle: int, renewal: RenewalState, after: int, limit: int
) -> list[Kept]:
    """Continuing applications of a cycle that wait, by what their review came to."""
    where = (
        "e.cycle = $1 and e.continued_kind is not null and e.renewal = $2"
        " and e.state = 'received' and e.sequence > $3"
        " order by e.sequence limit $4"
    )
    return await entries.read(connection, APPLICATIONS, where, cycle, renewal.value, after, limit)


async def forget(connection: asyncpg.Connection, ids: Sequence[UUID]) -> None:
    """Empty the sentences of settled reviews that repeat what identity told (C08)."""
    await connection.execute(_FORGET, list(ids), TOLD, NO_MORE)


async def settle_anew(
    connection: asyncpg.Connection,
    application_id: UUID,
    brings: Mapping[str, Any],
    acknowledged: Sequence[str],
    by: str,
    now: datetime,
) -> None:
    """Let the review of today stand in the place of the one that it was settled with."""
    names = ("reviewed", "continues_kind", "continues_ground")
    await connection.execute(
        _SETTLE_ANEW,
        application_id,
        *(brings[name] for name in names),
        list(acknowledged),
        by,
        now,
    )
