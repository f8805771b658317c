"""What the gateway takes: the criteria and forms of its routes, and no field beside them (C02).

The owning service checks all of it again and knows what it means; here it is held to its shape.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.events import AuditOperation
from contracts.sealing import SealedNumber


class Query(BaseModel):
    """Query parameters: these and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Body(BaseModel):
    """A JSON body: these fields and no others, each of its own type."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class PersonSearch(Body):
    """検索条件。指定した条件をすべて満たす方を検索します。"""

    name: Annotated[
        str | None, Field(min_length=1, max_length=400, description="氏名・通称の先頭から")
    ] = None
    kana: Annotated[
        str | None, Field(min_length=1, max_length=400, description="フリガナの先頭から")
    ] = None
    birth_date: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=72,
            description="生年月日（年月・年だけでも可、西暦・和暦）",
            examples=["1985-05-02", "昭和60年5月"],
        ),
    ] = None
    addressee_number: Annotated[
        str | None, Field(min_length=1, max_length=40, description="宛名番号")
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
        date | None, Field(description="この日までに記録されていた内容で資格履歴を表示する")
    ] = None


class AuditQuery(Query):
    """記録の検索条件。"""

    person_id: UUID | None = None
    staff_id: Annotated[str | None, Field(max_length=100)] = None
    operation: AuditOperation | None = None
    number_accessed: bool | None = None
    since: Annotated[AwareDatetime | None, Field(description="この時刻以後")] = None
    until: Annotated[AwareDatetime | None, Field(description="この時刻より前")] = None
    after: Annotated[str | None, Field(max_length=100, description="前の頁の next")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100
