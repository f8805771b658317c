"""The made-up city's staff: every function is somebody's, and nobody decides alone."""

import pytest

from contracts.functions import Function
from deploy.demo.staff import (
    AUDITOR,
    PROTECTION_CHIEF,
    PROTECTOR,
    SECOND_PROTECTION_CHIEF,
    STAFF,
    who_can_do_what,
)

OUTSIDE = (Function.OUTSIDE_PROPOSE, Function.OUTSIDE_SETTLE)
TWO_PEOPLE = [
    (Function.NOTICE_ACCEPT, Function.NOTICE_SETTLE),
    (Function.LINK_PROPOSE, Function.LINK_SETTLE),
    OUTSIDE,
    (Function.BLOCK_PROPOSE, Function.BLOCK_SETTLE),
    (Function.MEASURE_PROPOSE, Function.MEASURE_SETTLE),
    # 本登録取消; corrections and giving them up; matches of results.
    (Function.NOTICE_SETTLE, Function.NOTICE_SETTLE),
    (Function.BATCH_BUILD, Function.BATCH_BUILD),
    (Function.RESULT_TAKE, Function.RESULT_TAKE),
]
READ_BY = {
    Function.LINK_SETTLE: Function.LINK_PROPOSE,
    Function.OUTSIDE_SETTLE: Function.OUTSIDE_PROPOSE,
    Function.BLOCK_SETTLE: Function.BLOCK_PROPOSE,
    Function.BATCH_SEAL: Function.BATCH_BUILD,
}
"""By which function the work lists are shown of what another one settles."""


def holders(*functions: Function) -> set[str]:
    return {user for user, member in STAFF.items() if {*functions} <= {*member.functions}}


def test_every_function_can_be_tried() -> None:
    assert {f for member in STAFF.values() for f in member.functions} == set(Function)


@pytest.mark.parametrize(("proposes", "settles"), TWO_PEOPLE)
def test_what_one_proposes_another_settles(proposes: Function, settles: Function) -> None:
    proposers = holders(proposes)
    assert proposers
    for proposer in proposers:
        assert holders(settles) - {proposer}


@pytest.mark.parametrize(("proposes", "settles"), [two for two in TWO_PEOPLE if two != OUTSIDE])
def test_of_sealed_persons_too(proposes: Function, settles: Function) -> None:
    """Except entering people who are on no register: they are under no measure."""
    proposers = holders(proposes, Function.SEALED_VIEW)
    assert proposers
    for proposer in proposers:
        assert holders(settles, Function.SEALED_VIEW) - {proposer}


@pytest.mark.parametrize("settles", READ_BY)
def test_who_settles_reads_what_they_settle(settles: Function) -> None:
    assert holders(settles) == holders(settles, READ_BY[settles])


def test_the_auditor_sees_no_person() -> None:
    assert STAFF[AUDITOR].functions == (Function.AUDIT_REVIEW,)
    assert holders(Function.SEALED_VIEW) == {PROTECTOR, PROTECTION_CHIEF, SECOND_PROTECTION_CHIEF}


def test_it_is_printed_in_the_consoles_words() -> None:
    printed = "\n".join(who_can_do_what())
    assert "支援措置対象者の閲覧" in printed
    assert all(function.label in printed for function in Function)
