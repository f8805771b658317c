"""What qualification has been told: facts, each with the day it concerns and the moment recorded.

Facts are only ever added. What was known at some moment is the facts recorded up to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from contracts.codes import ResidentChangeKind, ResidentKind
from contracts.dates import UncertainDate
from contracts.events import InsuredCategory, NumberStanding, PersonChanged, ResidencePeriod
from contracts.values import value
from services.qualification.domain.health_insurance import HealthInsuranceStatement
from services.qualification.domain.told import (
    STRICT,
    JpsStatement,
    NotTheirsStatement,
    OldAgeStatement,
    OverseasStatement,
    TakenBackStatement,
    VoluntaryStatement,
)


@value
class RegisterStatement:
    """What the resident register said of a person at one version of the person: all of it.

    A later statement replaces an earlier one, corrections included; the earlier ones remain to tell
    when something was said first.
    """

    __pydantic_config__ = STRICT

    version: int
    change: ResidentChangeKind
    changed_on: UncertainDate
    reported_on: date
    birth_date: UncertainDate
    resident_kind: ResidentKind
    residence_status_code: str | None
    residence: tuple[ResidencePeriod, ...]
    died_on: UncertainDate | None
    residence_status_until: date | None = None
    """在留期間の満了日 of a foreign resident."""
    records_begin: date | None = None
    """Of a first statement about somebody who had lived here before: the day from which this
    system answers for the person. What happened earlier is in other records than ours."""

    @classmethod
    def of(cls, event: PersonChanged, records_begin: date | None = None) -> "RegisterStatement":
        """The statement that a person event makes."""
        return cls(
            version=event.person_version,
            change=event.change,
            changed_on=event.changed_on,
            reported_on=event.reported_on,
            birth_date=event.birth_date,
            resident_kind=event.resident_kind,
            residence_status_code=event.residence_status_code,
            residence=event.residence,
            died_on=event.died_on,
            residence_status_until=event.residence_status_until,
            records_begin=records_begin,
        )

    @property
    def concerns(self) -> date | None:
        return self.changed_on.value


@dataclass(frozen=True, slots=True)
class CategoryStatement:
    """A stay in category 2 or 3, as a settled notice told it (第2号・第3号被保険者期間).

    ``began`` is the day the category was acquired, None where nobody told it; ``ended`` the first
    day on which it was no longer held (厚生年金の資格喪失日), None while it lasts. One of them is
    there. What JPS tells is a `JpsStatement`.
    """

    __pydantic_config__ = STRICT

    category: InsuredCategory
    began: date | None
    ended: date | None
    notice_id: UUID
    accepted_on: date

    def __post_init__(self) -> None:
        if self.category is InsuredCategory.CATEGORY_1:
            raise ValueError("category 1 is concluded, not told")
        if self.began is None and self.ended is None:
            raise ValueError("a stay has a beginning or an end")
        if self.began is not None and self.ended is not None and self.began >= self.ended:
            raise ValueError("a stay begins before it ends")

    @property
    def concerns(self) -> date | None:
        return self.ended or self.began


@dataclass(frozen=True, slots=True)
class AcquisitionStatement:
    """Category 1 acquired on a day, as a settled notice told it (規則1条の4第1項)."""

    __pydantic_config__ = STRICT

    on: date
    notice_id: UUID
    accepted_on: date

    @property
    def concerns(self) -> date | None:
        return self.on


@dataclass(frozen=True, slots=True)
class PensionNumberStatement:
    """A basic pension number (基礎年金番号) as a settled notice gave it, or JPS: no ``notice_id``.

    ``accepted_on``: when the notice was accepted; JPS's reference day.
    """

    __pydantic_config__ = STRICT

    number: str
    notice_id: UUID | None
    accepted_on: date
    standing: NumberStanding = NumberStanding.ASSIGNED

    @property
    def concerns(self) -> date | None:
        return self.accepted_on


Content = (
    RegisterStatement
    | CategoryStatement
    | PensionNumberStatement
    | AcquisitionStatement
    | VoluntaryStatement
    | OldAgeStatement
    | OverseasStatement
    | JpsStatement
    | HealthInsuranceStatement
    | TakenBackStatement
    | NotTheirsStatement
)


@value
class Fact:
    """One fact: what was told, and when it was recorded (aware)."""

    recorded_at: datetime
    content: Content
    record: int = 0
    """Under which of the person's ids it was recorded, where they are several: 0 is the surviving
    one, the others follow in their order."""

    @property
    def concerns(self) -> date | None:
        """The day it is about; None where that day is not certain."""
        return self.content.concerns


KINDS: Final[Mapping[str, TypeAdapter[Any]]] = {
    "register": TypeAdapter(RegisterStatement),
    "category": TypeAdapter(CategoryStatement),
    "pension_number": TypeAdapter(PensionNumberStatement),
    "acquisition": TypeAdapter(AcquisitionStatement),
    "voluntary": TypeAdapter(VoluntaryStatement),
    "old_age": TypeAdapter(OldAgeStatement),
    "overseas": TypeAdapter(OverseasStatement),
    "jps": TypeAdapter(JpsStatement),
    "health_insurance": TypeAdapter(HealthInsuranceStatement),
    "taken_back": TypeAdapter(TakenBackStatement),
    "not_theirs": TypeAdapter(NotTheirsStatement),
}
"""The kinds of facts, by the name under which they are kept."""
_KIND_OF: Final = {
    RegisterStatement: "register",
    CategoryStatement: "category",
    PensionNumberStatement: "pension_number",
    AcquisitionStatement: "acquisition",
    VoluntaryStatement: "voluntary",
    OldAgeStatement: "old_age",
    OverseasStatement: "overseas",
    JpsStatement: "jps",
    HealthInsuranceStatement: "health_insurance",
    TakenBackStatement: "taken_back",
    NotTheirsStatement: "not_theirs",
}


def encode(content: Content) -> tuple[str, str]:
    """A fact's content as kept: its kind and its JSON."""
    kind = _KIND_OF[type(content)]
    return kind, KINDS[kind].serializer.to_json(content).decode()


def decode(kind: str, body: str) -> Content:
    """What `encode` wrote. Raises ``ValidationError`` for anything else, ``KeyError`` for a kind
    that this version does not know."""
    content: Content = KINDS[kind].validate_json(body)
    return content


def known_at(facts: Iterable[Fact], moment: datetime | None) -> list[Fact]:
    """The facts recorded up to ``moment``; None: all of them."""
    return [fact for fact in facts if moment is None or fact.recorded_at <= moment]


def standing(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that count: what a notice told that was taken back or mended no longer does, nor
    what JPS told of another up to then."""
    told = _theirs(list(facts))
    gone = {f.content.taken_back for f in told if isinstance(f.content, TakenBackStatement)}
    if not gone:
        return told
    return [fact for fact in told if getattr(fact.content, "notice_id", None) not in gone]


def _theirs(facts: list[Fact]) -> list[Fact]:
    others = [
        (decode(f.content.kind, f.content.body), f.recorded_at)
        for f in facts
        if isinstance(f.content, NotTheirsStatement)
    ]
    if not others:
        return facts
    return [
        fact
        for fact in facts
        if not any(fact.content == content and fact.recorded_at <= at for content, at in others)
    ]


def health_insurance_told(facts: Iterable[Fact]) -> list[HealthInsuranceStatement]:
    """What was answered about 国民健康保険, the latest answer last."""
    told = [
        (fact.recorded_at, fact.content)
        for fact in facts
        if isinstance(fact.content, HealthInsuranceStatement)
    ]
    return [content for _, content in sorted(told, key=lambda each: each[0])]
