"""A question about exemption without a person: which kinds would pass, at what cost (窓口試算).

What the counter keys in is used for the answer and kept nowhere.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.days import Day
from contracts.months import Month

Amount = Annotated[int, Field(strict=True, ge=0, le=999_999_999_999)]
Head = Annotated[int, Field(strict=True, ge=0, le=99)]


class Keyed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class IncomeKeyed(Keyed):
    """1人の1年分の所得。記入しない額・人数は0とする。"""

    income_year: Annotated[int, Field(strict=True, ge=2000, le=2100, description="所得のあった年")]
    standing: Annotated[
        Literal["told", "not_declared", "no_record"],
        Field(description="told 所得が分かる・not_declared 未申告・no_record 当市に記録なし"),
    ] = "told"
    total_income: Annotated[
        int,
        Field(strict=True, ge=-999_999_999_999, le=999_999_999_999, description="合計所得金額"),
    ] = 0
    dependants_general: Annotated[Head, Field(description="一般扶養（16〜18歳を含む）")] = 0
    aged_16_to_18: Annotated[
        Head | None, Field(description="うち19歳未満の控除対象扶養親族。分からなければ空欄")
    ] = None
    dependants_elderly: Annotated[Head, Field(description="老人扶養")] = 0
    dependants_specified: Annotated[Head, Field(description="特定扶養")] = 0
    dependants_under_16: Annotated[Head, Field(description="16歳未満の扶養親族")] = 0
    spouse: Annotated[
        Literal["none", "general", "elderly"],
        Field(description="同一生計配偶者: none なし・general 70歳未満・elderly 70歳以上"),
    ] = "none"
    dependants_disabled: Head = 0
    dependants_severely_disabled: Head = 0
    self_disability: Literal["none", "ordinary", "severe"] = "none"
    self_widow_or_single_parent: Literal["none", "widow", "single_parent"] = "none"
    self_working_student: bool = False
    net_loss_carried: Annotated[Amount, Field(description="繰越控除額")] = 0
    casualty_loss_deduction: Amount = 0
    social_insurance_deduction: Amount = 0
    medical_deduction: Amount = 0
    special_spouse_deduction: Amount = 0
    other_deductions: Annotated[
        Amount | None,
        Field(description="小規模企業共済等掛金・特定親族特別・雑損失の繰越・肉用牛。不明なら空欄"),
    ] = None


class PersonKeyed(Keyed):
    """本人・配偶者・世帯主の所得と失業。"""

    incomes: Annotated[tuple[IncomeKeyed, ...], Field(max_length=10)] = ()
    left_work_on: Annotated[Day | None, Field(description="離職日・廃業日")] = None
    left_work_shown: Annotated[bool, Field(description="離職票等を確認した")] = False


class SpouseKeyed(PersonKeyed):
    """配偶者（事実婚を含む）。"""

    since: Annotated[Day | None, Field(description="婚姻等の日。前からなら空欄")] = None
    until: Annotated[Day | None, Field(description="離婚等の日。続いていれば空欄")] = None
    violent: Annotated[bool, Field(description="この配偶者から暴力を受けた")] = False


class BirthKeyed(Keyed):
    """出産・育児。予定日か出産日の少なくとも一方。"""

    due_on: Day | None = None
    born_on: Annotated[Day | None, Field(description="届出前に出産していれば出産日")] = None
    multiple: Annotated[bool, Field(description="多胎")] = False
    mother: Annotated[bool, Field(description="本人が出産する（父・養親等は false）")] = True
    raises_child: Annotated[bool, Field(description="子を養育する")] = True


class StatutoryKeyed(Keyed):
    """法定免除の事由（障害年金2級以上・生活扶助等）。"""

    since: Annotated[Day, Field(description="該当した日（裁定・開始日）")]
    until: Annotated[Day | None, Field(description="該当しなくなった日")] = None


class SpanKeyed(Keyed):
    """月の期間（両端を含む）。"""

    first: Month
    last: Month | None = None


class SchoolKeyed(Keyed):
    """在学期間（対象校）。"""

    first: Day
    last: Day | None = None


class ExemptionWhatIf(Keyed):
    """免除等の窓口試算の前提。個人を特定する項目は、任意の person_id だけです。"""

    person_id: Annotated[
        UUID | None,
        Field(
            description="本人の同意を得て、日本年金機構の決定を併せて表示する個人。空欄なら個人によらない試算"
        ),
    ] = None
    birth_date: Day
    applied_on: Annotated[Day | None, Field(description="申請日。空欄は本日")] = None
    first: Annotated[Month, Field(description="試算する最初の月")]
    last: Annotated[Month, Field(description="試算する最後の月（60月以内）")]
    order: Annotated[
        tuple[Literal["full", "three_quarters", "half", "quarter", "deferment"], ...],
        Field(max_length=5, description="審査を希望する区分と順序。空欄は様式の順"),
    ] = ()
    applicant: PersonKeyed
    spouse: SpouseKeyed | None = None
    householder_is: Annotated[
        Literal["applicant", "spouse", "other", "unknown"],
        Field(description="世帯主: applicant 本人・spouse 配偶者・other その他・unknown 不明"),
    ] = "applicant"
    householder: Annotated[
        PersonKeyed | None, Field(description="世帯主（その他の場合）の所得と失業")
    ] = None
    not_category_1: Annotated[
        tuple[SpanKeyed, ...],
        Field(max_length=20, description="第１号被保険者でない月（任意加入を含む）"),
    ] = ()
    paid: Annotated[tuple[SpanKeyed, ...], Field(max_length=20, description="納付済の月")] = ()
    schools: Annotated[tuple[SchoolKeyed, ...], Field(max_length=10)] = ()
    births: Annotated[tuple[BirthKeyed, ...], Field(max_length=10)] = ()
    statutory: Annotated[tuple[StatutoryKeyed, ...], Field(max_length=5)] = ()
    assistance: Annotated[
        tuple[SpanKeyed, ...], Field(max_length=10, description="生活扶助以外の扶助を受ける月")
    ] = ()
    special_disability_benefit: Annotated[
        tuple[SpanKeyed, ...], Field(max_length=5, description="特別障害給付金を受ける月")
    ] = ()
    disaster_on: Annotated[
        Day | None, Field(description="財産の2分の1以上の損害を受けた災害の日")
    ] = None
    violence_since: Annotated[Day | None, Field(description="配偶者からの暴力を受けた時期")] = None
    in_difficulty: Annotated[
        bool | None, Field(description="暴力による申請で、納付が困難と認められる")
    ] = None
