"""What the API says of files of JPS's: figures, bad rows by line and reason, nothing of a row."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.delimited import Fault
from services.jps_reporting.domain.layout import LayoutStatus
from services.jps_reporting.domain.told_layout import ToldLayout
from services.jps_reporting.stores.told_files import ToldFile
from services.jps_reporting.views import Code, View, coded


class BadRow(View):
    """A row that could not be read: where it stands, and why."""

    line: int
    reason: str


class LayoutView(View):
    """Which file it is, and whether its layout was compared with an original (様式未確認)."""

    id: str
    title: str
    status: Code


class FileView(View):
    """A file in figures: of ``rows``, those that were read, each is one of the four others.

    A file of records counts records: all rows of one person and reference day.
    """

    file_id: UUID | None
    """None: it was checked, and nothing was taken."""
    layout: LayoutView
    started_by: str | None
    """None: an operator, by the command."""
    started_at: datetime | None
    finished_at: datetime | None
    """None: broken off; the same file goes on where it stopped."""
    rows: int
    taken: int | None
    """New (新規取込)."""
    known: int | None
    """Brought nothing new (取込済み)."""
    listed: int | None
    """Fit no item, and are listed (不一致)."""
    bad: int
    bad_rows: tuple[BadRow, ...] = ()
    next: int | None = None
    """For ``after``, where there are more bad rows."""

    @classmethod
    def of(
        cls, one: ToldFile, title: str, faults: Sequence[Fault] = (), limit: int = 0
    ) -> "FileView":
        """A file that was taken in; ``faults`` hold one more than ``limit`` where there is more."""
        status = coded(LayoutStatus(one.layout_status))
        return cls(
            file_id=one.file_id,
            layout=LayoutView(id=one.layout_id, title=title, status=status),
            started_by=one.started_by,
            started_at=one.started_at,
            finished_at=one.finished_at,
            rows=one.rows,
            taken=one.taken,
            known=one.known,
            listed=one.listed,
            bad=one.faults,
            bad_rows=_bad(faults, limit),
            next=_next(faults, limit),
        )

    @classmethod
    def checked(
        cls, layout: ToldLayout, good: int, bad: int, faults: Sequence[Fault], limit: int
    ) -> "FileView":
        """A file of which nothing was taken: what of it can be read, and what cannot."""
        return cls(
            file_id=None,
            layout=LayoutView(id=layout.id, title=layout.title, status=coded(layout.status)),
            started_by=None,
            started_at=None,
            finished_at=None,
            rows=good + bad,
            taken=None,
            known=None,
            listed=None,
            bad=bad,
            bad_rows=_bad(faults, limit),
            next=_next(faults, limit),
        )


class Files(View):
    """Files that were taken in, the latest first."""

    files: tuple[FileView, ...]


def _bad(faults: Sequence[Fault], limit: int) -> tuple[BadRow, ...]:
    return tuple(BadRow(line=fault.line, reason=fault.reason) for fault in faults[:limit])


def _next(faults: Sequence[Fault], limit: int) -> int | None:
    return faults[limit - 1].line if limit and len(faults) > limit else None
