"""A question without a person: what follows for somebody of whom only this is so (窓口試算).

What the counter keys in is used for the answer and kept nowhere.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.days import Day


class _Keyed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class StayInJapan(_Keyed):
    """国内に住所を有した期間。"""

    began: Day
    came: Annotated[
        Literal["birth", "abroad", "elsewhere"],
        Field(description="birth 出生・abroad 国外から・elsewhere 国内の他市区町村から"),
    ]
    moved_abroad_on: Annotated[Day | None, Field(description="国外へ転出した日")] = None


class StayInCategory(_Keyed):
    """第２号・第３号被保険者であった期間。"""

    category: Literal[2, 3]
    began: Annotated[Day | None, Field(description="不明な場合は空欄")] = None
    ended: Annotated[Day | None, Field(description="資格喪失日（退職日の翌日等）")] = None


class Benefit(_Keyed):
    """老齢給付の受給権。"""

    kind: Annotated[
        Literal["employees", "basic", "early"],
        Field(description="employees 厚生年金等・basic 老齢基礎年金・early 繰上げ"),
    ]
    entitled_on: Day
    ended_on: Day | None = None


class Voluntary(_Keyed):
    """任意加入に関する出来事。"""

    event: Literal[
        "applied",
        "withdrawn",
        "demand_expired",
        "unpaid_since",
        "paid",
        "nationality_lost",
        "months_reached",
        "premium_paid_on",
    ]
    on: Day
    credited_months: Annotated[
        int | None, Field(ge=0, le=1000, description="申出の前月までの納付月数等")
    ] = None


class Overseas(_Keyed):
    """第３号被保険者の国外居住の特例（施行規則1条の3）。"""

    reason: Literal["study", "accompanying", "temporary", "married_abroad", "other"]
    began: Day
    ended: Day | None = None


class WhatIf(_Keyed):
    """窓口試算の前提。個人を特定する項目はありません。"""

    birth_date: Day
    japanese: bool = True
    residence_status: Annotated[
        str | None, Field(min_length=1, max_length=40, description="在留資格（外国人の場合）")
    ] = None
    as_of: Annotated[
        Day | None, Field(description="この日までを表示する（本日より後でもよい）")
    ] = None
    stays_in_japan: Annotated[tuple[StayInJapan, ...], Field(min_length=1, max_length=20)]
    died_on: Day | None = None
    categories: Annotated[tuple[StayInCategory, ...], Field(max_length=50)] = ()
    benefits: Annotated[tuple[Benefit, ...], Field(max_length=10)] = ()
    no_right_on: Annotated[
        Day | None, Field(description="老齢給付の受給権がないことを確認した日")
    ] = None
    voluntary: Annotated[tuple[Voluntary, ...], Field(max_length=50)] = ()
    overseas: Annotated[tuple[Overseas, ...], Field(max_length=20)] = ()
