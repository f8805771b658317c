"""Values are frozen to the type checker, and dataclasses like any other in all else."""

from dataclasses import replace

from contracts.values import value


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
    # Were it not refused, mypy would say that nothing is ignored here.
    day.year = 2027  # type: ignore[misc]  # the very thing
    assert not hasattr(day, "__dict__")
