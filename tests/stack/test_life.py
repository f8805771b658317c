"""A stack's life: started, stopped, killed, left half done, and none of it loses anything."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from contracts.topics import UPSTREAM_REGISTER
from deploy.local import processes, status
from deploy.local.errors import StackError
from deploy.local.layout import PROJECT
from deploy.local.stack import Stack
from deploy.local.testing import TestStack, remove_abandoned
from tests.stack.access import consume, enter, produce

pytestmark = pytest.mark.stack

TOPIC = "inbound.residents"


@pytest.fixture(scope="module")
def own():
    """A stack of this module's own: its tests kill it."""
    stack = TestStack(f"test-{os.getpid()}-life")
    yield stack
    stack.destroy()


@pytest.fixture
def up(own):
    own.up((), viewer=False)
    return own


def left(stack: Stack) -> list[str]:
    return list(processes.marked(stack.layout.home).values())


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def kill(stack: Stack, name: str) -> None:
    process = stack.state.running(name)
    assert process
    assert processes.stop(process, signal.SIGKILL, grace=10)


async def count_of(stack: Any) -> int:
    statement = "select count(*) from migrations.kept"
    found: int = await enter(stack, "identity_migrate", "identity_migrate", "identity", statement)
    return found


async def test_a_restart_keeps_records_rows_certificates_and_ports(up):
    await produce(up, UPSTREAM_REGISTER, TOPIC, [b"one"])
    async with up.database_server.connect("identity_migrate", database="identity") as connection:
        await connection.execute("create table migrations.kept (a int)")
        await connection.execute("insert into migrations.kept values (1)")
    certificates = {p: p.read_bytes() for p in up.layout.certs.rglob("*.*")}
    ports = dict(up.state.ports)
    assert up.down() == 0
    again = TestStack(up.layout.name)
    again.up((), viewer=False)
    assert again.state.ports == ports
    assert {p: p.read_bytes() for p in again.layout.certs.rglob("*.*")} == certificates
    assert await consume(again, "token_vault", TOPIC) == [b"one"]
    assert await count_of(again) == 1
    assert again.env("identity")["NENKIN_BUS_EPOCH"] == "1"


def test_up_leaves_alone_what_runs(up):
    before = up.running()
    up.up((), viewer=False)
    assert up.running() == before


def test_stop_leaves_nothing_running(up):
    ports = up.state.ports
    assert listens(ports["kafka"])
    assert listens(ports["postgres"])
    assert up.down() == 0
    assert left(up) == []
    assert up.running() == {}
    assert not any(listens(port) for port in ports.values())
    assert up.down() == 0  # and may be said again


async def test_a_killed_broker_comes_back_with_its_records(up):
    await produce(up, UPSTREAM_REGISTER, TOPIC, [b"two"])
    kill(up, "kafka")
    assert [line.health for line in status.look(up)] == ["up", "stopped", "stopped"]
    up.up((), viewer=False)
    assert (await consume(up, "token_vault", TOPIC))[-1] == b"two"
    assert up.env("identity")["NENKIN_BUS_EPOCH"] == "1"


async def test_a_killed_database_server_comes_back_with_its_rows(up):
    async with up.database_server.connect("identity_migrate", database="identity") as connection:
        await connection.execute("insert into migrations.kept values (2)")
    kill(up, "postgres")
    up.up((), viewer=False)
    assert await count_of(up) == 2


async def test_a_bus_made_anew_counts_its_epoch_up(up):
    up.down()
    shutil.rmtree(up.layout.kafka)
    up.up((), viewer=False)
    assert up.env("identity")["NENKIN_BUS_EPOCH"] == "2"


def test_processes_that_no_record_knows_are_found_and_ended(up):
    (up.layout.home / "state.json").unlink()
    again = TestStack(up.layout.name)
    assert again.running() == {}
    again.up((), viewer=False)
    assert set(again.running()) == {"kafka", "postgres"}
    assert again.down() == 0
    assert left(again) == []


def test_a_port_that_others_took_is_changed(up):
    taken = up.state.ports["kafka"]
    up.down()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", taken))
        other.listen()
        up.up((), viewer=False)
        assert up.state.ports["kafka"] != taken
        assert up.env("identity")["NENKIN_KAFKA_BOOTSTRAP"] == up.bootstrap


def test_a_step_that_fails_stops_what_was_started(own, monkeypatch):
    own.down()

    def fail(*_args):
        raise StackError("no topics today")

    monkeypatch.setattr("deploy.local.bus.make_topics", fail)
    with pytest.raises(StackError, match="no topics today"):
        own.up((), viewer=False)
    assert own.running() == {}
    assert left(own) == []


def _heed_interrupts():
    """As at a terminal: a shell starts what runs in the background with SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_in_the_middle_leaves_nothing_running(own):
    own.down()
    command = [sys.executable, "-m", "deploy.local", "--name", own.layout.name]
    with subprocess.Popen(
        [*command, "stack-only", "--no-viewer"], cwd=PROJECT, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_heed_interrupts,
    ) as child:  # fmt: skip
        deadline = time.monotonic() + 60
        while not left(own) and time.monotonic() < deadline:
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        said, _ = child.communicate(timeout=60)
    assert child.returncode == 130, said
    assert "interrupted" in said
    assert left(own) == []
    own.up((), viewer=False)


def test_status_for_people_and_for_programs(up):
    def ask(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "deploy.local", "--name", up.layout.name, *arguments],
            cwd=PROJECT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    shown = ask("status")
    assert shown.returncode == 3  # the viewer does not run here
    assert [line.split()[0] for line in shown.stdout.splitlines()] == [
        "process", "postgres", "kafka", "zipkin",
    ]  # fmt: skip
    lines = {line["name"]: line for line in json.loads(ask("status", "--json").stdout)}
    assert lines["kafka"]["pid"] == up.state.running("kafka").pid
    assert lines["kafka"]["memory_mb"] > 50
    assert lines["zipkin"]["health"] == "stopped"
    variables = ask("env", "identity").stdout
    assert f"export NENKIN_KAFKA_BOOTSTRAP=localhost:{up.state.ports['kafka']}" in variables
    assert ask("logs", "kafka").stdout.startswith("==> kafka <==")


def test_two_stacks_side_by_side(stack, up):
    assert {*stack.state.ports.values()}.isdisjoint(up.state.ports.values())
    assert stack.running().keys() == up.running().keys()


def test_what_a_killed_test_run_left_is_removed(tmp_path: Path):
    # Process ids end below this. In a folder of its own: whoever else begins a run tidies up too.
    abandoned = TestStack(f"test-{2**22 + 1}", local=tmp_path)
    abandoned.layout.home.mkdir(parents=True)
    sleeper = processes.spawn(
        ["sleep", "60"], stack=abandoned.layout.home, log=abandoned.layout.log("x"),
        environment={"PATH": os.environ["PATH"]}, folder=abandoned.layout.home,
    )  # fmt: skip
    remove_abandoned(tmp_path)
    assert not sleeper.alive()
    assert not abandoned.layout.home.exists()


def test_destroy_leaves_no_trace(up):  # the last one: it ends the module's stack
    home = up.layout.home
    up.destroy()
    assert left(up) == []
    assert not home.exists()
