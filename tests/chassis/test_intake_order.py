"""What is delivered, what parks, what waits: the order of one person's events always holds."""

from datetime import UTC, datetime
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from contracts.events import AuditOperation, AuditRecorded
from services.chassis.intake import Item, sort_out
from services.chassis.received import Received
from services.chassis.records import Record, Refusal

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def record(offset: int, key: str) -> Record:
    return Record("audit.events", 0, offset, key, {}, b"")


def good(key: str) -> Received[AuditRecorded]:
    event = AuditRecorded(at=NOW, operation=AuditOperation.INQUIRY)
    return Received(event, key, uuid4(), event.TYPE, "identity", NOW, "audit.events", 0, None)


BAD = Refusal("XX-1", "refused")


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30),
    st.sets(st.sampled_from("abc")),
)
def test_nothing_of_a_key_is_delivered_after_something_of_it_stopped(
    batch: list[tuple[str, bool]], blocked: set[str]
) -> None:
    records = [record(i, key) for i, (key, _) in enumerate(batch)]
    items: list[Item] = [good(key) if fine else BAD for key, fine in batch]
    deliver, letters = sort_out(records, items, range(len(records)), blocked)

    assert sorted(deliver + [r.offset for r, _ in letters]) == list(range(len(records)))
    for key in "abc":
        kept = [r.offset for r, _ in letters if r.key == key]
        through = [i for i in deliver if records[i].key == key]
        assert not (key in blocked and through)
        assert all(i < min(kept) for i in through if kept)
        parked = [refusal for r, refusal in letters if r.key == key and refusal]
        assert len(parked) <= 1
        assert not (key in blocked and parked)
