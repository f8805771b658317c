"""Values are frozen to the type checker and in tests, and dataclasses in all else."""

import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import pytest

from contracts.values import value
from services.chassis.received import Received


@value
class Day:
    """A value."""

    year: int
    name: str = ""


def test_equal_values_are_one_in_a_set() -> None:
    assert {Day(2026), Day(2026, ""), Day(2025)} == {Day(2025), Day(2026)}
    assert replace(Day(2026), name="祝日") == Day(2026, "祝日")


def test_the_type_checker_refuses_an_assignment() -> None:
    day = Day(2026)
    with pytest.raises(FrozenInstanceError):
        # Were it not refused, mypy would say that nothing is ignored here.
        day.year = 2027  # type: ignore[misc]  # the very thing
    assert not hasattr(day, "__dict__")


def test_in_tests_every_value_is_frozen() -> None:
    """Those of the house are declared when they are imported: after the switch, in tests."""
    assert Received.__dataclass_params__.frozen  # type: ignore[attr-defined]  # set by dataclass


def test_in_operation_none_is() -> None:
    """The cost that the docstring tells of is not paid."""
    told = (
        "from services.chassis.received import Received as r; print(r.__dataclass_params__.frozen)"
    )
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
