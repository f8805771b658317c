"""The tables that a municipality can look at and change, as TOML: purposes, kanji variants, layouts
of files."""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.events import REGISTRY, FactItem, FactPurpose, LinkageItem, LinkagePurpose, Whose
from contracts.events.feeds import FeedRecord
from contracts.events.measures import SupportMeasureRecorded
from contracts.topics import LINKAGE_REQUESTS
from services.identity.domain.fact_purposes import FactEntry, FactPurposeTable
from services.identity.domain.feed_rows import Layout
from services.identity.domain.measures import Rule, Rules
from services.identity.domain.purposes import Purpose, PurposeTable

_HERE = Path(__file__).parent
PURPOSES = _HERE / "purposes"
VARIANTS = _HERE / "variants.toml"
LAYOUTS = _HERE / "layouts"
MEASURES = _HERE / "measures.toml"
FEEDS = tuple(sorted(path.stem for path in LAYOUTS.glob("*.toml")))
"""The feeds whose files can be loaded."""
_FACT_PURPOSES = frozenset(purpose.value for purpose in FactPurpose)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Dated(_Table):
    asker: str
    article: Annotated[str, Field(min_length=1)]
    valid_from: date
    valid_to: date | None = None

    @model_validator(mode="after")
    def _holds(self) -> Self:
        if self.asker not in LINKAGE_REQUESTS.producers:
            raise ValueError(f"{self.asker} cannot ask on {LINKAGE_REQUESTS.name}")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("the entry ends before it begins")
        return self


class _Entry(_Dated):
    items: Annotated[frozenset[LinkageItem], Field(min_length=1)]


class _FactEntry(_Dated):
    items: Annotated[frozenset[FactItem], Field(min_length=1)]
    whose: Annotated[frozenset[Whose], Field(min_length=1)]
    household: Annotated[str, Field(min_length=1)] | None = None


class _FactPurposeFile(_Table):
    purpose: FactPurpose
    label: Annotated[str, Field(min_length=1)]
    entry: Annotated[tuple[_FactEntry, ...], Field(min_length=1)]


class _PurposeFile(_Table):
    purpose: LinkagePurpose
    label: Annotated[str, Field(min_length=1)]
    entry: Annotated[tuple[_Entry, ...], Field(min_length=1)]


class _LayoutFile(_Table):
    type: str
    label: Annotated[str, Field(min_length=1)]
    repeated: str | None = None
    columns: Annotated[dict[str, str], Field(min_length=1)]
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)


class _VariantFile(_Table):
    variants: dict[str, str]


class _MeasureRule(_Table):
    valid_from: date
    months: Annotated[int, Field(ge=1, le=120)]
    extension_window_months: Annotated[int, Field(ge=1, le=12)]
    article: Annotated[str, Field(min_length=1)]
    certainty: Literal["verified", "2nd", "unverified"]


class _MeasureFile(_Table):
    rules: Annotated[tuple[_MeasureRule, ...], Field(min_length=1)]


def read_measure_rules(path: Path = MEASURES) -> Rules:
    """How long support measures last. Raises ``ValueError`` for what is no such file."""
    file = _MeasureFile.model_validate(_read(path))
    return Rules(Rule(**rule.model_dump()) for rule in file.rules)


def read_purposes(folder: Path = PURPOSES) -> PurposeTable:
    """The purpose table. Raises ``ValueError`` for what is no purpose file, or contradicts."""
    return PurposeTable(_purposes(folder))


def _purposes(folder: Path) -> Iterator[Purpose]:
    for path in sorted(folder.glob("*.toml")):
        said = _read(path)
        if said.get("purpose") in _FACT_PURPOSES:
            continue
        file = _PurposeFile.model_validate(said)
        for entry in file.entry:
            yield Purpose(
                purpose=file.purpose,
                asker=entry.asker,
                items=entry.items,
                article=entry.article,
                valid_from=entry.valid_from,
                valid_to=entry.valid_to,
            )


def read_fact_purposes(folder: Path = PURPOSES) -> FactPurposeTable:
    """The purpose table for facts. Raises ``ValueError`` like `read_purposes`."""
    return FactPurposeTable(_fact_purposes(folder))


def _fact_purposes(folder: Path) -> Iterator[FactEntry]:
    for path in sorted(folder.glob("*.toml")):
        said = _read(path)
        if said.get("purpose") not in _FACT_PURPOSES:
            continue
        file = _FactPurposeFile.model_validate(said)
        for entry in file.entry:
            yield FactEntry(
                purpose=file.purpose,
                asker=entry.asker,
                whose=entry.whose,
                items=entry.items,
                article=entry.article,
                valid_from=entry.valid_from,
                valid_to=entry.valid_to,
                household=entry.household,
            )


def read_layout(feed: str, folder: Path = LAYOUTS) -> Layout:
    """How files of a feed look. Raises ``ValueError`` for what is no layout file."""
    file = _LayoutFile.model_validate(_read(folder / f"{feed}.toml"))
    model = REGISTRY.get(file.type)
    if model is None or not issubclass(model, FeedRecord | SupportMeasureRecorded):
        raise ValueError(f"{feed}: {file.type} is no feed's type")
    return Layout(feed, file.label, model, file.columns, file.codes, file.repeated)


def read_variants(path: Path = VARIANTS) -> dict[str, str]:
    """Each variant to the character that stands for it. Raises ``ValueError`` where one variant
    is given to two characters, or a character that stands for others is a variant itself."""
    table = _VariantFile.model_validate(_read(path)).variants
    variants: dict[str, str] = {}
    for plain, others in table.items():
        for variant in others:
            if len(plain) != 1 or variant in table or variant in variants:
                raise ValueError(f"{path.name}: {plain}: {variant} is given twice")
            variants[variant] = plain
    return variants


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)
