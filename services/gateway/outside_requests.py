"""What the gateway takes on ``/outside-persons`` and ``/nobodys-numbers``: no other field (C02)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.codes import Sex
from contracts.events.residents import Address, PersonName, ResidenceStatus
from contracts.forms import NumberVerification, PersonVerification
from services.gateway.requests import Body, NumberSearch, Query, State

Number = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,15}$")]


class EnteredPerson(Body):
    """住登外者の4情報と国籍。外国人の方は通称と在留資格も。"""

    name: PersonName
    address: Address
    birth_date: Annotated[
        str, Field(min_length=1, max_length=72, description="生年月日（西暦・和暦、不詳日も可）")
    ]
    sex: Sex
    nationality: Annotated[str, Field(min_length=1, max_length=100)] = "日本"
    alias: Annotated[PersonName | None, Field(description="通称（外国人の方のみ）")] = None
    residence_status: Annotated[
        ResidenceStatus | None, Field(description="在留資格とその期間（外国人の方のみ）")
    ] = None


class NobodysRecord(Body):
    """該当者のない他システムの記録。"""

    system: State
    addressee_number: Number


class OutsideNumber(NumberSearch):
    """住登外者の個人番号（ブラウザーで封緘したもの）と、本人確認の方法。"""

    number_verification: Annotated[
        NumberVerification, Field(description="番号確認の方法（番号の記載のないものは除く）")
    ]
    person_verification: Annotated[
        PersonVerification | None,
        Field(description="身元確認の方法。住民基本台帳等に照会した場合は空欄"),
    ] = None


class PersonAndNumber(EnteredPerson):
    """登録しようとする住登外者と個人番号。その番号の登録されている方も表示します。"""

    number: Annotated[NumberSearch, Field(description="個人番号（ブラウザーで封緘したもの）")]


class NewOutsidePerson(Body):
    """住登外者の登録。入力するか、他システムの記録を引き継ぎます。"""

    person: EnteredPerson | None = None
    taken_over: NobodysRecord | None = None
    looked_at: Annotated[
        tuple[UUID, ...], Field(max_length=200, description="確認し、別人と判断した候補")
    ] = ()


class NewNumberedPerson(NewOutsidePerson):
    """住登外者と個人番号の登録。一つの提案として、併せて確定されます。"""

    number: Annotated[OutsideNumber, Field(description="個人番号と本人確認の方法")]


class OutsideChange(Body):
    """訂正（person）、死亡（died_on）または登録の取消し。"""

    step: Annotated[
        State, Field(description="correction（訂正）、death（死亡）または cancellation（取消し）")
    ]
    person: EnteredPerson | None = None
    died_on: Annotated[
        str | None, Field(min_length=1, max_length=72, description="死亡日（不詳日も可）")
    ] = None


class OutsideQuery(Query):
    """確定待ちの一覧の条件。"""

    after: Annotated[UUID | None, Field(description="前の頁の最後の entry_id")] = None


class NobodysQuery(Query):
    """該当者なしの一覧の条件。"""

    system: Annotated[State | None, Field(description="送付元のシステム")] = None
    after_system: Annotated[State | None, Field(description="前の頁の最後の system")] = None
    after_number: Annotated[Number | None, Field(description="前の頁の最後の addressee_number")] = (
        None
    )
