"""A number in memory: nothing prints it."""

import copy
import json
import logging
import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.numbers import individual_number_check_digit, synthetic_individual_number
from services.token_vault.domain.numbers import (
    IndividualNumber,
    NotAToken,
    WrongCheckDigit,
    token_bytes,
    token_of,
)

DIGITS = synthetic_individual_number(4711)
OTHER_CHECK_DIGIT = DIGITS[:11] + str((int(DIGITS[11]) + 1) % 10)

numbers = st.integers(0, 9_999_999).map(synthetic_individual_number)


@pytest.mark.parametrize(
    "text",
    [
        OTHER_CHECK_DIGIT,
        DIGITS[:11],
        DIGITS + "0",
        "",
        DIGITS.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
        f" {DIGITS[:11]}",
    ],
)
def test_what_is_no_number_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(WrongCheckDigit) as refusal:
        IndividualNumber(text)
    said = "".join(traceback.format_exception(refusal.value))
    assert not text or text not in said.replace(f'"{text}"', "")
    assert text not in str(refusal.value) or not text


@given(numbers)
def test_the_digits_come_out_by_name_only(digits: str) -> None:
    number = IndividualNumber(digits)
    assert number.digits == digits
    shown = [repr(number), str(number), f"{number}", f"{number:>20}", f"{number!r}"]
    shown.append(repr([number]))
    shown.append(repr({"number": number}))
    assert not any(digits in text for text in shown)


def test_it_is_not_serialised() -> None:
    number = IndividualNumber(DIGITS)
    with pytest.raises(TypeError):
        pickle.dumps(number)
    with pytest.raises(TypeError):
        json.dumps({"number": number})
    with pytest.raises(TypeError):
        vars(number)
    assert copy.deepcopy([number]) == [number]


def test_a_logged_number_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        logging.getLogger("test").info("number %s", IndividualNumber(DIGITS))
    assert DIGITS not in caplog.text


@given(numbers, numbers)
def test_equal_digits_are_equal_numbers(one: str, other: str) -> None:
    assert (IndividualNumber(one) == IndividualNumber(other)) is (one == other)
    assert IndividualNumber(one) != one


@given(st.integers(0, 99_999_999_999).map(lambda n: f"{n:011d}"))
def test_one_check_digit_in_ten_is_right(first11: str) -> None:
    right = individual_number_check_digit(first11)
    for digit in "0123456789":
        if digit == right:
            assert IndividualNumber(first11 + digit).digits == first11 + digit
        else:
            with pytest.raises(WrongCheckDigit):
                IndividualNumber(first11 + digit)


@given(st.binary(min_size=16, max_size=16))
def test_a_token_is_its_sixteen_bytes(raw: bytes) -> None:
    assert token_bytes(token_of(raw)) == raw


@pytest.mark.parametrize("text", ["", "0" * 31, "0" * 33, "G" * 32, "A" * 32, "0" * 31 + "\n"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(NotAToken):
        token_bytes(text)
