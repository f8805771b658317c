"""Which tokens of individual numbers stand on nothing here."""

from collections.abc import Collection
from typing import Final

import asyncpg

# Every place where a token may stand: a person in whichever state, any version of a record that
# staff keep (the vault asks about no token that the register has told of), and an entry that was
# not sent back. Sealed or not: nothing of it is shown.
_UNBORNE: Final = """
with borne as (
    select individual_number_token as token from identity.persons
    where number_state = 'assigned' and individual_number_token = any($1::text[])
    union all
    select individual_number_token from identity.persons
    where number_state = 'conflict' and individual_number_token = any($1::text[])
    union all
    select individual_number_token from identity.persons
    where number_state = 'wrong' and individual_number_token = any($1::text[])
    union all
    select v.individual_number_token from identity.residents r
    join identity.record_versions v using (addressee_number, system)
    where r.system = 'outside_register' and v.individual_number_token = any($1::text[])
    union all
    select individual_number_token from identity.outside_entries
    where individual_number_token = any($1::text[]) and state <> 'rejected'
)
select a.token from unnest($1::text[]) as a (token)
where a.token not in (select token from borne) order by 1
"""


async def among(connection: asyncpg.Connection, tokens: Collection[str]) -> list[str]:
    """Those of the tokens that nobody bears and nothing that waits is about."""
    return [row["token"] for row in await connection.fetch(_UNBORNE, list(tokens))]
