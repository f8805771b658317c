"""What a password must be, and how it is kept."""

import pytest

from services.gateway.domain.passwords import PasswordFault, faults, prepared


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        pytest.param("correct horse battery", (), id="a long phrase is enough"),
        pytest.param("さくらの花が咲きましたね", (), id="Japanese is welcome"),
        pytest.param("short-1!", (PasswordFault.TOO_SHORT,), id="too short"),
        pytest.param("ab" * 10, (PasswordFault.TOO_PLAIN,), id="two characters over and over"),
        pytest.param("abcde" * 30, (PasswordFault.TOO_LONG,), id="too long"),
        pytest.param(
            "my name is SATO01 ok", (PasswordFault.CONTAINS_USER_ID,), id="contains the user id"
        ),
        pytest.param("correct\nhorse battery", (PasswordFault.CONTROL_CHARACTER,), id="line break"),
        pytest.param(
            "sato01",
            (PasswordFault.TOO_SHORT, PasswordFault.CONTAINS_USER_ID),
            id="all faults at once",
        ),
    ],
)
def test_password_faults(password: str, expected: tuple[PasswordFault, ...]) -> None:
    assert faults(password, staff_id="sato01") == expected


def test_full_width_typing_is_the_same_password() -> None:
    assert prepared("ｃｏｒｒｅｃｔ　ｈｏｒｓｅ") == "correct horse"


def test_faults_tell_staff_what_to_do() -> None:
    assert PasswordFault.TOO_SHORT.label == "12文字以上にしてください。"
