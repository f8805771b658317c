"""What the API says of rows that fit no item: where they stand, what they say, what was done."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, Self
from uuid import UUID

from contracts.events import ItemOutcome, ReportItemKind, ReportProcessing
from services.jps_reporting.domain.items import ItemState
from services.jps_reporting.domain.results import Unmatched
from services.jps_reporting.stores.unmatched import Candidate, Proposal, UnmatchedRow
from services.jps_reporting.views import Code, View, coded

_PLACES: Final = frozenset({"medium_serial", "position", "kind", "outcome", "decided_on", "as_of"})
"""What is shown of a row that is nobody's: with it the row is found in the file."""


class RowView(View):
    """A row of the list. Whose item it names is known: ``person_id``."""

    unmatched_id: UUID
    file_id: UUID
    line: int
    why: Code
    person_id: UUID | None
    is_record: bool
    kind: Code | None
    outcome: Code | None
    said: tuple[dict[str, Any], ...]
    """As it was read. Of a row that is nobody's, or perhaps another's, whoever may not see hidden
    persons is told where it stands alone: it may be one of theirs, and its numbers are nobody
    else's to know."""
    listed_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    done: str | None
    matched_item: UUID | None
    matched_person: UUID | None

    @classmethod
    def of(cls, row: UnmatchedRow, *, sees_numbers: bool) -> Self:
        """A row as it is shown."""
        return cls(**_row(row, sees_numbers=sees_numbers))


class UnmatchedList(View):
    """A page of the list; ``next`` goes into ``after`` for the following one."""

    rows: tuple[RowView, ...]
    next: UUID | None = None


class ProposalView(View):
    """What somebody takes the row to be about, and what another said to it."""

    undoes: bool
    """突合の取消: the match is to be undone."""
    proposed_at: datetime
    proposed_by: str
    item_id: UUID | None
    person_id: UUID
    reason: str
    decided_at: datetime | None
    decided_by: str | None
    agreed: bool | None


class CandidateView(View):
    """An item that the row may be about: of the same number, or of that place on the medium."""

    processing: Code
    """処理区分: a report, or what takes one back."""
    item_id: UUID
    person_id: UUID
    kind: Code
    occurred_on: date
    state: Code
    medium_serial: int
    position: int
    sent_on: date


class RowDetail(RowView):
    """A row with what it may be about."""

    proposals: tuple[ProposalView, ...]
    candidates: tuple[CandidateView, ...]

    @classmethod
    def of_all(
        cls,
        row: UnmatchedRow,
        proposals: Sequence[Proposal],
        candidates: Sequence[Candidate],
        *,
        sees_numbers: bool,
    ) -> Self:
        """The whole of it."""
        return cls(
            **_row(row, sees_numbers=sees_numbers),
            proposals=tuple(map(_proposal, proposals)),
            candidates=tuple(map(_candidate, candidates)),
        )


def _row(row: UnmatchedRow, *, sees_numbers: bool) -> dict[str, Any]:
    said = row.said["rows"] if row.is_record else [row.said]
    is_anothers = row.person_id is None or row.code == Unmatched.OTHER_NUMBER
    if is_anothers and not sees_numbers:
        said = [{name: one[name] for name in one.keys() & _PLACES} for one in said[:1]]
    first = said[0]
    return {
        "unmatched_id": row.unmatched_id,
        "file_id": row.file_id,
        "line": row.line,
        "why": coded(Unmatched(row.code)),
        "person_id": row.person_id,
        "is_record": row.is_record,
        "kind": coded(ReportItemKind(first["kind"])) if "kind" in first else None,
        "outcome": coded(ItemOutcome(first["outcome"])) if "outcome" in first else None,
        "said": tuple(said),
        "listed_at": row.listed_at,
        "settled_at": row.settled_at,
        "settled_by": row.settled_by,
        "done": row.done,
        "matched_item": row.matched_item,
        "matched_person": row.matched_person,
    }


def _proposal(one: Proposal) -> ProposalView:
    return ProposalView(
        undoes=one.undoes,
        proposed_at=one.proposed_at,
        proposed_by=one.proposed_by,
        item_id=one.item_id,
        person_id=one.person_id,
        reason=one.reason,
        decided_at=one.decided_at,
        decided_by=one.decided_by,
        agreed=one.agreed,
    )


def _candidate(one: Candidate) -> CandidateView:
    return CandidateView(
        processing=coded(ReportProcessing(one.processing)),
        item_id=one.item_id,
        person_id=one.person_id,
        kind=coded(ReportItemKind(one.kind)),
        occurred_on=one.occurred_on,
        state=coded(ItemState(one.state)),
        medium_serial=one.serial,
        position=one.position,
        sent_on=one.handed_on,
    )
