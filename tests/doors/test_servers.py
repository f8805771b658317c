"""Who gets in where: certificates, the bus' access rules, the databases' roles."""

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    InconsistentGroupProtocolError,
    KafkaConnectionError,
    TopicAuthorizationFailedError,
)

from contracts.topics import SERVICES, TOPICS, UPSTREAM_REGISTER
from deploy.local import bus
from deploy.local.certificates import Authority
from tests.stack.access import consume, enter, produce, tls

pytestmark = pytest.mark.stack

DENIED = (TopicAuthorizationFailedError, ClusterAuthorizationFailedError)


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """Certificates with the right names of somebody else's authority."""
    certs = tmp_path_factory.mktemp("foreign")
    authority = Authority(certs / "authority", "another authority")
    for name in (UPSTREAM_REGISTER, "identity", "admin"):
        authority.issue(certs / name, name)

    def context(stack, name):
        made = tls(stack.layout.certs, None)  # it trusts the real servers
        made.load_cert_chain(certs / name / f"{name}.crt", certs / name / f"{name}.key")
        return made

    return context


# The bus


async def test_who_may_write_writes_and_who_may_read_reads(clean_stack):
    await produce(clean_stack, UPSTREAM_REGISTER, "inbound.residents", [b"a", b"b"])
    assert await consume(clean_stack, "token_vault", "inbound.residents") == [b"a", b"b"]


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        (UPSTREAM_REGISTER, "persons.events"),
        ("identity", "inbound.residents"),
        ("qualification", "persons.events"),
        ("gateway", "qualification.events"),
        ("operator", "inbound.residents"),
        ("prometheus", "audit.events"),
        ("identity_migrate", "persons.events"),
        ("audit", "no.such.topic"),
    ],
)
async def test_nobody_writes_what_the_contracts_do_not_name(stack, name, topic):
    with pytest.raises(DENIED):
        await produce(stack, name, topic, [b"x"])


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("identity", "inbound.residents"),
        (UPSTREAM_REGISTER, "inbound.residents"),
        ("gateway", "persons.events"),
        ("jps_reporting", "persons.events"),
        ("claims", "linkage.replies.jps_reporting"),
        ("qualification", "audit.events"),
        ("operator", "persons.events"),
    ],
)
async def test_nobody_reads_what_the_contracts_do_not_name(clean_stack, name, topic):
    stack = clean_stack
    with pytest.raises((*DENIED, GroupAuthorizationFailedError)):
        await consume(stack, name, topic)


async def test_a_service_has_its_own_consumer_group_and_no_other(clean_stack):
    stack = clean_stack
    with pytest.raises(GroupAuthorizationFailedError):
        await consume(stack, "identity", "residents.tokenised", group="audit")


async def test_another_authoritys_certificate_does_not_get_to_the_bus(stack, foreign):
    with pytest.raises(KafkaConnectionError):
        await produce(stack, None, "inbound.residents", [b"x"], foreign(stack, UPSTREAM_REGISTER))


async def test_nobody_gets_to_the_bus_without_a_certificate(stack):
    with pytest.raises(KafkaConnectionError):
        await produce(stack, None, "inbound.residents", [b"x"])


async def test_the_operator_sees_how_far_everybody_is(clean_stack):
    stack = clean_stack

    def lag():
        with bus.admin_client(stack.bootstrap, stack.layout.certs, bus.OPERATOR) as client:
            return bus.lag(client)

    await consume(stack, "token_vault", "inbound.residents")
    assert lag() == {name: 0 for t in TOPICS.values() for name in t.consumers}
    await produce(stack, UPSTREAM_REGISTER, "inbound.residents", [b"a", b"b", b"c"])
    assert lag()["token_vault"] == 3
    await consume(stack, "token_vault", "inbound.residents")
    assert lag()["token_vault"] == 0


def test_rights_that_the_contracts_no_longer_name_are_taken_away(stack):
    surplus = bus.Grant("audit", "WRITE", "TOPIC", "inbound.residents")
    missing = bus.Grant("identity", "READ", "TOPIC", "residents.tokenised")
    with bus.admin_client(stack.bootstrap, stack.layout.certs) as client:
        assert bus.set_grants(client, bus.grants() - {missing} | {surplus}) == (1, 1)
        assert bus.set_grants(client) == (1, 1)
        assert bus.set_grants(client) == (0, 0)


def test_topics_are_as_declared_and_stay_so(stack):
    with bus.admin_client(stack.bootstrap, stack.layout.certs) as client:
        assert bus.make_topics(client) == 0
        found = {t["name"]: t for t in client.describe_topics()}
        assert {name for name in found if not name.startswith("__")} == {*TOPICS}
        assert {len(found[name]["partitions"]) for name in TOPICS} == {6}


# The databases


