"""jps_reporting, wired."""

from pathlib import Path

from services.chassis.service import Service
from services.jps_reporting import (
    batch_api,
    commands,
    correction_api,
    file_api,
    give_up_api,
    item_api,
    parameter_files,
    unmatched_api,
    void_api,
)
from services.jps_reporting.handlers import handlers
from services.jps_reporting.reporting import Reporting
from services.jps_reporting.settings import Settings


def build(settings: Settings) -> Service:
    """The service, with its parameter files read and validated; nothing is opened.

    Raises ``ValueError`` for parameter files that contradict themselves, and ``InvalidLayout`` for
    a layout that is unknown or gives away what the provision table does not list.
    """
    parameters = parameter_files.load(
        settings.parameters_dir, settings.layouts_dir, settings.told_layouts_dir
    )
    reporting = Reporting(settings, parameters)
    _ = reporting.layout
    return Service(
        settings=settings,
        migrations=Path(__file__).parent / "migrations",
        handlers=handlers(reporting),
        routers=[
            batch_api.router,
            item_api.router,
            correction_api.router,
            give_up_api.router,
            file_api.router,
            unmatched_api.router,
            void_api.router,
        ],
        commands=commands.COMMANDS,
        state=reporting,
    )
