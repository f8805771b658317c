"""A day and a moment as they are written in JSON: RFC 3339, and nothing that merely looks like one.

pydantic's own ``date`` and ``AwareDatetime`` take numbers too, so ``"0"`` and ``0`` are the first
day of 1970, and a sender's empty field turns into somebody's birthday. Whatever is read from
outside (events, forms, requests) has these types instead.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_MOMENT: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
_EARLIEST: Final = datetime(1, 1, 2, tzinfo=UTC)
_LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)


class _Written:
    """Has a text match a pattern before it is read; Python's own values pass as they are."""

    def __init__(
        self, pattern: str, read: Callable[[str], Any], value: CoreSchema, error: str, name: str
    ) -> None:
        self._error, self._name = error, name
        text = core_schema.str_schema(pattern=pattern)
        # The value's own schema comes last: it knows how to write it, too.
        self._text = core_schema.chain_schema(
            [core_schema.no_info_after_validator_function(read, text), value]
        )
        self._either = core_schema.union_schema([value, self._text], mode="left_to_right")

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.json_or_python_schema(
            json_schema=self._named(self._text), python_schema=self._named(self._either)
        )

    def _named(self, schema: CoreSchema) -> CoreSchema:
        """One error for whatever is wrong, under pydantic's own name for it."""
        says = {"error": "not as in RFC 3339"}
        return core_schema.custom_error_schema(
            schema, custom_error_type=self._error, custom_error_context=says
        )

    def __get_pydantic_json_schema__(
        self, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "format": self._name}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.upper())


Day = Annotated[
    date,
    _Written(
        _DAY, date.fromisoformat, core_schema.date_schema(strict=True), "date_parsing", "date"
    ),
]
"""A day, written ``YYYY-MM-DD``."""

Moment = Annotated[
    AwareDatetime,
    _Written(
        _MOMENT,
        _moment,
        core_schema.datetime_schema(tz_constraint="aware", ge=_EARLIEST, lt=_LATEST, strict=True),
        "datetime_parsing",
        "date-time",
    ),
]
"""A moment with its offset, written as in RFC 3339. The calendar's first and last day have none: a
moment there is in no year at all in some time zones."""
