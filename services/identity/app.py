"""identity, wired: settings in, service out. Nothing is opened here."""

from dataclasses import dataclass
from pathlib import Path

from services.chassis.service import Service
from services.identity import (
    api,
    attaching,
    block_api,
    commands,
    facts_api,
    feed_number_api,
    finding_api,
    loading,
    lock_api,
    measure_api,
    near_miss_api,
    outside_api,
    outside_number_api,
    search_api,
)
from services.identity.domain.fact_purposes import FactPurposeTable
from services.identity.domain.folding import Folding
from services.identity.domain.measures import Rules
from services.identity.handlers import Handlers
from services.identity.settings import Settings
from services.identity.tables import (
    read_fact_purposes,
    read_measure_rules,
    read_purposes,
    read_variants,
)

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class State:
    """identity's own objects, for its API and commands."""

    folding: Folding
    measure_rules: Rules
    fact_purposes: FactPurposeTable


def build(settings: Settings) -> Service:
    """The service. Raises ``ValueError`` where a table of its own is not in order."""
    folding = Folding(read_variants())
    fact_purposes = read_fact_purposes()
    measure_rules = read_measure_rules()
    return Service(
        settings=settings,
        migrations=MIGRATIONS,
        handlers=Handlers(folding, read_purposes(), fact_purposes, measure_rules).by_topic(),
        routers=[
            search_api.router,
            api.router,
            near_miss_api.router,
            feed_number_api.router,
            finding_api.router,
            measure_api.router,
            block_api.router,
            lock_api.router,
            outside_api.router,
            outside_number_api.router,
            facts_api.router,
        ],
        commands=(*commands.COMMANDS, loading.COMMAND),
        background=(attaching.BACKGROUND,),
        state=State(folding, measure_rules, fact_purposes),
    )
