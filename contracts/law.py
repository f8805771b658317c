"""Figures of the law by date, and how certain their sources are: the form alone, no figure.

A service keeps its figures (ages, thresholds, amounts) in files beside its code and reads them as
`Parameter`. Each value has the day from which it holds, its source, and how certain that is. A day
for which there is no value is an error, never the nearest value: see `NoValue`.
"""

import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contracts.codes import Code

V = TypeVar("V")
M = TypeVar("M", bound=BaseModel)


class Certainty(Code):
    """How well the source of a rule or a value is known."""

    VERIFIED = "V", "条文で確認"
    OFFICIAL_PAGE = "V-page", "公的な案内で確認"
    COMPUTED = "C", "条文から計算"
    SECONDARY = "2nd", "二次資料による"
    UNVERIFIED = "unverified", "未確認"

    @property
    def needs_check(self) -> bool:
        """Whether staff are told to check before they rely on it."""
        return self in (Certainty.SECONDARY, Certainty.UNVERIFIED)


class NoValue(LookupError):
    """A parameter has no value for the day that a rule asks about."""

    code: ClassVar[str] = "CT-0801"


class BadFile(Exception):
    """A data file does not hold what it should; the message names the file and the place."""


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DatedValue(_Declared, Generic[V]):
    """One value, from ``valid_from`` until the next one begins."""

    valid_from: date
    value: V
    certainty: Certainty
    source: Annotated[str, Field(min_length=1)]
    note: str | None = None
    """What staff are told where it has to be checked."""

    @property
    def doubt(self) -> Certainty | None:
        """The certainty where it is one that has to be checked: conclusions carry it on."""
        return self.certainty if self.certainty.needs_check else None


class Parameter(_Declared, Generic[V]):
    """One figure of the law through time."""

    title: str
    article: str
    unit: str
    last_checked: date
    values: Annotated[tuple[DatedValue[V], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if any(a.valid_from >= b.valid_from for a, b in pairwise(self.values)):
            raise ValueError("values are listed in the order of their days")
        return self

    def on(self, day: date) -> DatedValue[V]:
        """The value that holds on ``day``. Raises `NoValue`."""
        for dated in reversed(self.values):
            if dated.valid_from <= day:
                return dated
        raise NoValue(f"{self.title}: no value on {day}")


def read_figures(model: type[M], folder: Path) -> M:
    """A service's figures from every ``*.toml`` of a folder. Raises `BadFile`."""
    tables: dict[str, Any] = {}
    for file in sorted(folder.glob("*.toml")):
        try:
            found = tomllib.loads(file.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise BadFile(f"{file.name}: {error}") from error
        if twice := tables.keys() & found.keys():
            raise BadFile(f"{file.name}: {min(twice)} is in another file already")
        tables |= found
    try:
        return model.model_validate(tables)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadFile(f"{folder.name}: {place}: {first['msg']}") from error
