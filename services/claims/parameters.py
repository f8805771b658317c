"""Reading the parameter files. Opened once, when the service is built."""

import tomllib
from pathlib import Path

from services.claims.domain.order import ClaimantOrder

_FOLDER = Path(__file__).parent / "parameters"


def claimant_order(folder: Path = _FOLDER) -> ClaimantOrder:
    """The order of claimants. Raises ``ValueError`` where the file does not declare it."""
    with (folder / "claimant_order.toml").open("rb") as file:
        return ClaimantOrder.model_validate(tomllib.load(file)["claimant_order"])
