"""Every door of the running house, tried: open exactly where it is declared to be."""

from dataclasses import replace

import pytest

from contracts.functions import Function
from contracts.topics import SERVICES, TOPICS
from deploy.doors import databases, services, survey
from deploy.doors.bus import Broker
from deploy.doors.page import PAGE, render
from deploy.doors.survey import OnTheBus
from deploy.local import bus
from deploy.local.certificates import Authority
from deploy.local.errors import StackError
from services.chassis.http import create_app, probes

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("day")]


@pytest.fixture(scope="module")
def house(played_day):
    return played_day.house.stack


@pytest.fixture(scope="module")
def found(house):
    return survey.survey(house)


def test_every_door_is_open_where_declared_and_nowhere_else(found):
    assert found.differences() == []


def test_the_page_shows_the_doors_as_they_are(found):
    assert PAGE.read_text() == render(found), "python -m deploy.doors --write"


def test_everybody_with_a_certificate_was_tried(found, house):
    folders = {path.name for path in house.layout.certs.iterdir()} - {"authority"}
    assert set(found.certificates) == found.bus.keys() == folders
    assert len(found.rights) == len(SERVICES) + 2


def test_every_operation_of_every_service_was_tried(found, house):
    for name in SERVICES:
        service = services.build(house, name)
        described = create_app(service, [*service.routers, probes(service)]).openapi()["paths"]
        operations = {
            (method.upper(), path) for path, methods in described.items() for method in methods
        }
        assert {(o.method, o.path) for o in found.operations if o.service == name} == operations


def test_an_operation_without_a_door_is_not_taken_for_a_closed_one():
    with pytest.raises(StackError):
        services.expected(())


def test_every_function_opens_something_but_those_whose_work_is_not_there_yet(found):
    used = {f for passed in found.operations.values() for f in passed.functions or ()}
    assert used == set(Function) - NOT_YET


NOT_YET = {Function.NUMBER_REVEAL, Function.STAFF_ADMIN}


# The survey sees a door that was left open


def test_a_right_too_many_on_the_bus_is_found(found, house):
    surplus = {
        bus.Grant("audit", "WRITE", "TOPIC", "inbound.residents"),
        bus.Grant("claims", "READ", "TOPIC", "inbound.residents"),
        bus.Grant("prometheus", "READ", "GROUP", "identity"),
    }
    with bus.admin_client(house.bootstrap, house.layout.certs) as client:
        try:
            bus.set_grants(client, bus.grants() | surplus)
            seen = replace(found, bus=survey.look_at_the_bus(house, found.certificates))
        finally:
            bus.set_grants(client)
    told = "\n".join(seen.differences())
    assert [line.split(":")[1].strip() for line in told.splitlines()] == [
        "claims", "audit", "prometheus",
    ]  # fmt: skip


def test_a_right_too_few_on_the_bus_is_found(found, house):
    missing = {bus.Grant("identity", "READ", "TOPIC", "linkage.requests")}
    with bus.admin_client(house.bootstrap, house.layout.certs) as client:
        try:
            bus.set_grants(client, bus.grants() - missing)
            seen = survey.look_at_the_bus(house, ["identity"])
        finally:
            bus.set_grants(client)
    (told,) = replace(found, bus={**found.bus, **seen}).differences()
    assert told.startswith("bus: identity: found")


async def test_a_right_too_many_in_a_database_is_found(found, house):
    async with house.database_server.superuser("audit") as connection:
        await connection.execute("grant delete on audit.records to audit")
        await connection.execute("grant update (body) on audit.records to claims")
        await connection.execute("grant create on schema audit to audit")
        try:
            rights = await databases.rights(house.database_server, "audit")
            creators = await databases.may_create(house.database_server, "audit")
        finally:
            await connection.execute("revoke delete on audit.records from audit")
            await connection.execute("revoke update (body) on audit.records from claims")
            await connection.execute("revoke create on schema audit from audit")
    seen = replace(
        found,
        rights={**found.rights, "audit": rights},
        creators=found.creators | {(role, "audit", place) for role, place in creators},
    )
    assert len(seen.differences()) == 3
    assert all("not declared, but open" in line for line in seen.differences())


async def test_a_way_into_anothers_database_is_found(found, house):
    async with house.database_server.superuser() as connection:
        await connection.execute("grant connect on database identity to audit")
        try:
            entries = await databases.entries(house.database_server, ["audit"])
        finally:
            await connection.execute("revoke connect on database identity from audit")
    seen = replace(found, entries=found.entries | entries)
    (told,) = seen.differences()
    assert "audit" in told
    assert "identity" in told


def test_an_operation_that_asks_for_too_little_is_found(found):
    operation = next(o for o in found.operations if o.path == "/numbers/lookup")
    for passed in (
        replace(found.operations[operation], functions=None),
        replace(found.operations[operation], peers=frozenset({"gateway", "claims"})),
    ):
        seen = replace(found, operations={**found.operations, operation: passed})
        assert len(seen.differences()) == 1


def test_another_authoritys_certificates_open_nothing(house, tmp_path):
    authority = Authority(tmp_path / "authority", "another authority")
    broker = Broker("localhost", house.state.ports["kafka"], house.layout.certs)
    for name in ("admin", "token_vault"):
        authority.issue(tmp_path / name, name)
        with pytest.raises(OSError, match=r"alert|closed|reset|hung up|unknown ca"):
            broker.open(name, tmp_path).may_write(["audit.events"])


def test_who_may_do_everything_on_the_bus_is_no_service(found):
    mighty = {name for name, rights in found.bus.items() if rights and rights.administers}
    assert mighty == {"admin", "broker"}
    assert all(found.bus[f"{service}_migrate"] == OnTheBus() for service in SERVICES)
    readers = {name for name, r in found.bus.items() if r and "inbound.residents" in r.reads}
    assert readers == {"token_vault", "admin", "broker"}
    assert len(TOPICS) == len(found.bus["admin"].reads)
