"""Reads the parameter files and layouts: once, when the service is built."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.jps_reporting.domain.characters import SubstitutionTable
from services.jps_reporting.domain.corrections import CorrectionTable
from services.jps_reporting.domain.deadlines import DeadlineTable
from services.jps_reporting.domain.layout import InvalidLayout, Layout, require_providable
from services.jps_reporting.domain.provisions import ProvisionTable
from services.jps_reporting.domain.reportability import ReportabilityTable
from services.jps_reporting.domain.told_layout import ToldLayout

HERE: Final = Path(__file__).parent
PARAMETERS: Final = HERE / "parameters"
LAYOUTS: Final = HERE / "layouts"
TOLD_LAYOUTS: Final = HERE / "told_layouts"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything that is data and not code."""

    deadlines: DeadlineTable
    corrections: CorrectionTable
    reportability: ReportabilityTable
    provisions: ProvisionTable
    substitutions: SubstitutionTable
    layouts: dict[str, Layout]
    digest: str
    """Over layouts and substitutions: what was checked under one digest is not sealed under
    another."""
    told_layouts: tuple[ToldLayout, ...]
    """Of what JPS sends back."""

    def layout(self, layout_id: str) -> Layout:
        """The layout of that id. Raises `InvalidLayout` for an unknown one."""
        if layout_id not in self.layouts:
            raise InvalidLayout("no layout of that id")
        return self.layouts[layout_id]


def load(
    parameters: Path = PARAMETERS, layouts: Path = LAYOUTS, told_layouts: Path = TOLD_LAYOUTS
) -> Parameters:
    """Read and validate all of them. Raises ``ValueError`` naming what contradicts itself."""
    provisions = ProvisionTable.model_validate(_read(parameters / "provisions.toml"))
    digest = hashlib.sha256((parameters / "substitutions.toml").read_bytes())
    loaded: dict[str, Layout] = {}
    for file in sorted(layouts.glob("*.toml")):
        layout = Layout.model_validate(_read(file))
        if layout.id != file.stem:
            raise InvalidLayout(f"{file.name} holds the layout {layout.id}")
        require_providable(layout, provisions)
        loaded[layout.id] = layout
        digest.update(file.read_bytes())
    return Parameters(
        deadlines=DeadlineTable.model_validate(_read(parameters / "deadlines.toml")),
        corrections=CorrectionTable.model_validate(_read(parameters / "corrections.toml")),
        reportability=ReportabilityTable.model_validate(_read(parameters / "reportability.toml")),
        provisions=provisions,
        substitutions=SubstitutionTable.model_validate(_read(parameters / "substitutions.toml")),
        layouts=loaded,
        digest=digest.hexdigest(),
        told_layouts=_told(told_layouts),
    )


def _told(folder: Path) -> tuple[ToldLayout, ...]:
    found: list[ToldLayout] = []
    for file in sorted(folder.glob("*.toml")):
        layout = ToldLayout.model_validate(_read(file))
        if layout.id != file.stem:
            raise InvalidLayout(f"{file.name} holds the layout {layout.id}")
        if any(set(layout.columns) == set(other.columns) for other in found):
            raise InvalidLayout(f"{file.name} has the headings of another layout")
        found.append(layout)
    return tuple(found)


def _read(file: Path) -> dict[str, object]:
    with file.open("rb") as opened:
        return tomllib.load(opened)
