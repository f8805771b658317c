"""The four grounds (90条1項各号 and their like), for one person and one month.

Whoever is tested needs one of them, and not all need the same (90条1項ただし書).
"""

from dataclasses import dataclass
from typing import assert_never

from services.exemptions.domain.application import special
from services.exemptions.domain.application.assistance import by_assistance
from services.exemptions.domain.application.facts import Case, Tested
from services.exemptions.domain.application.kinds import Ground, Question
from services.exemptions.domain.application.means import by_income, by_status
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.reasons import Answer, Found, Reason

_ORDER = (Ground.INCOME, Ground.STATUS, Ground.ASSISTANCE, Ground.SPECIAL)
"""Income and status first: only who passes by them may have it continued (規則77条3項)."""


@dataclass(frozen=True, slots=True)
class GroundTest:
    """One ground, looked at for one person and month."""

    ground: Ground
    answer: Answer
    reasons: tuple[Reason, ...]


def look_at(
    tested: Tested, asked: Question, case: Case, figures: Parameters
) -> tuple[GroundTest, ...]:
    """The ground that is met, alone; all of them where none is. Raises ``NoValue``."""
    done: list[GroundTest] = []
    for ground in _ORDER:
        found = GroundTest(ground, *_look_at(ground, tested, asked, case, figures))
        if found.answer is Answer.MET:
            return (found,)
        done.append(found)
    return tuple(done)


def _look_at(
    ground: Ground, tested: Tested, asked: Question, facts: Case, figures: Parameters
) -> Found:
    someone = facts.person(tested.key)
    match ground:
        case Ground.INCOME:
            return by_income(someone, tested.role, asked, figures)
        case Ground.STATUS:
            return by_status(someone, tested.role, asked, figures)
        case Ground.ASSISTANCE:
            return by_assistance(facts.assistance, asked)
        case Ground.SPECIAL:
            return special.look_at(tested, asked, facts, figures)
    assert_never(ground)
