"""Exemptions, wired."""

from pathlib import Path

from contracts.forms import read_forms
from contracts.topics import (
    JPS_EVENTS,
    LINKAGE_REPLIES_EXEMPTIONS,
    PERSONS_BLOCKS,
    PERSONS_EVENTS,
    PERSONS_FACTS,
    PERSONS_MERGES,
    PERSONS_SIGHT,
    QUALIFICATION_EVENTS,
)
from services.chassis.blocking import on_blocks
from services.chassis.hiding import on_sight
from services.chassis.service import Service
from services.exemptions import (
    api,
    commands,
    consequence_api,
    decision_api,
    entry_api,
    handlers,
    proposal_api,
    receipt_api,
    renewal_api,
    retroactive_api,
    review_again_api,
    take_back_api,
    taking_back,
    what_if_api,
)
from services.exemptions.files import read_application, read_by_law
from services.exemptions.procedures import PROCEDURES
from services.exemptions.settings import Settings
from services.exemptions.state import State

_HERE = Path(__file__).parent


def build(settings: Settings) -> Service:
    """The service; nothing is opened but its own data files.

    Raises ``BadFile`` or ``InvalidForm`` where one of them is not in order.
    """
    state = State(read_forms(_HERE / "forms"), read_application(), read_by_law())
    return Service(
        settings=settings,
        migrations=_HERE / "migrations",
        handlers={
            PERSONS_EVENTS: handlers.on_persons,
            PERSONS_BLOCKS: on_blocks,
            PERSONS_FACTS: taking_back.on_facts(state),
            PERSONS_SIGHT: on_sight,
            PERSONS_MERGES: handlers.on_merges(state),
            QUALIFICATION_EVENTS: handlers.on_qualification(state),
            JPS_EVENTS: handlers.on_jps(state),
            LINKAGE_REPLIES_EXEMPTIONS: handlers.on_replies(state),
        },
        routers=(
            api.router,
            *map(entry_api.routes, PROCEDURES),
            decision_api.router,
            receipt_api.router,
            renewal_api.router,
            proposal_api.router,
            consequence_api.router,
            review_again_api.router,
            take_back_api.router,
            what_if_api.router,
            retroactive_api.router,
        ),
        commands=commands.COMMANDS,
        state=state,
    )
