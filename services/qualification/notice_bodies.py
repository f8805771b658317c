"""What staff send about a notice."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.forms import AttachmentRecord, FreeText, Submission


class NoticeRequest(Submission):
    """A notice as the counter hands it in."""

    form: Annotated[str, Field(max_length=60)]
    """The kind of form, see ``GET /notice-forms``."""
    person_id: UUID
    mends: UUID | None = None
    """The returned notice that this one puts right."""


class SettleRequest(BaseModel):
    """What the settling staff member adds: documents that came in since (C07)."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    attachments: Annotated[tuple[AttachmentRecord, ...], Field(max_length=50)] = ()


class WithdrawRequest(BaseModel):
    """Why a notice is withdrawn."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    reason: FreeText
