"""``python -m services.qualification run|migrate|nightly|recompute|dead-letters …``"""

import services.chassis.still  # noqa: F401  before all else, see there
from services.chassis.cli import main
from services.qualification.app import build
from services.qualification.settings import Settings

main(build, Settings)
