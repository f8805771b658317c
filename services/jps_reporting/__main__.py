"""``python -m services.jps_reporting COMMAND``."""

import services.chassis.still  # noqa: F401  before all else, see there
from services.chassis.cli import main
from services.jps_reporting.app import build
from services.jps_reporting.settings import Settings

main(build, Settings)
