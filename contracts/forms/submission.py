"""A form as a counter hands it in: values, documents, and how number and person were verified."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import Code
from contracts.days import Day
from contracts.forms.channels import Channel, ExOfficio, Notifier
from contracts.forms.declaration import EnteredValue
from contracts.forms.verification import NumberVerification, PersonVerification


class ProxyAuthority(Code):
    """What shows that a proxy may act (同施行令12条2項1号)."""

    POWER_OF_ATTORNEY = "power_of_attorney", "委任状"
    FAMILY_REGISTER = "family_register", "戸籍謄本等（法定代理人）"
    GUARDIANSHIP = "guardianship", "登記事項証明書（成年後見人等）"
    HOUSEHOLDER = "householder", "世帯主（国民年金法12条2項、委任状不要）"
    """Only for a form that says so: the householder notifies in the person's place by law."""
    OTHER = "other", "その他代理権を確認できる書類"


class _Entered(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Proxy(_Entered):
    """代理人: who acts for the person, and with what authority."""

    name: Annotated[str, Field(min_length=1, max_length=400)]
    relationship: Annotated[str, Field(min_length=1, max_length=100)]
    authority: ProxyAuthority


class IdentityCheck(_Entered):
    """本人確認 (C05): how number and person were verified.

    With a proxy, ``person`` is how the proxy was verified, ``number`` how the principal's number.
    """

    number: NumberVerification
    person: PersonVerification
    proxy: Proxy | None = None


class AttachmentState(Code):
    """What became of a document at the counter (C07)."""

    CHECKED = "checked", "確認済"
    MISSING = "missing", "未提出"
    WAIVED = "waived", "省略"


class AttachmentRecord(_Entered):
    """One document as the counter found it."""

    code: Annotated[str, Field(max_length=60)]
    state: AttachmentState
    waiver: Annotated[str, Field(max_length=60)] | None = None
    """The code of the reason, where it is waived."""


class Submission(_Entered):
    """One form as handed in."""

    received_on: Day
    """受付日: the day it reached the municipality, from which the 14 days of 規則9条 run."""
    channel: Channel = Channel.COUNTER
    notifier: Notifier | None = None
    """Who handed it in. Not told: see `notifier_of`."""
    ex_officio: ExOfficio | None = None
    """職権: why, and who ordered it. With the channel of that name, and with no other."""
    values: dict[str, EnteredValue | None]
    attachments: tuple[AttachmentRecord, ...] = ()
    identity_check: IdentityCheck | None = None

    def with_documents(self, later: Sequence[AttachmentRecord]) -> Self:
        """The same with documents that came in later in the place of what was there."""
        if not later:
            return self
        records = {record.code: record for record in (*self.attachments, *later)}
        return self.model_copy(update={"attachments": tuple(records.values())})
