"""What the API answers with: codes, each with the label that staff read. No names, no numbers."""

import base64
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.events import ReportItemKind
from services.jps_reporting.domain.checks import Finding
from services.jps_reporting.domain.layout import LayoutStatus
from services.jps_reporting.domain.results import Decision
from services.jps_reporting.standing import calls_for_correction
from services.jps_reporting.stores.batches import Batch, ItemSubstitution, Tally
from services.jps_reporting.stores.item_rows import StoredItem
from services.jps_reporting.stores.media import Medium, Slip


class View(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class Code(View):
    """A code and its label."""

    code: str
    label: str


def base64_of(digest: bytes) -> str:
    """A digest as HTTP headers write it (RFC 9530)."""
    return base64.b64encode(digest).decode()


def coded(code: Any) -> Code:
    """A labelled code as it is shown."""
    return Code(code=code.value, label=code.label)


class FindingView(View):
    """A check that struck."""

    code: str
    severity: Code
    text: str
    field: str
    character: str

    @classmethod
    def of(cls, finding: Finding) -> "FindingView":
        return cls(
            code=finding.code,
            severity=coded(finding.severity),
            text=finding.text,
            field=finding.field,
            character=finding.character,
        )


class SubstitutionView(View):
    """A character that is written as another."""

    field: str
    character: str
    replacement: str
    times: int

    @classmethod
    def of(cls, one: ItemSubstitution) -> "SubstitutionView":
        return cls(
            field=one.field,
            character=one.character,
            replacement=one.replacement,
            times=one.times,
        )


class DecisionView(View):
    """処理結果: what JPS decided, as theirs."""

    outcome: Code
    decided_on: date
    return_code: str | None
    return_reason: str | None
    corrected_occurred_on: date | None
    corrected_category: int | None

    @classmethod
    def of(cls, decision: Decision) -> "DecisionView":
        return cls(
            outcome=coded(decision.outcome),
            decided_on=decision.decided_on,
            return_code=decision.return_code,
            return_reason=decision.return_reason,
            corrected_occurred_on=decision.corrected_occurred_on,
            corrected_category=decision.corrected_category,
        )


class ItemView(View):
    """A line of the list of report items (報告項目一覧)."""

    item_id: UUID
    person_id: UUID
    kind: Code
    processing: Code
    """処理区分: 報告, or 取消 of an earlier one (``corrects``)."""
    corrects: UUID | None
    source: Code
    origin: Code
    document_id: UUID | None
    occurred_on: date
    accepted_on: date
    state: Code
    state_since: datetime
    batch_id: UUID | None
    blocked_code: str | None
    blocked_reason: str | None
    rule: str
    article: str
    reason: str
    due_on: date | None
    due_article: str | None
    due_statutory: bool | None
    due_note: str | None
    overdue: bool
    fell_away_on: date | None
    """Since when the owner's facts no longer give it."""
    correction_due: bool
    """JPS has, or is about to have, what is not so (訂正を要する)."""
    received_at: datetime
    findings: tuple[FindingView, ...] = ()
    substitutions: tuple[SubstitutionView, ...] = ()
    decisions: tuple[DecisionView, ...] = ()
    """The earliest first; the last one counts."""

    @classmethod
    def of(
        cls,
        one: StoredItem,
        today: date,
        findings: list[Finding] | None = None,
        substitutions: list[ItemSubstitution] | None = None,
        decisions: list[Decision] | None = None,
    ) -> "ItemView":
        item = one.item
        open_ = one.state.value in ("waiting", "in_batch", "sealed", "blocked")
        return cls(
            item_id=item.item_id,
            person_id=one.surviving_id,
            kind=coded(item.kind),
            processing=coded(item.processing),
            corrects=item.corrects,
            source=coded(item.source),
            origin=coded(item.origin),
            document_id=item.document_id,
            occurred_on=item.occurred_on,
            accepted_on=item.accepted_on,
            state=coded(one.state),
            state_since=one.state_since,
            batch_id=one.batch_id,
            blocked_code=one.blocked_code,
            blocked_reason=one.blocked_reason,
            rule=one.rule,
            article=one.article,
            reason=one.rule_reason,
            due_on=one.due_on,
            due_article=one.due_article,
            due_statutory=one.due_statutory,
            due_note=one.due_note,
            overdue=bool(open_ and one.due_on and one.due_on < today),
            fell_away_on=one.fell_away_on,
            correction_due=calls_for_correction(one),
            received_at=one.received_at,
            findings=tuple(map(FindingView.of, findings or ())),
            substitutions=tuple(map(SubstitutionView.of, substitutions or ())),
            decisions=tuple(map(DecisionView.of, decisions or ())),
        )


class Items(View):
    """A page of items; ``next`` goes into ``after`` for the following one."""

    items: tuple[ItemView, ...]
    next: UUID | None = None


class ProvisionView(View):
    """What was given of a person (C23)."""

    item_id: UUID
    recipient: str
    clause: str
    article: str
    items: tuple[str, ...]
    number: bool
    """Whether the record held the individual number."""
    at: datetime
    serial: int
    voided_at: datetime | None
    """Nothing was given after all: the medium was destroyed before it was handed over."""


class PersonItems(View):
    """A person's items and provisions."""

    items: tuple[ItemView, ...]
    provisions: tuple[ProvisionView, ...]


class KindCount(View):
    """How many of a kind."""

    kind: Code
    count: int
    cancellations: int
    """Of these, how many take a report back (取消)."""


class SlipView(View):
    """受渡票 (C22)."""

    handed_on: date
    record_count: int
    receiver: str
    transport: str
    handed_by: str
    department: str

    @classmethod
    def of(cls, slip: Slip) -> "SlipView":
        return cls(
            handed_on=slip.handed_on,
            record_count=slip.record_count,
            receiver=slip.receiver,
            transport=slip.transport,
            handed_by=slip.handed_by,
            department=slip.department,
        )


class MediumView(View):
    """A medium, without its bytes."""

    medium_id: UUID
    serial: int
    file_name: str
    created_on: date
    layout_status: Code
    sealed_by: str | None
    sealed_at: datetime | None
    record_count: int | None
    size: int | None
    sha256: str | None
    voided_at: datetime | None
    """It was destroyed before it was handed over (媒体の取消); its serial is not used again."""

    @classmethod
    def of(cls, medium: Medium) -> "MediumView":
        return cls(
            medium_id=medium.medium_id,
            serial=medium.serial,
            file_name=medium.file_name,
            created_on=medium.created_on,
            layout_status=coded(LayoutStatus(medium.layout_status)),
            sealed_by=medium.sealed_by,
            sealed_at=medium.sealed_at,
            record_count=medium.record_count,
            size=medium.size,
            sha256=medium.sha256.hex() if medium.sha256 else None,
            voided_at=medium.voided_at,
        )


class BatchView(View):
    """A batch in figures."""

    batch_id: UUID
    state: Code
    layout_id: str
    chosen: dict[str, Any]
    built_by: str
    built_at: datetime
    checked_at: datetime | None
    closed_at: datetime | None
    item_count: int
    kinds: tuple[KindCount, ...]
    with_errors: int
    with_warnings: int
    with_substitutions: int
    unanswered: int
    held_back: int
    """再審査の差異・本登録取消の提案 hold them back (JR-1205): in no batch, whichever it is."""
    medium: MediumView | None = None
    slip: SlipView | None = None

    @classmethod
    def of(
        cls, batch: Batch, tally: Tally, medium: Medium | None = None, slip: Slip | None = None
    ) -> "BatchView":
        return cls(
            batch_id=batch.batch_id,
            state=coded(batch.state),
            layout_id=batch.layout_id,
            chosen=batch.chosen,
            built_by=batch.built_by,
            built_at=batch.built_at,
            checked_at=batch.checked_at,
            closed_at=batch.closed_at,
            item_count=tally.items,
            kinds=tuple(
                KindCount(
                    kind=coded(kind),
                    count=tally.kinds[kind.value],
                    cancellations=tally.cancellations.get(kind.value, 0),
                )
                for kind in ReportItemKind
                if kind.value in tally.kinds
            ),
            with_errors=tally.with_errors,
            with_warnings=tally.with_warnings,
            with_substitutions=tally.with_substitutions,
            unanswered=tally.unanswered,
            held_back=tally.held_back,
            medium=MediumView.of(medium) if medium else None,
            slip=SlipView.of(slip) if slip else None,
        )


class Batches(View):
    """Batches, the latest first."""

    batches: tuple[BatchView, ...]


class BatchDetail(View):
    """A batch with a page of its items, their findings and substitutions."""

    batch: BatchView
    items: tuple[ItemView, ...]
    next: UUID | None = None
