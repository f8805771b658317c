"""所得情報: what the tax system knows of a person's income, a levy year at a time (別添2)."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StrictBool, model_validator

from contracts.codes import Code
from contracts.events.base import Data
from contracts.events.feeds import FeedRecord
from contracts.topics import INBOUND_INCOME, Topic

Yen = Annotated[int, Field(strict=True, ge=-999_999_999_999, le=999_999_999_999)]
"""Whole yen. A loss is negative where the tax system says so."""
Head = Annotated[int, Field(strict=True, ge=0, le=99)]
"""A number of dependants."""
Year = Annotated[int, Field(strict=True, ge=1950, le=2200)]
"""A year: 賦課年度 is the fiscal year, 相当年度 the calendar year that the income is of."""


class IncomeStanding(Code):
    """Whether there is income to speak of. 未申告 is a state of its own: nothing is known, which
    is neither no income nor no record."""

    DECLARED = "declared", "申告済"
    NOT_DECLARED = "not_declared", "未申告"
    WITHDRAWN = "withdrawn", "取消"


class DeductibleSpouse(Code):
    """控除対象配偶者."""

    NONE = "none", "なし"
    GENERAL = "general", "一般"
    ELDERLY = "elderly", "老人"


class SelfDisability(Code):
    """本人障害者区分."""

    NONE = "none", "なし"
    ORDINARY = "ordinary", "普通障害"
    SEVERE = "severe", "特別障害"


class WidowOrSingleParent(Code):
    """本人寡婦区分. The wording until 令和2年度 (寡夫, 特別寡婦) is kept for its years."""

    NONE = "none", "なし"
    WIDOW = "widow", "寡婦"
    SINGLE_PARENT = "single_parent", "ひとり親"
    SPECIAL_WIDOW = "special_widow", "特別寡婦"
    WIDOWER = "widower", "寡夫"


class Income(Data):
    """The items of one levy year. What the tax system does not tell is None, never 0."""

    dependants_general: Head | None = None
    dependants_elderly: Head | None = None
    deductible_spouse: DeductibleSpouse | None = None
    dependants_specified: Head | None = None
    dependants_disabled: Head | None = None
    dependants_severely_disabled: Head | None = None
    dependants_under_16: Head | None = None
    self_disability: SelfDisability | None = None
    self_working_student: StrictBool | None = None
    self_widow_or_single_parent: WidowOrSingleParent | None = None
    public_pension_receipts: Yen | None = None
    public_pension_income: Yen | None = None
    total_income: Yen | None = None
    net_loss_carried: Yen | None = None
    casualty_loss_deduction: Yen | None = None
    social_insurance_deduction: Yen | None = None
    medical_deduction: Yen | None = None
    special_spouse_deduction: Yen | None = None
    per_capita_levy: Yen | None = None


class IncomeRecorded(FeedRecord):
    """A person's income of one levy year, as it stands after the assessment or a correction."""

    TYPE: ClassVar[str] = "nenkin.income.recorded.v1"
    TOPIC: ClassVar[Topic] = INBOUND_INCOME

    source: Literal["tax_system"] = "tax_system"
    levy_year: Year
    """賦課年度."""
    income_year: Year
    """相当年度."""
    standing: IncomeStanding
    income: Income | None = None
    """There is one exactly where income was declared."""

    @model_validator(mode="after")
    def _declared(self) -> Self:
        if (self.income is not None) != (self.standing is IncomeStanding.DECLARED):
            raise ValueError("there is income exactly where it was declared")
        return self

    @property
    def subject(self) -> str:
        return f"income/{self.levy_year}"
