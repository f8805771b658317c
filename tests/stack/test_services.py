"""Services as processes on the stack: told what they need, ready, stopped, and seen."""

import json
import os
import signal
import ssl
import urllib.error
import urllib.request

import pytest

from contracts.topics import SERVICES, UPSTREAM_REGISTER
from deploy.local import processes, status
from deploy.local.errors import StackError
from deploy.local.processes import tail
from deploy.local.services import GATEWAY_PUBLIC
from deploy.local.testing import TestStack
from services.audit.settings import Settings
from tests.stack.access import tls

pytestmark = pytest.mark.stack

PAIR = ("audit", "exemptions")


def get(stack: TestStack, service: str, path: str, context: ssl.SSLContext) -> int:
    url = f"https://localhost:{stack.state.ports[service]}{path}"
    try:
        with urllib.request.urlopen(url, context=context, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_ready_seen_and_stopped(clean_stack):
    stack = clean_stack
    with stack.serving(*PAIR):
        assert [stack.services.health(name) for name in PAIR] == ["ready", "ready"]
        lines = {line.name: line for line in status.look(stack)}
        for name in PAIR:
            assert lines[name].health == "ready"
            assert (lines[name].lag, lines[name].outbox, lines[name].dead_letters) == (0, 0, 0)
            assert (lines[name].memory_mb or 0) > 20
    assert set(stack.running()) == {"kafka", "postgres"}
    assert stack.services.health("audit") == "silent"


def test_only_the_operator_and_prometheus_look(stack):
    with stack.serving("audit"):
        certs = stack.layout.certs
        assert get(stack, "audit", "/metrics", tls(certs, "operator")) == 200
        assert get(stack, "audit", "/metrics", tls(certs, "prometheus")) == 200
        assert get(stack, "audit", "/metrics", tls(certs, "exemptions")) == 403
        with pytest.raises((urllib.error.URLError, OSError)):
            get(stack, "audit", "/metrics", tls(certs, None))


def test_one_that_ends_at_once_is_named_with_its_last_words(stack, monkeypatch):
    with (stack.layout.certs / "audit" / "audit.key").open("r+") as file:
        key = file.read()
        file.seek(0)
        file.truncate()
        try:
            with pytest.raises(StackError, match=r"audit ended at once; the end of its log:\n.+"):
                stack.run_services(PAIR)
        finally:
            file.write(key)
    assert set(stack.running()) == {"kafka", "postgres"}  # the other one is stopped as well


@pytest.fixture
def without_database(stack):
    """The stack while PostgreSQL is away; it is back afterwards."""
    assert processes.stop(stack.running()["postgres"], signal.SIGINT, grace=20)
    try:
        yield stack
    finally:
        stack.up((), viewer=False)


def test_who_starts_before_the_database_waits_for_it(without_database):
    stack = without_database
    process = stack.services.start("audit")
    stack.state.remember("audit", process)
    try:
        stack.progress.wait_until(
            "audit", "complaining", lambda: "does not answer" in tail(stack.layout.log("audit")),
            timeout=30,
        )  # fmt: skip
        stack.up((), viewer=False)
        stack.services.wait({"audit": process})
    finally:
        assert stack.services.stop(process)


def test_who_waits_for_the_database_stops_when_told(without_database):
    process = without_database.services.start("audit")
    assert without_database.services.stop(process)


def test_a_killed_service_comes_back_with_up(stack):
    with stack.serving("audit"):
        process = stack.state.running("audit")
        assert processes.stop(process, signal.SIGKILL, grace=10)
        assert {line.name: line.health for line in status.look(stack)}["audit"] == "stopped"
        stack.run_services(["audit"])
        assert stack.state.running("audit") != process
        assert stack.services.health("audit") == "ready"


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_is_told(stack, service):
    told = stack.env(service)
    peers = json.loads(told["NENKIN_PEERS"])
    assert set(peers) == {*SERVICES}
    assert peers[service].endswith(told["NENKIN_HTTP_PORT"])
    assert told["NENKIN_CERTS_DIR"] == str(stack.layout.certs / service)
    # Its folder, and no way to another's.
    others = {f"certs/{name}/" for name in SERVICES if name != service}
    assert not [v for v in told.values() for other in others if other in v + "/"]
    migrating = stack.env(service, migrating=True)["NENKIN_CERTS_DIR"]
    assert migrating == str(stack.layout.certs / f"{service}_migrate")


def test_who_alone_is_told_of_the_vaults_key_and_the_browsers_port(stack):
    vault = [name for name in SERVICES if "NENKIN_VAULT_KEY_FILE" in stack.env(name)]
    public = [name for name in SERVICES if "NENKIN_PUBLIC_PORT" in stack.env(name)]
    assert vault == ["token_vault"]
    assert public == ["gateway"]
    assert stack.env("gateway")["NENKIN_PUBLIC_PORT"] == str(stack.state.ports[GATEWAY_PUBLIC])


def test_the_register_is_told_where_the_bus_is_and_no_more(stack):
    assert stack.env(UPSTREAM_REGISTER) == {
        "NENKIN_CERTS_DIR": str(stack.layout.certs / UPSTREAM_REGISTER),
        "NENKIN_KAFKA_BOOTSTRAP": stack.bootstrap,
    }


def test_settings_for_a_service_in_the_test_itself(stack, monkeypatch):
    monkeypatch.setenv("NENKIN_HTTP_PORT", "1")  # of somebody's shell: not looked at
    settings = stack.settings(Settings, "audit", HTTP_PORT="0")
    assert settings.service == "audit"
    assert settings.http_port == 0
    assert settings.kafka_bootstrap == stack.bootstrap
    assert os.environ["NENKIN_HTTP_PORT"] == "1"


def test_a_vault_whose_database_was_emptied_gets_keys_again(clean_stack):
    stack = clean_stack
    with stack.serving("token_vault"):
        first = publish_key(stack)
    stack.clean("token_vault")
    with stack.serving("token_vault"):
        assert publish_key(stack) != first


def test_a_passphrase_outlives_the_file_it_opens(clean_stack):
    stack = clean_stack
    with stack.serving("token_vault"):
        pass
    key = stack.layout.home / "vault" / "key-encryption.key"
    secret = stack.layout.home / "secrets" / "vault-passphrase"
    kept, passphrase = key.rename(key.with_suffix(".kept")), secret.read_bytes()
    try:
        with pytest.raises(StackError, match="restore that file"):
            stack.run_services(["token_vault"])
        assert secret.read_bytes() == passphrase
    finally:
        kept.rename(key)


def publish_key(stack: TestStack) -> str:
    return stack.services.command("token_vault", "publish-key", what="asking for the sealing key")
