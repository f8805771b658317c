"""Applications as the counter sends them, and what identity tells for their review."""

from typing import Any
from uuid import UUID

import asyncpg

from contracts.events import (
    AnsweredAbout,
    AnsweredHousehold,
    AskedAbout,
    ExemptionsFactsAnswered,
    ExemptionsHouseholdFactsAnswered,
    ExemptionsManyHouseholdFactsAnswered,
    FactOutcome,
    FactsRequested,
    HouseholdFactsRequested,
    ManyHouseholdFactsRequested,
    RegisteredAs,
    RegisteredHousehold,
    RegisterOutcome,
    Whose,
)
from contracts.events.facts import (
    DisabilityCertificatesFact,
    IncomeFact,
    PublicAssistanceFact,
)
from contracts.events.income import Income
from contracts.functions import Function
from services.chassis.service import Service
from tests.audit.calling import Caller
from tests.exemptions.counter import sent

CHIEF = ("s002", Function.NOTICE_SETTLE, Function.PERSON_VIEW)
CLERK = ("s001", Function.NOTICE_ACCEPT, Function.PERSON_VIEW)
PATH = "/exemption-applications"
_NOTHING: dict[str, Any] = {
    "dependants_general": 0, "dependants_elderly": 0, "deductible_spouse": "none",
    "dependants_specified": 0, "dependants_disabled": 0, "dependants_severely_disabled": 0,
    "dependants_under_16": 0, "self_disability": "none", "self_working_student": False,
    "self_widow_or_single_parent": "none", "net_loss_carried": 0, "casualty_loss_deduction": 0,
    "social_insurance_deduction": 0, "medical_deduction": 0, "special_spouse_deduction": 0,
}  # fmt: skip

_WANTED = ("full", "three_quarters", "half", "quarter", "deferment")
_CARD = "individual_number_card"


def an_application(person_id: UUID, **entered: Any) -> dict[str, Any]:
    """An application for everything in the cycle of 2026, single and head of the household."""
    values: dict[str, Any] = {
        "applied_on": "R8.10.15",
        "cycle": "2026",
        **dict.fromkeys(_WANTED, True),
        "continuing": False,
        "spouse_status": "none",
        "householder_status": "applicant",
        "attributes_match": True,
    }
    return _sent(person_id, "exemption_application", values | entered)


def a_student_application(person_id: UUID, **entered: Any) -> dict[str, Any]:
    """An application of a university student in the cycle of 2026."""
    values: dict[str, Any] = {
        "applied_on": "R8.10.15",
        "cycle": "2026",
        "school_name": "千葉みなと大学",
        "school_place": "千葉市",
        "school_kind": "university",
        "enrolled_on": "R7.4.1",
        "graduates_on": "R11.3.31",
        "attributes_match": True,
    }
    return _sent(person_id, "student_application", values | entered)


_SHOWN_BY = {
    "applicant_out_of_work_on": "applicant-out-of-work",
    "spouse_out_of_work_on": "spouse-out-of-work",
    "householder_out_of_work_on": "householder-out-of-work",
    "out_of_work_on": "out-of-work",
    "disaster_on": "disaster",
    "violence": "violence",
    "special_disability_benefit": "special-disability-benefit",
    "applicant_other_deductions": "applicant-deductions",
    "spouse_other_deductions": "spouse-deductions",
    "householder_other_deductions": "householder-deductions",
}


