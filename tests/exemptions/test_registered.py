"""A continuing applicant's household by the register, compared with what was stated."""

from typing import Any
from uuid import UUID

import pytest

from contracts.events import RegisteredAs, RegisteredHousehold, RegisterOutcome
from services.exemptions.domain.asked import Said
from services.exemptions.domain.registered import compared
from tests.exemptions.applying import somebody_is
from tests.exemptions.test_asked import ME, said

ANNA, BEN, OLD_ANNA = (UUID(int=n) for n in range(12, 15))
NOBODY = RegisteredAs(outcome=RegisterOutcome.NOBODY)
UNSURE = RegisteredAs(outcome=RegisterOutcome.UNCERTAIN)
MARRIED: dict[str, Any] = {"spouse_status": "here", "spouse": str(ANNA)}
OF_BEN: dict[str, Any] = {"householder_status": "here", "householder": str(BEN)}
ELSEWHERE = {"householder_status": "elsewhere"}


def household(householder: UUID | RegisteredAs, spouse: UUID | RegisteredAs) -> RegisteredHousehold:
    both = (one if isinstance(one, RegisteredAs) else somebody_is(one)
            for one in (householder, spouse))  # fmt: skip
    return RegisteredHousehold(householder=next(both), spouse=next(both))


def codes(form: Said, *register: RegisteredHousehold | None, **merged: Any) -> list[str]:
    today, before = (*register, None)[:2]
    return [reason.code for reason in compared(form, ME, today, before, merged.get("ids", {}))]


@pytest.mark.parametrize(
    ("entered", "register", "found"),
    [
        ({}, household(ME, NOBODY), []),
        (MARRIED, household(ME, ANNA), []),
        (MARRIED | {"householder_status": "spouse"}, household(ANNA, ANNA), []),
        (MARRIED | OF_BEN, household(BEN, ANNA), []),
        ({}, household(ME, ANNA), ["household-spouse-came"]),
        (MARRIED, household(ME, NOBODY), ["household-spouse-gone"]),
        (MARRIED, household(ME, BEN), ["household-spouse-other"]),
        (MARRIED, household(ME, UNSURE), ["household-spouse-uncertain"]),
        ({"spouse_status": "elsewhere"}, household(ME, NOBODY), []),
        ({"spouse_status": "elsewhere"}, household(ME, ANNA), ["household-spouse-other"]),
        (OF_BEN, household(ME, NOBODY), ["household-householder-other"]),
        ({}, household(BEN, NOBODY), ["household-householder-other"]),
        (ELSEWHERE, household(BEN, NOBODY), ["household-householder-other"]),
        ({}, household(UNSURE, NOBODY), ["household-householder-uncertain"]),
        (
            MARRIED | {"householder_status": "spouse"},
            household(ME, NOBODY),
            ["household-householder-other", "household-spouse-gone"],
        ),
    ],
)
def test_what_changed_is_said(
    entered: dict[str, Any], register: RegisteredHousehold, found: list[str]
) -> None:
    assert codes(said(**entered), register) == found


def test_a_register_that_tells_nothing_asks() -> None:
    assert codes(said(), None) == [
        "household-householder-uncertain", "household-spouse-uncertain",
    ]  # fmt: skip


def test_what_was_looked_at_last_year_is_not_asked_again() -> None:
    """A spouse who lives elsewhere, and a householder whom the form knew otherwise."""
    apart = household(BEN, NOBODY)
    assert codes(said(**MARRIED), apart, apart) == []
    assert codes(said(**MARRIED), apart, household(BEN, ANNA)) == ["household-spouse-gone"]
    unsure = household(UNSURE, UNSURE)
    assert len(codes(said(**MARRIED), unsure, unsure)) == 2


def test_one_person_under_two_ids_is_no_other_person() -> None:
    form = said(spouse_status="here", spouse=str(OLD_ANNA))
    assert codes(form, household(ME, ANNA)) == ["household-spouse-other"]
    assert codes(form, household(ME, ANNA), ids={OLD_ANNA: ANNA}) == []


def test_nobody_is_named() -> None:
    (reason,) = compared(said(**OF_BEN), ME, household(ANNA, NOBODY), None, {})
    assert "その他の者" in reason.sentence
    assert "別の者" in reason.sentence
    (reason,) = compared(said(**OF_BEN), ME, household(ME, NOBODY), None, {})
    assert "現在は申請者本人" in reason.sentence