@pytest.mark.parametrize("service", SERVICES)
async def test_both_roles_enter_their_own_database(stack, service):
    for role in (service, f"{service}_migrate"):
        assert await enter(stack, role, role, service, "select current_user") == role


@pytest.mark.parametrize(
    ("certificate", "role", "database"),
    [
        ("identity", "identity", "token_vault"),
        ("identity", "identity", "postgres"),
        ("identity", "identity", "template1"),
        ("identity_migrate", "identity_migrate", "audit"),
        ("gateway", "gateway", "identity"),
    ],
)
async def test_no_role_enters_anothers_database(stack, certificate, role, database):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await enter(stack, certificate, role, database)


@pytest.mark.parametrize(
    ("certificate", "role"),
    [
        ("identity", "audit"),
        ("identity", "identity_migrate"),
        ("identity_migrate", "identity"),
        ("identity", "postgres"),
        ("operator", "postgres"),
        ("operator", "operator"),
        ("admin", "identity"),
        (UPSTREAM_REGISTER, "identity"),
        (None, "identity"),
    ],
)
async def test_a_certificate_is_one_role_and_no_other(stack, certificate, role):
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await enter(stack, certificate, role, "identity")


async def test_the_database_servers_certificate_logs_in_nowhere(stack):
    # Its name is the superuser's; it is good for a server only.
    with pytest.raises((asyncpg.PostgresConnectionError, OSError)):
        await enter(stack, "postgres", "postgres", "postgres")


async def test_another_authoritys_certificate_does_not_get_to_the_databases(stack, foreign):
    for name in ("identity", "admin"):
        with pytest.raises((asyncpg.PostgresConnectionError, OSError)):
            await enter(stack, None, name, "identity", tls_=foreign(stack, name))


async def test_no_connection_without_tls(stack):
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await asyncpg.connect(
            host="localhost", port=stack.state.ports["postgres"], user="identity",
            database="identity", ssl=False,
        )  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "create table public.x (a int)",
        "create schema x",
        "create temporary table x (a int)",
        "create role x",
        "create database x",
        "set role identity_migrate",
        "drop table migrations.applied",
    ],
)
async def test_a_running_service_makes_nothing(stack, statement):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await enter(stack, "identity", "identity", "identity", statement)


async def test_the_servers_log_does_not_quote_data(stack):
    async with stack.database_server.superuser() as connection:
        await connection.execute("create temporary table t (a text primary key)")
        await connection.execute("insert into t values ('山田花子')")
        for statement in ("insert into t values ($1)", "insert into t select $1 || ''"):
            with pytest.raises(asyncpg.UniqueViolationError) as told:
                await connection.execute(statement, "山田花子")
            assert "山田花子" in told.value.detail
    log = stack.layout.log("postgres").read_text()
    assert "duplicate key value" in log
    assert "山田" not in log


# What tests are offered


async def test_a_fresh_database_is_its_own(stack, fresh_database):
    first, second = fresh_database("identity"), fresh_database("identity")
    statement = "select count(*) from migrations.applied"
    applied = await enter(stack, "identity_migrate", "identity_migrate", first, statement)
    assert applied >= 1
    async with stack.database_server.connect("identity_migrate", database=first) as connection:
        await connection.execute("delete from migrations.applied")
    assert await enter(stack, "identity_migrate", "identity_migrate", first, statement) == 0
    assert await enter(stack, "identity_migrate", "identity_migrate", second, statement) == applied
    assert stack.env("identity", database=first)["NENKIN_DATABASE_NAME"] == first
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await enter(stack, "audit", "audit", first)


async def test_cleaning_empties_topics_and_databases(clean_stack):
    stack = clean_stack
    await produce(stack, UPSTREAM_REGISTER, "inbound.residents", [b"x"])
    async with stack.database_server.connect("identity_migrate", database="identity") as connection:
        await connection.execute("create table migrations.left_over (a int)")
    stack.clean("identity")
    assert await consume(stack, "token_vault", "inbound.residents") == []
    left = "select to_regclass('migrations.left_over')"
    assert await enter(stack, "identity_migrate", "identity_migrate", "identity", left) is None


async def test_cleaning_puts_out_a_member_that_stopped_without_leaving(clean_stack):
    stack = clean_stack
    left_behind = AIOKafkaConsumer(
        "audit.events",
        bootstrap_servers=stack.bootstrap,
        security_protocol="SSL",
        ssl_context=tls(stack.layout.certs, "audit"),
        group_id="audit",
        group_instance_id="audit-9",
        partition_assignment_strategy=(RangePartitionAssignor,),
    )
    await left_behind.start()
    await left_behind.stop()
    with pytest.raises(InconsistentGroupProtocolError):
        await consume(stack, "audit", "audit.events")
    stack.clean("audit")
    assert await consume(stack, "audit", "audit.events") == []
