"""The choices that every form offers beside its own fields, with their labels, for a console."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from contracts.codes import Code
from contracts.forms.channels import (
    Channel,
    ChannelRule,
    ExOfficioGround,
    Notifier,
    channel_rules,
)
from contracts.forms.submission import AttachmentState, ProxyAuthority
from contracts.forms.verification import NumberVerification, PersonVerification


class Option(BaseModel):
    """One code with its label."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    label: str


class EntryChoices(BaseModel):
    """What can be chosen of how a form came in, of its documents and of the identity check."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: tuple[Option, ...]
    channel_rules: tuple[ChannelRule, ...]
    """What is verified on each channel, and since when."""
    notifiers: tuple[Option, ...]
    ex_officio_grounds: tuple[Option, ...]
    attachment_states: tuple[Option, ...]
    number_verifications: tuple[Option, ...]
    person_verifications: tuple[Option, ...]
    proxy_authorities: tuple[Option, ...]


def entry_choices() -> EntryChoices:
    """The choices, in their order."""
    return EntryChoices(
        channels=_options(Channel),
        channel_rules=channel_rules(),
        notifiers=_options(Notifier),
        ex_officio_grounds=_options(ExOfficioGround),
        attachment_states=_options(AttachmentState),
        number_verifications=_options(NumberVerification),
        person_verifications=_options(PersonVerification),
        proxy_authorities=_options(ProxyAuthority),
    )


def _options(codes: Iterable[Code]) -> tuple[Option, ...]:
    return tuple(Option(code=code.value, label=code.label) for code in codes)
