"""What the person page and the search list show: the record, worded for staff."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from contracts.codes import Code, Relationship, ResidentKind, ResidentStatus
from contracts.dates import DatePrecision, UncertainDate
from contracts.eras import DateTooEarly, wareki
from contracts.events.residents import Address, PersonName, ResidenceStatus, ResidentRecord
from services.identity.domain.numbers import NumberState
from services.identity.domain.outside import SYSTEM as OUTSIDE
from services.identity.domain.view import is_householder
from services.identity.stores.blocks import InTheWay
from services.identity.stores.findings import Finding
from services.identity.stores.reading import Member, Person
from services.identity.stores.searching import Hit


class Coded(BaseModel):
    """A code and its label."""

    code: str
    label: str


class ShownDate(BaseModel):
    """A date: what was received, and how to show it. ``value`` only where the day is certain."""

    precision: DatePrecision
    value: date | None
    notation: str
    wareki: str | None
    """In the Japanese era, where the day is certain."""
    display: str
    """Japanese era; Western for the dates of foreign residents (在留期間・生年月日)."""


class FoundPerson(BaseModel):
    """One line of the search list."""

    person_id: UUID
    name: PersonName
    alias: PersonName | None
    birth_date: ShownDate
    sex: Coded
    address: Address
    resident_kind: Coded
    resident_status: Coded
    by_former_name: bool
    """Found by a name borne earlier."""
    by_former_address: bool
    """Found by another address than the one where the person lives: 前住所, 転入元, 転出先."""


class HouseholdMember(BaseModel):
    """One of those who live together."""

    person_id: UUID
    name: PersonName
    birth_date: ShownDate
    sex: Coded
    relationship: list[Coded]
    """続柄, step by step: 子の妻 is 子, 妻."""
    relationship_label: str
    is_householder: bool


class Household(BaseModel):
    """世帯: those who live in it now."""

    household_id: UUID
    members: list[HouseholdMember]


class LinkedRecord(BaseModel):
    """A record of a municipal system that is this person's."""

    system: str
    addressee_number: str
    linked_at: datetime
    former_id: UUID | None
    """統合前の宛名: the person that this record made, where it was merged into this one."""


class ShownFinding(BaseModel):
    """What staff have to look at."""

    finding_id: UUID
    kind: Coded
    state: Coded
    found_at: datetime
    other_person_id: UUID | None
    decision: Coded | None
    """What is proposed or was settled."""


class EntryOrRemoval(BaseModel):
    """How a person came to be or ceased to be a resident."""

    reason: Coded
    on: ShownDate


class ShownResidenceStatus(BaseModel):
    """在留資格 with its period."""

    code: str
    label: str
    valid_from: date | None
    valid_to: date | None


class BlockInForce(BaseModel):
    """抑止: what is blocked, how far, and why."""

    kind: Coded
    level: Coded
    reason: Coded


class PersonPage(BaseModel):
    """個人照会."""

    person_id: UUID
    name: PersonName
    alias: PersonName | None
    birth_date: ShownDate
    sex: Coded
    resident_kind: Coded
    resident_status: Coded
    on_register: bool
    """Not so for 住登外者, whose record staff keep."""
    nationality: str
    residence_status: ShownResidenceStatus | None
    address: Address
    previous_address: Address | None
    move_in_address: Address | None
    move_out_address: Address | None
    family_register_head: str | None
    became_resident: EntryOrRemoval | None
    removal: EntryOrRemoval | None
    processing_hold: bool
    number_state: NumberState
    number_state_label: str
    number_note: str | None
    """What staff have to know of the number: why it is not handed out."""
    former_ids: list[UUID]
    """統合前の宛名: ids for which this person answers."""
    household: Household | None
    """None for who is no resident any more."""
    links: list[LinkedRecord]
    findings: list[ShownFinding]
    blocks: list[BlockInForce]
    """Those in force now, the person's own and their household's."""
    as_of: datetime
    """When the record came in."""


def shown_residence_status(status: ResidenceStatus | None) -> ShownResidenceStatus | None:
    """在留資格, for people to read."""
    if status is None:
        return None
    return ShownResidenceStatus(
        code=status.code,
        label=status.label,
        valid_from=status.valid_from,
        valid_to=status.valid_to,
    )


