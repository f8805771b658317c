"""qualification's own objects, reachable from its API and commands."""

from dataclasses import dataclass

from contracts.forms import Forms
from services.chassis.service import Service
from services.qualification.domain.parameters import Parameters


@dataclass(frozen=True, slots=True)
class State:
    """What the service reads once."""

    parameters: Parameters
    forms: Forms

    def title(self, kind: str) -> str:
        """What the newest form of a kind is called; the kind itself where there is none."""
        titles = [form.title for form in self.forms if form.kind == kind]
        return titles[-1] if titles else kind


def state_of(service: Service) -> State:
    """The state of this service."""
    if not isinstance(service.state, State):
        raise TypeError("this is not qualification")
    return service.state
