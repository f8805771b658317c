"""After a day at work: no individual number is anywhere but, encrypted, in the vault.

First the search of a house that is clean, then the same search of the same house with a number put
into each of its places, in each form: a search that finds nothing must be one that can find.
"""

import asyncio
import http.server
import json
import signal
import ssl
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from contracts.sealing import PublicSealingKey, seal
from contracts.topics import SERVICES, UPSTREAM_REGISTER
from deploy.demo.console import Refused
from deploy.local import processes
from deploy.local.progress import Progress
from deploy.local.services import GATEWAY_PUBLIC, Services
from deploy.taint import places
from deploy.taint.__main__ import search_stack
from deploy.taint.memory import images
from deploy.taint.numbers import Listed
from deploy.taint.report import Report, look
from deploy.taint.search import Search
from tests.stack.access import tls
from tests.taint.planting import PLANTED, everything, full_width, grouped, written

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("day")]

ONLY_PLANTED = Listed.of([PLANTED])
EVERY_FORM = {hit.form for hit in Search(ONLY_PLANTED).scan(everything())}


@pytest.fixture(scope="module")
def known(played_day):
    """The numbers of everybody of the day."""
    everybody = (*played_day.city, *played_day.newcomers)
    return Listed.of([resident.number for resident in everybody] + [PLANTED])


@pytest.fixture(scope="module")
def looked_up(played_day):
    """Somebody's number, keyed in at the counter, sealed as in the browser, and looked up."""
    resident = played_day.city[0]
    with played_day.clerk as clerk:
        key = PublicSealingKey.model_validate(clerk.get("/sealing-key"))
        event_id = uuid4()
        sealed = seal(resident.number, key, sender="gateway", event_id=event_id)
        body = {"event_id": str(event_id), "sealed_number": sealed.model_dump(mode="json")}
        found = clerk.post("/persons/by-number", body)
    assert [p["name"]["kanji"] for p in found["persons"]] == [resident.record.name.kanji]
    return resident


def services_of(stack) -> dict[processes.Process, str]:
    marked = processes.marked(stack.layout.home)
    return {p: command for p, command in marked.items() if " -m services." in command}


def test_no_number_is_in_the_memory_of_any_service_but_the_vault(played_day, looked_up, known):
    running = services_of(played_day.house.stack)
    assert len(running) == len(SERVICES)
    report = look(images(running), known)
    assert report.places["memory"] == len(SERVICES) - 1
    assert report.bytes["memory"] > 100_000_000
    assert (report.findings, report.unsearched) == ([], [])


def test_no_number_is_in_any_file_row_log_trace_metric_page_or_answer(played_day, looked_up, known):
    mistype(played_day, looked_up.number)
    report = search_stack(played_day.house.stack, known)
    assert (report.findings, report.unsearched) == ([], [])
    for kind in ("bus", "database file", "row", "log", "metrics", "trace", "page", "file"):
        assert report.bytes[kind] > 10_000, kind
    assert report.places["process"] > 2 * len(SERVICES)
    answers = played_day.house.stack.layout.home / "answers"
    assert {file.suffix for file in answers.iterdir()} == {".json", ".zip"}


def mistype(day, number: str) -> None:
    """Staff put a number where it does not belong: it is not kept, not even as a mistake."""
    for wrong in (number, full_width(number), grouped(number, "-")):
        with day.clerk as clerk:
            for field in ("kana", "name", "birth_date", "addressee_number"):
                refused_or_not(clerk.post, "/persons/search", {field: wrong})
            refused_or_not(clerk.get, f"/persons/{wrong}")
            refused_or_not(clerk.get, "/items", state=wrong)
            refused_or_not(clerk.post, f"/notices/{wrong}/settle", {"x": wrong})
            refused_or_not(clerk.post, "/persons/by-number", {"number": wrong})
        at_the_door(day, wrong)


