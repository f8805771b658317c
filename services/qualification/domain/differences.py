"""Where JPS's record and the city's own timeline do not agree: put up for work, shown as theirs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from contracts.eras import wareki
from contracts.events import InsuredCategory
from services.qualification.domain.categories import Segment
from services.qualification.domain.decisions import Decision
from services.qualification.domain.facts import (
    Content,
    Fact,
    PensionNumberStatement,
    standing,
)
from services.qualification.domain.numbers import PensionNumbers, pension_numbers
from services.qualification.domain.parameters import Parameters
from services.qualification.domain.reasons import Effect, Reason, Rule, because
from services.qualification.domain.stays import JPS_DIFFERS, jps_record
from services.qualification.domain.timeline import AsOf, plan
from services.qualification.domain.told import (
    JpsStatement,
    JpsStay,
    OldAgeStatement,
    VoluntaryStatement,
)

_IDS: Final = UUID("8f1c1a8e-0f0e-5b0a-9b59-6a8e4c1d2f77")


def _rule(code: str, article: str, sentence: str) -> Rule:
    return Rule(code=code, article=article, sentence=sentence, effect=Effect.NOTHING, rank=99)


CATEGORY_DIFFERS: Final = _rule(
    "jps-category-differs",
    "国民年金法7条1項",
    "日本年金機構の記録（{as_of}現在）では{day}から{theirs}ですが、市の記録では{since}から{ours}です。",
)
CORRECTED: Final = _rule(
    "jps-corrected",
    "国民年金法3条3項・12条4項、施行規則9条",
    "日本年金機構は{reported}の報告を、{corrected}と訂正のうえ処理しました（{decided}）。",
)
TWO_NUMBERS: Final = _rule(
    "pension-number-two",
    "国民年金法14条、施行規則10条",
    "基礎年金番号が{count}つ記録されています（重複付番の疑い）。",
)
NUMBER_DIFFERS: Final = _rule(
    "pension-number-differs",
    "国民年金法14条、施行規則10条",
    "届書の基礎年金番号（{day}受付）が、日本年金機構の記録にありません。",
)
RULES: Final = (CATEGORY_DIFFERS, CORRECTED, TWO_NUMBERS, NUMBER_DIFFERS, JPS_DIFFERS)


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: since which day, and why it is one."""

    since: date
    reason: Reason

    def id_of(self, person_id: UUID, distinct: str = "") -> UUID:
        """The same for the same difference, however often it is found."""
        said = f"{person_id}/{self.reason.code}/{self.since.isoformat()}/{self.reason.sentence}"
        return uuid5(_IDS, f"{said}/{distinct}")


_OF_BOTH: Final = (OldAgeStatement, VoluntaryStatement, PensionNumberStatement)


def told_by_jps(content: Content) -> bool:
    """Whether a fact is JPS's own."""
    if isinstance(content, JpsStatement):
        return True
    return isinstance(content, _OF_BOTH) and content.notice_id is None


def differences(facts: Sequence[Fact], parameters: Parameters, day: date) -> tuple[Difference, ...]:
    """The differences by ``day``; where JPS told nothing, two numbers alone. Raises ``NoValue``."""
    counting = standing(facts)
    if not any(told_by_jps(fact.content) for fact in counting):
        # Of one person from two records each may have brought a number of its own.
        return tuple(_numbers(counting))
    found = [*_categories(counting, parameters, day), *_numbers(counting)]
    found += [
        Difference(review.since or day, review.reason)
        for review in plan(counting, parameters).reviews
        if review.reason.rule is JPS_DIFFERS and (review.since is None or review.since <= day)
    ]
    return tuple(dict.fromkeys(found))


def corrected(decision: Decision, label: str, occurred_on: date) -> Difference:
    """That JPS put other values in the place of those reported."""
    values: list[str] = []
    if decision.corrected_occurred_on is not None:
        values.append(wareki(decision.corrected_occurred_on))
    if decision.corrected_category is not None:
        values.append(decision.corrected_category.label)
    reason = because(
        CORRECTED,
        reported=f"{wareki(occurred_on)}の{label}",
        corrected="・".join(values),
        decided=decision.decided_on,
    )
    return Difference(occurred_on, reason)


def _categories(facts: Sequence[Fact], parameters: Parameters, day: date) -> Iterator[Difference]:
    """Stays of theirs in which we have category 1 or insurance by choice, and not by presumption
    alone: who was never told to be employed is taken to be of category 1."""
    record = jps_record(facts)
    if record is None:
        return
    own = plan([f for f in facts if not told_by_jps(f.content)], parameters).until(AsOf(day))
    for stay in record.stays:
        for segment in own.periods:
            ours = segment.category
            theirs = ours in (InsuredCategory.CATEGORY_2, InsuredCategory.CATEGORY_3)
            if ours is None or theirs or segment.presumed or not _meet(stay, segment):
                continue
            since = max(stay.began, segment.first.day)
            yield Difference(
                since,
                because(
                    CATEGORY_DIFFERS,
                    as_of=record.as_of,
                    day=stay.began,
                    theirs=stay.category.label,
                    since=segment.first.day,
                    ours=ours.label,
                ),
            )


def _meet(stay: JpsStay, segment: Segment) -> bool:
    past = segment.past.day if segment.past is not None else date.max
    return segment.first.day < (stay.ended or date.max) and stay.began < past


def _numbers(facts: Iterable[Fact]) -> Iterator[Difference]:
    known = list(facts)
    numbers: PensionNumbers = pension_numbers(known)
    if len(numbers.assigned) > 1:
        since = max(number.told_on for number in numbers.all)
        yield Difference(since, because(TWO_NUMBERS, count=len(numbers.assigned)))
    if any(number.by_jps for number in numbers.all):
        for number in numbers.all:
            if not number.by_jps:
                yield Difference(number.told_on, because(NUMBER_DIFFERS, day=number.told_on))
