"""The data files beside the code: the figures of the law, and the forms."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from contracts.forms import Forms, read_forms
from services.qualification.domain.meanings import KINDS
from services.qualification.domain.parameters import Parameters

_HERE = Path(__file__).parent


class BadFile(Exception):
    """A data file does not hold what it should; the message names the file and the place."""


def read_parameters(folder: Path = _HERE / "parameters") -> Parameters:
    """The figures of the law from every ``*.toml`` of a folder. Raises `BadFile`."""
    tables: dict[str, Any] = {}
    for file in sorted(folder.glob("*.toml")):
        try:
            found = tomllib.loads(file.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise BadFile(f"{file.name}: {error}") from error
        if twice := tables.keys() & found.keys():
            raise BadFile(f"{file.name}: {min(twice)} is in another file already")
        tables |= found
    try:
        return Parameters.parse(tables)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadFile(f"{folder.name}: {place}: {first['msg']}") from error


def read_notice_forms(folder: Path = _HERE / "forms") -> Forms:
    """The notice forms. Raises `BadFile` for a form whose meaning no rule knows, ``InvalidForm``
    for one that is none."""
    forms = read_forms(folder)
    if unknown := {form.kind for form in forms} - KINDS.keys():
        raise BadFile(f"{folder.name}: no rule says what {min(unknown)} tells")
    return forms
