"""The nightly run of exemptions, and identity, which answers what it asks."""

from argparse import Namespace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from contracts.events import (
    AssistanceChanged,
    ExemptionsFactsAnswered,
    FactOutcome,
    FactsRequested,
)
from contracts.events.facts import PublicAssistanceFact
from contracts.events.welfare import AssistanceKind, AssistancePeriod
from services.chassis.clock import FixedClock
from services.chassis.service import Service
from services.exemptions import commands
from tests.exemptions.counter import sent, take

LIVELIHOOD, MEDICAL = AssistanceKind.LIVELIHOOD, AssistanceKind.MEDICAL
Period = tuple[AssistanceKind, str, str | None]
SINCE_MAY: Period = (LIVELIHOOD, "2026-05-10", None)


class Night:
    """The nightly run, and identity, which answers what it asks."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def news(self, *people: UUID) -> None:
        await take(self.service, *[AssistanceChanged(person_id=person) for person in people])

    async def run(self) -> list[FactsRequested]:
        """Who is asked about in a night."""
        before = len(await sent(self.service, FactsRequested))
        assert await commands.propose(self.service, Namespace(limit=100)) == 0
        return (await sent(self.service, FactsRequested))[before:]

    async def told(self, request: FactsRequested, *periods: Period, **more: Any) -> None:
        fact = PublicAssistanceFact(
            outcome=more.get("outcome", FactOutcome.VALUE),
            periods=tuple(
                AssistancePeriod(
                    kind=kind,
                    first=date.fromisoformat(first),
                    last=date.fromisoformat(last) if last else None,
                )
                for kind, first, last in periods
            ),
        )
        answer = ExemptionsFactsAnswered(
            request_id=request.request_id,
            reference=request.reference,
            person_id=request.person_id,
            public_assistance=fact,
        )
        await take(self.service, answer)

    async def heard(self, person: UUID, *periods: Period) -> None:
        """There is news of somebody, the night goes by, and identity tells this."""
        await self.news(person)
        (request,) = await self.run()
        await self.told(request, *periods)

    async def kept(self) -> list[bool]:
        """Of each question that was answered, whether the answer is still kept."""
        async with self.service.database.read() as connection:
            rows = await connection.fetch(
                "select answer is not null as kept from exemptions.assistance_questions"
                " where answered_at is not null order by asked_at"
            )
        return [row["kept"] for row in rows]

    def on(self, day: str) -> None:
        moment = datetime.fromisoformat(f"{day}T01:00:00").replace(tzinfo=UTC)
        self.service.clock = self.service.intake._clock = FixedClock(moment)
