"""The tables that a municipality can look at and change: purposes and kanji variants, as TOML."""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.events import LinkageItem, LinkagePurpose
from contracts.topics import LINKAGE_REQUESTS
from services.identity.domain.purposes import Purpose, PurposeTable

_HERE = Path(__file__).parent
PURPOSES = _HERE / "purposes"
VARIANTS = _HERE / "variants.toml"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Entry(_Table):
    asker: str
    items: Annotated[frozenset[LinkageItem], Field(min_length=1)]
    article: Annotated[str, Field(min_length=1)]
    valid_from: date
    valid_to: date | None = None

    @model_validator(mode="after")
    def _holds(self) -> "_Entry":
        if self.asker not in LINKAGE_REQUESTS.producers:
            raise ValueError(f"{self.asker} cannot ask on {LINKAGE_REQUESTS.name}")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("the entry ends before it begins")
        return self


class _PurposeFile(_Table):
    purpose: LinkagePurpose
    label: Annotated[str, Field(min_length=1)]
    entry: Annotated[tuple[_Entry, ...], Field(min_length=1)]


class _VariantFile(_Table):
    variants: dict[str, str]


def read_purposes(folder: Path = PURPOSES) -> PurposeTable:
    """The purpose table. Raises ``ValueError`` for what is no purpose file, or contradicts."""
    return PurposeTable(_purposes(folder))


def _purposes(folder: Path) -> Iterator[Purpose]:
    for path in sorted(folder.glob("*.toml")):
        file = _PurposeFile.model_validate(_read(path))
        for entry in file.entry:
            yield Purpose(
                purpose=file.purpose,
                asker=entry.asker,
                items=entry.items,
                article=entry.article,
                valid_from=entry.valid_from,
                valid_to=entry.valid_to,
            )


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
