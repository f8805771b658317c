"""The cover sheet (送付書) as the API answers with it."""

from datetime import date

from contracts.events import ReportItemKind
from services.jps_reporting.domain.cover import Cover
from services.jps_reporting.domain.layout import LayoutStatus
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.stores.batches import Tally
from services.jps_reporting.stores.media import Medium, Slip
from services.jps_reporting.views import Code, KindCount, View, coded


class CoverView(View):
    """The cover sheet as data."""

    municipality_code: str
    municipality_name: str
    receiver: str
    transport: str
    serial: int
    file_name: str
    created_on: date
    handed_on: date | None
    kinds: tuple[KindCount, ...]
    total: int
    layout_title: str
    layout_status: Code
    sha256: str

    @classmethod
    def of(cls, cover: Cover) -> "CoverView":
        return cls(
            municipality_code=cover.municipality_code,
            municipality_name=cover.municipality_name,
            receiver=cover.receiver,
            transport=cover.transport,
            serial=cover.serial,
            file_name=cover.file_name,
            created_on=cover.created_on,
            handed_on=cover.handed_on,
            kinds=tuple(
                KindCount(kind=coded(kind), count=n, cancellations=cancelled)
                for kind, n, cancelled in cover.counts
            ),
            total=cover.total,
            layout_title=cover.layout_title,
            layout_status=coded(cover.layout_status),
            sha256=cover.sha256,
        )


def cover_of(reporting: Reporting, tally: Tally, medium: Medium, slip: Slip | None) -> Cover:
    """The cover sheet of a sealed medium."""
    settings = reporting.settings
    return Cover(
        municipality_code=settings.municipality_code,
        municipality_name=settings.municipality_name,
        receiver=slip.receiver if slip else settings.receiver,
        transport=slip.transport if slip else settings.transport,
        serial=medium.serial,
        file_name=medium.file_name,
        created_on=medium.created_on,
        handed_on=slip.handed_on if slip else None,
        counts=tuple(
            (kind, tally.kinds[kind.value], tally.cancellations.get(kind.value, 0))
            for kind in ReportItemKind
            if kind.value in tally.kinds
        ),
        layout_title=medium.layout_title,
        layout_status=LayoutStatus(medium.layout_status),
        sha256=medium.sha256.hex() if medium.sha256 else "",
    )
