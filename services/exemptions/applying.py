"""What is done with an application: taken in, asked about, withdrawn, recorded."""

from collections.abc import Mapping, Sequence
from typing import TypeGuard
from uuid import UUID, uuid4

from contracts.events import (
    AskedAbout,
    AuditOperation,
    AuditOutcome,
    FactsRequested,
    HouseholdFactsRequested,
)
from contracts.forms import EntryState, Form, FormError, Submission, Value, validate, values_of
from contracts.functions import Function
from services.chassis import audit
from services.chassis.hiding import is_hidden
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import application_problems as problems
from services.exemptions.domain.asked import (
    ITEMS,
    ApplicationKind,
    Said,
    application,
    contradictions,
    questions,
)
from services.exemptions.domain.notices import fiscal_year
from services.exemptions.stores import answers, applications, persons
from services.exemptions.stores.answers import Asked
from services.exemptions.stores.applications import Kept, New


def of_cycles(submission: Submission, also: Sequence[int]) -> list[Submission]:
    """One form for each cycle: past years are applied for in one sitting, each by itself
    (規則77条1項). Months that were entered are those of the form's own cycle."""
    whole = {"from_month": None, "to_month": None}
    others = [
        submission.model_copy(update={"values": submission.values | whole | {"cycle": str(cycle)}})
        for cycle in also
    ]
    return [submission, *others]


def faults(
    form: Form, kind: ApplicationKind, submission: Submission, person_id: UUID, uow: UnitOfWork
) -> list[FormError]:
    """What is wrong with a form: as it is filled in, then as an application."""
    errors = validate(form, submission, today=uow.today)
    if errors:
        return errors
    values = values_of(form, submission)
    return contradictions(kind, values, person_id, submission.received_on)


def named(values: Mapping[str, Value]) -> list[UUID]:
    """Spouse and householder, as far as the form names them by their person."""
    return [who for who in (values.get("spouse"), values.get("householder")) if _is_person(who)]


def _is_person(who: Value | None) -> TypeGuard[UUID]:
    return isinstance(who, UUID)


async def refuse_nobody(uow: UnitOfWork, form: Form, submission: Submission) -> None:
    """Raises the problem where a spouse or householder is named who is not there. Who is sealed is
    nobody for the counter, and nobody can be waited for."""
    if await persons.unknown(uow.connection, named(values_of(form, submission))):
        raise problems.nobody_named()


async def accept(
    uow: UnitOfWork,
    form: Form,
    kind: ApplicationKind,
    person_id: UUID,
    submission: Submission,
    staff: StaffContext,
) -> UUID:
    """Keep a faultless application as received, and ask for the facts of its review."""
    values = values_of(form, submission)
    told = application(kind, values)
    apart = await is_hidden(uow.connection, person_id, *named(values))
    new = New(
        application_id=uuid4(),
        kind=kind,
        person_id=person_id,
        cycle=told.cycle,
        fiscal_year=fiscal_year(submission.received_on),
        submission=submission,
        applied_on=told.applied_on,
        apart=apart,
    )
    await applications.add(uow.connection, new, staff.staff_id, uow.now)
    await ask(uow, new.application_id, person_id, told)
    return new.application_id


async def ask(uow: UnitOfWork, application_id: UUID, applicant_id: UUID, told: Said) -> None:
    """Ask identity about everybody whom the review of an application tests (C11)."""
    asked = []
    for question in questions(told, applicant_id):
        request = Asked(uuid4(), application_id, question.whose, question.person_id)
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
    """The same of continuing applications, each with the id of the application and of the
    applicant: everybody of an application at once, and who they are by the register today."""
    asked = []
    for application_id, applicant_id, said in told:
        questioned = questions(said, applicant_id)
        of_one = [Asked(uuid4(), application_id, q.whose, q.person_id) for q in questioned]
        asked += of_one
        first = questioned[0]  # the applicant's: purpose, year and days are the same for all
        uow.emit(
            HouseholdFactsRequested(
                reference=application_id,
                applicant_id=applicant_id,
                people=tuple(
                    AskedAbout(request_id=one.request_id, whose=one.whose, person_id=one.person_id)
                    for one in of_one
                ),
                purpose=first.purpose,
                items=ITEMS,
                levy_years=(first.levy_year,),
                span=first.span,
                registered_on=uow.today,
            ),
            key=str(applicant_id),
        )
    await answers.ask(uow.connection, asked, uow.now)


def refuse_open(held: Sequence[Kept], kind: ApplicationKind, cycle: int) -> None:
    """Raises the problem where an application of the kind and cycle waits already."""
    for kept in held:
        if kept.kind is kind and kept.cycle == cycle and kept.state is EntryState.RECEIVED:
            raise problems.another_open(cycle)


def record(
    uow: UnitOfWork,
    staff: StaffContext,
    operation: AuditOperation,
    kept: Kept,
    details: dict[str, str | int | bool],
    *,
    function: Function = Function.NOTICE_ACCEPT,
    outcome: AuditOutcome = AuditOutcome.DONE,
) -> None:
    """Record what was done with an application."""
    audit.record(
        uow,
        operation,
        staff=staff,
        function=function,
        person_id=kept.person_id,
        reference=kept.application_id,
        outcome=outcome,
        details={"of": kept.kind.value, "cycle": kept.cycle, **details},
    )
