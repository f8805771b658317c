"""What becomes of a record that lies on the bus beyond the backup's moment."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.codes import Code
from contracts.events import (
    AuditOperation,
    AuditOutcome,
    AuditRecorded,
    CorrectionForwarded,
    ItemForwarded,
    ReportOwner,
    ReportProcessing,
)
from contracts.events.jps import ReportItemKind
from contracts.topics import SERVICES, consumed_by
from deploy.backup import report
from deploy.backup.positions import Position
from deploy.backup.timeline import Timeline

TOKENISED, INBOUND, AUDIT, JPS = (
    "residents.tokenised", "inbound.residents", "audit.events", "jps.events",
)  # fmt: skip
SHARD = 2
BATCH = UUID(int=7)


def restored() -> dict[str, Position]:
    """At the backup the vault had numbered 1 to 9; identity had taken 1 to 5; 8 and 9 were in the
    outbox; of upstream the vault had taken offsets up to 20."""
    found = {service: Position(1, {}, {}) for service in SERVICES}
    found["token_vault"].next[TOKENISED, SHARD] = 10
    found["token_vault"].outbox[TOKENISED, SHARD] = [(1, 8), (1, 9)]
    found["token_vault"].marks["", INBOUND, SHARD] = (1, 20)
    found["identity"].marks["token_vault", TOKENISED, SHARD] = (1, 5)
    return found


def timeline(first: int = 0, **more: Any) -> Timeline:
    starts = {
        service: {(topic.name, SHARD): 0 for topic in consumed_by(service)} for service in SERVICES
    }
    return Timeline(restored(), 1, starts, {(INBOUND, SHARD): first}, **more)


def record(
    topic: str, source: str, place: tuple[int, int] | None, offset: int = 50, body: bytes = b"{}"
) -> Any:
    """As it comes from the bus."""
    headers = [("ce_source", source.encode()), ("ce_id", str(uuid4()).encode())]
    if place:
        headers.append(("ce_sequence", b"%d.%d" % place))
    return SimpleNamespace(
        topic=topic, partition=SHARD, offset=offset, key=b"k", headers=headers, value=body
    )


def act(operation: Code, **more: Any) -> bytes:
    event = AuditRecorded(at=datetime(2026, 10, 1, tzinfo=UTC), operation=operation, **more)
    return event.model_dump_json().encode()


@pytest.mark.parametrize(
    ("place", "known", "new", "undone"),
    [
        ((1, 5), 1, 0, 0),
        ((1, 6), 0, 1, 0),
        ((1, 9), 0, 1, 0),  # from the outbox, sent before all was lost
        ((1, 10), 0, 0, 1),
        ((2, 1), 0, 0, 1),  # an earlier restore's, of which this backup does not know
    ],
)
def test_an_event_of_the_house(place, known, new, undone):
    seen = timeline()
    seen.see(record(TOKENISED, "token_vault", place))
    again = seen.again["identity", TOKENISED]
    assert (again.known, again.new, again.undone) == (known, new, undone)
    assert seen.undone["token_vault", TOKENISED] == undone


@pytest.mark.parametrize(("offset", "known", "new"), [(20, 1, 0), (21, 0, 1)])
def test_a_change_of_the_register(offset, known, new):
    seen = timeline()
    seen.see(record(INBOUND, "resident_register", None, offset))
    again = seen.again["token_vault", INBOUND]
    assert (again.known, again.new, again.undone) == (known, new, 0)


def test_what_lies_before_a_services_start_is_not_read_by_it():
    seen = timeline()
    seen.starts["identity"][TOKENISED, SHARD] = 51
    seen.see(record(TOKENISED, "token_vault", (1, 6)))
    assert seen.again["identity", TOKENISED].new == 0


def test_the_new_epoch_is_beyond_every_one_that_was_seen():
    seen = timeline()
    assert seen.new_epoch == 2
    seen.see(record(TOKENISED, "token_vault", (4, 1)))
    assert seen.new_epoch == 5


def test_audit_takes_what_was_undone_too_and_passes_over_nothing():
    seen = timeline()
    seen.see(record(AUDIT, "gateway", (1, 1), body=act(AuditOperation.SIGN_IN)))
    assert (seen.again["audit", AUDIT].new, seen.again["audit", AUDIT].undone) == (1, 0)
    assert seen.cuts("audit") == []
    cuts = dict(seen.cuts("identity"))
    assert cuts["token_vault", TOKENISED, SHARD] == (1, 10)
    assert cuts["token_vault", TOKENISED, SHARD + 1] == (1, 1)


def test_missing_is_what_neither_bus_nor_outbox_has():
    seen = timeline()
    assert seen.missing() == {("identity", "token_vault", TOKENISED): 2}
    seen.see(record(TOKENISED, "token_vault", (1, 6)))
    assert seen.missing() == {("identity", "token_vault", TOKENISED): 1}
    seen.see(record(TOKENISED, "token_vault", (1, 7)))
    assert seen.missing() == {}
    assert "nothing" in report.of_restore(seen)


@pytest.mark.parametrize(("first", "gone"), [(0, 0), (21, 0), (22, 1), (30, 9)])
def test_what_upstream_sent_and_the_bus_has_dropped_is_missing(first, gone):
    lane = "token_vault", "resident_register", INBOUND
    assert timeline(first).missing().get(lane, 0) == gone
    assert lane not in timeline(first, another_bus=True).missing()


def test_another_bus_is_told():
    assert "register send everybody" in report.of_restore(timeline(another_bus=True))
    assert "register send everybody" not in report.of_restore(timeline())


def test_what_people_did_is_listed_and_what_they_only_looked_at_is_not():
    seen = timeline()
    person = uuid4()
    for number, body in enumerate(
        (
            act(AuditOperation.ENTRY_SETTLED, staff_id="shinsa01", person_id=person),
            act(AuditOperation.INQUIRY, staff_id="shinsa01", person_id=person),
            act(AuditOperation.ENTRY_SETTLED, staff_id="x", outcome=AuditOutcome.REFUSED),
            act(AuditOperation.PROVISION, staff_id="shinsa01", person_id=person),
            act(AuditOperation.MEDIUM_SEALED, staff_id="shinsa01", details={"medium_serial": 9}),
            b"not an event",
        ),
        start=1,
    ):
        seen.see(record(AUDIT, "qualification", (1, number), body=body))
    assert [act.operation for act in seen.acts] == ["本登録", "媒体作成"]
    assert seen.last_serial == 9
    told = report.of_restore(seen)
    assert "shinsa01" in told
    assert str(person) not in told


def test_media_that_jps_has_are_counted_by_serial():
    seen = timeline()
    for number in (1, 2):
        item = ItemForwarded(
            item_id=uuid4(), person_id=uuid4(), kind=ReportItemKind.DEATH, batch_id=BATCH,
            medium_serial=12, forwarded_on=date(2026, 10, 1),
        )  # fmt: skip
        body = item.model_dump_json().encode()
        seen.see(record(JPS, "jps_reporting", (1, number), body=body))
    correction = CorrectionForwarded(
        correction_id=uuid4(), item_id=uuid4(), person_id=uuid4(), owner=ReportOwner.QUALIFICATION,
        kind="death", processing=ReportProcessing.CANCELLATION, batch_id=BATCH, medium_serial=13,
        forwarded_on=date(2026, 10, 1),
    )  # fmt: skip
    seen.see(record(JPS, "jps_reporting", (1, 3), body=correction.model_dump_json().encode()))
    assert seen.forwarded == {(12, str(BATCH)): 2, (13, str(BATCH)): 1}
    assert seen.last_serial == 13
    assert "serial is at least 14" in report.of_restore(seen)
