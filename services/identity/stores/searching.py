"""Search for staff. Every statement reads residents through ``identity.visible_residents`` (see the
migration): sealed means absent (支援措置), in what is found and in whether there is more."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.events.residents import ResidentRecord
from services.identity.domain.addresses import AskedAddress
from services.identity.domain.criteria import LIMIT, Birth, Criteria, DayOfYear, Match
from services.identity.domain.sight import sees_sealed

# Numbered by rows: by range, all that are alike would be read before the first is shown.
_SEARCH: Final = """
select m.person_id, m.former_name, m.former_address, v.record
from (
    select r.person_id, r.addressee_number, r.system, r.record_version,
           {former_name} as former_name, {former_address} as former_address,
           row_number() over ({order} rows unbounded preceding) as place
    from identity.visible_residents($1) r
    {joins}
    where {conditions}
    {order}
    limit {limit}
) m
join identity.record_versions v using (addressee_number, system, record_version)
order by m.place
"""
_NAMES: Final = "join identity.names n using (addressee_number, system)"
_ADDRESSES: Final = "join identity.addresses a using (addressee_number, system)"
_BEARERS: Final = """
    select identity.surviving(person_id) from identity.persons
    where individual_number_token = {token} and number_state = 'assigned'
    union all
    select identity.surviving(person_id) from identity.persons
    where individual_number_token = {token} and number_state = 'conflict'
"""
# A number of the register's, or of another system's whose record is somebody's.
_NUMBERED: Final = """
    select person_id from identity.visible_residents($1) where addressee_number = {number}
    union all
    select identity.surviving(person_id) from identity.feed_links
    where addressee_number = {number} and state = 'linked'
"""
_HOUSEHOLDS: Final = (
    "select household_id from identity.households where household_number = {number}"
)
_BUILDINGS: Final = """a.building_id in (
    select part_id from identity.address_parts
    where kind = 'building' and starts_with(part_key, {building}))"""
# Towns and buildings are few, and nobody's: which of them are meant is asked before the residents.
_PARTS: Final = """
select part_id from identity.address_parts
where kind = $1 and identity.grams(part_key) @@ $2::tsquery
  and case when $4 then right(part_key, length($3)) = $3 else strpos(part_key, $3) > 0 end
"""
# Plans are made for the values: how many bear a name is what decides between indexes.
_PLAN: Final = "set local plan_cache_mode = force_custom_plan"

# Sorts after every text that begins like the one it is put behind.
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Hit:
    """One person found."""

    person_id: UUID
    record: ResidentRecord
    by_former_name: bool
    by_former_address: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    record: str
    former_name: bool
    former_address: bool


@dataclass(frozen=True, slots=True)
class _Places:
    """The towns and buildings that an address criterion can mean."""

    towns: Sequence[int]
    buildings: Sequence[int]


async def search(
    connection: asyncpg.Connection, functions: Set[str], criteria: Criteria
) -> tuple[list[Hit], bool]:
    """At most `LIMIT` persons, the nearest first, and whether there are more. Inside a
    transaction."""
    await connection.execute(_PLAN)
    places = None
    if criteria.address is not None:
        places = await _places(connection, criteria.address)
        if not places.towns and not places.buildings:
            return [], False
    found: dict[UUID, _Found] = {}
    ordered = True
    for question in _questions(sees_sealed(functions), criteria, places):
        await _collect(connection, question, found)
        ordered = question.ordered
        if len(found) > LIMIT:
            break
    hits = [
        Hit(
            person_id,
            ResidentRecord.model_validate_json(hit.record),
            hit.former_name,
            hit.former_address,
        )
        for person_id, hit in list(found.items())[:LIMIT]
    ]
    if not ordered:
        hits.sort(key=_by_kana)
    return hits, len(found) > LIMIT


def _by_kana(hit: Hit) -> tuple[bool, bool, str, str]:
    name = hit.record.name
    number = hit.record.addressee_number
    return hit.by_former_name, hit.by_former_address, name.kana or name.kanji, number


async def _places(connection: asyncpg.Connection, asked: AskedAddress) -> _Places:
    """Those whose name contains what is asked, or ends in it where numbers follow."""
    return _Places(
        await _parts(connection, "town", asked.town, asked.number),
        await _parts(connection, "building", asked.alone, asked.alone_room),
    )


async def _parts(connection: asyncpg.Connection, kind: str, key: str, number: str) -> Sequence[int]:
    if not key:
        return []
    rows = await connection.fetch(_PARTS, kind, pairs(key), key, number != "")
    return [row["part_id"] for row in rows]


async def _collect(
    connection: asyncpg.Connection, question: "_Question", found: dict[UUID, _Found]
) -> None:
    """Add persons in the question's order until there are more than `LIMIT` or no more.

    Someone may be found by several names: so more rows than persons may have to be read.
    """
    limit = LIMIT + 1
    while True:
        rows = await connection.fetch(question.statement(limit), *question.values)
        for row in rows:
            hit = _Found(row["record"], row["former_name"], row["former_address"])
            before = found.get(row["person_id"])
            if before is None or _nearer(hit, before):
                found[row["person_id"]] = hit
        if len(found) > LIMIT or len(rows) < limit:
            return
        limit *= 4


def _nearer(hit: _Found, before: _Found) -> bool:
    return (hit.former_name, hit.former_address) < (before.former_name, before.former_address)


def pairs(key: str) -> str:
    """A key's pairs of characters as a ``tsquery``; one character begins a pair."""
    if len(key) == 1:
        return f"{_quoted(key)}:*"
    return " & ".join(_quoted(key[i : i + 2]) for i in range(len(key) - 1))


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


