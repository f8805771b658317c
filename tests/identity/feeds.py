"""Records of other systems as tests tell them: what is not said is ordinary."""

from datetime import date
from typing import Any

from contracts.codes import Sex
from contracts.events import (
    DisabilityCertificatesRecorded,
    FeedChange,
    FourAttributes,
    HealthInsuranceRecorded,
    IncomeRecorded,
    LongTermCareRecorded,
    PublicAssistanceRecorded,
)
from contracts.events.feeds import FeedRecord
from contracts.events.income import Income, IncomeStanding
from contracts.events.insurance import CareInsuredKind, HealthInsurancePeriod, LongTermCarePeriod
from contracts.events.residents import Address, PersonName
from contracts.events.welfare import (
    AssistanceKind,
    AssistancePeriod,
    CertificateKind,
    DisabilityCertificate,
)
from tests.identity.people import day

TAX_NUMBER = "T00001"
"""花子's number at the tax system, which is nobody else's business."""


def attributes(**items: Any) -> FourAttributes:
    """花子 as `tests.identity.people.record` has her."""
    ordinary: dict[str, Any] = {
        "name": PersonName(kanji="山田　花子", kana="ヤマダ　ハナコ"),
        "address": Address(text="千葉市中央区中央一丁目１番１号"),
        "birth_date": day("1985-05-02"),
        "sex": Sex.FEMALE,
    }
    if isinstance(items.get("name"), str):
        items["name"] = PersonName(kanji=items["name"])
    if isinstance(items.get("address"), str):
        items["address"] = Address(text=items["address"])
    if isinstance(items.get("birth_date"), str):
        items["birth_date"] = day(items["birth_date"])
    return FourAttributes(**{**ordinary, **items})


def income(
    levy_year: int = 2026,
    *,
    number: str = TAX_NUMBER,
    version: int = 1,
    standing: IncomeStanding = IncomeStanding.DECLARED,
    change: FeedChange = FeedChange.RECORDED,
    told: FourAttributes | None = None,
    **items: Any,
) -> IncomeRecorded:
    """花子's income: 1,200,000 yen and one dependant under 16."""
    declared = Income(**{"total_income": 1_200_000, "dependants_under_16": 1, **items})
    return IncomeRecorded(
        record_version=version, change=change, addressee_number=number,
        person=told or attributes(), reported_on=date(levy_year, 6, 10), levy_year=levy_year,
        income_year=levy_year - 1, standing=standing,
        income=declared if standing is IncomeStanding.DECLARED else None,
    )  # fmt: skip


def _around(number: str, version: int, told: FourAttributes | None) -> dict[str, Any]:
    return {
        "record_version": version, "change": FeedChange.RECORDED, "addressee_number": number,
        "person": told or attributes(), "reported_on": date(2026, 4, 1),
    }  # fmt: skip


def assistance(
    *spans: tuple[AssistanceKind, date, date | None],
    number: str = "W00001",
    version: int = 1,
    told: FourAttributes | None = None,
) -> PublicAssistanceRecorded:
    """生活扶助 since April 2024, or the spans that are given."""
    chosen = spans or ((AssistanceKind.LIVELIHOOD, date(2024, 4, 1), None),)
    return PublicAssistanceRecorded(
        **_around(number, version, told),
        periods=tuple(AssistancePeriod(kind=k, first=f, last=last) for k, f, last in chosen),
    )


def certificates(number: str = "W00001", version: int = 1) -> DisabilityCertificatesRecorded:
    """身体障害者手帳 2級, since 2019."""
    return DisabilityCertificatesRecorded(
        **_around(number, version, None),
        certificates=(
            DisabilityCertificate(
                kind=CertificateKind.PHYSICAL, grade="2級", issued_on=date(2019, 7, 1)
            ),
        ),
    )


def health(number: str = "K00001", version: int = 1) -> HealthInsuranceRecorded:
    """国保 from 2020 to 2023, and again since 2025."""
    return HealthInsuranceRecorded(
        **_around(number, version, None),
        periods=(
            HealthInsurancePeriod(
                acquired_on=date(2020, 4, 1), acquisition_reason="転入",
                lost_on=date(2023, 4, 1), loss_reason="社保加入",
            ),
            HealthInsurancePeriod(acquired_on=date(2025, 10, 1), acquisition_reason="社保離脱"),
        ),
    )  # fmt: skip


def care(number: str = "N00001", version: int = 1) -> LongTermCareRecorded:
    """介護保険 第2号."""
    return LongTermCareRecorded(
        **_around(number, version, None),
        periods=(LongTermCarePeriod(acquired_on=date(2025, 5, 1), kind=CareInsuredKind.SECOND),),
    )


EVERY_FEED: tuple[FeedRecord, ...] = (income(), assistance(), certificates(), health(), care())
