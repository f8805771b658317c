"""``python -m services.token_vault COMMAND``."""

import sys

from services.chassis.cli import main
from services.token_vault.app import build
from services.token_vault.domain.errors import VaultError
from services.token_vault.settings import Settings

try:
    main(build, Settings)
except VaultError as error:
    sys.exit(f"token_vault: {error}")
