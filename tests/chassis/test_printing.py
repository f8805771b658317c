"""Tables on paper: pages, their numbers, and no character that would be drawn as another."""

import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.printing import Column, Sheet, drawable, pdf, with_geta

COLUMNS = (Column("番号", 1), Column("内容", 3))


def sheet(*rows: tuple[str, ...], **changes: str) -> Sheet:
    texts = {
        "title": "処理簿",
        "heading": "2026年度　中央区",
        "footing": "印刷日時：本日",
    } | changes
    return Sheet(columns=COLUMNS, rows=rows, **texts)


def texts(document: bytes) -> list[list[str]]:
    """What stands on each page."""
    pages = []
    for packed in re.findall(rb"stream\n(.*?)\nendstream", document, re.DOTALL):
        drawn = zlib.decompress(packed).decode()
        pages.append([bytes.fromhex(t).decode("utf-16-be") for t in re.findall(r"<(.*?)>", drawn)])
    return pages


def test_heading_footing_and_page_number_stand_on_every_page() -> None:
    rows = tuple((f"{n}", "国民年金被保険者資格取得届") for n in range(1, 101))
    document, count = pdf(sheet(*rows))
    pages = texts(document)
    assert len(pages) == count == 4
    for number, page in enumerate(pages, 1):
        assert {"処理簿", "2026年度　中央区", "印刷日時：本日", "番号", "内容"} <= set(page)
        assert f"{number}／{count}頁" in page
    printed = [text for page in pages for text in page if text.isdigit()]
    assert printed == [f"{n}" for n in range(1, 101)]


def test_an_empty_table_is_one_page() -> None:
    document, count = pdf(sheet())
    assert (count, len(texts(document))) == (1, 1)
    assert document.startswith(b"%PDF-1.5")
    assert b"/MediaBox [0 0 842 595]" in document


def test_the_places_of_the_objects_are_right() -> None:
    document, _ = pdf(sheet(("1", "届")))
    (begins,) = re.findall(rb"startxref\n(\d+)\n", document)
    assert document[int(begins) :].startswith(b"xref\n")
    places = re.findall(rb"(\d{10}) 00000 n ", document)
    for number, place in enumerate(places, 1):
        assert document[int(place) :].startswith(b"%d 0 obj\n" % number)


@pytest.mark.parametrize(
    ("text", "as_written"),
    [
        ("山田　花子", True),
        ("第１号→第２号（変更）", True),
        ("辻\U000e0100", False),
        ("𠮷田", False),
        ("\ue000", False),
        ("一行\t二行", False),
    ],
    ids=["plain", "signs", "variant", "beyond-the-basic-plane", "private-use", "control"],
)
def test_what_can_be_drawn_as_it_is_written(text: str, as_written: bool) -> None:
    assert drawable(text) is as_written
    assert drawable(with_geta(text))
    if as_written:
        assert with_geta(text) == text
    else:
        assert "〓" in with_geta(text)
        with pytest.raises(ValueError, match="cannot be drawn"):
            pdf(sheet(("1", text)))


def test_the_lines_of_a_cell_stand_beside_those_of_the_others() -> None:
    document, _ = pdf(sheet(("1\n2\n3", "受付\n\n送付"), ("4", "次")))
    (packed,) = re.findall(rb"stream\n(.*?)\nendstream", document, re.DOTALL)
    drawn = re.findall(r"([\d.]+) Td <(.*?)>", zlib.decompress(packed).decode())
    at = {bytes.fromhex(text).decode("utf-16-be"): float(y) for y, text in drawn}
    assert (at["1"], at["3"]) == (at["受付"], at["送付"])
    assert at["1"] > at["2"] > at["3"] > at["4"] == at["次"]


def test_a_row_has_as_many_cells_as_there_are_columns() -> None:
    with pytest.raises(ValueError, match="number of cells"):
        pdf(sheet(("1",)))


@given(st.lists(st.text("国民年金abc123、（）", min_size=1, max_size=300), min_size=1, max_size=40))
def test_nothing_is_cut_off_however_long(cells: list[str]) -> None:
    document, count = pdf(sheet(*((f"{n}", cell) for n, cell in enumerate(cells))))
    pages = texts(document)
    assert len(pages) == count
    printed = "".join(text for page in pages for text in page)
    for cell in cells:
        assert all(printed.count(character) >= cell.count(character) for character in set(cell))
