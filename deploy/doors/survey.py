"""All doors of a running stack, as they were found and as they are declared."""

import asyncio
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from typing import Any

from contracts.topics import SERVICES, TOPICS
from deploy.doors import databases, services
from deploy.doors.bus import Broker
from deploy.doors.databases import Entry, Right
from deploy.doors.services import Caller, Operation, Passed
from deploy.local.errors import StackError
from deploy.local.stack import CLIENTS, Stack

ADMINISTRATORS = ("admin", "broker")
"""Super users of the bus: the job that makes topics and rights, and the broker itself."""
NO_TOPIC = "no.such.topic"
_TRIES = 3


@dataclass(frozen=True, slots=True)
class OnTheBus:
    """What a certificate may do on the bus."""

    writes: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    administers: bool = False


@dataclass
class Survey:
    """The doors: found and declared, part by part."""

    certificates: tuple[str, ...]
    bus: dict[str, OnTheBus | None] = field(default_factory=dict)
    """``None``: the certificate is not let in at all."""
    entries: set[Entry] = field(default_factory=set)
    databases: tuple[str, ...] = ()
    rights: dict[str, set[Right]] = field(default_factory=dict)
    """By database."""
    creators: set[tuple[str, str, str]] = field(default_factory=set)
    """Role, database, place: who may put something new where."""
    operations: dict[Operation, Passed] = field(default_factory=dict)
    declared_operations: dict[Operation, Passed] = field(default_factory=dict)

    def differences(self) -> list[str]:
        """A line for each door that is not as declared."""
        return [*self._bus(), *self._databases(), *self._operations()]

    def _bus(self) -> Iterator[str]:
        for certificate in self.certificates:
            found, declared = self.bus[certificate], on_the_bus(certificate)
            if found != declared:
                yield f"bus: {certificate}: found {found}, declared {declared}"

    def _databases(self) -> Iterator[str]:
        yield from _compared("entry", self.entries, databases.declared_entries(SERVICES))
        for database, found in self.rights.items():
            declared = set()
            if database in SERVICES:
                tables = {right.table for right in found}
                declared = databases.declared_rights(database) | databases.owned(database, tables)
            yield from _compared(f"database {database}", found, declared)
        declared_creators = {
            (f"{service}_migrate", service, place)
            for service in SERVICES
            for place in ("database", "bus", "migrations", service)
        }
        # Whoever owns a database is in the predefined role that owns its schema public.
        found_creators = {entry for entry in self.creators if entry[2] != "public"}
        yield from _compared("creator", found_creators, declared_creators)
        for role, database, place in self.creators - found_creators:
            if role != f"{database}_migrate":
                yield f"creator: {role} may create in {database}, {place}"

    def _operations(self) -> Iterator[str]:
        for operation, declared in self.declared_operations.items():
            found = self.operations[operation]
            if found != declared:
                yield f"{operation}: found {found}, declared {declared}"


GROUPS = (*SERVICES, *sorted({name for topic in TOPICS.values() for name in topic.readers}))
"""Consumer groups: each bears the name of the service, or of the system, that reads."""


def on_the_bus(certificate: str) -> OnTheBus | None:
    """What the contracts let a certificate do."""
    if certificate == "postgres":
        return None  # a certificate for servers alone
    if certificate in ADMINISTRATORS:
        return OnTheBus(frozenset(TOPICS), frozenset(TOPICS), frozenset(GROUPS), True)
    reads = frozenset(t.name for t in TOPICS.values() if certificate in (*t.consumers, *t.readers))
    return OnTheBus(
        frozenset(t.name for t in TOPICS.values() if certificate in t.producers),
        reads,
        frozenset({certificate}) if reads else frozenset(),
    )


def certificates() -> tuple[str, ...]:
    """Everybody whom the authority has made a certificate for."""
    migrating = (f"{service}_migrate" for service in SERVICES)
    return (*SERVICES, *migrating, *CLIENTS, "broker", "postgres")


def survey(stack: Stack) -> Survey:
    """Try every door. Raises ``StackError`` where something of the stack does not run."""
    missing = {"kafka", "postgres", *SERVICES} - stack.running().keys()
    if missing:
        raise StackError(f"not running: {', '.join(sorted(missing))}")
    found = Survey(certificates())
    found.bus = look_at_the_bus(stack, found.certificates)
    asyncio.run(_look_at_the_rest(stack, found))
    return found


def look_at_the_bus(stack: Stack, names: Iterable[str]) -> dict[str, OnTheBus | None]:
    """What each certificate may do on the bus, as the broker says."""
    broker = Broker("localhost", stack.state.ports["kafka"], stack.layout.certs)
    found: dict[str, OnTheBus | None] = {}
    for name in names:
        for attempt in range(_TRIES):
            try:
                found[name] = _one_at_the_bus(broker, name)
            except TimeoutError:  # an OSError, and no refusal: a machine under load is slow
                if attempt == _TRIES - 1:
                    raise
                continue
            except OSError:
                found[name] = None
            break
    return found


def _one_at_the_bus(broker: Broker, name: str) -> OnTheBus:
    with broker.open(name) as connection:
        writes = connection.may_write([*TOPICS, NO_TOPIC])
        reads = connection.may_read([*TOPICS, NO_TOPIC])
        return OnTheBus(
            frozenset(topic for topic, yes in writes.items() if yes),
            frozenset(topic for topic, yes in reads.items() if yes),
            frozenset(group for group in GROUPS if connection.may_join(group)),
            connection.may_administer(),
        )


async def _look_at_the_rest(stack: Stack, found: Survey) -> None:
    server = stack.database_server
    found.entries = await databases.entries(server, found.certificates)
    _, names = await databases.roles_and_databases(server)
    found.databases = tuple(names)
    for database in names:
        found.rights[database] = await databases.rights(server, database)
        created = await databases.may_create(server, database)
        found.creators |= {(role, database, place) for role, place in created}
    declared = services.declared(stack, SERVICES)
    found.declared_operations = {o: services.expected(doors) for o, doors in declared.items()}
    found.operations = await Caller(stack).passed(list(declared), found.certificates)


def _compared(what: str, found: Set[Any], declared: Set[Any]) -> Iterator[str]:
    for surplus in sorted(map(str, found - declared)):
        yield f"{what}: not declared, but open: {surplus}"
    for missing in sorted(map(str, declared - found)):
        yield f"{what}: declared, but closed: {missing}"
