"""A city whose continuing applications are renewed, as tests play it."""

from argparse import Namespace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contracts.events import (
    FactsRequested,
    ManyHouseholdFactsRequested,
    RegisteredHousehold,
)
from services.chassis.clock import FixedClock
from services.chassis.service import Service
from services.exemptions import commands
from tests.audit.calling import Caller
from tests.exemptions.applying import (
    CHIEF,
    CLERK,
    PATH,
    accepted,
    an_application,
    told,
    told_many,
)
from tests.exemptions.counter import sent, take

RENEWAL = "/exemption-renewals"
OF_2027 = {"cycle": 2027}
SETTLED_NONE = dict.fromkeys(("settled", "asked_again", "awaited", "to_look_at", "left"), 0)
JULY = datetime(2027, 7, 1, 1, 0, tzinfo=UTC)


class Renewing:
    """A city whose applicants of 2026 were settled; the clock then stands in July 2027."""

    def __init__(self, service: Service, call: Caller) -> None:
        self.service, self.call = service, call
        self._answered: set[UUID] = set()

    async def applied(self, person: UUID, total: int = 450_000, **entered: Any) -> str:
        """Applied for, reviewed and settled in the cycle of 2026; the id of the application."""
        handed_in = an_application(person, **{"continuing": True, **entered})
        (shown,) = await accepted(self.call, handed_in)
        application_id: str = shown["application"]["application_id"]
        await self.answer(total=total)
        found = (await self.call(*CLERK, get=f"{PATH}/{application_id}")).json()["findings"]
        looked = {"acknowledged": [finding["code"] for finding in found]}
        answer = await self.call(*CHIEF, post=f"{PATH}/{application_id}/settle", json=looked)
        assert answer.status_code == 200, answer.text
        return application_id

    async def answer(self, household: RegisteredHousehold | None = None, **income: Any) -> None:
        """Answer every question that waits; the register has ``household``, or what is asked."""
        for request in await sent(self.service, FactsRequested):
            if request.request_id not in self._answered:
                self._answered.add(request.request_id)
                await take(self.service, told(request, **income))
        for many in await sent(self.service, ManyHouseholdFactsRequested):
            if (first := many.households[0].people[0].request_id) not in self._answered:
                self._answered.add(first)
                await take(self.service, told_many(many, household, **income))

    def in_july(self) -> None:
        """A year goes by."""
        self.service.clock = self.service.intake._clock = FixedClock(JULY)

    async def run(self, cycle: int = 2027) -> int:
        """The command, which waits for no answer that has not come."""
        return await commands.renew(self.service, Namespace(cycle=cycle, wait=0.0))

    async def stand(self, **query: Any) -> dict[str, Any]:
        answer = await self.call(*CLERK, get=RENEWAL, params=OF_2027 | query)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown


def figures(shown: dict[str, Any]) -> dict[str, int]:
    names = ("due", "asked", "clear", "to_look_at", "settled", "withdrawn")
    return {name: shown[name] for name in names if shown[name]}
