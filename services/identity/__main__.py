"""``python -m services.identity run|migrate|dead-letters|republish|refold``."""

import services.chassis.still  # noqa: F401  before all else, see there
from services.chassis.cli import main
from services.identity.app import build
from services.identity.settings import Settings

main(build, Settings)
