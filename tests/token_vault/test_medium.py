"""The medium: numbers in place, each character as it is or refused, opened by its password."""

import io
from datetime import UTC, datetime

import pytest
import pyzipper
from hypothesis import given
from hypothesis import strategies as st

from services.token_vault.domain.medium import (
    MOST_DEFECTS,
    Defect,
    DefectKind,
    Layout,
    LineEnding,
    NumberField,
    Quoting,
    encoded,
    text_defects,
    tokens_in,
    unknown_tokens,
)
from services.token_vault.medium import sealed_zip
from tests.token_vault.material import number

TOKEN = "0" * 31 + "1"
UNKNOWN = "f" * 32
N = NumberField(token=TOKEN, format="digits")
NUMBERS = {TOKEN: number(1)}
DIGITS = number(1).digits
NEVER = {"quoting": "never"}
PASSWORD = "correct-horse-battery-staple"
MADE_AT = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)


def written(rows, **layout) -> str:
    return b"".join(encoded(rows, Layout(**layout), NUMBERS.__getitem__)).decode("cp932")


@pytest.mark.parametrize(
    ("situation", "rows", "layout", "text"),
    [
        ("a number in its place", [["1", N, "ﾔﾏﾀﾞ"]], {}, f"1,{DIGITS},ﾔﾏﾀﾞ\r\n"),
        ("rows of different lengths", [["[data]"], ["a", ""]], {}, "[data]\r\na,\r\n"),
        ("line feed alone", [["a"], ["b"]], {"line_ending": "lf"}, "a\nb\n"),
        ("tabulator", [["a,b", "c"]], {"separator": "\t"}, "a,b\tc\r\n"),
        ("quoted where needed", [["a,b", 'c"d', "e"]], {}, '"a,b","c""d",e\r\n'),
        ("all quoted", [["a", N]], {"quoting": "always"}, f'"a","{DIGITS}"\r\n'),
        ("nothing quoted", [["a", ""], [""]], {"quoting": "never"}, "a,\r\n\r\n"),
        ("髙 and ① are CP932", [["髙﨑①～"]], {}, "髙﨑①～\r\n"),
    ],
)
def test_rows(situation: str, rows, layout, text: str) -> None:
    assert not text_defects(rows, Layout(**layout))
    assert written(rows, **layout) == text


@pytest.mark.parametrize(
    ("situation", "rows", "layout", "defects"),
    [
        ("𠮷 has no code", [["a"], ["b", "山𠮷"]], {}, [("not_encodable", 1, 1, 1)]),
        ("nor has a variation selector", [["葛\U000e0100"]], {}, [("not_encodable", 0, 0, 1)]),
        ("a line break", [["a\r\nb"]], {}, [("control_character", 0, 0, 1)]),
        ("a null among others", [["a", "c\x00"]], {}, [("control_character", 0, 1, 1)]),
        ("a comma, nothing quoted", [["a,b"]], NEVER, [("needs_quoting", 0, 0, 1)]),
        ("a quotation mark, nothing quoted", [['a"']], NEVER, [("needs_quoting", 0, 0, 1)]),
        ("a comma that does not separate", [["a,b"]], NEVER | {"separator": "\t"}, []),
    ],
)
def test_fields_that_cannot_be_written(situation: str, rows, layout, defects) -> None:
    assert text_defects(rows, Layout(**layout)) == [
        Defect(DefectKind(kind), row, field, position) for kind, row, field, position in defects
    ]


def test_unknown_tokens_are_named_by_place() -> None:
    unknown = NumberField(token=UNKNOWN, format="digits")
    rows: list[list[str | NumberField]] = [["a", N], [unknown, N], ["b", unknown]]
    assert tokens_in(rows) == {TOKEN, UNKNOWN}
    assert unknown_tokens(rows, NUMBERS) == [
        Defect(DefectKind.UNKNOWN_TOKEN, 1, 0),
        Defect(DefectKind.UNKNOWN_TOKEN, 2, 1),
    ]
    assert len(unknown_tokens([[unknown]] * 500, NUMBERS)) == MOST_DEFECTS
    assert len(text_defects([["𠮷"]] * 500, Layout())) == MOST_DEFECTS


# Six characters share their CP932 code with another, and read back as that one.
cells = st.text(
    st.characters(codec="cp932", exclude_categories=["Cc"], exclude_characters="¢£¬‖−〜"),
    max_size=20,
)


@given(
    rows=st.lists(st.lists(cells | st.just(N), min_size=1, max_size=5), min_size=1, max_size=5),
    ending=st.sampled_from(LineEnding),
    separator=st.sampled_from([",", "\t"]),
)
def test_what_is_quoted_reads_back(rows, ending: LineEnding, separator: str) -> None:
    layout = Layout(line_ending=ending, separator=separator, quoting=Quoting.ALWAYS)
    if text_defects(rows, layout):
        return
    raw = b"".join(encoded(rows, layout, NUMBERS.__getitem__))
    expected = [[f if isinstance(f, str) else DIGITS for f in row] for row in rows]
    text = raw.decode("cp932")
    assert text.endswith(ending.text)
    read = [
        [field[1:-1].replace('""', '"') for field in _split(line, separator)]
        for line in text.removesuffix(ending.text).split(ending.text)
    ]
    assert read == expected


def _split(line: str, separator: str) -> list[str]:
    fields, field, inside = [], "", False
    for character in line:
        if character == '"':
            inside = not inside
        if character == separator and not inside:
            fields.append(field)
            field = ""
        else:
            field += character
    return [*fields, field]


def test_a_medium_opens_with_its_password_and_no_other() -> None:
    rows: list[list[str | NumberField]] = [[f"{n:04d}", N, "山田　太郎"] for n in range(1200)]
    content = b"".join(encoded(rows, Layout(), NUMBERS.__getitem__))
    archive = sealed_zip("KPFD0001.CSV", [content], PASSWORD, MADE_AT)
    assert DIGITS.encode() not in archive
    with pyzipper.AESZipFile(io.BytesIO(archive)) as opened:
        (entry,) = opened.infolist()
        assert entry.filename == "KPFD0001.CSV"
        assert entry.date_time == (2026, 10, 1, 9, 30, 0)
        assert entry.flag_bits & 1
        assert entry.wz_aes_strength == 3  # AES-256
        assert opened.read("KPFD0001.CSV", pwd=PASSWORD.encode()) == content
    with (
        pyzipper.AESZipFile(io.BytesIO(archive)) as opened,
        pytest.raises(RuntimeError, match=r"[Bb]ad password"),
    ):
        opened.read("KPFD0001.CSV", pwd=b"another-password-of-some-length")
