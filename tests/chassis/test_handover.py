"""What the relay is handed after a commit, and when it has to read instead."""

from services.chassis.handover import MAX_BYTES, Handover
from services.chassis.packing import Message


def messages(size: int = 10) -> list[Message]:
    return [Message("topic", 1, b"key", (), b"x" * size)]


def test_a_row_is_handed_over_once() -> None:
    handover = Handover()
    handover.open()
    handover.keep(7, one := messages())
    assert handover.known() == [7]
    assert handover.take(7) is one
    assert handover.take(7) is None
    assert handover.known() == []


def test_nothing_is_kept_where_nobody_relays() -> None:
    handover = Handover()
    handover.keep(1, messages())
    assert handover.known() == []
    handover.open()
    handover.keep(2, messages())
    handover.close()
    assert handover.known() == []
    handover.keep(3, messages())
    assert handover.known() == []


def test_a_relay_that_is_behind_reads() -> None:
    handover = Handover()
    handover.open()
    handover.keep(1, messages(MAX_BYTES))
    handover.keep(2, messages(1))
    assert handover.known() == [1]
    handover.take(1)
    handover.keep(3, messages(MAX_BYTES))
    assert handover.known() == [3]


def test_what_another_relay_has_sent_is_forgotten() -> None:
    handover = Handover()
    handover.open()
    for seq in (3, 5, 9):
        handover.keep(seq, messages(MAX_BYTES // 3))
    handover.forget_before(9)
    assert handover.known() == [9]
    handover.keep(10, messages(MAX_BYTES // 2))
    assert handover.known() == [9, 10]
