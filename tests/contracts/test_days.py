"""Days and moments from outside: as RFC 3339 writes them, not as pydantic guesses them."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from contracts.days import Day, Moment
from contracts.events import REGISTRY
from contracts.forms import Form, Submission

DAY: TypeAdapter[date] = TypeAdapter(Day)
MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
TYPES: list[type[BaseModel]] = [*REGISTRY.values(), Form, Submission]


def readings(adapter: TypeAdapter[Any], value: Any) -> Iterator[Any]:
    """The three ways in: a bus event, a request body, a body read strictly."""
    written = json.dumps(value)
    for read in (
        lambda: adapter.validate_json(written),
        lambda: adapter.validate_python(value),
        lambda: adapter.validate_json(written, strict=True),
    ):
        try:
            yield read()
        except ValidationError as error:
            yield error.errors()[0]["type"]


@given(st.dates())
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert list(readings(DAY, day.isoformat())) == [day] * 3
    assert DAY.dump_json(day) == json.dumps(day.isoformat()).encode()
    assert DAY.validate_python(day) == day


@given(
    st.datetimes(
        datetime(1, 1, 3),  # noqa: DTZ001  hypothesis adds the zone
        datetime(9999, 12, 29),  # noqa: DTZ001  the same
        timezones=st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m))),
    )
)
def test_a_moment_is_read_as_it_is_written(moment: datetime) -> None:
    assert list(readings(MOMENT, moment.isoformat())) == [moment] * 3
    assert MOMENT.validate_json(MOMENT.dump_json(moment)) == moment
    assert moment.astimezone(UTC) == MOMENT.validate_python(moment)


@pytest.mark.parametrize(
    "value",
    [
        0, "0", "1759276800", 1759276800, 1.5, -1, True, "", " 2026-10-01", "2026-10-01 ",
        "2026-10-01\n", "20261001", "2026-W40-4", "2026-10-1", "２０２６-10-01", "+2026-10-01",
        "2026-10-01T00:00:00", "2026-10-01T00:00:00Z", "0000-01-01", "2026-02-29", "令和8年10月1日",
        ["2026-10-01"], {},
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(value: Any) -> None:
    assert list(readings(DAY, value)) == ["date_parsing"] * 3


@pytest.mark.parametrize(
    "value",
    [
        0, "0", "20261001", 1759276800, 1.5, True, "", "2026-10-01", "2026-10-01T00:00:00",
        "2026-10-01 00:00:00Z", "2026-10-01T00:00:00+0900", "2026-10-01T24:00:00Z",
        "2026-10-01T00:00:60Z", "2026-10-01T00:00:00+25:00", "2026-10-01T00:00:00Z\n",
        "0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00",
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused(value: Any) -> None:
    assert list(readings(MOMENT, value)) == ["datetime_parsing"] * 3


def unguarded(annotation: Any, metadata: Any = ()) -> Iterator[Any]:
    """The dates in a type that are pydantic's own, down to the models in it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            for found in unguarded(field.annotation, field.metadata):
                yield f"{annotation.__name__}.{name}: {found}"
    elif annotation in (date, datetime):
        if not any(type(each).__module__ == get_args(Day)[1].__module__ for each in metadata):
            yield annotation.__name__
    elif hasattr(annotation, "__metadata__"):
        yield from unguarded(annotation.__origin__, annotation.__metadata__)
    else:
        for part in get_args(annotation):
            yield from unguarded(part, metadata)


@pytest.mark.parametrize("model", TYPES, ids=lambda model: model.__name__)
def test_no_event_and_no_form_reads_dates_as_pydantic_does(model: type[BaseModel]) -> None:
    assert list(unguarded(model)) == []
