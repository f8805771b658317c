"""qualification, wired: settings in, service out. Nothing is opened here."""

from pathlib import Path

from prometheus_client import Counter

from services.chassis.service import Service
from services.qualification import api, commands
from services.qualification.files import read_notice_forms, read_parameters
from services.qualification.handlers import Handlers
from services.qualification.settings import Settings
from services.qualification.state import State

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings) -> Service:
    """The service. Raises ``BadFile`` or ``InvalidForm`` where a data file is not in order."""
    parameters = read_parameters()
    outdated = Counter(
        "qualification_outdated_persons_total",
        "Person events of a version that is known already",
        registry=None,
    )
    handlers = Handlers(parameters, settings.records_begin, outdated)
    service = Service(
        settings=settings,
        migrations=MIGRATIONS,
        handlers=handlers.by_topic(),
        routers=[api.router],
        commands=commands.COMMANDS,
        state=State(parameters, read_notice_forms()),
    )
    service.metrics.registry.register(outdated)
    return service
