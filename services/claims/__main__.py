"""``python -m services.claims``."""

from services.chassis.cli import main
from services.claims.app import build
from services.claims.settings import Settings

main(build, Settings)