class _Question:
    """One statement: conditions that must all hold, their values, and an order.

    The order is that of an index, so that the first rows are there without reading the others;
    where no index has all that is asked in one order, there is none: then the rarest criterion is
    followed, and the first that fit are shown.
    """

    def __init__(self, sees_sealed: bool, criteria: Criteria, places: _Places | None) -> None:
        self.values: list[Any] = [sees_sealed]
        self._conditions: list[str] = []
        self._joins: list[str] = []
        self._order = ""
        self._match = criteria.match
        self._by_name_alone = criteria.kinds in ("name", "kana")
        if criteria.kanji is not None or criteria.kana is not None:
            self._joins.append(_NAMES)
        if criteria.kanji is not None:
            self._name(criteria.kanji, criteria.latin)
        if criteria.birth is not None:
            self._born(criteria.birth)
        if criteria.sex is not None:
            self._conditions.append(f"r.sex = {self._given(criteria.sex.value)}")
        if criteria.address is not None and places is not None:
            self._address(criteria.address, places)
        self._numbers(criteria)

    def statement(self, limit: int) -> str:
        """The text for so many rows."""
        return _SEARCH.format(
            joins=" ".join(self._joins),
            conditions=" and ".join(self._conditions),
            order=f"order by {self._order}" if self._order else "",
            limit=limit,
            former_name="not n.current" if _NAMES in self._joins else "false",
            former_address="(not a.current or a.kind <> 'address')"
            if _ADDRESSES in self._joins
            else "false",
        )

    @property
    def ordered(self) -> bool:
        """Whether the rows come in an order."""
        return self._order != ""

    def _given(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def _begins(self, column: str, prefix: str) -> str:
        # A text that is there: the partial indexes hold no others.
        first, last = self._given(prefix), self._given(prefix + _LAST)
        return f"({column} <> '' and {column} >= {first} and {column} < {last})"

    def _is(self, column: str, key: str) -> str:
        return f"({column} <> '' and {column} = {self._given(key)})"

    def _contains(self, grams: str, columns: Sequence[str], key: str) -> str:
        asked, text = self._given(pairs(key)), self._given(key)
        there = " or ".join(f"strpos({column}, {text}) > 0" for column in columns)
        return f"({grams} @@ {asked}::tsquery and ({there}))"

    def _name(self, kanji: str, latin: str | None) -> None:
        if self._match is Match.PART:
            columns = ["n.kanji_key", "n.latin_key"]
            self._conditions.append(
                self._contains("identity.name_grams(n.kanji_key, n.latin_key)", columns, kanji)
            )
            return
        if self._match is Match.GIVEN:
            self._conditions.append(self._begins("n.given_kanji_key", kanji))
            self._by("n.given_kanji_key", many_alike=True)
            return
        compared = self._is if self._match is Match.WHOLE else self._begins
        alternatives = [compared("n.kanji_key", kanji)]
        if latin is not None and latin.isascii():
            alternatives.append(compared("n.latin_key", latin))
        self._conditions.append(f"({' or '.join(alternatives)})")
        self._by("n.kanji_key")

    def _born(self, birth: Birth) -> None:
        if isinstance(birth, DayOfYear):
            # Some hundred days: each is one look into the index, and no index is kept of them.
            days = self._given(birth.in_every_year)
            self._conditions.append(f"r.birth_sort = any({days}::date[])")
        else:
            spans = [
                f"r.birth_sort between {self._given(days.first)} and {self._given(days.last)}"
                for days in birth
            ]
            self._conditions.append(f"({' or '.join(spans)})")
        if not self._joins and not isinstance(birth, DayOfYear):
            self._order = "r.birth_sort, r.addressee_number, r.system"

    def _address(self, asked: AskedAddress, places: _Places) -> None:
        # What lies at a place is found by the place: no index has it in another order.
        self._order = ""
        self._joins.append(_ADDRESSES)
        alternatives = []
        if places.towns:
            there = [self._there("a.town_id", places.towns, "a.number_key", asked.number)]
            if asked.building:
                there.append(_BUILDINGS.format(building=self._given(asked.building)))
            if asked.room:
                there.append(self._numbered("a.room_key", asked.room))
            alternatives.append(f"({' and '.join(there)})")
        if places.buildings:
            alternatives.append(
                self._there("a.building_id", places.buildings, "a.room_key", asked.alone_room)
            )
        self._conditions.append(f"({' or '.join(alternatives)})")

    def _there(self, column: str, ids: Sequence[int], key: str, number: str) -> str:
        there = f"{column} = any({self._given(list(ids))}::int[])"
        return f"({there} and {self._numbered(key, number)})" if number else there

    def _numbered(self, column: str, number: str) -> str:
        # 1-1 is the beginning of 1-1-5 and not of 1-10.
        deeper = self._begins(column, number + "~")
        return f"({column} = {self._given(number)} or {deeper})"

    def _numbers(self, criteria: Criteria) -> None:
        if criteria.addressee_number is not None:
            numbered = _NUMBERED.format(number=self._given(criteria.addressee_number))
            self._conditions.append(f"r.person_id in ({numbered})")
        if criteria.household_number is not None:
            households = _HOUSEHOLDS.format(number=self._given(criteria.household_number))
            self._conditions.append(f"r.household_id in ({households})")
        if criteria.token is not None:
            bearers = _BEARERS.format(token=self._given(criteria.token))
            self._conditions.append(f"r.person_id in ({bearers})")

    def by_kana(self, kana: str) -> None:
        """Only names whose kana contain this, or whose given name's begin so."""
        if self._match is Match.PART:
            self._conditions.append(
                self._contains("identity.grams(n.kana_key)", ["n.kana_key"], kana)
            )
            self._conditions.append("n.kana_key <> ''")
        else:
            self._conditions.append(self._begins("n.given_kana_key", kana))
            self._by("n.given_kana_key", many_alike=True)

    def read_as(self, reading: str) -> None:
        """Only names that are read so."""
        self._conditions.append(self._compared("n.reading", reading))
        self._by("n.reading")

    def sounds_like(self, kana: str, reading: str) -> None:
        """Only names that sound so and are not read so."""
        self._conditions.append(self._compared("n.kana_key", kana))
        self._conditions.append(f"not {self._compared('n.reading', reading)}")
        self._by("n.kana_key")

    def _compared(self, column: str, key: str) -> str:
        if self._match is Match.WHOLE:
            return self._is(column, key)
        return self._begins(column, key)

    def _by(self, key: str, *, many_alike: bool = False) -> None:
        # Of thousands of one given name any are the first; their own order would read them all.
        if self._by_name_alone:
            self._order = key if many_alike else f"{key}, n.addressee_number, n.system"


def _questions(
    sees_sealed: bool, criteria: Criteria, places: _Places | None
) -> Iterator[_Question]:
    """What to ask, one after the other until enough are found."""
    if isinstance(criteria.birth, tuple) and len(criteria.birth) > 1:
        # Each stretch by itself is one range of the index.
        for days in criteria.birth:
            yield from _questions(sees_sealed, replace(criteria, birth=(days,)), places)
        return
    question = _Question(sees_sealed, criteria, places)
    if criteria.kana is None:
        yield question
        return
    if criteria.match in (Match.PART, Match.GIVEN):
        question.by_kana(criteria.kana)
        yield question
        return
    reading = criteria.reading or criteria.kana
    question.read_as(reading)
    yield question
    question = _Question(sees_sealed, criteria, places)
    question.sounds_like(criteria.kana, reading)
    yield question
