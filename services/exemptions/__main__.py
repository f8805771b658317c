"""``python -m services.exemptions``."""

import services.chassis.still  # noqa: F401  before all else, see there
from services.chassis.cli import main
from services.exemptions.app import build
from services.exemptions.settings import Settings

main(build, Settings)
