"""Households drawn by lot, the same for the same seed: all that a review may have to do with."""

from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar

from contracts.dates import DatePrecision, UncertainDate
from contracts.events import FactOutcome
from contracts.events.income import DeductibleSpouse, SelfDisability, WidowOrSingleParent
from contracts.events.welfare import (
    AssistanceKind,
    AssistancePeriod,
    CertificateKind,
    DisabilityCertificate,
)
from contracts.months import Month
from services.exemptions.domain.application.cycles import Months
from services.exemptions.domain.application.facts import (
    Application,
    Assistance,
    Case,
    Disaster,
    Enrolment,
    JobLoss,
    Schooling,
    Someone,
    Spell,
    Violence,
)
from services.exemptions.domain.application.income import YearIncome
from services.exemptions.domain.application.kinds import LAWS
from services.exemptions.domain.kinds import ExemptionKind as Kind
from tests.exemptions.households import NOTHING

T = TypeVar("T")
UNKNOWN = UncertainDate(precision=DatePrecision.UNKNOWN, notation="不詳")
NOT_STUDENT = tuple(kind for kind in LAWS if kind is not Kind.STUDENT)
EDGES = (0, 670_000, 670_001, 880_000, 1_280_000, 1_350_000, 1_350_001, 1_680_000)


