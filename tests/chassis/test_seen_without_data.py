"""Logs and spans bear no personal data, whatever is thrown at them (promise 10)."""

import json
import logging
import subprocess
import sys

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.chassis import telemetry
from services.chassis.logs import JsonFormatter
from services.chassis.telemetry import NotAllowed, Tracing
from tests.chassis.settings import SETTINGS

SECRET = "山田太郎 123456789018"


def logged(record: logging.LogRecord) -> dict[str, object]:
    line: dict[str, object] = json.loads(JsonFormatter("identity", "0").format(record))
    return line


def test_an_exceptions_text_and_unlisted_fields_stay_out_of_the_log() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("services.x", logging.ERROR, "f", 1, "constant", None, info)
    record.data = {"code": "ID-1", "name_of_person": SECRET}
    line = logged(record)
    assert SECRET not in json.dumps(line, ensure_ascii=False)
    assert (line["error"], line["code"], line["message"]) == ("ValueError", "ID-1", "constant")
    assert line["at"]


def test_a_librarys_values_stay_out_of_the_log() -> None:
    record = logging.LogRecord("asyncpg", logging.WARNING, "f", 1, "row %s", (SECRET,), None)
    assert logged(record)["message"] == "row %s"


@pytest.mark.parametrize(
    ("logger", "message", "shown"),
    [
        ("asyncio", f"Task exception was never retrieved\nfuture: <Task ValueError('{SECRET}')>",
         "asyncio: Task exception was never retrieved"),
        ("asyncio", f"Exception in callback Protocol.data_received('{SECRET}')",
         "asyncio: Exception in callback Protocol.data_received"),
        ("asyncio", f"Executing <Handle {SECRET}> took 0.3 seconds", "asyncio: Executing"),
        ("py.warnings", f"/a/b.py:7: UserWarning: unexpected value: {SECRET}\n  f('{SECRET}')",
         "/a/b.py:7: UserWarning"),
        ("anything", f"a first line\n{SECRET}", "a first line"),
    ],
)  # fmt: skip
def test_messages_that_come_finished_lose_their_values(
    logger: str, message: str, shown: str
) -> None:
    record = logging.LogRecord(logger, logging.ERROR, "f", 1, message, None, None)
    assert logged(record)["message"] == shown


ENDS_BADLY = f"""
import threading, warnings
from services.chassis import logs
logs.configure("identity", "0", "INFO")
warnings.warn("{SECRET}")
thread = threading.Thread(target=lambda: int("{SECRET}"))
thread.start(); thread.join()
class Bad:
    def __del__(self): raise ValueError("{SECRET}")
Bad()
raise ValueError("{SECRET}")
"""


def test_what_nobody_caught_is_logged_without_its_text() -> None:
    ended = subprocess.run([sys.executable, "-c", ENDS_BADLY], capture_output=True, text=True)
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [line.get("error") for line in lines] == [None, *["ValueError"] * 3]
    assert ended.stderr == ""
    assert SECRET not in ended.stdout
    assert ended.returncode == 1


def test_a_span_takes_listed_attributes_only() -> None:
    tracing = Tracing(SETTINGS)
    with pytest.raises(NotAllowed):
        tracing.start("x", attributes={"person.name": SECRET})


def test_what_slips_into_a_span_all_the_same_is_dropped_on_the_way_out() -> None:
    exporter = InMemorySpanExporter()
    tracing = Tracing(SETTINGS, telemetry.AllowListExporter(exporter))

    def fail_in_span() -> None:
        with tracing.span("x", attributes={"topic": "t"}) as span:
            span.set_attribute("person.name", SECRET)
            span.add_event("event", {"name": SECRET})
            raise ValueError(SECRET)

    with pytest.raises(ValueError, match=SECRET):
        fail_in_span()
    tracing.close()
    (seen,) = exporter.get_finished_spans()
    assert SECRET not in seen.to_json()
    assert dict(seen.attributes or {}) == {"topic": "t", "error.type": "ValueError"}


def test_only_sampled_traces_get_a_span() -> None:
    tracing = Tracing(SETTINGS)
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-"
    assert tracing.hop("h", trace + "00", {}) is None
    span = tracing.hop("h", trace + "01", {})
    assert span is not None
    following = telemetry.traceparent_of(span)
    assert following is not None
    assert following.split("-")[1] == trace.split("-")[1]
    span.end()