def at_the_door(day, wrong: str) -> None:
    authority = str(day.house.stack.layout.certs / "gateway" / "ca.pem")
    headers: dict[Any, Any] = {
        "User-Agent": wrong.encode(),
        "Referer": wrong.encode(),
        "X-Nenkin-Request": "1",
    }
    with httpx.Client(
        base_url=f"{day.house.gateway}/api",
        verify=ssl.create_default_context(cafile=authority),
        trust_env=False,
        headers=headers,
    ) as stranger:
        stranger.post("/session", json={"user_id": wrong, "password": wrong})
        stranger.get(f"/{wrong}", params={"q": wrong})


def refused_or_not(call, *args, **query) -> None:
    with suppress(Refused):
        call(*args, **query)


# The same search finds


@pytest.fixture(scope="module")
def planted(played_day, known) -> Iterator[Report]:
    """What the search finds after a number was put into every place."""
    stack = played_day.house.stack
    asyncio.run(_onto_the_bus(stack, None))
    asyncio.run(_onto_the_bus(stack, "gzip"))
    asyncio.run(_into_the_databases(stack))
    _into_the_viewer(stack)
    for log in (stack.layout.home / "logs").glob("*.log"):
        with log.open("ab") as file:
            file.write(b"\n" + everything() + b"\n")
    for folder in ("answers", "vault", "secrets", "certs/gateway", "kafka/data"):
        (stack.layout.home / folder / "left-behind.tmp").write_bytes(everything())
    (stack.layout.home / "answers" / f"{PLANTED}.json").write_bytes(b"")
    with _process(stack):
        yield search_stack(stack, ONLY_PLANTED)


def forms(report: Report, kind: str, part: str) -> set[str]:
    return {f.form for f in report.findings if f.kind == kind and part in f.place}


def test_the_search_finds_what_is_on_the_bus(planted):
    assert forms(planted, "bus", "kafka/data/inbound.residents-0/") == EVERY_FORM
    assert forms(planted, "bus, unpacked", "kafka/data/inbound.residents-1/") == EVERY_FORM


def test_the_search_finds_what_is_in_a_database(planted, played_day):
    async def folders() -> dict[str, str]:
        async with played_day.house.stack.database_server.superuser() as connection:
            found = await connection.fetch("select datname, oid from pg_database")
        return {row["datname"]: f"data/base/{row['oid']}/" for row in found}

    folder_of = asyncio.run(folders())
    for service in SERVICES:
        assert forms(planted, "database file", folder_of[service]) == EVERY_FORM, service
        # Whatever is compressed in the file, and as hexadecimal whatever is no text.
        assert "digits" in forms(planted, "row", f"{service}: planted.texts")
        assert "hex of digits" in forms(planted, "row", f"{service}: planted.bytes")
    assert forms(planted, "database file", "data/pg_wal/") == EVERY_FORM


def test_the_search_finds_what_is_in_logs_and_other_files(planted, played_day):
    for log in (played_day.house.stack.layout.home / "logs").glob("*.log"):
        assert forms(planted, "log", log.name) == EVERY_FORM, log.name
    for folder in ("answers", "vault", "secrets", "certs/gateway"):
        assert forms(planted, "file", f"{folder}/left-behind.tmp") == EVERY_FORM
    assert forms(planted, "bus", "kafka/data/left-behind.tmp") == EVERY_FORM
    assert forms(planted, "name", "answers") == {"digits"}


def test_the_search_finds_what_is_in_a_trace(planted):
    assert {"digits", "full width in UTF-8", "hex of digits", "Base64 of digits"} <= forms(
        planted, "trace", "zipkin"
    )


def test_the_search_finds_what_a_process_was_told_and_what_it_holds_open(planted):
    assert forms(planted, "process", "/cmdline") == {"digits"}
    assert forms(planted, "process", "/environ") == {"digits, with separators"}
    assert forms(planted, "process", "/fd/") == EVERY_FORM


