"""What the gateway takes: the criteria and forms of its routes, and no field beside them (C02).

The owning service checks all of it again and knows what it means; here it is held to its shape.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from contracts.codes import Sex
from contracts.days import Day, Moment
from contracts.events import AuditOperation
from contracts.events.residents import Address, PersonName
from contracts.forms import AttachmentRecord, EntryState, FreeText, Submission
from contracts.sealing import SealedNumber


class Query(BaseModel):
    """Query parameters: these and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Body(BaseModel):
    """A JSON body: these fields and no others, each of its own type."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Agreement(Body):
    """提案に同意するか。同意しなければ提案は差し戻されます。"""

    agree: StrictBool


State = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
"""A state of the owning service's own; it knows which there are."""


class PersonSearch(Body):
    """検索条件。指定した条件をすべて満たす方を検索します。"""

    name: Annotated[
        str | None, Field(min_length=1, max_length=400, description="氏名・通称（以前のものも）")
    ] = None
    kana: Annotated[str | None, Field(min_length=1, max_length=400, description="フリガナ")] = None
    match: Annotated[
        Literal["prefix", "whole", "part", "given"],
        Field(
            description="氏名・フリガナの比べ方: prefix 前方一致、whole 完全一致、part 部分一致、"
            "given 名（氏を除く）の前方一致"
        ),
    ] = "prefix"
    birth_date: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=72,
            description="生年月日（年月・年・月日だけでも可、西暦・和暦、元号は省略可）",
            examples=["1985-05-02", "昭和60年5月", "60年5月2日", "5月2日"],
        ),
    ] = None
    sex: Annotated[Sex | None, Field(description="性別（他の条件と併せて指定）")] = None
    address: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=400,
            description="町名または建物名の一部（2文字以上）と、続く番号。前住所・転入元・転出先も",
            examples=["中央一丁目1-1", "コーポ青葉"],
        ),
    ] = None
    addressee_number: Annotated[
        str | None,
        Field(min_length=1, max_length=40, description="宛名番号（他の業務システムのものも）"),
    ] = None
    household_number: Annotated[
        str | None, Field(min_length=1, max_length=40, description="世帯番号")
    ] = None


class NumberSearch(Body):
    """画面で入力し、ブラウザーで封緘した個人番号。"""

    event_id: Annotated[
        UUID, Field(description="封緘ごとにブラウザーが作る識別子（HPKE の info に含める）")
    ]
    sealed_number: SealedNumber


class PersonPageQuery(Query):
    """個人照会の条件。"""

    as_of: Annotated[
        Day | None, Field(description="この日の資格履歴を、この日までに記録された内容で表示する")
    ] = None
    known_at: Annotated[
        Moment | None, Field(description="この時刻までに記録された内容で表示する")
    ] = None


class EnteredAttributes(Body):
    """届書等に書かれている4情報。"""

    name: PersonName
    address: Address
    birth_date: Annotated[
        str,
        Field(min_length=1, max_length=72, description="生年月日（西暦・和暦、不詳日も可）"),
    ]
    sex: Sex


class DaysAsked(Body):
    """期間。"""

    first: Day
    last: Day | None = None


class FactsAsked(Body):
    """照会する事務と項目。所得の項目には賦課年度、その他の項目には期間を指定します。"""

    purpose: Annotated[State, Field(description="事務", examples=["exemption_review"])]
    reference: Annotated[UUID | None, Field(description="申請または請求")] = None
    items: Annotated[tuple[State, ...], Field(min_length=1, max_length=40)]
    levy_years: Annotated[tuple[int, ...], Field(max_length=10, description="賦課年度")] = ()
    span: DaysAsked | None = None


class MeasuresQuery(Query):
    """支援措置の一覧の条件。"""

    due: Annotated[
        bool, Field(description="確認・確定待ち、期間満了間近または満了後のものだけを表示する")
    ] = True
    after: Annotated[UUID | None, Field(description="前の頁の最後の measure_id")] = None


class NewMeasure(Body):
    """支援措置の申出。登録した時点から対象者は権限のない職員に表示されなくなります。"""

    ground: Annotated[State, Field(description="支援措置の事由")]
    applied_on: Annotated[Day, Field(description="申出日")]
    persons: Annotated[
        tuple[UUID, ...],
        Field(min_length=1, max_length=20, description="申出者、併せて支援を求める者の順"),
    ]


class MeasureConfirmation(Body):
    """支援の必要性を確認し、支援措置を開始します。"""

    started_on: Annotated[Day, Field(description="確認の結果を申出者に連絡した日")]


class MeasureLifting(Body):
    """仮支援措置を解除します。"""

    reason: Annotated[State, Field(description="解除の理由")]


