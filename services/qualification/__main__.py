"""``python -m services.qualification run|migrate|nightly|recompute|dead-letters …``"""

from services.chassis.cli import main
from services.qualification.app import build
from services.qualification.settings import Settings

if __name__ == "__main__":
    main(build, Settings)
