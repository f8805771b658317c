"""What a month costs and what it comes to: part payment (90条の2第6項), the pension (27条)."""

from typing import Final

from contracts.months import Month
from services.exemptions.domain.application.kinds import LAWS
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.kinds import ExemptionKind as Kind

PAID_EIGHTHS: Final = 8
"""A paid month, in the eighths by which exempt ones are counted (27条)."""
FULL_MONTHS: Final = 480
"""Months of the full pension (27条)."""


def to_ten(numerator: int, denominator: int = 1) -> int:
    """An amount in yen rounded to 10 yen, 5 yen up (90条の2第6項, 令10条)."""
    return (numerator + 5 * denominator) // (10 * denominator) * 10


def to_yen(numerator: int, denominator: int) -> int:
    """An amount rounded to the yen, half up (17条1項)."""
    return (2 * numerator + denominator) // (2 * denominator)


def remainder(premium: int, kind: Kind) -> int:
    """What is left to pay of a month's ``premium`` (残余の額); 0 where all of it is exempt."""
    return to_ten(premium * (4 - LAWS[kind].exempt_quarters), 4)


def exempted(premium: int, kind: Kind) -> int:
    """What need not be paid of a month's ``premium``."""
    return premium - remainder(premium, kind)


def pension_of(eighths: int, fiscal_year: int, figures: Parameters) -> int:
    """Yearly old-age basic pension that months come to, in yen of ``fiscal_year``.

    ``eighths``: 8 for each paid month, less for exempt ones (`LAWS`). It is an estimate: months
    before April 2009 count otherwise, and the 480 months' ceiling is the caller's. Raises
    ``NoValue``.
    """
    full = figures.full_pension.of_year(fiscal_year).value
    return to_yen(full * eighths, FULL_MONTHS * PAID_EIGHTHS)


def premium_of(month: Month, figures: Parameters) -> int:
    """The ordinary premium of a month. Raises ``NoValue``."""
    return figures.premium.on(month).value
