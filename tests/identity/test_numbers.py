"""団体内統合宛名番号."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.numbers import addressee_number_check_digit
from services.identity.domain.numbers import integrated_number


@given(st.integers(1, 10**14 - 1))
def test_fifteen_digits_with_their_check_digit(serial: int) -> None:
    number = integrated_number(serial)
    if number is None:
        assert addressee_number_check_digit(f"{serial:014d}") is None
    else:
        assert len(number) == 15
        assert int(number[:14]) == serial
        assert addressee_number_check_digit(number[:14]) == number[14]


def test_some_serial_numbers_are_passed_over() -> None:
    numbers = [integrated_number(serial) for serial in range(1, 111)]
    assert numbers.count(None) == 10
