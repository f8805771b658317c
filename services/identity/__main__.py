"""``python -m services.identity run|migrate|dead-letters|republish|refold``."""

from services.chassis.cli import main
from services.identity.app import build
from services.identity.settings import Settings

if __name__ == "__main__":
    main(build, Settings)
