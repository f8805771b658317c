"""``python -m services.jps_reporting COMMAND``."""

from services.chassis.cli import main
from services.jps_reporting.app import build
from services.jps_reporting.settings import Settings

main(build, Settings)
