"""受付番号 as it is written on what people are given."""


def receipt_text(fiscal_year: int, number: int, *, apart: bool) -> str:
    """``2026-00001``; ``2026-別00001`` in the book of those who are hidden (支援措置別冊)."""
    return f"{fiscal_year}-{'別' if apart else ''}{number:05d}"
