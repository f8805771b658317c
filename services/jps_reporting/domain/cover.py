"""The cover sheet (送付書) that goes with a medium, as text. Its PDF is a later matter."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from contracts.eras import wareki
from contracts.events import ReportItemKind
from services.jps_reporting.domain.layout import LayoutStatus


@dataclass(frozen=True, slots=True)
class Cover:
    """What the cover sheet says. It names nobody that the report is about."""

    municipality_code: str
    municipality_name: str
    receiver: str
    transport: str
    serial: int
    file_name: str
    created_on: date
    handed_on: date | None
    counts: tuple[tuple[ReportItemKind, int, int], ...]
    """By kind: all records, and how many of them take a report back (取消)."""
    layout_title: str
    layout_status: LayoutStatus
    sha256: str

    @property
    def total(self) -> int:
        """All records on the medium."""
        return sum(count for _, count, _ in self.counts)


def as_text(cover: Cover) -> str:
    """The sheet in lines, as it is printed."""
    handed = wareki(cover.handed_on) if cover.handed_on else "（未送付）"
    lines = [
        "送　付　書",
        "",
        f"送付先　　　{cover.receiver}",
        f"送付元　　　{cover.municipality_name}（{cover.municipality_code}）",
        f"送付年月日　{handed}",
        f"搬送手段　　{cover.transport}",
        "",
        f"媒体通番　　{cover.serial}",
        f"ファイル名　{cover.file_name}（AES-256 暗号化 ZIP。パスワードは機構から指定されたもの）",
        f"作成年月日　{wareki(cover.created_on)}",
        f"様式　　　　{cover.layout_title}【{cover.layout_status.label}】",
        "",
        *_counted(cover),
        f"合計　{cover.total}件",
        "",
        f"SHA-256　{cover.sha256}",
    ]
    if cover.layout_status is LayoutStatus.UNCONFIRMED:
        lines[1:1] = ["", "※ 様式未確認: 仕様書の原本と照合していない様式で作成しています。"]
    return "\n".join(lines) + "\n"


def _counted(cover: Cover) -> Iterator[str]:
    for kind, count, cancelled in cover.counts:
        if cancelled:
            yield f"{kind.label}の取消し　{cancelled}件"
        if count > cancelled:
            yield f"{kind.label}　{count - cancelled}件"
