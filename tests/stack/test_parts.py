"""The parts of the stack that need no server: state, ports, locks, fetched files, status."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    GroupAuthorizationFailedError,
    NotCoordinatorError,
)

from contracts.topics import SERVICES, TOPICS, UPSTREAM
from deploy.local import artifacts, bus, kafka, ports, processes
from deploy.local.errors import Interrupted, StackError
from deploy.local.layout import PROJECT, Layout, State
from deploy.local.processes import Process, started_at
from deploy.local.progress import Progress
from deploy.local.status import Line, longest, table, totals, trouble

QUIET = Progress(quiet=True)


@pytest.fixture
def sleeper():
    with subprocess.Popen(["sleep", "60"]) as child:
        yield child
        child.kill()


def process_of(child: subprocess.Popen[bytes]) -> Process:
    started = started_at(child.pid)
    assert started is not None
    return Process(child.pid, started)


def test_a_stale_record_is_not_somebody_elses_process(tmp_path, sleeper):
    state = State(tmp_path / "state.json")
    state.remember("kafka", process_of(sleeper))
    state.remember("postgres", Process(sleeper.pid, 1))  # an earlier process with that id
    again = State(tmp_path / "state.json")
    assert again.running("kafka")
    assert again.running("postgres") is None
    again.processes["postgres"].send(signal.SIGKILL)
    assert sleeper.poll() is None


def test_an_ended_process_is_not_alive(sleeper):
    process = process_of(sleeper)
    assert process.alive()
    assert processes.stop(process, signal.SIGTERM, grace=5)
    assert not process.alive()


def test_a_process_that_will_not_stop_is_killed(tmp_path):
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    process = processes.spawn(
        [sys.executable, "-c", code],
        stack=tmp_path,
        log=tmp_path / "log",
        environment={},
        folder=tmp_path,
    )
    time.sleep(0.3)
    assert [*processes.marked(tmp_path)] == [process]
    assert not processes.stop(process, signal.SIGTERM, grace=0.2)
    assert not process.alive()
    assert not processes.marked(tmp_path)


@pytest.mark.parametrize("text", ["", "{", '{"ports": {}'])
def test_a_broken_state_file_is_no_state(tmp_path, text):
    (tmp_path / "state.json").write_text(text)
    assert State(tmp_path / "state.json").processes == {}


@pytest.mark.parametrize("name", ["", "cache", "../x", "Main", "a b", "-x"])
def test_names_of_stacks(tmp_path, name):
    with pytest.raises(StackError, match="not a name"):
        Layout(tmp_path, name)


def test_a_stack_keeps_its_ports_unless_others_took_them():
    first = ports.choose(["a", "b"], {}, [], preferred=False)
    assert len(set(first.values())) == 2
    assert ports.choose(["a", "b"], first, [], preferred=False) == first
    with socket.socket() as other:
        other.bind(("127.0.0.1", first["a"]))
        other.listen()
        second = ports.choose(["a", "b"], first, [], preferred=False)
        assert second["a"] != first["a"]
        assert second["b"] == first["b"]
        # It is our own process that listens there.
        assert ports.choose(["a", "b"], first, ["a"], preferred=False) == first


def test_two_stacks_that_start_at_once_draw_other_ports(tmp_path):
    first, second = Layout(tmp_path, "first"), Layout(tmp_path, "second")
    with first.choosing_ports() as promised:
        assert promised == frozenset()
        State(first.home / "state.json").set_ports({"a": 20_001})
    with second.choosing_ports() as promised:
        assert promised == {20_001}
        # Nobody listens there yet.
        chosen = ports.choose(["a"], {"a": 20_001}, [], preferred=False, promised=promised)
        assert chosen["a"] != 20_001
    with first.choosing_ports() as promised:
        assert promised == frozenset()


def test_one_command_at_a_time(tmp_path):
    layout, order = Layout(tmp_path, "main"), []

    def second() -> None:
        with layout.lock(QUIET):
            order.append("second")

    with layout.lock(QUIET):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.2)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_a_wait_says_that_it_goes_on_and_ends(capsys, monkeypatch):
    monkeypatch.setattr("deploy.local.progress._SIGN_OF_LIFE_S", 0.1)
    with pytest.raises(StackError, match=r"the server: nothing after 0 s\. half way"):
        Progress().wait_until(
            "kafka", "the server", lambda: False, timeout=0.3, detail=lambda: "half way"
        )
    assert re.search(r"\d\.\ds  kafka +the server … 0 s half way", capsys.readouterr().out)


def test_a_broken_off_wait_ends_at_once():
    progress = Progress(quiet=True)
    threading.Timer(0.1, progress.cancel).start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        progress.wait_until("kafka", "x", lambda: False, timeout=60, every=30)
    assert time.monotonic() - began < 5


def test_a_command_that_fails_says_why(tmp_path):
    with pytest.raises(StackError, match=r"a try: ended with status 3\nno luck"):
        processes.run(
            [sys.executable, "-c", "print('no luck'); raise SystemExit(3)"],
            progress=QUIET,
            step="x",
            what="a try",
        )


def test_a_file_that_is_not_as_locked_is_refused(tmp_path):
    file = tmp_path / "a-1.jar"
    file.write_bytes(b"something else")
    locked = artifacts.Artifact("kafka", "g:a:1", "0" * 64)
    assert locked.file_name == file.name
    with pytest.raises(StackError, match="not as locked"):
        artifacts.check(file, locked)
    with pytest.raises(StackError, match="could not be fetched"):
        artifacts.check(tmp_path / "b-1.jar", locked)


def test_every_locked_file_has_a_hash():
    for part, count in {
        "kafka": 33,
        "zipkin": 1,
        "postgres-x86_64": 1,
        "postgres-aarch64": 1,
    }.items():
        found = artifacts.locked(part)
        assert len(found) == count
        assert all(re.fullmatch("[0-9a-f]{64}", artifact.sha256) for artifact in found)


LOCKS = [*PROJECT.glob("*.lock"), *(PROJECT / "deploy/local/locks").glob("*.lock")]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locks_name_no_host(lock: Path):
    assert "://" not in lock.read_text()
    assert "--index" not in lock.read_text()


def test_a_machine_without_the_binaries_is_told_so(tmp_path):
    assert artifacts.locked("postgres-vax") == []


# Access rules, as the contracts say


def test_grants_are_just_what_the_contracts_name():
    for topic in TOPICS.values():
        granted: dict[str, set[str]] = {g.operation: set() for g in bus.grants()}
        for grant in bus.grants():
            if grant.kind == "TOPIC" and grant.name == topic.name:
                granted[grant.operation].add(grant.principal)
        assert granted["WRITE"] == {*topic.producers}
        assert granted["READ"] == {*topic.consumers, *topic.readers}


def test_nobody_is_granted_more_than_reading_writing_and_describing():
    assert {g.operation for g in bus.grants()} == {"READ", "WRITE", "DESCRIBE"}
    assert {g.principal for g in bus.grants()} == {*SERVICES, *UPSTREAM, "operator"}
    assert {g.operation for g in bus.grants() if g.principal == "operator"} == {"DESCRIBE"}
    assert all(
        g.name == g.principal for g in bus.grants() if g.operation == "READ" and g.kind == "GROUP"
    )


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_no_record_outlives_its_retention(topic):
    configs = bus.retention(topic)
    longest = timedelta(milliseconds=int(configs["retention.ms"]) + int(configs["segment.ms"]))
    assert longest <= topic.retention
    assert configs["cleanup.policy"] == "delete"
    if topic.personal_data:
        assert longest <= timedelta(days=14)


# Status


def test_metrics_are_summed_over_their_labels():
    text = """
