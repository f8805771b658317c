"""What eligibility is told of: a change of it, and nothing where there is none."""

from datetime import date

from contracts.codes import ResidentKind
from contracts.events.residents import ResidenceStatus
from services.identity.domain.residence import residence_of
from services.identity.domain.view import View, view_of
from tests.identity.people import Kind, became, told


def seen(until: date | None = None, *, note: bool | None = None) -> View:
    version = told(
        Kind.MOVE_IN, "2024-09-01", became=became("2024-09-01", note=note),
        resident_kind=ResidentKind.FOREIGN, nationality="中国",
        residence_status=ResidenceStatus(code="A01", label="留学", valid_to=until),
    )  # fmt: skip
    return view_of(version.record, residence_of([version]), None)


def test_the_period_of_stay_and_the_note_are_told_of() -> None:
    plain, renewed = seen(), seen(date(2029, 9, 30))
    assert renewed.residence_status_until == date(2029, 9, 30)
    assert seen(note=True).residence[0].pension_note is True
    digests = [plain.digest, renewed.digest, seen(note=True).digest, seen(note=False).digest]
    assert len(set(digests)) == 4
    assert seen(date(2029, 9, 30)).digest == renewed.digest
