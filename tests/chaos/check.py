"""The checker: what was found held against what was sent, and against an undisturbed run.

Each function returns faults in plain words, none where all is well. `all_faults` is all of them.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.dates import UncertainDate
from contracts.events import QualificationReportStands
from contracts.events.residents import ResidentRecord
from contracts.topics import TOPICS
from tests.chaos.buslog import BusLog
from tests.chaos.expected import Expected, Period, Person
from tests.chaos.observed import Observed

_SHOWN = 5


@dataclass(frozen=True)
class Found:
    """What a run left behind."""

    state: Observed
    log: BusLog
    said: Sequence[str] = ()
    """What services' logs must not say, and did."""


def all_faults(found: Found, due: Expected, calm: Found | None = None) -> list[str]:
    """Everything that is not as it has to be. ``calm``: what an undisturbed run left behind."""
    faults = [*found.said, *bus(found), *letters(found.state, due), *vault(found.state, due)]
    faults += [*identity(found.state, due), *qualification(found.state, due)]
    faults += [*neighbours(found.state, due), *items(found.state, due), *counts(found, due)]
    faults += audit(found, due)
    if calm is not None:
        faults += against_calm(found.state, calm.state)
    return faults


def unsettled(state: Observed, ends: dict[tuple[str, int], int]) -> list[str]:
    """What is still under way: nothing, once every event has been sent and taken in."""
    rows = [f"{service}: {n} rows in the outbox" for service, n in state.outbox.items() if n]
    return [*rows, *_behind(state, ends)]


def _behind(state: Observed, ends: dict[tuple[str, int], int]) -> Iterator[str]:
    lanes = {lane: number for lane, number in state.sent.items() if number}
    for (topic, shard), end in ends.items():
        if TOPICS[topic].from_upstream:
            lanes["", topic, shard] = end - 1
    for lane, number in sorted(lanes.items()):
        for consumer in TOPICS[lane[1]].consumers:
            if (mark := state.marks.get((consumer, *lane))) != number:
                yield f"{consumer} has taken in {mark} of {lane}, not {number}"


def bus(found: Found) -> list[str]:
    """Marks without gaps: what was numbered was sent, in order, and taken in by everybody."""
    faults = [*found.log.faults, *unsettled(found.state, found.log.ends)]
    for lane, number in found.state.sent.items():
        if (highest := found.log.highest.get(lane, 0)) != number:
            faults.append(f"{lane}: {number} numbers given, {highest} on the bus")
    return faults


def letters(state: Observed, due: Expected) -> list[str]:
    """No dead letter without cause, and every cause its letters, in order."""
    faults = []
    for service, rows in state.letters.items():
        kept: dict[str, list[tuple[int, str, str | None]]] = {}
        for row in rows:
            version = json.loads(row["body"]).get("record_version", 0)
            kept.setdefault(row["key"], []).append((version, row["state"], row["code"]))
        wanted: dict[str, list[tuple[int, str, str | None]]] = {}
        if service == "token_vault":
            for key, (first, *waiting) in due.letters.items():
                wanted[key] = [(first, "parked", "TV-1005")]
                wanted[key] += [(version, "waiting", None) for version in waiting]
        faults += _differences(f"{service}: dead letters", kept, wanted)
    return faults


def vault(state: Observed, due: Expected) -> list[str]:
    """One row a number."""
    return _equal("token_vault: numbers", len(state.rows("token_vault.numbers")), len(due.persons))


def identity(state: Observed, due: Expected) -> list[str]:
    """Every version once and in order, one person, number, household and token each."""
    residents = {row["addressee_number"]: row for row in state.rows("identity.residents")}
    versions: dict[str, dict[int, dict[str, Any]]] = {}
    for row in state.rows("identity.record_versions"):
        versions.setdefault(row["addressee_number"], {})[row["record_version"]] = row
    persons = {row["person_id"]: row for row in state.rows("identity.persons")}
    names: dict[str, list[tuple[int, bool]]] = {}
    for row in state.rows("identity.names"):
        names.setdefault(row["addressee_number"], []).append((row["since_version"], row["current"]))
    faults = _differences(
        "identity: residents", dict.fromkeys(residents), dict.fromkeys(due.persons)
    )
    faults += _equal("identity: persons", len(persons), len(due.persons))
    for what, table, column in (
        ("integrated numbers", "identity.persons", "integrated_number"),
        ("tokens", "identity.persons", "individual_number_token"),
        ("event ids", "identity.record_versions", "event_id"),
    ):
        values = [row[column] for row in state.rows(table)]
        faults += _equal(f"identity: different {what}", len(set(values)), len(values))
    households = Counter(row["household_number"] for row in state.rows("identity.households"))
    faults += _differences("identity: households", households, Counter(due.households))
    faults += _equal("identity: findings", len(state.rows("identity.findings")), 0)
    for number, person in due.persons.items():
        if number in residents:
            known = versions.get(number, {})
            faults += _versions(number, known, person)
            faults += _equal(
                f"identity: version of the person of {number}",
                persons[residents[number]["person_id"]]["person_version"],
                person.person_version,
            )
            faults += _equal(
                f"identity: names of {number}",
                sorted(names.get(number, [])),
                [(v, v == person.name_versions[-1]) for v in person.name_versions],
            )
    return faults


