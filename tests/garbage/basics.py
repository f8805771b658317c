"""Whom samples are about, and the day and batch that they name."""

from datetime import date
from uuid import UUID

from contracts.forms import Submission
from tests.exemptions.applying import a_student_application

DAY = date(2026, 10, 1)
BATCH = UUID(int=0xBA7C4)


def person(n: int) -> UUID:
    """The person of that number, everywhere."""
    return UUID(int=n)


def submitted(person_id: UUID) -> str:
    """A student's application as it is kept: staff who list applications read it."""
    handed_in = a_student_application(person_id)["submission"]
    return Submission.model_validate(handed_in).model_dump_json()
