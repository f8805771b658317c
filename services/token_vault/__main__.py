"""``python -m services.token_vault COMMAND``."""

import services.chassis.still  # noqa: F401  before all else, see there
from services.token_vault.command_line import command_line

command_line()