def _versions(number: str, known: dict[int, dict[str, Any]], person: Person) -> Iterator[str]:
    yield from _equal(f"identity: versions of {number}", sorted(known), sorted(person.versions))
    if any(row["late"] for row in known.values()):
        yield f"identity: a version of {number} came too late"
    if len({row["individual_number_token"] for row in known.values()}) > 1:
        yield f"identity: {number} has borne several tokens"
    for version, record in person.versions.items():
        if version in known and ResidentRecord.model_validate(known[version]["record"]) != record:
            yield f"identity: version {version} of {number} has another content"


def qualification(state: Observed, due: Expected) -> list[str]:
    """A fact for each version of each person, without gaps, and the periods that follow."""
    ordinals: dict[str, list[int]] = {}
    for row in state.rows("qualification.facts"):
        ordinals.setdefault(state.names.get(row["person_id"], "?"), []).append(row["ordinal"])
    wanted = {
        f"person of {number}": list(range(1, person.person_version + 1))
        for number, person in due.persons.items()
    }
    found = {name: sorted(numbers) for name, numbers in ordinals.items()}
    return _differences("qualification: facts", found, wanted)


def neighbours(state: Observed, due: Expected) -> list[str]:
    """What exemptions and claims were told last is what holds: stays, death, periods."""
    faults = []
    told = {
        row["person_id"]: row["timeline_version"]
        for row in state.rows("qualification.persons")
        if row["timeline_version"]
    }
    for service in ("exemptions", "claims"):
        persons = {
            state.names.get(row["person_id"], "?"): (row["person_version"], _stays(row), _died(row))
            for row in state.rows(f"{service}.persons")
        }
        wanted = {
            f"person of {number}": (person.person_version, [person.stay], person.died_on)
            for number, person in due.persons.items()
        }
        faults += _differences(f"{service}: persons", persons, wanted)
        timelines = state.rows(f"{service}.qualifications")
        periods = {
            state.names.get(row["person_id"], "?"): period
            for row in timelines
            if (period := _periods(row["periods"]))
        }
        lawful = {f"person of {n}": [p.period] for n, p in due.persons.items() if p.period}
        faults += _differences(f"{service}: periods", periods, lawful)
        versions = {row["person_id"]: row["timeline_version"] for row in timelines}
        faults += _differences(f"{service}: versions of timelines", versions, told)
    return faults


def _stays(row: dict[str, Any]) -> list[tuple[date | None, str, date | None, str | None]]:
    return [
        (_day(stay["began"]), stay["began_reason"], _day(stay["ended"]), stay["ended_reason"])
        for stay in row["residence"]
    ]


def _died(row: dict[str, Any]) -> date | None:
    return _day(row["died_on"])


def _day(told: dict[str, Any] | None) -> date | None:
    return None if told is None else UncertainDate.model_validate(told).value


def _periods(told: list[dict[str, Any]]) -> list[Period]:
    return [
        Period(
            date.fromisoformat(period["acquired_on"]),
            period["acquisition_reason"],
            date.fromisoformat(period["lost_on"]) if period["lost_on"] else None,
            period["loss_reason"],
        )
        for period in told
        if period["category"] == 1
    ]


def items(state: Observed, due: Expected) -> list[str]:
    """What was reported is with jps_reporting, once; the acquisitions and losses that are due
    were reported."""
    transitions = state.rows("qualification.transitions")
    reported = Counter(row["item_id"] for row in transitions)
    kept = Counter(row["item_id"] for row in state.rows("jps_reporting.items"))
    faults = _differences("jps_reporting: items", kept, reported)
    standing = Counter(
        (state.names.get(row["person_id"], "?"), row["kind"], row["occurred_on"])
        for row in transitions
        if row["stands"]
    )
    wanted: Counter[tuple[str, str, str]] = Counter()
    for number, person in due.persons.items():
        if (period := person.period) is not None:
            name = f"person of {number}"
            wanted[name, "acquisition", period.acquired_on.isoformat()] += 1
            if period.lost_on is not None:
                wanted[name, "loss", period.lost_on.isoformat()] += 1
    return faults + _differences("qualification: transitions", standing, wanted)


