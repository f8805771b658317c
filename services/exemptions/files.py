"""The data files beside the code: the figures of the law."""

from pathlib import Path

from contracts.law import read_figures
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.parameters import ByLaw

_HERE = Path(__file__).parent


def read_by_law(folder: Path = _HERE / "parameters" / "by_law") -> ByLaw:
    """The figures of the exemptions by law and notice. Raises ``BadFile``."""
    return read_figures(ByLaw, folder)


def read_application(folder: Path = _HERE / "parameters" / "application") -> Parameters:
    """The figures of exemption by application. Raises ``BadFile``."""
    return read_figures(Parameters, folder)
