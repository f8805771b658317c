"""What the other systems of the made-up city know of its residents: the integrated database.

Each record is told from the resident alone (and the seed), so the same city has the same records,
one after the other, in no memory to speak of. The systems number people themselves and write
addresses in their own way (1-2-3 for １丁目２番３号), as real ones do; of one in a few hundred they
know a building that the register does not, which somebody has to look at.
"""

import random
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from contracts.dates import UncertainDate
from contracts.events import (
    DisabilityCertificatesRecorded,
    FeedChange,
    FeedRecord,
    FourAttributes,
    HealthInsuranceRecorded,
    IncomeRecorded,
    LongTermCareRecorded,
    PublicAssistanceRecorded,
)
from contracts.events.income import (
    DeductibleSpouse,
    Income,
    IncomeStanding,
    SelfDisability,
    WidowOrSingleParent,
)
from contracts.events.insurance import (
    CareInsuredKind,
    HealthInsurancePeriod,
    LongTermCarePeriod,
)
from contracts.events.residents import Address
from contracts.events.welfare import (
    AssistanceKind,
    AssistancePeriod,
    CertificateKind,
    DisabilityCertificate,
)
from deploy.upstream.city import Resident

_BLOCK = re.compile(r"([0-9]+)丁目([0-9]+)番([0-9]+)号")
_LEVY_MONTH = 6
"""The levy of a fiscal year is told in June."""


def feed_records(city: Iterable[Resident], *, today: date, seed: int = 1) -> Iterator[FeedRecord]:
    """All that the other systems tell of these residents, person by person."""
    for resident in city:
        rng = random.Random(f"{seed}/feeds/{resident.index}")  # noqa: S311  the same city
        yield from _of(rng, resident, today)


def levy_year(day: date) -> int:
    """賦課年度 whose income the tax system knows on a day."""
    return day.year if day.month >= _LEVY_MONTH else day.year - 1


def _of(rng: random.Random, resident: Resident, today: date) -> Iterator[FeedRecord]:
    record = resident.record
    age = (today - record.birth_date.require()).days // 365
    assert record.became_resident is not None  # the city has nobody else
    since = record.became_resident.on.require()
    # Drawn for everybody alike, so that what one system knows does not hang on another.
    declares, assisted, disabled, insured = (rng.random() for _ in range(4))
    moved = rng.random() < 0.003
    told = _Told(resident, today, moved)
    if age >= 18:
        for year in (levy_year(today) - 1, levy_year(today)):
            yield told.income(rng, year, declares, age)
    if assisted < 0.016:
        yield told.assistance(max(since, today - timedelta(days=rng.randint(10, 2_000))))
    if disabled < 0.07:
        yield told.certificate(rng, max(since, today - timedelta(days=rng.randint(30, 5_000))))
    if insured < 0.2 and age < 75:
        left = insured < 0.02 and 20 <= age < 60
        began = today - timedelta(days=rng.randint(1, 60)) if left else since
        yield told.health_insurance(max(since, began), "社保離脱" if left else "転入")
    if age >= 65:
        yield told.care(max(since, record.birth_date.require() + timedelta(days=65 * 365 + 16)))


_NONE_OF_IT: Final = (
    "dependants_elderly",
    "dependants_specified",
    "dependants_disabled",
    "dependants_severely_disabled",
    "net_loss_carried",
    "casualty_loss_deduction",
    "medical_deduction",
    "special_spouse_deduction",
)


