"""A form as a counter hands it in: values, documents, and how number and person were verified."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import Code
from contracts.days import Day
from contracts.forms.declaration import EnteredValue


class NumberVerification(Code):
    """How the individual number was verified (番号法16条, 同施行令12条)."""

    INDIVIDUAL_NUMBER_CARD = "individual_number_card", "個人番号カード"
    NOTIFICATION_CARD = "notification_card", "通知カード（記載事項が住民票と一致するもの）"
    RESIDENT_RECORD = "resident_record", "個人番号が記載された住民票の写し等"
    REGISTER_INQUIRY = "register_inquiry", "住民基本台帳等による確認"
    NOT_ASSIGNED = "not_assigned", "個人番号を有しない者（国外居住者等）"
    NOT_GIVEN = "not_given", "個人番号の記載なし"


class PersonVerification(Code):
    """How it was verified who stands at the counter (番号法16条, 同施行規則)."""

    INDIVIDUAL_NUMBER_CARD = "individual_number_card", "個人番号カード"
    DRIVING_LICENCE = "driving_licence", "運転免許証・運転経歴証明書"
    PASSPORT = "passport", "旅券"
    RESIDENCE_CARD = "residence_card", "在留カード・特別永住者証明書"
    DISABILITY_CERTIFICATE = (
        "disability_certificate",
        "身体障害者手帳・療育手帳・精神障害者保健福祉手帳",
    )
    OTHER_PHOTO_DOCUMENT = "other_photo_document", "その他の写真付き公的証明書"
    TWO_DOCUMENTS = "two_documents", "写真のない書類２点以上"
    ELECTRONIC_SIGNATURE = "electronic_signature", "公的個人認証（電子申請）"


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


class Channel(Code):
    """How a form reached the municipality."""

    COUNTER = "counter", "窓口"
    POST = "post", "郵送"
    ELECTRONIC = "electronic", "電子申請"


class Submission(_Entered):
    """One form as handed in."""

    received_on: Day
    """受付日: the day it reached the municipality, from which the 14 days of 規則9条 run."""
    channel: Channel = Channel.COUNTER
    values: dict[str, EnteredValue | None]
    attachments: tuple[AttachmentRecord, ...] = ()
    identity_check: IdentityCheck | None = None

    def with_documents(self, later: Sequence[AttachmentRecord]) -> Self:
        """The same with documents that came in later in the place of what was there."""
        records = {record.code: record for record in (*self.attachments, *later)}
        return self.model_copy(update={"attachments": tuple(records.values())})