def counts(found: Found, due: Expected) -> list[str]:
    """As many events as the input makes, and as the databases say were sent."""
    state, sent = found.state, Counter[str]()
    for (_, topic, _), number in found.state.sent.items():
        sent[topic] += number
    inbound = due.changes + sum(map(len, due.letters.values()))
    timelines = sum(row["timeline_version"] for row in state.rows("qualification.persons"))
    transitions = len(state.rows("qualification.transitions"))
    # Told of what was reported and no longer follows, or follows again, as the batches fell.
    stands = found.log.types[QualificationReportStands.TYPE]
    faults = _equal("inbound.residents", found.log.records.get("inbound.residents"), inbound)
    faults += _equal("residents.tokenised", sent["residents.tokenised"], due.changes)
    versions = sum(person.person_version for person in due.persons.values())
    faults += _equal("persons.events", sent["persons.events"], versions)
    return faults + _equal(
        "qualification.events", sent["qualification.events"], timelines + transitions + stands
    )


def audit(found: Found, due: Expected) -> list[str]:
    """A record of each audit event, its chain's positions without gaps; the numbers that were
    accessed add up to the numbers that came."""
    rows = found.state.rows("audit.records")
    sent = sum(n for (_, topic, _), n in found.state.sent.items() if topic == "audit.events")
    faults = _equal("audit: records", len(rows), sent)
    faults += _equal("audit: different events", len({row["event_id"] for row in rows}), len(rows))
    positions: dict[int, list[int]] = {}
    for row in rows:
        positions.setdefault(row["shard"], []).append(row["position"])
    for shard, numbers in positions.items():
        wanted = list(range(1, len(numbers) + 1))
        faults += _equal(f"audit: positions of shard {shard}", sorted(numbers), wanted)
    tokenised = [body for body in found.state.audited if body["operation"] == "tokenise"]
    accessed = sum(body["count"] for body in tokenised)
    new = sum(body["details"]["new"] for body in tokenised)
    faults += _equal("audit: numbers accessed", accessed, due.changes)
    return faults + _equal("audit: new numbers", new, len(due.persons))


def against_calm(state: Observed, calm: Observed) -> list[str]:
    """Every table as an undisturbed run left it, and the items that stand."""
    mine, theirs = state.comparable(), calm.comparable()
    faults = _differences("tables", dict.fromkeys(mine), dict.fromkeys(theirs))
    for table in mine.keys() & theirs.keys():
        faults += _differences(f"{table}, against an undisturbed run", mine[table], theirs[table])
    return faults + _differences(
        "items that stand, against an undisturbed run", standing(state), standing(calm)
    )


def standing(state: Observed) -> Counter[str]:
    """Transitions that the facts still give, and the report items that came of them."""
    stands = {
        row["item_id"]: state.named(f"{row['kind']} {row['occurred_on']} of {row['person_id']}")
        for row in state.rows("qualification.transitions")
        if row["stands"]
    }
    rows: Counter[str] = Counter()
    for table in ("qualification.transitions", "jps_reporting.items", "jps_reporting.item_history"):
        for row in state.rows(table):
            if row["item_id"] in stands:
                kept = {**row, "item_id": stands[row["item_id"]]}
                rows[f"{table} {state.named(json.dumps(kept, sort_keys=True))}"] += 1
    return rows


def _equal(what: str, found: object, wanted: object) -> list[str]:
    return [] if found == wanted else [f"{what}: {found}, where {wanted} were to be"]


def _differences(what: str, found: Any, wanted: Any) -> list[str]:
    """Between two mappings, a few of them by name."""
    both: Iterable[Any] = {**found, **wanted}
    different = [key for key in both if key not in found or key not in wanted
                 or found[key] != wanted[key]]  # fmt: skip
    if not different:
        return []
    shown = [
        f"{key}: {found.get(key, 'nothing')}, where {wanted.get(key, 'nothing')} was to be"
        for key in different[:_SHOWN]
    ]
    return [f"{what}: {len(different)} differ; {'; '.join(shown)}"]
