"""Files of rows (CSV with headings) that municipalities and JPS exchange: what reading one is,
whatever it holds. No I/O: lines come in as they were read.
What is told of a bad row is its line and a reason in Japanese, never what stands there.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

REASONS: Final = {
    "missing": "値がありません。",
    "int_parsing": "数字として読み取れません。",
    "int_type": "数字として読み取れません。",
    "bool_type": "区分として読み取れません。",
    "bool_parsing": "区分として読み取れません。",
    "enum": "定められた区分ではありません。",
    "literal_error": "定められた区分ではありません。",
    "date_parsing": "日付として読み取れません（YYYY-MM-DD）。",
    "string_too_long": "長すぎます。",
    "string_too_short": "値がありません。",
    "string_pattern_mismatch": "定められた形ではありません。",
    "greater_than_equal": "小さすぎます。",
    "less_than_equal": "大きすぎます。",
}
"""A validation error's type as staff are told it."""
_CONTRADICTS: Final = "項目どうしが合わないか、正しくありません。"
UNREADABLE: Final = "CSV として読み取れません（引用符が閉じていない等）。"
WRONG_LENGTH: Final = "列の数が見出しと違います。"


@dataclass(frozen=True, slots=True)
class Fault:
    """A bad line and why."""

    line: int
    reason: str


class NotThisFile(Exception):
    """The file is not what it was given as; the text, in Japanese, says why and nothing of it."""


def reason_of(error_type: str) -> str:
    """A validation error in the words of whoever mends the file."""
    return REASONS.get(error_type, _CONTRADICTS)


def check_headings(label: str, columns: Iterable[str], headings: Sequence[str]) -> None:
    """Raises `NotThisFile` unless every column is there, once, and no other (C02)."""
    wanted = list(columns)
    missing = [name for name in wanted if name not in headings]
    unknown = [name for name in headings if name not in wanted]
    twice = len(set(headings)) < len(headings)
    if missing or unknown or twice:
        # What stands in an unknown heading may be a person's data: a file without headings.
        raise NotThisFile(
            f"見出しが{label}のものではありません。"
            f"不足: {'、'.join(missing) or 'なし'}。余分な列: {len(unknown)}"
            f"{'。重複した列があります' if twice else ''}"
        )


def numbered(reader: Any) -> Iterator[tuple[int, list[str] | None]]:
    """Each row of a ``csv.reader`` that is not empty, with the line it begins on.

    None in the place of the row: its quotes do not end.
    """
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None
            continue
        if values:
            yield line, values
