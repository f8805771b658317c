"""受付番号 as it is written on what people are given, and the book that it is of."""

from typing import Final

_APART: Final = "（支援措置別冊）"


def book_of(office: str, *, hidden: bool) -> str:
    """The book in which an office numbers a receipt. About somebody hidden it is one apart: in the
    office's own a number would be missing for whoever cannot see it (sealed means absent)."""
    return f"{office}{_APART}" if hidden else office


def is_apart(book: str) -> bool:
    """Whether a book is an office's one of those who are hidden (支援措置別冊)."""
    return book.endswith(_APART)


def receipt_text(fiscal_year: int, number: int, *, apart: bool) -> str:
    """受付番号 in every service: ``2026-00001``, ``2026-別00001`` in the book apart (`is_apart`).

    What is kept and asked for is the number itself; one past 99999 is written out.
    """
    return f"{fiscal_year}-{'別' if apart else ''}{number:05d}"
