"""What the service keeps in memory: its forms, and the figures of the law."""

from dataclasses import dataclass

from contracts.forms import Forms
from services.chassis.service import Service
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.parameters import ByLaw


@dataclass(frozen=True, slots=True)
class State:
    """Read from files once, when the service is built."""

    forms: Forms
    figures: Parameters
    """Of exemption by application."""
    by_law: ByLaw
    """Of exemption by law and notice."""


def state_of(service: Service) -> State:
    """The state of a service that `build` built."""
    state: State = service.state
    return state
