"""Numbers: check digits by the statute's formula, and what each kind looks like."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.events.residents import Address
from contracts.numbers import (
    SYNTHETIC_PREFIX,
    AddresseeNumber,
    BasicPensionNumber,
    InvalidNumber,
    MediumSerial,
    MunicipalityCode,
    SmallVersion,
    Version,
    addressee_number_check_digit,
    ascii_digits,
    individual_number_check_digit,
    is_individual_number,
    synthetic_individual_number,
)

eleven_digits = st.text("0123456789", min_size=11, max_size=11)


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("123456789018", True),
        ("023456789013", True),
        ("123456789012", False),
        ("123456789019", False),
        ("12345678901", False),
        ("1234567890180", False),
        ("１２３４５６７８９０１８", False),
        ("123456789018\n", False),
        ("", False),
    ],
)
def test_individual_numbers(number: str, valid: bool) -> None:
    assert is_individual_number(number) is valid


@pytest.mark.parametrize(
    ("first11", "check_digit"),
    [
        ("99999999999", "6"),
        ("00000000000", "0"),
        ("11111111111", "8"),
        ("10000000003", "0"),  # remainder 1
        ("10000000008", "0"),  # remainder 0
        ("12345678901", "8"),
    ],
)
def test_check_digit_of_an_individual_number(first11: str, check_digit: str) -> None:
    assert individual_number_check_digit(first11) == check_digit


@pytest.mark.parametrize(
    "first11", ["1234567890", "123456789012", "1234567890a", "１２３４５６７８９０１"]
)
def test_no_check_digit_without_eleven_digits(first11: str) -> None:
    with pytest.raises(InvalidNumber, match="CT-0401") as caught:
        individual_number_check_digit(first11)
    assert first11 not in str(caught.value)


@given(eleven_digits)
def test_exactly_one_last_digit_is_right(first11: str) -> None:
    assert sum(is_individual_number(first11 + last) for last in "0123456789") == 1


@given(eleven_digits, st.integers(0, 10), st.integers(1, 9))
def test_a_mistyped_digit_is_noticed_unless_the_check_digit_is_0(
    first11: str, place: int, by: int
) -> None:
    # 0 stands for two remainders, so that is the one slip that the formula can miss.
    wrong = first11[:place] + str((int(first11[place]) + by) % 10) + first11[place + 1 :]
    last = individual_number_check_digit(first11)
    assert not is_individual_number(wrong + last) or last == "0"


@given(st.integers(0, 9_999_999))
def test_synthetic_numbers_are_valid_and_recognisable(index: int) -> None:
    number = synthetic_individual_number(index)
    assert is_individual_number(number)
    assert number.startswith(SYNTHETIC_PREFIX)
    assert number[4:11] == f"{index:07d}"


@pytest.mark.parametrize("index", [-1, 10_000_000])
def test_synthetic_numbers_end(index: int) -> None:
    with pytest.raises(InvalidNumber):
        synthetic_individual_number(index)


@pytest.mark.parametrize(
    ("kind", "number", "valid"),
    [
        (AddresseeNumber, "1", True),
        (AddresseeNumber, "123456789123456", True),
        (AddresseeNumber, "1234567891234567", False),
        (AddresseeNumber, "", False),
        (AddresseeNumber, "１２３", False),
        (BasicPensionNumber, "1234567890", True),
        (BasicPensionNumber, "1234-567890", False),
        (BasicPensionNumber, "123456789", False),
        (BasicPensionNumber, "1234567890\n", False),
        (MunicipalityCode, "121002", True),
        (MunicipalityCode, "12100", False),
    ],
)
def test_forms_of_the_other_numbers(kind: Any, number: str, valid: bool) -> None:
    reader = TypeAdapter[str](kind)
    if valid:
        assert reader.validate_python(number) == number
    else:
        with pytest.raises(ValidationError):
            reader.validate_python(number)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("0", "0"),  # remainder 0
        ("1", "9"),  # weight 2
        ("6", None),  # 12: remainder 1, which the standard leaves open
        ("12345678", "5"),  # 2 to 7 and again: 8*2 7*3 6*4 5*5 4*6 3*7 2*2 1*3 = 138
    ],
)
def test_check_digit_of_an_addressee_number_is_for_warnings(
    body: str, expected: str | None
) -> None:
    assert addressee_number_check_digit(body) == expected


@pytest.mark.parametrize("body", ["", "A1", "123456789012345"])
def test_no_addressee_check_digit_without_digits(body: str) -> None:
    with pytest.raises(InvalidNumber):
        addressee_number_check_digit(body)


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("１２３４　５６７８　９０１８", "123456789018"),
        ("1234-567890", "1234567890"),
        ("１２３４－５６７８９０", "1234567890"),
        ("1234ー567890", "1234567890"),
        (" 1234−567890 ", "1234567890"),
        ("12a", "12a"),
    ],
)
def test_numbers_as_they_are_typed(typed: str, digits: str) -> None:
    assert ascii_digits(typed) == digits


@pytest.mark.parametrize("kind", [Version, SmallVersion, MediumSerial])
@pytest.mark.parametrize("written", ['"1"', "true", "1.0", "0", "-1", "null"])
def test_what_merely_looks_like_a_number_is_none(kind: type[int], written: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_json(written)


@pytest.mark.parametrize("written", ['"true"', "1", '"yes"', "0"])
def test_what_merely_looks_like_a_yes_is_none(written: str) -> None:
    abroad = f'{{"text": "ブラジル", "abroad": {written}}}'
    assert Address.model_validate_json('{"text": "ブラジル", "abroad": true}').abroad
    with pytest.raises(ValidationError):
        Address.model_validate_json(abroad)
