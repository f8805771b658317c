"""Logs and spans bear no personal data, whatever is thrown at them (promise 10)."""

import json
import logging

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
