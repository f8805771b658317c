"""``python -m services.audit``."""

from services.audit.app import build
from services.audit.settings import Settings
from services.chassis.cli import main

main(build, Settings)
