"""The audit event: every access, decision and provision, from every service (C18, C23)."""

from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import Field, StrictBool, model_validator

from contracts.codes import Code, OpenCode
from contracts.days import Moment
from contracts.events.base import Data, Event
from contracts.topics import AUDIT_EVENTS, Topic


class AuditOperation(OpenCode):
    """What was done. ``label`` is how the record is shown to staff."""

    SIGN_IN = "sign_in", "認証"
    SIGN_OUT = "sign_out", "ログオフ"
    INQUIRY = "inquiry", "照会"
    SEARCH = "search", "検索"
    MASS_SEARCH = "mass_search", "大量検索"
    ENTRY_PROVISIONAL = "entry_provisional", "仮登録"
    ENTRY_SETTLED = "entry_settled", "本登録"
    ENTRY_CANCELLED = "entry_cancelled", "取消"
    TOKENISE = "tokenise", "個人番号の登録"
    NUMBER_LOOKUP = "number_lookup", "個人番号による検索"
    NUMBER_REVEAL = "number_reveal", "個人番号の表示"
    LINKAGE = "linkage", "庁内連携"
    BATCH_BUILT = "batch_built", "報告データ作成"
    MEDIUM_SEALED = "medium_sealed", "媒体作成"
    PROVISION = "provision", "特定個人情報の提供"
    DEAD_LETTER = "dead_letter", "異常データの処理"
    KEY_MANAGEMENT = "key_management", "鍵管理"
    RIGHTS_CHANGE = "rights_change", "権限変更"
    BATCH_JOB = "batch_job", "一括処理"


class AuditOutcome(Code):
    """How it ended. Refused and failed attempts are records too."""

    DONE = "done", "実施"
    REFUSED = "refused", "拒否"
    FAILED = "failed", "該当なし・不成立"


class AuditRecorded(Event):
    """One access, decision or provision. Details are codes and counts, never personal data."""

    TYPE: ClassVar[str] = "nenkin.audit.recorded.v1"
    TOPIC: ClassVar[Topic] = AUDIT_EVENTS

    at: Moment
    operation: AuditOperation
    outcome: AuditOutcome = AuditOutcome.DONE
    staff_id: str | None = None
    """None: the service itself acted."""
    department: str | None = None
    function: str | None = None
    terminal: str | None = None
    session_id: str | None = None
    person_id: UUID | None = None
    count: Annotated[int, Field(strict=True, ge=0)] | None = None
    """How many persons or records, where it is not one."""
    purpose: str | None = None
    legal_basis: str | None = None
    """The clause a provision rests on, e.g. 番号法19条1号."""
    number_accessed: StrictBool = False
    """Whether an individual number was accessed (個人番号へのアクセスの有無)."""
    reference: UUID | None = None
    details: dict[str, str | int | bool] = Field(default_factory=dict)
    sees_sealed: StrictBool = False
    """Whether whoever acted sees sealed persons (支援措置), or keeps their measures: for reviewers
    who see them too."""

    @property
    def record_key(self) -> str | None:
        return str(self.person_id) if self.person_id else None


class AuditRecordOfMany(Data):
    """One of many records that travel together."""

    record_id: UUID
    """What its event's id would be, had it travelled by itself: audit keeps it under this id."""
    record: AuditRecorded


class AuditManyRecorded(Event):
    """Records of one transaction of a service, travelling together, each written out. Audit keeps
    each as if it had come by itself. `AuditAlikeRecorded` has taken its place: no service sends
    this any more."""

    TYPE: ClassVar[str] = "nenkin.audit.many_recorded.v1"
    TOPIC: ClassVar[Topic] = AUDIT_EVENTS

    records: Annotated[tuple[AuditRecordOfMany, ...], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({one.record_id for one in self.records}) != len(self.records):
            raise ValueError("each record is there once")
        return self

    @property
    def record_key(self) -> str | None:
        return self.records[0].record.record_key


class AuditOfPerson(Data):
    """Of whom one of many records is that say the same."""

    record_id: UUID
    """As in `AuditRecordOfMany`."""
    person_id: UUID
    reference: UUID | None = None


class AuditAlike(Data):
    """Records that say the same of different persons."""

    record: AuditRecorded
    """What they say: without person and reference."""
    of: Annotated[tuple[AuditOfPerson, ...], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _says_of_nobody_by_itself(self) -> Self:
        if self.record.person_id is not None or self.record.reference is not None:
            raise ValueError("what is alike is of no person and no reference")
        return self


class AuditAlikeRecorded(Event):
    """Records of one transaction of a service, travelling together: a yearly renewal hands over
    what is known of hundreds of thousands, and what is recorded of each differs in little but the
    person. Audit keeps each as if it had come by itself."""

    TYPE: ClassVar[str] = "nenkin.audit.alike_recorded.v1"
    TOPIC: ClassVar[Topic] = AUDIT_EVENTS

    alike: Annotated[tuple[AuditAlike, ...], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [one.record_id for alike in self.alike for one in alike.of]
        if len(set(ids)) != len(ids):
            raise ValueError("each record is there once")
        return self

    @property
    def record_key(self) -> str:
        return str(self.alike[0].of[0].person_id)
