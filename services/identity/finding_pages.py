"""What staff see of a finding, and what they say about one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StrictBool

from services.identity import labels
from services.identity.domain.comparison import Comparison
from services.identity.domain.findings import DECISIONS, Decision, FindingKind
from services.identity.domain.merging import RULE, Choice
from services.identity.domain.numbers import NumberState
from services.identity.near_miss_api import ShownComparison, shown_comparison
from services.identity.pages import Coded, FoundPerson, coded, person_line
from services.identity.stores.findings import Finding, Record, Step


class ListedFinding(BaseModel):
    """One finding of the work list."""

    finding_id: UUID
    kind: Coded
    state: Coded
    found_at: datetime
    system: str
    addressee_number: str
    """Of the record that it was found by."""
    person_id: UUID
    other_person_id: UUID | None
    decision: Coded | None
    """What is proposed, or was settled."""
    decision_person_id: UUID | None
    """Of which of the two, where it says something of one of them."""
    proposed_by: str | None
    proposed_at: datetime | None


class FindingList(BaseModel):
    """Findings that wait, oldest first."""

    findings: list[ListedFinding]
    total: int
    more: bool
    limit: int


class ConcernedPerson(BaseModel):
    """One of those whom a finding is about, by the record that made the person."""

    person: FoundPerson
    system: str
    addressee_number: str
    number_state: NumberState
    number_state_label: str
    number_note: str | None
    surviving_id: UUID
    """Who answers for the person now: itself, unless it was merged."""


class ShownChoice(BaseModel):
    """Who would survive a merge, and by which of the rules."""

    surviving_id: UUID
    former_id: UUID
    why: Coded
    rule: str


class ShownFindingStep(BaseModel):
    """One step of a finding's history; without staff: by itself."""

    step: str
    step_label: str
    staff_id: str | None
    decision: Coded | None
    person_id: UUID | None
    at: datetime


class FindingPage(BaseModel):
    """A finding with those whom it is about, what can be decided, and its history."""

    finding: ListedFinding
    persons: list[ConcernedPerson]
    comparison: ShownComparison | None
    """The four attributes of the one record compared with the other, where it is about two."""
    survivor: ShownChoice | None
    """None where there is nothing to merge."""
    decisions: list[Coded]
    steps: list[ShownFindingStep]


class Raised(BaseModel):
    """What staff found: two persons may be one, one may be two, a number may be wrong."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    kind: Literal[FindingKind.SAME_PERSON, FindingKind.MERGE_DOUBTED, FindingKind.NUMBER_DOUBTED]
    person_id: UUID
    other_person_id: UUID | None = None


class ProposedDecision(BaseModel):
    """What somebody proposes. ``person_id``: whose number is wrong, or right."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    decision: Decision
    person_id: UUID | None = None


class SettledDecision(BaseModel):
    """Whether the second person agrees with what was proposed."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    agree: StrictBool


def listed(finding: Finding) -> ListedFinding:
    """A line of the work list."""
    return ListedFinding(
        finding_id=finding.finding_id,
        kind=coded(finding.kind),
        state=coded(finding.state),
        found_at=finding.found_at,
        system=finding.system,
        addressee_number=finding.addressee_number,
        person_id=finding.person_id,
        other_person_id=finding.other_person_id,
        decision=None if finding.decision is None else coded(finding.decision),
        decision_person_id=finding.decision_person_id,
        proposed_by=finding.proposed_by,
        proposed_at=finding.proposed_at,
    )


def page(
    finding: Finding,
    records: Mapping[UUID, Record],
    comparison: Comparison | None,
    choice: Choice | None,
    steps: Sequence[Step],
) -> FindingPage:
    """The page of one finding."""
    return FindingPage(
        finding=listed(finding),
        persons=[_concerned(records[p]) for p in finding.persons if p in records],
        comparison=None if comparison is None else shown_comparison(comparison),
        survivor=None if choice is None else _choice(choice),
        decisions=[coded(decision) for decision in DECISIONS[finding.kind]],
        steps=[_step(step) for step in steps],
    )


def _concerned(found: Record) -> ConcernedPerson:
    return ConcernedPerson(
        person=person_line(found.own_id, found.record),
        system=found.system,
        addressee_number=found.addressee_number,
        number_state=found.number_state,
        number_state_label=found.number_state.label,
        number_note=found.number_state.note,
        surviving_id=found.surviving_id,
    )


def _choice(choice: Choice) -> ShownChoice:
    return ShownChoice(
        surviving_id=choice.surviving.person_id,
        former_id=choice.former.person_id,
        why=coded(choice.why),
        rule=RULE,
    )


def _step(step: Step) -> ShownFindingStep:
    return ShownFindingStep(
        step=step.step,
        step_label=labels.STEPS[step.step],
        staff_id=step.staff_id,
        decision=None if step.decision is None else coded(step.decision),
        person_id=step.person_id,
        at=step.at,
    )