def shown_date(day: UncertainDate, kind: ResidentKind = ResidentKind.JAPANESE) -> ShownDate:
    """A date of someone of that kind, for people to read."""
    in_era = None
    if day.value is not None:
        try:
            in_era = wareki(day.value)
        except DateTooEarly:
            in_era = None
    if day.value is None:
        display = day.notation
    elif kind is ResidentKind.FOREIGN or in_era is None:
        display = f"{day.value.year}年{day.value.month}月{day.value.day}日"
    else:
        display = in_era
    return ShownDate(
        precision=day.precision,
        value=day.value,
        notation=day.notation,
        wareki=in_era,
        display=display,
    )


def found_person(hit: Hit) -> FoundPerson:
    """A line of the search list."""
    return person_line(
        hit.person_id,
        hit.record,
        by_former_name=hit.by_former_name,
        by_former_address=hit.by_former_address,
    )


def person_line(
    person_id: UUID,
    record: ResidentRecord,
    *,
    by_former_name: bool = False,
    by_former_address: bool = False,
) -> FoundPerson:
    """A person in one line."""
    return FoundPerson(
        person_id=person_id,
        name=record.name,
        alias=record.alias,
        birth_date=shown_date(record.birth_date, record.resident_kind),
        sex=coded(record.sex),
        address=record.address,
        resident_kind=coded(record.resident_kind),
        resident_status=coded(record.resident_status),
        by_former_name=by_former_name,
        by_former_address=by_former_address,
    )


def person_page(
    person: Person,
    members: Sequence[Member],
    findings: Sequence[Finding],
    blocks: Sequence[InTheWay],
) -> PersonPage:
    """The page. The 世帯主 is told by the members who can be seen alone: the record's own text
    would name one who cannot."""
    record, kind = person.record, person.record.resident_kind
    became, removal = record.became_resident, record.removal
    living_here = record.resident_status is ResidentStatus.RESIDENT
    return PersonPage(
        person_id=person.person_id,
        name=record.name,
        alias=record.alias,
        birth_date=shown_date(record.birth_date, kind),
        sex=coded(record.sex),
        resident_kind=coded(kind),
        resident_status=coded(record.resident_status),
        on_register=any(link.system != OUTSIDE for link in person.links),
        nationality=record.nationality,
        residence_status=shown_residence_status(record.residence_status),
        address=record.address,
        previous_address=record.previous_address,
        move_in_address=record.move_in_address,
        move_out_address=record.move_out_address,
        family_register_head=record.family_register_head,
        became_resident=None
        if became is None
        else EntryOrRemoval(reason=coded(became.reason), on=_day(became.on)),
        removal=None
        if removal is None
        else EntryOrRemoval(reason=coded(removal.reason), on=_day(removal.on)),
        processing_hold=record.processing_hold,
        number_state=person.number_state,
        number_state_label=person.number_state.label,
        number_note=person.number_state.note,
        former_ids=list(person.ids[1:]),
        household=Household(
            household_id=person.household_id, members=[_member(member) for member in members]
        )
        if person.household_id is not None and living_here
        else None,
        links=[
            LinkedRecord(
                system=link.system,
                addressee_number=link.addressee_number,
                linked_at=link.linked_at,
                former_id=link.former_id,
            )
            for link in person.links
        ],
        findings=[_finding(found, person.ids) for found in findings],
        blocks=[
            BlockInForce(kind=coded(b.kind), level=coded(b.level), reason=coded(b.reason))
            for b in blocks
        ],
        as_of=person.recorded_at,
    )


def _day(day: UncertainDate) -> ShownDate:
    return shown_date(day)


def coded(code: Code) -> Coded:
    """A code as it is shown."""
    return Coded(code=code.value, label=code.label)


def _member(member: Member) -> HouseholdMember:
    record: ResidentRecord = member.record
    return HouseholdMember(
        person_id=member.person_id,
        name=record.name,
        birth_date=shown_date(record.birth_date, record.resident_kind),
        sex=coded(record.sex),
        relationship=[coded(step) for step in record.relationship],
        relationship_label=_relationship_label(record.relationship),
        is_householder=is_householder(record),
    )


def _relationship_label(steps: Sequence[Relationship]) -> str:
    return "の".join(step.label for step in steps)


def _finding(found: Finding, mine: Sequence[UUID]) -> ShownFinding:
    others = [person_id for person_id in found.persons if person_id not in mine]
    # Of two who are one person by now both are this one: the one it was found under is told.
    other = others[0] if others else found.other_person_id
    return ShownFinding(
        finding_id=found.finding_id,
        kind=coded(found.kind),
        state=coded(found.state),
        found_at=found.found_at,
        other_person_id=other,
        decision=None if found.decision is None else coded(found.decision),
    )
