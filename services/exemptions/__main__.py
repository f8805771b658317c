"""``python -m services.exemptions``."""

from services.chassis.cli import main
from services.exemptions.app import build
from services.exemptions.settings import Settings

main(build, Settings)
