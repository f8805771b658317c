"""The page that shows every door, made from a survey of a running stack."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from contracts.topics import SERVICES, TOPICS
from deploy.doors.survey import OnTheBus, Survey

PAGE = Path(__file__).with_name("README.md")
_HEAD = """# Every door

Made by `python -m deploy.doors --write` from a running stack: what stands here was found open by
trying it or by asking the server. `python -m deploy.doors` tries the doors of any stack and tells
which are not as declared; it writes nothing to the bus and no row. `tests/doors/` does so at each
run, and compares this page. What is not in these tables is refused. Nobody is let in without a
certificate, nor with one of another authority. [ASVS.md](ASVS.md) lists what else is held to.
"""


def render(found: Survey) -> str:
    """The page as Markdown."""
    return "\n".join((_HEAD, *_bus(found), *_databases(found), *_operations(found)))


def _bus(found: Survey) -> Iterator[str]:
    yield "## The bus\n"
    yield (
        "W: writes, R: reads. Declared in `contracts/topics.py`. Tried with each of"
        f" {len(found.certificates)} certificates on each topic, on one that does not exist and on"
        " each service's consumer group.\n"
    )
    yield from _table(
        ("certificate", *(f"`{topic}`" for topic in TOPICS), "group", "administers"),
        (
            (name, *(_letters(rights, topic) for topic in TOPICS), _groups(rights),
             "yes" if rights.administers else "")
            for name, rights in found.bus.items() if rights and rights != OnTheBus()
        ),
    )  # fmt: skip
    nothing = [name for name, rights in found.bus.items() if rights == OnTheBus()]
    outside = [name for name, rights in found.bus.items() if rights is None]
    yield f"Let in, and may do nothing: {', '.join(nothing)}. (`operator` sees offsets alone.)"
    yield f"Not let in: {', '.join(outside)}.\n"


def _letters(rights: OnTheBus, topic: str) -> str:
    return ("W" if topic in rights.writes else "") + ("R" if topic in rights.reads else "")


def _groups(rights: OnTheBus) -> str:
    if len(rights.groups) > 1:
        return "all"
    return ", ".join(sorted(rights.groups))


def _databases(found: Survey) -> Iterator[str]:
    yield "## The databases\n"
    yield (
        "Who logs in as whom, of every certificate as every role, and of every role in every"
        " database. A service runs as the first and migrates as the second; the second owns all"
        " tables, and no process that runs has its certificate.\n"
    )
    by_database = groupby(
        sorted(found.entries, key=lambda e: (e.database, e.role)), lambda e: e.database
    )
    yield from _table(
        ("database", "certificate → role"),
        (
            (database, ", ".join(f"{e.certificate} → {e.role}" for e in entries))
            for database, entries in by_database
        ),
    )
    yield "What the role that runs may do to each table, as the server says. No other may do any.\n"
    for database in SERVICES:
        yield f"### {database}\n"
        tables = sorted({right.table for right in found.rights[database]})
        yield from _table(("table", "rights"), ((t, _verbs(found, database, t)) for t in tables))


def _verbs(found: Survey, database: str, table: str) -> str:
    verbs = []
    for right in sorted(found.rights[database]):
        if right.role == database and right.table == table:
            columns = f" ({', '.join(right.columns)})" if right.columns else ""
            verbs.append(f"{right.verb}{columns}")
    return ", ".join(verbs)


def _operations(found: Survey) -> Iterator[str]:
    yield "## The services\n"
    yield (
        "Who gets through to each operation, of every certificate. A *function* is what the staff"
        " member must hold whom the gateway vouches for: tried with each function alone, and"
        " without. What staff reach through the gateway is in its"
        " [README](../../services/gateway/README.md#routes).\n"
    )
    for service in SERVICES:
        yield f"### {service}\n"
        rows = []
        for operation, passed in found.operations.items():
            if operation.service == service:
                functions = ", ".join(
                    sorted(f"{f.value} {f.label}" for f in passed.functions or ())
                )
                peers = ", ".join(sorted(passed.peers))
                rows.append((f"`{operation.method} {operation.path}`", peers, functions))
        yield from _table(("operation", "certificate", "function"), rows)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    columns = list(head)
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
