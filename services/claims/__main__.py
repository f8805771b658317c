"""``python -m services.claims``."""

import services.chassis.still  # noqa: F401  before all else, see there
from services.chassis.cli import main
from services.claims.app import build
from services.claims.settings import Settings

main(build, Settings)
