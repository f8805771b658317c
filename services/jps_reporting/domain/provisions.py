"""What may be given to whom under which clause (C24): a fixed table; anything else is refused."""

from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.events import ReportItemKind


class ProvidedItem(StrEnum):
    """Items about a person that a report can hold."""

    INDIVIDUAL_NUMBER = "individual_number"
    BASIC_PENSION_NUMBER = "basic_pension_number"
    NAME = "name"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    OCCURRED_ON = "occurred_on"
    REASON = "reason"
    CATEGORY = "category"
    ACCEPTED_ON = "accepted_on"
    FROM_MONTH = "from_month"
    PENSION_CODE = "pension_code"
    CLAIMANT_RELATIONSHIP = "claimant_relationship"


class NotProvidable(Exception):
    """The table does not allow this item, or this kind of report, to be given."""

    code: ClassVar[str] = "JR-1103"


class Provision(BaseModel):
    """One row of ``parameters/provisions.toml``: what a kind of report may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: Annotated[tuple[ReportItemKind, ...], Field(min_length=1)]
    article: str
    items: Annotated[tuple[ProvidedItem, ...], Field(min_length=1)]


class ProvisionTable(BaseModel):
    """The receiver, the clause, and the items by kind of report. A kind has one row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipient: str
    clause: str
    provision: tuple[Provision, ...]

    @model_validator(mode="after")
    def _one_row_a_kind(self) -> Self:
        kinds = [kind for row in self.provision for kind in row.kinds]
        if len(kinds) != len(set(kinds)):
            raise ValueError("a kind of report has two rows")
        return self

    def row(self, kind: ReportItemKind) -> Provision:
        """The row for ``kind``. Raises `NotProvidable` where there is none."""
        for row in self.provision:
            if kind in row.kinds:
                return row
        raise NotProvidable(f"no provision covers {kind}")

    def require(self, kind: ReportItemKind, items: frozenset[ProvidedItem]) -> None:
        """Raises `NotProvidable` unless every one of ``items`` may be given for ``kind``."""
        foreign = items - set(self.row(kind).items)
        if foreign:
            raise NotProvidable(f"{kind} may not hold {', '.join(sorted(foreign))}")
