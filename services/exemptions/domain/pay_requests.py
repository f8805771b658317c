"""Requests to pay although exempt (納付の申出), as they are kept, for the rules."""

from services.exemptions.domain.facts import PayRequested
from services.exemptions.domain.paid_all_the_same import Months, PayRequest


def pay_request(requested: PayRequested) -> PayRequest:
    """A request as `paid_all_the_same` has it."""
    months = (Months(requested.first, requested.last),) if requested.first else ()
    return PayRequest(requested.on, months, changes=requested.changes)
