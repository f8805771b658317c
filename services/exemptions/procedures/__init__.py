"""The procedures (手続) that exemptions takes in. Each declares what is its own (`procedure`)."""

from typing import Any, Final

from services.exemptions.procedure import Procedure
from services.exemptions.procedures.additional_premium import AdditionalPremium
from services.exemptions.procedures.applications import Applications
from services.exemptions.procedures.by_law import ByLaw
from services.exemptions.procedures.statements import Statements

ADDITIONAL_PREMIUM: Final = AdditionalPremium()
BY_LAW: Final = ByLaw()
APPLICATIONS: Final = Applications()
STATEMENTS: Final = Statements()
PROCEDURES: Final[tuple[Procedure[Any, Any], ...]] = (
    ADDITIONAL_PREMIUM,
    BY_LAW,
    APPLICATIONS,
    STATEMENTS,
)


def procedure_of(kind: str) -> Procedure[Any, Any]:
    """The procedure that a kind of entry belongs to."""
    return next(procedure for procedure in PROCEDURES if kind in procedure.labels)
