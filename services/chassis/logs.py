"""Logs as JSON lines with the trace id.

A line has a constant message and allow-listed fields. Of an exception only the type and the places
in the code are written, never its text: database errors quote values.
"""

import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType

from services.chassis import telemetry

FIELDS = frozenset(
    {
        "attempt",
        "code",
        "count",
        "event_type",
        "expected",
        "group",
        "instance",
        "letters",
        "limit",
        "lost",
        "migration",
        "name",
        "offset",
        "port",
        "reason",
        "route",
        "seconds",
        "shard",
        "source",
        "state",
        "status",
        "task",
        "topic",
        "url",
        "version",
    }
)
"""What a line may carry beside its message: ``log.info("…", extra={"data": {...}})``."""

_OURS = ("services", "contracts", "deploy")
_VALUES_BEGIN = re.compile(r"[<({\['\"\n]")


class JsonFormatter(logging.Formatter):
    """One line of JSON a record."""

    def __init__(self, service: str, instance: str) -> None:
        super().__init__()
        self._base = {"service": service, "instance": instance}

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            **self._base,
            "logger": record.name,
            # A library's message is a template and values: only the template is certain to bear
            # no data. Ours are constant and have no values.
            "message": str(record.msg) if record.name.startswith(_OURS) else _template(record),
        }
        if trace_id := telemetry.current_trace_id():
            line["trace_id"] = trace_id
        data = getattr(record, "data", None)
        if isinstance(data, dict):
            line.update({k: v for k, v in data.items() if k in FIELDS})
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["at"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _template(record: logging.LogRecord) -> str:
    message = str(record.msg)
    if record.name == "asyncio":  # finished messages, with the representations of everything
        return "asyncio: " + _VALUES_BEGIN.split(message, maxsplit=1)[0].strip()[:300]
    if record.name == "py.warnings":  # "path:line: Category: text\n  code"
        return ": ".join(message.split(": ", 2)[:2])[:300]
    return message.split("\n", 1)[0][:300]


def _places(tb: TracebackType | None) -> list[str]:
    return [f"{frame.name} {frame.filename.rsplit('/', 2)[-1]}:{frame.lineno}"
            for frame in traceback.extract_tb(tb)[-6:]]  # fmt: skip


def configure(service: str, instance: str, level: str) -> None:
    """Send all logs to standard output as JSON."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(service, instance))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    # Whatever else would write to standard error does so with texts and values.
    logging.captureWarnings(True)
    sys.excepthook = _unexpected
    threading.excepthook = lambda a: _unexpected(a.exc_type, a.exc_value, a.exc_traceback)
    sys.unraisablehook = lambda a: _unexpected(a.exc_type, a.exc_value, a.exc_traceback)


def _unexpected(
    kind: type[BaseException], error: BaseException | None, places: TracebackType | None
) -> None:
    info = (kind, error or kind(), places)
    logging.getLogger(__name__).critical("an error that nobody expected", exc_info=info)
