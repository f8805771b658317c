"""``python -m services.audit``."""

import services.chassis.still  # noqa: F401  before all else, see there
from services.audit.app import build
from services.audit.settings import Settings
from services.chassis.cli import main

main(build, Settings)