class MeasureProposal(Body):
    """延長（申出日）または終了（理由）の提案。"""

    what: Annotated[State, Field(description="extension（延長）または end（終了）")]
    applied_on: Annotated[Day | None, Field(description="延長の申出日")] = None
    reason: Annotated[State | None, Field(description="終了の理由")] = None


class FindingsQuery(Query):
    """個人番号・二重登録の確認事項の一覧の条件。"""

    kind: Annotated[State | None, Field(description="確認事項の種類")] = None
    state: Annotated[State | None, Field(description="状態。省略時は未処理と提案中")] = None
    after: Annotated[UUID | None, Field(description="前の頁の最後の finding_id")] = None


class RaisedFinding(Body):
    """職員が申し立てる確認事項。"""

    kind: Literal["same_person", "merge_doubted", "number_doubted"]
    person_id: UUID
    other_person_id: UUID | None = None


class DecisionProposal(Body):
    """提案する対応。個人番号の正誤は、どの宛名についてかを person_id で示します。"""

    decision: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    person_id: UUID | None = None


class NoticesQuery(Query):
    """審査待ちなどの一覧の条件。"""

    state: EntryState = EntryState.RECEIVED
    after: Annotated[int, Field(ge=0, le=2**53, description="前の頁の最後の番号")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ReceiptsQuery(Query):
    """受付処理簿の条件。"""

    office: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=200,
            pattern=r"^[^\x00-\x1f\x7f]+$",
            description="受付部署（省略時は自部署）",
        ),
    ] = None
    fiscal_year: Annotated[
        int | None, Field(ge=1961, le=9999, description="受付年度（省略時は今年度）")
    ] = None
    after: Annotated[int, Field(ge=0, le=2**31 - 1, description="前の頁の最後の受付番号")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class HandedIn(Submission):
    """届出・申出・請求の内容。"""

    received_on: Annotated[Day, Field(description="受付日")]


class NewNotice(HandedIn):
    """受け付ける届書（様式は `/notice-forms`）。"""

    form: Annotated[str, Field(max_length=60)]
    person_id: UUID
    mends: Annotated[UUID | None, Field(description="訂正する、機構から返戻された届書")] = None


class ReturnedReportsQuery(Query):
    """返戻の一覧の条件。"""

    after: Annotated[UUID | None, Field(description="前の頁の最後の item_id")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class DifferencesQuery(Query):
    """機構の記録との相違の一覧の条件。"""

    after: Annotated[UUID | None, Field(description="前の頁の最後の difference_id")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class SharedNumbersQuery(Query):
    """複数人に記録された基礎年金番号の一覧の条件。"""

    after: Annotated[
        str, Field(pattern=r"^([0-9]{10})?$", description="前の頁の最後の基礎年金番号")
    ] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class WhatWasDone(Body):
    """行った処理の内容。"""

    done: FreeText


class SettleNotice(Body):
    """本登録のときに追加で確認した書類。"""

    attachments: Annotated[tuple[AttachmentRecord, ...], Field(max_length=50)] = ()


class NewAdditionalPremiumNotice(Body):
    """受け付ける付加保険料の申出（様式は `/additional-premium-notice-forms`）。"""

    person_id: UUID
    kind: Annotated[str, Field(max_length=60)]
    submission: HandedIn
    mends: Annotated[UUID | None, Field(description="再提出する返戻された届書")] = None


class NewExemptionNotice(Body):
    """受け付ける法定免除・産前産後免除・育児免除の届出（様式は `/exemption-notice-forms`）。"""

    person_id: UUID
    kind: Annotated[str, Field(max_length=60)]
    submission: HandedIn
    mends: Annotated[UUID | None, Field(description="再提出する返戻された届書")] = None


class NewUnpaidBenefitClaim(Body):
    """受け付ける未支給年金の請求（様式は `/unpaid-benefit-claim-forms`）。"""

    person_id: Annotated[UUID, Field(description="亡くなった受給権者")]
    kind: Annotated[str, Field(max_length=60)]
    submission: HandedIn


class SettleWithFindings(Body):
    """本登録のときに追加で確認した書類と、内容を確認した指摘。"""

    documents: Annotated[tuple[AttachmentRecord, ...], Field(max_length=50)] = ()
    acknowledged: Annotated[
        tuple[Annotated[str, Field(max_length=60)], ...],
        Field(max_length=50, description="内容を確認した指摘の番号"),
    ] = ()


class Withdrawal(Body):
    """取下げの理由。"""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class AuditQuery(Query):
    """記録の検索条件。"""

    person_id: UUID | None = None
    staff_id: Annotated[str | None, Field(max_length=100)] = None
    operation: AuditOperation | None = None
    number_accessed: bool | None = None
    since: Annotated[Moment | None, Field(description="この時刻以後")] = None
    until: Annotated[Moment | None, Field(description="この時刻より前")] = None
    after: Annotated[str | None, Field(max_length=100, description="前の頁の next")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