# HELP dead_letters_open Open dead letters
# TYPE dead_letters_open gauge
dead_letters_open{state="parked"} 2.0
dead_letters_open{state="waiting"} 3.0
outbox_rows 1.0
outbox_age_seconds 0.25
"""
    assert totals(text) == {
        "dead_letters_open": 5.0, "outbox_rows": 1.0, "outbox_age_seconds": 0.25,
    }  # fmt: skip


def test_what_is_wrong_is_said_in_words():
    text = """
bus_breaker_open{topic="inbound.residents"} 1.0
bus_breaker_open{topic="persons.events"} 0.0
bus_intake_stopped{topic="persons.events"} 1.0
dead_letters_open{code="CH-1007",state="parked"} 2.0
dead_letters_open{code="",state="waiting"} 3.0
audit_chain_broken{part="3"} 1.0
bus_freshness_seconds{topic="a"} 0.0
bus_freshness_seconds{topic="b"} 12.5
outbox_relaying 0.0
"""
    assert trouble(text) == (
        "breaker open: inbound.residents", "stopped by an error: persons.events",
        "refused: CH-1007", "audit records altered: 3", "does not send",
    )  # fmt: skip
    assert longest(text) == 12.5
    assert (trouble(""), longest("")) == ((), None)


def test_the_table():
    lines = [
        Line("kafka", 123, 19092, "up", 240),
        Line(
            "identity",
            4567,
            20001,
            "ready",
            90,
            1200,
            3,
            0.52,
            7,
            61.5,
            ("breaker open: persons.events", "refused: ID-1001"),
        ),
        Line("audit", 4568, 20003, "ready", 90, 0, 0, 0, 0, 0.0),
        Line("claims", None, 20002, "stopped"),
    ]
    assert table(lines).splitlines() == [
        "process    pid   port  health   memory   lag     known  outbox  oldest  dead letters"
        "  trouble",
        "kafka      123  19092  up       240 MB",
        "identity  4567  20001  ready     90 MB  1200  62 s ago       3   0.5 s             7"
        "  breaker open: persons.events; refused: ID-1001",
        "audit     4568  20003  ready     90 MB     0       now       0   0.0 s             0",
        "claims          20002  stopped",
    ]


def test_status_knows_no_stack(tmp_path, capsys):
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local", "--name", "none", "status"],
        cwd=PROJECT, capture_output=True, text=True,
        env={**os.environ, "NENKIN_LOCAL": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 3
    assert "stopped" in done.stdout


@given(st.binary(min_size=16, max_size=16))
@example(b"\xf8" + bytes(15))  # "-A…": what the storage tool takes for an option
def test_a_cluster_id_is_never_taken_for_an_option(drawn):
    written = kafka.cluster_id(uuid.UUID(bytes=drawn))
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", written)


def test_the_tests_of_a_group_stay_on_one_worker(request):
    """xdist does not complain when it cannot tell groups: it spreads their tests."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert request.node.nodeid.endswith("@tests/stack/test_parts.py")


@pytest.mark.parametrize(
    "not_yet",
    [CoordinatorNotAvailableError, CoordinatorLoadInProgressError, NotCoordinatorError],
)
def test_a_broker_that_does_not_coordinate_a_group_yet_is_asked_again(monkeypatch, not_yet):
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    answers = iter([not_yet, not_yet, None])

    def ask():
        if error := next(answers):
            raise error
        return "known"

    assert bus.once_coordinated(ask) == "known"
    answers = iter([not_yet])
    with pytest.raises(StackError, match="does not coordinate"):
        bus.once_coordinated(ask, timeout=-1)


def test_another_answer_about_groups_is_not_asked_for_again():
    asked = []

    def ask():
        asked.append(1)
        raise GroupAuthorizationFailedError

    with pytest.raises(GroupAuthorizationFailedError):
        bus.once_coordinated(ask)
    assert asked == [1]
