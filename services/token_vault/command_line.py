"""The vault's command line."""

import sys
from collections.abc import Sequence

from services.chassis.cli import main
from services.token_vault.app import build
from services.token_vault.domain.errors import VaultError
from services.token_vault.settings import Settings


def command_line(argv: Sequence[str] | None = None) -> None:
    """Parse, run and exit; what the vault itself refuses is said in a line, without a traceback."""
    try:
        main(build, Settings, argv)
    except VaultError as error:
        sys.exit(f"token_vault: {error}")
