"""What a kind of notice is: the meaning that a form file does not have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.dates import UncertainDate
from contracts.events import TransitionKind, VoluntaryInsurance
from contracts.forms import FormError, Value
from services.qualification.domain.facts import Content
from services.qualification.domain.transitions import Transition


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice tells: the day of its fact (事実のあつた日), and the facts to be recorded.

    ``confirms``: what must follow from what the register told, on the day of the fact or on the
    day after; the notice adds nothing to it.
    ``wanted``: as what somebody applies to be insured.
    """

    occurred_on: date
    contents: tuple[Content, ...] = ()
    confirms: TransitionKind | None = None
    wanted: VoluntaryInsurance | None = None


def is_reportable(transition: Transition) -> bool:
    """What most notices bring about: something of category 1."""
    return transition.is_reportable


def nothing_is_wrong(_values: Mapping[str, Value], _accepted_on: date) -> list[FormError]:
    """The form's own checks are enough."""
    return []


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A kind of notice."""

    tells: Callable[[Mapping[str, Value], UUID, date], Told]
    """Values of the form, the notice's id, and the day it was accepted: what it tells."""
    due_by: str | None
    """The article that sets its 14 days; None: it is due by no day."""
    contradictions: Callable[[Mapping[str, Value], date], list[FormError]] = nothing_is_wrong
    """What of the values cannot be, given the day of acceptance."""
    brings: Callable[[Transition], bool] = is_reportable
    """Which of the transitions that it causes is what it is about."""
    changes_timeline: bool = True
    """False: it is received and forwarded, and says nothing of qualification."""


def day(value: Value) -> date:
    """The value of a date field that `validate` let pass. Raises ``TypeError`` for another."""
    if not isinstance(value, UncertainDate):
        raise TypeError("a date field holds a date")
    return value.require()