def test_the_search_finds_what_is_in_memory(planted, played_day):
    marked = processes.marked(played_day.house.stack.layout.home)
    holder = {p: command for p, command in marked.items() if "MIRRORED" in command}
    assert len(holder) == 1
    assert forms(look(images(holder), ONLY_PLANTED), "memory", "python") == EVERY_FORM


def test_the_search_finds_what_is_in_metrics_and_pages(played_day):
    stack = played_day.house.stack
    with _stand_in(stack) as port:
        ports = {**dict.fromkeys(SERVICES, port), GATEWAY_PUBLIC: port}
        services = Services(stack.layout, ports, {}, Progress(quiet=True))
        report = look(places.answers(services), ONLY_PLANTED)
    for service in SERVICES:
        assert {"digits", "full width in UTF-8"} <= forms(report, "metrics", f"{service}/metrics")
    assert {"digits", "full width in UTF-8"} <= forms(report, "page", "/api/docs")


async def _onto_the_bus(stack, compression) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=stack.bootstrap,
        security_protocol="SSL",
        ssl_context=tls(stack.layout.certs, UPSTREAM_REGISTER),
        compression_type=compression,
    )
    async with producer:
        await producer.send_and_wait(
            "inbound.residents", everything(), partition=1 if compression else 0
        )


async def _into_the_databases(stack) -> None:
    for service in SERVICES:
        async with stack.database_server.superuser(service) as connection:
            await connection.execute("create schema planted")
            await connection.execute("create table planted.bytes (a bytea)")
            await connection.execute("create table planted.texts (a text)")
            await connection.executemany(
                "insert into planted.bytes values ($1)", [(form,) for form in written().values()]
            )
            long = "よくある文" * 5_000
            await connection.execute(
                "insert into planted.texts values ($1)", f"{long}{PLANTED}{long}"
            )


def _into_the_viewer(stack) -> None:
    forms_of_text = {}
    for name, form in written().items():
        try:
            forms_of_text[name.replace(" ", ".")] = form.decode()
        except UnicodeDecodeError:
            continue
    span = {
        "traceId": "00000000000000000000000000000001", "id": "0000000000000001", "name": "planted",
        "timestamp": 1_790_000_000_000_000, "duration": 1,
        "localEndpoint": {"serviceName": "planted"}, "tags": forms_of_text,
    }  # fmt: skip
    url = f"http://127.0.0.1:{stack.state.ports['zipkin']}/api/v2"
    request = urllib.request.Request(
        f"{url}/spans", json.dumps([span]).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request).close()
    while urllib.request.urlopen(f"{url}/services").read().find(b"planted") < 0:
        pass


_HOLDER = """
import os, tempfile, time
file = tempfile.TemporaryFile()
held = bytes.fromhex(os.environ["MIRRORED"])[::-1]
file.write(held)
file.flush()
print("ready", flush=True)
time.sleep(600)
"""


@contextmanager
def _process(stack) -> Iterator[None]:
    """A process of the stack that holds the number in its arguments, environment, memory and in a
    file without a name."""
    log = stack.layout.home / "planted-process"
    held = processes.spawn(
        [sys.executable, "-c", _HOLDER, PLANTED],
        stack=stack.layout.home,
        log=log,
        environment={"MIRRORED": everything()[::-1].hex(), "NUMBER": grouped(PLANTED, " ")},
        folder=stack.layout.home,
    )
    try:
        while b"ready" not in log.read_bytes():
            assert held.alive(), log.read_text()
        yield
    finally:
        held.send(signal.SIGKILL)


@contextmanager
def _stand_in(stack) -> Iterator[int]:
    """A server with a service's certificate whose every page tells the number."""

    class Telling(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"\n".join((PLANTED.encode(), full_width(PLANTED).encode())))

        def log_message(self, *_args):
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    folder = stack.layout.certs / "audit"
    context.load_cert_chain(folder / "audit.crt", folder / "audit.key")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Telling)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
