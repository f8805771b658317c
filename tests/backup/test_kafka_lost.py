"""The bus is lost with what was on its way, the databases are not: it is told what is missing, and
comes in again when the register sends everybody."""

import os
from collections.abc import Iterator

import pytest

from contracts.sealing import PublicSealingKey
from deploy.backup import positions
from deploy.demo.house import House
from deploy.demo.people import command
from deploy.local import bus
from deploy.local.testing import TestStack, remove_abandoned
from deploy.upstream.city import residents
from deploy.upstream.day import snapshot
from services.chassis.clock import SystemClock, japan_date
from tests.backup.story import Register, column, lines, lose_kafka, rows

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("backup")]

RUNNING = ("token_vault", "identity", "qualification")
KNOWN, UNDER_WAY = 200, 100


@pytest.fixture(scope="module")
def stack() -> Iterator[TestStack]:
    remove_abandoned()
    stack = TestStack(f"test-{os.getpid()}-kafka")
    try:
        stack.up((), viewer=False)
        yield stack
    finally:
        stack.destroy()


def test_a_bus_that_never_had_a_group_can_be_asked_for_them(stack):
    with bus.admin_client(stack.bootstrap, stack.layout.certs) as client:
        known = positions.offsets(client)
    assert {offset for topics in known.values() for each in topics.values() for offset in each} == {
        None
    }


def test_a_lost_bus(stack):
    stack.run_services(RUNNING)
    today = japan_date(SystemClock().now())
    key = PublicSealingKey.model_validate_json(command(stack, "token_vault", "publish-key"))
    register, house = Register(stack, key, today), House(stack)
    city = list(residents(KNOWN + UNDER_WAY, today=today))
    register.send(snapshot(iter(city[:KNOWN]), today))
    house.wait_for("qualification", "persons.events", KNOWN)
    stack.stop_services(["identity"])
    register.send(snapshot(iter(city[KNOWN:]), today))
    house.wait_for("token_vault", "inbound.residents", KNOWN + UNDER_WAY)
    (unsent,) = column(stack, "token_vault", "select count(*) from bus.outbox")
    while unsent:
        (unsent,) = column(stack, "token_vault", "select count(*) from bus.outbox")

    # The vault and qualification go on running, and know the old bus.
    lose_kafka(stack)
    stack.up(RUNNING, viewer=False)

    missing = {(line.service, line.topic): line.missing for line in lines(stack) if line.missing}
    assert missing[("identity", "residents.tokenised")] == UNDER_WAY

    register.send(snapshot(iter(city), today))
    house.wait_for("identity", "residents.tokenised", KNOWN + UNDER_WAY)
    house.wait_for("qualification", "persons.events", UNDER_WAY)
    found = rows(
        stack, "identity", "select addressee_number, record_version from identity.residents"
    )
    assert dict(map(tuple, found)) == register.versions
    persons = "select person_id from identity.persons"
    known = "select person_id from qualification.persons"
    assert sorted(column(stack, "qualification", known)) == sorted(
        column(stack, "identity", persons)
    )
    for service in RUNNING:
        assert column(stack, service, "select count(*) from bus.dead_letters") == [0]
    # Now that more has come, the loss has been counted where it was suffered, and nothing is open.
    _, metrics = stack.services.ask("identity", "/metrics")
    assert f'bus_events_missing_total{{topic="residents.tokenised"}} {UNDER_WAY}.0' in metrics
    of_running = [line for line in lines(stack) if line.service in RUNNING]
    assert [line.missing for line in of_running] == [0] * len(of_running)
