"""The data files beside the code: the figures of the law, and the forms."""

from pathlib import Path

from contracts.forms import Forms, read_forms
from contracts.law import BadFile as BadFile
from contracts.law import read_figures
from services.qualification.domain.meanings import KINDS
from services.qualification.domain.parameters import Parameters

_HERE = Path(__file__).parent


def read_parameters(folder: Path = _HERE / "parameters") -> Parameters:
    """The figures of the law from every ``*.toml`` of a folder. Raises `BadFile`."""
    return read_figures(Parameters, folder)


def read_notice_forms(folder: Path = _HERE / "forms") -> Forms:
    """The notice forms. Raises `BadFile` for a form whose meaning no rule knows, ``InvalidForm``
    for one that is none."""
    forms = read_forms(folder)
    if unknown := {form.kind for form in forms} - KINDS.keys():
        raise BadFile(f"{folder.name}: no rule says what {min(unknown)} tells")
    return forms
