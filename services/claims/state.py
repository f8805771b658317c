"""What claims reads from its own files when it is built."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from contracts.forms import Forms, read_forms
from services.chassis.service import Service
from services.claims.domain.order import ClaimantOrder
from services.claims.parameters import claimant_order

_FORMS = Path(__file__).parent / "forms"


@dataclass(frozen=True, slots=True)
class State:
    """Forms and parameters."""

    forms: Forms
    order: ClaimantOrder


def read_state() -> State:
    """Read forms and parameters. Raises where a file does not declare what it should."""
    return State(read_forms(_FORMS), claimant_order())


def state_of(service: Service) -> State:
    """The service's forms and parameters."""
    return cast(State, service.state)
