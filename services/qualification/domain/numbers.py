"""Basic pension numbers (基礎年金番号) of a person: which counts, which were, which are no more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from contracts.events import NumberStanding
from services.qualification.domain.facts import Fact, PensionNumberStatement, standing


@dataclass(frozen=True, slots=True)
class PensionNumber:
    """A number, what it is to the person, since when that is told, and by whom."""

    number: str
    standing: NumberStanding
    told_on: date
    by_jps: bool


@dataclass(frozen=True, slots=True)
class PensionNumbers:
    """All numbers that were told of a person. ``current`` None: not yet assigned, or not told."""

    current: str | None
    all: tuple[PensionNumber, ...]

    @property
    def assigned(self) -> tuple[str, ...]:
        """The numbers that are told to be the person's: of more than one all but one are wrong."""
        return tuple(n.number for n in self.all if n.standing is NumberStanding.ASSIGNED)


def pension_numbers(facts: Iterable[Fact]) -> PensionNumbers:
    """What is told of numbers. Of one number the statement of the latest day counts, on the same
    day JPS's; of several assigned numbers the one told last. No fact's arrival matters, but where
    day and teller are the same."""
    told = sorted(
        (
            (said.accepted_on, said.notice_id is None, fact.recorded_at, said.number, said)
            for fact in standing(facts)
            if isinstance(said := fact.content, PensionNumberStatement)
        ),
        key=lambda found: found[:4],
    )
    latest: dict[str, PensionNumberStatement] = {}
    for *_, number, said in told:
        latest.pop(number, None)
        latest[number] = said
    numbers = tuple(
        PensionNumber(number, said.standing, said.accepted_on, said.notice_id is None)
        for number, said in latest.items()
    )
    assigned = [n.number for n in numbers if n.standing is NumberStanding.ASSIGNED]
    return PensionNumbers(assigned[-1] if assigned else None, numbers)