class Lot:
    """A source of households."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def chance(self, per_cent: int) -> bool:
        return self.random.randrange(100) < per_cent

    def one(self, *of: T) -> T:
        return self.random.choice(of)

    def day(self, first: str, last: str) -> date:
        low, high = date.fromisoformat(first), date.fromisoformat(last)
        day = low + timedelta(days=self.random.randrange((high - low).days + 1))
        # The ends of months are where rules differ.
        return day if self.chance(70) else Month.of(day).last_day

    def told_day(self, first: str, last: str) -> UncertainDate:
        return UNKNOWN if self.chance(8) else UncertainDate.exact(self.day(first, last))

    def maybe(self, value: T, per_cent: int = 3) -> T | None:
        return None if self.chance(per_cent) else value

    def months(self) -> Months:
        first = Month(2024, 1) + self.random.randrange(40)
        return Months(first, first + self.random.randrange(15))

    def year(self) -> YearIncome:
        if self.chance(8):
            outcome = self.one(*(o for o in FactOutcome if o is not FactOutcome.VALUE))
            return YearIncome(outcome)
        few = self.random.choices((0, 1, 2), (80, 15, 5))[0]
        total = self.random.randrange(0, 320) * 10_000 + self.one(0, 0, 1)
        items: dict[str, Any] = {
            "total_income": self.one(
                total, total, total, *EDGES[:1], *self.random.sample(EDGES, 1)
            ),
            "dependants_general": few if self.chance(30) else 0,
            "dependants_elderly": few if self.chance(20) else 0,
            "dependants_specified": few if self.chance(20) else 0,
            "dependants_under_16": self.random.randrange(3),
            "deductible_spouse": self.one(*DeductibleSpouse),
            "dependants_disabled": int(self.chance(5)),
            "dependants_severely_disabled": int(self.chance(5)),
            "self_disability": SelfDisability.NONE
            if self.chance(85)
            else self.one(*SelfDisability),
            "self_widow_or_single_parent": WidowOrSingleParent.NONE
            if self.chance(85)
            else self.one(*WidowOrSingleParent),
            "self_working_student": self.chance(5),
            "net_loss_carried": self.one(0, 0, 0, 300_000, -300_000),
            "casualty_loss_deduction": self.one(0, 0, 0, 120_000),
            "medical_deduction": self.one(0, 0, 84_000),
            "social_insurance_deduction": self.one(0, 210_000, 350_000),
            "special_spouse_deduction": self.one(0, 0, 330_000),
        }
        told = NOTHING.model_copy(update={key: self.maybe(v) for key, v in items.items()})
        general = items["dependants_general"]
        stated = self.maybe(self.random.randrange(general + 1), 30)
        return YearIncome(FactOutcome.VALUE, told, stated, self.maybe(self.one(0, 84_000), 50))

    def someone(self) -> Someone:
        cards: tuple[DisabilityCertificate, ...] = ()
        if self.chance(6):
            issued = self.day("2020-01-01", "2026-06-30")
            until = self.maybe(
                max(issued, date(self.one(2023, 2024, 2025), 12, self.one(30, 31))), 50
            )
            cards = (
                DisabilityCertificate(
                    kind=self.one(*CertificateKind), grade="2級", issued_on=issued, valid_to=until
                ),
            )
        losses: tuple[JobLoss, ...] = ()
        if self.chance(15):
            losses = (JobLoss(self.told_day("2022-11-01", "2027-02-28"), self.chance(80)),)
        return Someone(
            incomes={year: self.year() for year in range(2021, 2027) if self.chance(97)},
            certificates=cards,
            certificates_outcome=FactOutcome.VALUE
            if cards
            else self.one(*FactOutcome)
            if self.chance(5)
            else FactOutcome.NO_RECORD,
            job_losses=losses,
        )

    def spells(self, *keys: str) -> tuple[Spell, ...]:
        if len(keys) == 1 and self.chance(60):
            return (Spell(keys[0]),)
        cut = self.day("2024-01-01", "2027-03-31")
        if len(keys) == 1:
            edge = UNKNOWN if self.chance(15) else UncertainDate.exact(cut)
            return (Spell(keys[0], first=edge) if self.chance(50) else Spell(keys[0], last=edge),)
        before = UncertainDate.exact(cut)
        after = UncertainDate.exact(cut + timedelta(days=1))
        return (Spell(keys[0], last=before), Spell(keys[1], first=after))

    def case(self) -> Case:
        people = {key: self.someone() for key in ("applicant", "spouse", "parent")}
        if self.chance(3):
            del people["parent"]
        married = self.chance(50)
        heads = self.one(("applicant",), ("parent",), ("spouse",), ("parent", "applicant"))
        whole = {Month(2020, 1) + n for n in range(120)}
        return Case(
            birth_date=self.told_day("1974-01-01", "2005-12-31"),
            people=people,
            householders=(Spell(heads[0]),) if len(heads) == 1 else self.spells(*heads),
            spouses=self.maybe(self.spells("spouse") if married else (), 4),
            category_1=frozenset(m for m in whole if not self.chance(3)),
            undecided=frozenset(m for m in whole if self.chance(2)),
            paid=frozenset(m for m in whole if self.chance(3)),
            taken={m: self.one(Kind.MATERNITY, Kind.STATUTORY) for m in whole if self.chance(2)},
            enrolments=self.enrolments(),
            assistance=self.assistance(),
            disasters=self.disasters(),
            violence=(self.violence(),) if self.chance(8) else (),
            special_disability_benefit=(self.months(),) if self.chance(4) else (),
            other_hardship=(self.months(),) if self.chance(3) else (),
        )

    def enrolments(self) -> tuple[Enrolment, ...]:
        if not self.chance(20):
            return ()
        first = self.day("2023-04-01", "2026-10-01")
        last = self.maybe(first + timedelta(days=self.random.randrange(30, 900)), 30)
        return (Enrolment(first, last, self.one(*Schooling, Schooling.RECOGNISED)),)

    def assistance(self) -> Assistance:
        if not self.chance(15):
            return Assistance()
        first = self.day("2023-06-01", "2026-12-31")
        period = AssistancePeriod(
            kind=self.one(*AssistanceKind),
            first=first,
            last=self.maybe(first + timedelta(days=self.random.randrange(700)), 30),
        )
        outcome = self.one(*FactOutcome, FactOutcome.VALUE, FactOutcome.VALUE)
        periods = (period,) if outcome is FactOutcome.VALUE else ()
        return Assistance(outcome, periods, self.chance(50), self.chance(20))

    def disasters(self) -> tuple[Disaster, ...]:
        if not self.chance(8):
            return ()
        return (Disaster(self.told_day("2023-01-01", "2026-12-31"), self.one(True, False, None)),)

    def violence(self) -> Violence:
        return Violence(
            "spouse",
            self.told_day("2024-01-01", "2026-12-31"),
            self.maybe(Month(2024, 6) + self.random.randrange(40), 50),
            self.one(True, False, None),
            self.one(True, False, None),
        )

    def application(self) -> Application:
        first = Month(2024, 7) + self.random.randrange(36)
        if self.chance(15):
            order: tuple[Kind, ...] = (Kind.STUDENT,)
        elif self.chance(60):
            order = NOT_STUDENT
        else:
            order = tuple(self.random.sample(NOT_STUDENT, self.random.randrange(1, 6)))
        applied_on = self.day("2026-01-01", "2027-03-31")
        return Application(applied_on, Months(first, first + self.random.randrange(3, 13)), order)
