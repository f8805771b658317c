"""The four grounds (90条1項各号 and their like), for one person and one month.

Whoever is tested needs one of them, and not all need the same (90条1項ただし書).
"""

from contracts.values import value
from services.exemptions.domain.application import special
from services.exemptions.domain.application.assistance import by_assistance
from services.exemptions.domain.application.cycles import shared
from services.exemptions.domain.application.facts import Case, Tested
from services.exemptions.domain.application.kinds import Ground, Question
from services.exemptions.domain.application.means import by_income, by_status
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.reasons import Answer, Found, Reason

_ORDER = (Ground.INCOME, Ground.STATUS, Ground.ASSISTANCE, Ground.SPECIAL)
"""Income and status first: only who passes by them may have it continued (規則77条3項)."""


@value
class GroundTest:
    """One ground, looked at for one person and month."""

    ground: Ground
    answer: Answer
    reasons: tuple[Reason, ...]


Means = dict[tuple[Ground, Tested, Kind, bool, int, int], Found]
"""Income and status as they were found, by ground, person, kind (and whether under 30), income year
and version of the figures: the months of a cycle share them."""


def look_at(
    tested: Tested, asked: Question, case: Case, figures: Parameters, means: Means
) -> tuple[GroundTest, ...]:
    """The ground that is met, alone; all of them where none is. Raises ``NoValue``.

    ``means`` is filled with what is found, for the months that follow.
    """
    done: list[GroundTest] = []
    for ground in _ORDER:
        found = GroundTest(ground, *_look_at(ground, tested, asked, case, figures, means))
        if found.answer is Answer.MET:
            return (found,)
        done.append(found)
    return tuple(done)


def _look_at(
    ground: Ground,
    tested: Tested,
    asked: Question,
    facts: Case,
    figures: Parameters,
    means: Means,
) -> Found:
    if ground is Ground.ASSISTANCE:
        return by_assistance(facts.assistance, asked)
    if ground is Ground.SPECIAL:
        return special.look_at(tested, asked, facts, figures)
    key = (ground, tested, asked.kind, asked.young, *shared(asked.month, asked.kind, figures))
    found = means.get(key)
    if found is None:
        by = by_income if ground is Ground.INCOME else by_status
        found = by(facts.person(tested.key), tested.role, asked, figures)
        means[key] = found
    return found