def _sent(person_id: UUID, kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """With the documents that always go with the form; those of special cases are yet to come."""
    usual = "student" if kind == "student_application" else "family-statement"
    later = [code for field, code in _SHOWN_BY.items() if values.get(field)]
    return {
        "person_id": str(person_id),
        "kind": kind,
        "submission": {
            "received_on": "2026-10-15",
            "channel": "counter",
            "values": values,
            "attachments": [
                {"code": usual, "state": "checked"},
                *({"code": code, "state": "missing"} for code in later),
            ],
            "identity_check": {"number": _CARD, "person": _CARD},
        },
    }


async def accepted(call: Caller, handed_in: dict[str, Any]) -> list[dict[str, Any]]:
    """What the counter is shown once an application was accepted."""
    answer = await call(*CLERK, post=PATH, json=handed_in)
    assert answer.status_code == 201, answer.text
    shown: list[dict[str, Any]] = answer.json()["applications"]
    return shown


def told(
    request: FactsRequested, *, total: int | None = 450_000, declared: bool = True, **income: Any
) -> ExemptionsFactsAnswered:
    """What identity answers of somebody of this income, without dependants."""
    year = request.levy_years[0]
    if not declared:
        of_year = IncomeFact(outcome=FactOutcome.NOT_DECLARED, levy_year=year)
    else:
        items = {**_NOTHING, "total_income": total, **income}
        of_year = IncomeFact(
            outcome=FactOutcome.VALUE, levy_year=year, income_year=year - 1,
            income=Income.model_validate(items),
        )  # fmt: skip
    return ExemptionsFactsAnswered(
        request_id=request.request_id,
        reference=request.reference,
        person_id=request.person_id,
        income=(of_year,),
        public_assistance=PublicAssistanceFact(outcome=FactOutcome.NO_RECORD),
        disability_certificates=DisabilityCertificatesFact(outcome=FactOutcome.NO_RECORD),
    )  # fmt: skip


def told_together(
    request: HouseholdFactsRequested,
    household: RegisteredHousehold | None = None,
    **income: Any,
) -> ExemptionsHouseholdFactsAnswered:
    """The same of everybody of an application; the register says what the request says, or
    ``household``."""
    people = tuple(
        AnsweredAbout.model_validate(
            told(_alone(request, one), **income).model_dump(include=set(AnsweredAbout.model_fields))
        )
        for one in request.people
    )
    return ExemptionsHouseholdFactsAnswered(
        reference=request.reference,
        applicant_id=request.applicant_id,
        people=people,
        registered_on=request.registered_on,
        registered=household or as_asked(request),
    )


def each_household(many: ManyHouseholdFactsRequested) -> list[HouseholdFactsRequested]:
    """What is asked about each of many applications, as if it were asked by itself."""
    shared = many.model_dump(exclude={"households"})
    return [
        HouseholdFactsRequested.model_validate(one.model_dump() | shared) for one in many.households
    ]


def told_many(
    many: ManyHouseholdFactsRequested,
    household: RegisteredHousehold | None = None,
    **income: Any,
) -> ExemptionsManyHouseholdFactsAnswered:
    """The same of all of these applications."""
    told = [told_together(one, household, **income) for one in each_household(many)]
    return ExemptionsManyHouseholdFactsAnswered(
        registered_on=many.registered_on,
        households=tuple(
            AnsweredHousehold.model_validate(one.model_dump(exclude={"registered_on"}))
            for one in told
        ),
    )


def as_asked(request: HouseholdFactsRequested) -> RegisteredHousehold:
    """The household by the register, where it is as the application states it."""
    by = {one.whose: one.person_id for one in request.people}
    spouse = by.get(Whose.SPOUSE)
    return RegisteredHousehold(
        householder=somebody_is(by.get(Whose.HOUSEHOLDER, request.applicant_id)),
        spouse=somebody_is(spouse) if spouse else RegisteredAs(outcome=RegisterOutcome.NOBODY),
    )


def somebody_is(person_id: UUID) -> RegisteredAs:
    """The register says who."""
    return RegisteredAs(outcome=RegisterOutcome.PERSON, person_id=person_id)


async def asked(service: Service) -> list[FactsRequested]:
    """Whom identity was asked about, each by themselves, in the order in which it was asked."""
    found: list[FactsRequested] = []
    for request in await sent(service, FactsRequested, ManyHouseholdFactsRequested):
        if isinstance(request, FactsRequested):
            found.append(request)
        else:
            found += [_alone(of, one) for of in each_household(request) for one in of.people]
    return found


async def households_asked(service: Service) -> list[HouseholdFactsRequested]:
    """What was asked about the people of applications, one application by one."""
    asked = await sent(service, ManyHouseholdFactsRequested)
    return [one for many in asked for one in each_household(many)]


def _alone(request: HouseholdFactsRequested, one: AskedAbout) -> FactsRequested:
    return FactsRequested(
        request_id=one.request_id, reference=request.reference,
        applicant_id=request.applicant_id, person_id=one.person_id, whose=one.whose,
        purpose=request.purpose, items=request.items, levy_years=request.levy_years,
        span=request.span,
    )  # fmt: skip


async def kept_answers(exemptions: Service, application_id: str) -> list[asyncpg.Record]:
    """What is kept of identity's answers for an application."""
    async with exemptions.database.read() as connection:
        found: list[asyncpg.Record] = await connection.fetch(
            "select whose, answer::text, answered_at, disposed_at"
            " from exemptions.application_questions where application_id = $1 order by whose",
            UUID(application_id),
        )
    return found
