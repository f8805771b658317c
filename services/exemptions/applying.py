"""What is done with an application: taken in, asked about, withdrawn, recorded."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeGuard
from uuid import UUID

from contracts.events import (
    MANY,
    AskedAbout,
    AskedHousehold,
    FactPurpose,
    FactsRequested,
    IncomeNotAwaited,
    ManyHouseholdFactsRequested,
)
from contracts.events.feeds import Span
from contracts.forms import Submission, Value
from services.chassis.ids import ordered_id
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions.domain.asked import (
    ITEMS,
    ApplicationKind,
    Said,
    questions,
)
from services.exemptions.stores import answers
from services.exemptions.stores.answers import Asked

_Shared = tuple[FactPurpose, int, date, date | None]
"""What the questions of one event have in common: purpose, levy year, first and last day."""


def of_cycles(submission: Submission, also: Sequence[int]) -> list[Submission]:
    """One form for each cycle: past years are applied for in one sitting, each by itself
    (規則77条1項). Months that were entered are those of the form's own cycle."""
    whole = {"from_month": None, "to_month": None}
    others = [
        submission.model_copy(update={"values": submission.values | whole | {"cycle": str(cycle)}})
        for cycle in also
    ]
    return [submission, *others]


def named(values: Mapping[str, Value]) -> list[UUID]:
    """Spouse and householder, as far as the form names them by their person."""
    return [who for who in (values.get("spouse"), values.get("householder")) if _is_person(who)]


def _is_person(who: Value | None) -> TypeGuard[UUID]:
    return isinstance(who, UUID)


async def ask(uow: UnitOfWork, application_id: UUID, applicant_id: UUID, told: Said) -> None:
    """Ask identity about everybody whom the review of an application tests (C11); where spouse and
    householder may be tested, also who they are by the register. Of whom violence is told nothing
    of the household is asked."""
    await ask_all(uow, [(application_id, applicant_id, told)])


async def ask_all(uow: UnitOfWork, told: Sequence[tuple[UUID, UUID, Said]]) -> None:
    """The same of several applications, each with the id of the application and of the applicant:
    as many as can be in one question."""
    together = [one for one in told if _asks_of_household(one[2])]
    if together:
        await ask_households(uow, together)
    for application_id, applicant_id, said in told:
        if not _asks_of_household(said):
            await _ask_alone(uow, application_id, applicant_id, said)


def _asks_of_household(told: Said) -> bool:
    return told.kind is ApplicationKind.EXEMPTION and told.violence is None


async def _ask_alone(uow: UnitOfWork, application_id: UUID, applicant_id: UUID, told: Said) -> None:
    asked = []
    for question in questions(told, applicant_id):
        request = Asked(ordered_id(), application_id, question.whose, question.person_id)
        asked.append(request)
        uow.emit(
            FactsRequested(
                request_id=request.request_id,
                reference=application_id,
                applicant_id=applicant_id,
                person_id=question.person_id,
                whose=question.whose,
                purpose=question.purpose,
                items=ITEMS,
                levy_years=(question.levy_year,),
                span=question.span,
            ),
            key=str(question.person_id),
        )
    await answers.ask(uow.connection, asked, uow.now)


async def ask_households(uow: UnitOfWork, told: Sequence[tuple[UUID, UUID, Said]]) -> None:
    """The same of several applications, each with the id of the application and of the applicant:
    everybody of many applications at once, and who they are by the register today."""
    asked: list[Asked] = []
    together: dict[_Shared, list[AskedHousehold]] = {}
    for application_id, applicant_id, said in told:
        questioned = questions(said, applicant_id)
        of_one = [Asked(ordered_id(), application_id, q.whose, q.person_id) for q in questioned]
        asked += of_one
        first = questioned[0]  # the applicant's: purpose, year and days are the same for all
        household = AskedHousehold(
            reference=application_id,
            applicant_id=applicant_id,
            people=tuple(
                AskedAbout(request_id=one.request_id, whose=one.whose, person_id=one.person_id)
                for one in of_one
            ),
        )
        shared = first.purpose, first.levy_year, first.span.first, first.span.last
        together.setdefault(shared, []).append(household)
    for (purpose, levy_year, first_day, last_day), households in together.items():
        for begin in range(0, len(households), MANY):
            event = ManyHouseholdFactsRequested(
                households=tuple(households[begin : begin + MANY]),
                purpose=purpose,
                items=ITEMS,
                levy_years=(levy_year,),
                span=Span(first=first_day, last=last_day),
                registered_on=uow.today,
            )
            uow.emit(event, key=event.record_key)
    await answers.ask(uow.connection, asked, uow.now)


async def review_is_over(uow: UnitOfWork, applications: Sequence[UUID]) -> None:
    """These were sent or withdrawn: what was told for them is emptied, and identity hears whose
    income nothing waits for any more (C08)."""
    for person_id, levy_year in await answers.awaited_by(uow.connection, applications):
        event = IncomeNotAwaited(person_id=person_id, levy_year=levy_year)
        uow.emit(event, key=event.record_key)
    await answers.dispose(uow.connection, applications, uow.now)
