"""What the storm's checks expect, held against the rules at the days where two facts meet."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from contracts.codes import BecameResidentReason, RemovalReason, ResidentChangeKind, ResidentStatus
from contracts.dates import UncertainDate
from contracts.events import InsuredCategory
from contracts.events.residents import BecameResident, Removal
from deploy.upstream.city import residents
from deploy.upstream.day import Change
from services.qualification.domain.publication import changed
from tests.chaos.city import Story, Told
from tests.chaos.expected import Period, expected
from tests.qualification.people import Life

FIRST_DAY = date(2025, 7, 18)
TODAY = date(2026, 11, 30)
TWENTY = date(2025, 9, 24)
"""The day on which the one that is told of reaches 20."""
BIRTH = date(2005, 9, 25)
SINCE = date(2010, 4, 1)
PERSON = UUID(int=1)

Kind = ResidentChangeKind
LEFT = {
    Kind.DEATH: (RemovalReason.DEATH, ResidentStatus.DECEASED, Life.dies),
    Kind.MOVE_ABROAD: (RemovalReason.MOVE_ABROAD, ResidentStatus.MOVED_OUT, Life.moves_abroad),
    Kind.MOVE_OUT: (RemovalReason.MOVE_OUT, ResidentStatus.MOVED_OUT, Life.moves_out),
}


@pytest.mark.parametrize("days", [-1, 0, 1])
@pytest.mark.parametrize("kind", LEFT)
def test_who_leaves_about_the_day_of_reaching_20(kind: Kind, days: int) -> None:
    left_on = TWENTY + timedelta(days=days)
    assert _told(kind, left_on) == _ruled(kind, left_on)


def test_who_moves_out_on_the_day_of_reaching_20_is_the_other_citys() -> None:
    assert _told(Kind.MOVE_OUT, TWENTY) is None
    dies = _told(Kind.DEATH, TWENTY)
    assert dies == Period(TWENTY, "age-20", TWENTY + timedelta(days=1), "death")


def _told(kind: Kind, left_on: date) -> Period | None:
    """What the checks expect."""
    reason, status, _ = LEFT[kind]
    (someone,) = residents(1, today=FIRST_DAY)
    here = someone.changed(
        birth_date=UncertainDate.exact(BIRTH),
        became_resident=BecameResident(
            reason=BecameResidentReason.MOVE_IN, on=UncertainDate.exact(SINCE)
        ),
    )
    gone = here.changed(
        removal=Removal(reason=reason, on=UncertainDate.exact(left_on)), resident_status=status
    )
    told = (
        Told(Change(Kind.SNAPSHOT, FIRST_DAY, here), FIRST_DAY),
        Told(Change(kind, left_on, gone), left_on),
    )
    (person,) = expected(Story(told, FIRST_DAY, TODAY)).persons.values()
    return person.period


def _ruled(kind: Kind, left_on: date) -> Period | None:
    """What qualification tells of the same life."""
    life = Life(str(BIRTH)).loaded(str(FIRST_DAY), since=str(SINCE))
    LEFT[kind][2](life, str(left_on))
    told = changed(PERSON, life.on(str(TODAY)), 1, number_known=False)
    found = [
        Period(period.acquired_on, period.acquisition_reason, period.lost_on, period.loss_reason)
        for period in told.periods
        if period.category is InsuredCategory.CATEGORY_1
    ]
    return found[0] if found else None
