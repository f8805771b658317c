"""Tables on paper (印刷): a PDF of A4 pages in landscape, with a heading and a footing on each.

Written directly, since a table of plain text needs no more. The font is named and not embedded: a
terminal that reads Japanese has one (ISO 32000-1, 9.7.5.2, predefined CMap ``UniJIS-UTF16-H``).
So this is for text in everyday characters. A name's variants (IVS) need a font of their own that is
embedded; `drawable` says of a text whether it may be printed here.
"""

import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

PDF: Final = "application/pdf"
_WIDTH, _HEIGHT = 842, 595
_MARGIN: Final = 36
_TITLE, _TEXT, _SMALL = 14, 9, 8
_LINE: Final = 12
_PAD: Final = 4
_TOP: Final = _HEIGHT - _MARGIN - 40
_BOTTOM: Final = _MARGIN + 20
_FONT: Final = "HeiseiKakuGo-W5"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, and its share of the width."""

    heading: str
    share: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed. ``heading`` and ``footing`` stand on every page; the number of the page and
    of all pages stands beside the heading. A cell may have several lines (``\\n``), which stand
    beside those of the row's other cells as long as none of them is wider than its column."""

    title: str
    heading: str
    footing: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


def drawable(text: str) -> bool:
    """Whether every character is drawn as it is written: no variation sequence, nothing beyond the
    basic plane, no private use, no control."""
    return all(
        ord(character) < 0x10000
        and not 0xFE00 <= ord(character) <= 0xFE0F
        and unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
        for character in text
    )


def with_geta(text: str) -> str:
    """The text with a 〓 (ゲタ) in the place of what could not be drawn as it is written."""
    return "".join(character if drawable(character) else "〓" for character in text)


def pdf(sheet: Sheet) -> tuple[bytes, int]:
    """The sheet as PDF, and on how many pages.

    Raises ``ValueError`` where a row has another number of cells than there are columns, or a text
    could not be drawn as it is written: a wrong character is worse than none.
    """
    if any(len(row) != len(sheet.columns) for row in sheet.rows):
        raise ValueError("a row has another number of cells than there are columns")
    texts = [sheet.title, sheet.heading, sheet.footing, *(c.heading for c in sheet.columns)]
    lines = (line for row in sheet.rows for cell in row for line in cell.split("\n"))
    if not all(map(drawable, [*texts, *lines])):
        raise ValueError("a character cannot be drawn with the font that is named")
    widths = _widths(sheet.columns)
    pages = list(_pages(sheet, widths))
    drawn = [
        _page(sheet, widths, rows, f"{number}／{len(pages)}頁")
        for number, rows in enumerate(pages, 1)
    ]
    return _document(drawn, sheet.title), len(pages)


Lines = tuple[tuple[str, ...], ...]
"""The lines of each cell of a row."""


def _widths(columns: Sequence[Column]) -> list[float]:
    whole = sum(column.share for column in columns)
    return [(_WIDTH - 2 * _MARGIN) * column.share / whole for column in columns]


def _pages(sheet: Sheet, widths: Sequence[float]) -> Iterator[list[Lines]]:
    """The rows of each page; one page where there is none."""
    page: list[Lines] = []
    left = float(_TOP - _BOTTOM - _row_height(((),)))
    for row in sheet.rows:
        lines = tuple(
            tuple(_wrapped(cell, width - 2 * _PAD)) for cell, width in zip(row, widths, strict=True)
        )
        height = _row_height(lines)
        if page and height > left:
            yield page
            page, left = [], float(_TOP - _BOTTOM - _row_height(((),)))
        page.append(lines)
        left -= height
    yield page


def _row_height(lines: Lines) -> int:
    return _LINE * max(1, *(len(cell) for cell in lines), 1) + _PAD


def _wrapped(cell: str, width: float) -> Iterator[str]:
    for text in cell.split("\n"):
        yield from _wrapped_line(text, width)


def _wrapped_line(text: str, width: float) -> Iterator[str]:
    line, used = "", 0.0
    for character in text:
        wide = _em(character) * _TEXT
        if line and used + wide > width:
            yield line
            line, used = "", 0.0
        line, used = line + character, used + wide
    yield line


def _em(character: str) -> float:
    return 0.5 if " " <= character <= "~" else 1.0


def _page(sheet: Sheet, widths: Sequence[float], rows: Sequence[Lines], number: str) -> bytes:
    drawn = [
        _text(_MARGIN, _HEIGHT - _MARGIN - _TITLE, _TITLE, sheet.title),
        _text(_MARGIN, _HEIGHT - _MARGIN - _TITLE - _LINE - 2, _TEXT, sheet.heading),
        _right(_HEIGHT - _MARGIN - _TITLE, _TEXT, number),
        _text(_MARGIN, _MARGIN, _SMALL, sheet.footing),
    ]
    headings = tuple((column.heading,) for column in sheet.columns)
    top = float(_TOP)
    for row in (headings, *rows):
        height, left = _row_height(row), float(_MARGIN)
        for lines, width in zip(row, widths, strict=True):
            drawn.append(f"{left:.1f} {top - height:.1f} {width:.1f} {height} re S")
            drawn += [
                _text(left + _PAD, top - (n + 1) * _LINE + 1, _TEXT, line)
                for n, line in enumerate(lines)
            ]
            left += width
        top -= height
    return "\n".join(["0.4 w", *drawn]).encode()


def _text(x: float, y: float, size: int, text: str) -> str:
    written = text.encode("utf-16-be").hex()
    return f"BT /F {size} Tf {x:.1f} {y:.1f} Td <{written}> Tj ET"


def _right(y: float, size: int, text: str) -> str:
    width = sum(map(_em, text)) * size
    return _text(_WIDTH - _MARGIN - width, y, size, text)


def _document(pages: Sequence[bytes], title: str) -> bytes:
    """The objects of the file, and where each begins."""
    first = 7
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (ja-JP) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{_FONT}-UniJIS-UTF16-H"
        f" /Encoding /UniJIS-UTF16-H /DescendantFonts [4 0 R] >>".encode(),
        f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /{_FONT} /FontDescriptor 5 0 R"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 6 >>"
        " /DW 1000 /W [1 95 500] >>".encode(),
        f"<< /Type /FontDescriptor /FontName /{_FONT} /Flags 4 /FontBBox [-92 -250 1010 922]"
        " /ItalicAngle 0 /Ascent 752 /Descent -271 /CapHeight 737 /StemV 114 >>".encode(),
        f"<< /Title <feff{title.encode('utf-16-be').hex()}> >>".encode(),
    ]
    for n, page in enumerate(pages):
        packed = zlib.compress(page)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}]"
            f" /Resources << /Font << /F 3 0 R >> >> /Contents {first + 2 * n + 1} 0 R >>".encode()
        )
        head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
        objects.append(head + packed + b"\nendstream")
    written, places = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    begins = len(written)
    written += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    written += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 6 0 R >>"
    written += f"trailer\n{trailer}\nstartxref\n{begins}\n%%EOF\n".encode()
    return bytes(written)
