"""What the tests of the rules have in common: figures, worked cases, days as people write them."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from contracts.dates import UncertainDate
from contracts.eras import parse_date
from contracts.months import Month
from services.exemptions.domain.parameters import ByLaw
from services.exemptions.domain.spells import Found
from services.exemptions.files import read_by_law

VECTORS: dict[str, dict[str, Any]] = {
    vector["id"]: vector
    for vector in json.loads(Path(__file__).with_name("vectors_by_law.json").read_text())["vectors"]
}
"""Worked cases of the law: input, expected, basis."""


@cache
def figures() -> ByLaw:
    """The figures of the law as the files hold them."""
    return read_by_law()


def d(text: str) -> date:
    """A day."""
    return date.fromisoformat(text)


def u(text: str) -> UncertainDate:
    """A day that may be known only in part."""
    return UncertainDate.model_validate(parse_date(text))


def m(text: str) -> Month:
    """A month."""
    return Month.parse(text)


def runs(found: Found) -> list[tuple[str, str | None]]:
    """First and last months."""
    return [(str(s.first), None if s.last is None else str(s.last)) for s in found.spells]


def codes(found: Found) -> list[str]:
    """What has to be looked at."""
    return [review.code for review in found.reviews]
