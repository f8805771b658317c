"""What staff see of entries of any procedure, and what they send."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny

from contracts.forms import AttachmentRecord, EntryChoices, EntryState, Finding, Form, Submission
from contracts.months import Month
from services.exemptions.stores.entries import Entry


class Sent(BaseModel):
    """What staff send: nothing unknown in it, and nothing of it in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NewEntry(Sent):
    """An entry to be accepted."""

    person_id: UUID
    kind: Annotated[str, Field(max_length=60)]
    submission: Submission


class Settling(Sent):
    """What whoever settles an entry says."""

    documents: Annotated[tuple[AttachmentRecord, ...], Field(max_length=50)] = ()
    """Documents that came in since, or that are waived after all."""
    acknowledged: Annotated[
        tuple[Annotated[str, Field(max_length=60)], ...], Field(max_length=50)
    ] = ()
    """Codes of the findings that they looked at."""


class Withdrawal(Sent):
    """Why an entry is withdrawn."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class FormList(EntryChoices):
    """The forms that are accepted today, and the codes that go with each."""

    forms: tuple[Form, ...]


class EntrySummary(BaseModel):
    """An entry in a list."""

    receipt: str
    """受付番号: fiscal year and number."""
    kind: str
    kind_label: str
    person_id: UUID
    state: EntryState
    state_label: str
    received_on: date
    accepted_by: str
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    forwarded_on: date | None

    @classmethod
    def of(cls, entry: Entry, kind_label: str, **more: Any) -> Self:
        """The view of an entry; ``more`` is what it does not say of itself."""
        more |= {"kind_label": kind_label, "state_label": entry.state.label}
        return cls(**more, **{n: getattr(entry, n) for n in cls.model_fields.keys() - more.keys()})


class NoticeSummary(EntrySummary):
    """A notice in a list."""

    notice_id: UUID
    notified_on: date
    from_month: Month | None
    """First month that it brings about; of an end the first that is without."""
    to_month: Month | None


class EntryView(BaseModel):
    """What was handed in, and what the examination finds now."""

    submission: Submission
    withdrawn_reason: str | None
    acknowledged: tuple[str, ...]
    findings: tuple[Finding, ...]
    missing_documents: tuple[str, ...]


class NoticeView(EntryView):
    """A notice with what was handed in and what the examination finds now."""

    notice: SerializeAsAny[NoticeSummary]


class EntryPage(BaseModel):
    """Entries in a state, in the order of their receipt."""

    total: int
    following: int | None
    """What to give as ``after`` to go on; None: this was the end."""


class NoticePage(EntryPage):
    """Notices in a state, in the order of their receipt."""

    notices: tuple[SerializeAsAny[NoticeSummary], ...]
