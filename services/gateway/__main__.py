"""``python -m services.gateway run|migrate|staff|dead-letters|…``."""

import services.chassis.still  # noqa: F401  before all else, see there
from services.chassis.cli import main
from services.gateway.app import build
from services.gateway.settings import Settings

main(build, Settings)