class _Told:
    """A resident as the systems write them."""

    def __init__(self, resident: Resident, today: date, moved: bool) -> None:
        self._index = resident.index
        self._today = today
        record = resident.record
        self._person = FourAttributes(
            name=record.name,
            address=_written(record.address, "別棟２０２号室" if moved else None),
            birth_date=UncertainDate.exact(record.birth_date.require()),
            sex=record.sex,
        )

    def income(self, rng: random.Random, year: int, declares: float, age: int) -> IncomeRecorded:
        """Every twelfth is 未申告; who declares has a wage or a pension, or nothing."""
        standing = IncomeStanding.DECLARED if declares > 0.08 else IncomeStanding.NOT_DECLARED
        income = None
        if standing is IncomeStanding.DECLARED:
            total = rng.choice((0, 0, rng.randint(0, 90) * 10_000, rng.randint(90, 800) * 10_000))
            pension = rng.randint(60, 200) * 10_000 if age >= 65 else 0
            income = Income(
                total_income=total,
                public_pension_receipts=pension,
                public_pension_income=max(pension - 1_100_000, 0),
                dependants_under_16=rng.choice((0, 0, 0, 1, 2)) if age < 60 else 0,
                dependants_general=rng.choice((0, 0, 1)),
                deductible_spouse=rng.choice((DeductibleSpouse.NONE, DeductibleSpouse.GENERAL)),
                social_insurance_deduction=total // 8,
                self_disability=SelfDisability.NONE,
                self_working_student=False,
                self_widow_or_single_parent=WidowOrSingleParent.NONE,
                per_capita_levy=0 if total < 450_000 else 5_000,
                **dict.fromkeys(_NONE_OF_IT, 0),
            )
        return IncomeRecorded(
            record_version=1, change=FeedChange.SNAPSHOT, person=self._person,
            addressee_number=f"T{self._index:09d}", reported_on=date(year, _LEVY_MONTH, 1),
            levy_year=year, income_year=year - 1, standing=standing, income=income,
        )  # fmt: skip

    def assistance(self, first: date) -> PublicAssistanceRecorded:
        """生活扶助, and the rent with it."""
        kinds = (AssistanceKind.LIVELIHOOD, AssistanceKind.HOUSING)
        return PublicAssistanceRecorded(
            record_version=1, change=FeedChange.SNAPSHOT, person=self._person,
            addressee_number=f"W{self._index:09d}", reported_on=self._today,
            periods=tuple(AssistancePeriod(kind=kind, first=first) for kind in kinds),
        )  # fmt: skip

    def certificate(self, rng: random.Random, issued: date) -> DisabilityCertificatesRecorded:
        """A 手帳 of some kind and grade."""
        kind, grade = rng.choice(
            (
                (CertificateKind.PHYSICAL, "1級"), (CertificateKind.PHYSICAL, "4級"),
                (CertificateKind.INTELLECTUAL, "Ａの１"), (CertificateKind.MENTAL, "2級"),
            )
        )  # fmt: skip
        return DisabilityCertificatesRecorded(
            record_version=1, change=FeedChange.SNAPSHOT, person=self._person,
            addressee_number=f"W{self._index:09d}", reported_on=self._today,
            certificates=(DisabilityCertificate(kind=kind, grade=grade, issued_on=issued),),
        )  # fmt: skip

    def health_insurance(self, acquired: date, reason: str) -> HealthInsuranceRecorded:
        """国民健康保険, open."""
        return HealthInsuranceRecorded(
            record_version=1, change=FeedChange.SNAPSHOT, person=self._person,
            addressee_number=f"H{self._index:09d}", reported_on=self._today,
            periods=(HealthInsurancePeriod(acquired_on=acquired, acquisition_reason=reason),),
        )  # fmt: skip

    def care(self, acquired: date) -> LongTermCareRecorded:
        """介護保険, first kind: from 65."""
        return LongTermCareRecorded(
            record_version=1, change=FeedChange.SNAPSHOT, person=self._person,
            addressee_number=f"K{self._index:09d}", reported_on=self._today,
            periods=(LongTermCarePeriod(acquired_on=acquired, kind=CareInsuredKind.FIRST),),
        )  # fmt: skip


def _written(address: Address, building: str | None) -> Address:
    """The address as a system of the nineties keeps it: half-width, hyphens."""
    text = _BLOCK.sub(r"\1-\2-\3", unicodedata.normalize("NFKC", address.text))
    return Address(text=text, building=building or address.building)
