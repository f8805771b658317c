"""Exemptions on a database of its own, with people in it, and notices as the counter sends them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from contracts.codes import ResidentChangeKind, ResidentKind
from contracts.dates import UncertainDate
from contracts.events import (
    Event,
    PersonChanged,
    QualificationChanged,
    ReportItemKind,
    ReportOwner,
    item_forwarded,
)
from contracts.topics import shard_of
from deploy.local.testing import TestStack
from services.chassis import sight
from services.chassis.clock import FixedClock
from services.chassis.packing import unpack
from services.chassis.received import Received
from services.chassis.service import Service
from services.exemptions.app import build
from services.exemptions.settings import Settings
from tests.exemptions.people import lived, period

NOW = datetime(2026, 10, 15, 1, 0, tzinfo=UTC)
TODAY = date(2026, 10, 15)


def exemptions_service(stack: TestStack, **more: str) -> Service:
    """Exemptions as it is built for this stack; the clock stands at 2026-10-15 10:00 in Japan."""
    service = build(stack.settings(Settings, "exemptions", HTTP_PORT="0", **more))
    service.clock = FixedClock(NOW)
    service.intake._clock = service.clock
    return service


def person_changed(
    person_id: UUID, version: int = 1, *, died_on: UncertainDate | None = None, moved: bool = False
) -> PersonChanged:
    """Somebody born in 1990 who has lived here since 2000, and perhaps died or moved away."""
    return PersonChanged(
        person_id=person_id,
        person_version=version,
        change=ResidentChangeKind.SNAPSHOT,
        changed_on=UncertainDate.exact(date(2000, 1, 1)),
        reported_on=TODAY,
        birth_date=UncertainDate.exact(date(1990, 4, 1)),
        resident_kind=ResidentKind.JAPANESE,
        residence=(lived("2000-01-01", "2026-09-30" if moved else None),),
        died_on=died_on,
        household_id=None,
        is_householder=False,
    )


def category_1(person_id: UUID, version: int = 1, lost: str | None = None) -> QualificationChanged:
    """Insured of category 1 since 2010-03-31, and perhaps not any more."""
    return QualificationChanged(
        person_id=person_id,
        timeline_version=version,
        basic_pension_number_known=False,
        periods=(period(1, "2010-03-31", lost),),
    )


def forwarded(item_id: UUID, person_id: UUID, kind: ReportItemKind, on: str) -> Event:
    """An item that left on a medium."""
    return item_forwarded(
        kind,
        ReportOwner.EXEMPTIONS,
        item_id=item_id,
        person_id=person_id,
        batch_id=uuid4(),
        medium_serial=1,
        forwarded_on=date.fromisoformat(on),
    )


def received(events: Sequence[Event]) -> list[Received[Any]]:
    """Events as the bus hands them over."""
    return [
        Received(
            event=event,
            key=(key := str(getattr(event, "person_id", None) or event.record_key)),
            event_id=uuid4(),
            type=event.TYPE,
            source=event.TOPIC.producers[0],
            time=NOW,
            topic=event.TOPIC.name,
            shard=shard_of(key),
            trace=None,
        )
        for event in events
    ]


async def take(service: Service, *events: Event) -> None:
    """Hand events to their topics' handlers, each batch in a transaction."""
    for topic in {event.TOPIC.name: event.TOPIC for event in events}.values():
        of_topic = [event for event in events if topic == event.TOPIC]
        with sight.everybody():  # as the intake does
            async with service.unit_of_work() as uow:
                await service.handlers[topic](received(of_topic), uow)


async def sent(service: Service, *kinds: type[Event]) -> list[Any]:
    """The events of these types that left with the service's transactions, in their order."""
    of_type = {kind.TYPE.encode(): kind for kind in kinds}
    async with service.database.read() as connection:
        rows = await connection.fetch("select packed from bus.outbox order by seq")
    messages = [message for row in rows for message in unpack(row["packed"])]
    named = [(dict(message.headers)["ce_type"], message.body) for message in messages]
    return [of_type[name].model_validate_json(body) for name, body in named if name in of_type]


def a_notice(
    person_id: UUID,
    kind: str = "additional_premium_start",
    *,
    notified_on: str = "R8.10.15",
    values: dict[str, Any] | None = None,
    documents: list[dict[str, str]] | None = None,
    identity: dict[str, Any] | None = None,
    received_on: str = "2026-10-15",
) -> dict[str, Any]:
    """A notice as the counter sends it, faultless unless told otherwise."""
    entered: dict[str, Any] = {"notified_on": notified_on, "attributes_match": True}
    if kind == "additional_premium_start":
        entered |= {"insured_as": "category_1", "not_exempt": True, "not_in_pension_fund": True}
    card = "individual_number_card"
    return {
        "person_id": str(person_id),
        "kind": kind,
        "submission": {
            "received_on": received_on,
            "channel": "counter",
            "values": entered | (values or {}),
            "attachments": documents or [],
            "identity_check": identity or {"number": card, "person": card},
        },
    }


async def somebody(exemptions: Service) -> UUID:
    """Somebody who lives here and is of category 1."""
    person_id = uuid4()
    await take(exemptions, person_changed(person_id), category_1(person_id))
    return person_id
