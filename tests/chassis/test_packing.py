"""Packing many events into one outbox row loses nothing."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import cloudevents
from services.chassis.ids import fresh_id
from services.chassis.packing import Message, pack, pack_headers, unpack

texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=40)
headers = st.lists(st.tuples(texts.filter(bool), texts.map(str.encode)), max_size=5).map(tuple)
messages = st.builds(
    Message,
    topic=texts.filter(lambda t: 0 < len(t.encode()) < 256),
    shard=st.integers(0, 255),
    key=st.binary(max_size=60),
    headers=headers,
    body=st.binary(max_size=2000),
)


@given(st.lists(messages, max_size=20))
def test_what_is_packed_comes_out_the_same_and_in_order(batch: list[Message]) -> None:
    assert list(unpack(pack(batch))) == batch


def test_a_header_cannot_smuggle_others_in() -> None:
    smuggling = Message("t", 0, b"k", (("traceparent", b"x\0ce_source\0gateway"),), b"")
    with pytest.raises(ValueError, match="NUL"):
        pack([smuggling])


TRACE = f"00-{'a' * 32}-{'b' * 16}-01"


@pytest.mark.parametrize("trace", [None, TRACE], ids=["without a trace", "with a trace"])
def test_what_a_sender_packs_of_its_headers_is_what_they_are(trace: str | None) -> None:
    headers_of = cloudevents.writer("identity", datetime(2026, 10, 1, tzinfo=UTC), 3)
    for number, type_ in enumerate(("nenkin.person.changed.v1", "nenkin.audit.recorded.v1") * 2):
        headers, packed = headers_of(fresh_id(), type_, number, trace)
        assert packed == pack_headers(headers)
        said = cloudevents.Attributes(cloudevents.read_headers(headers))
        assert (said.type, said.source, said.sequence) == (type_, "identity", (3, number))
        assert said.trace == trace


def test_a_trace_cannot_smuggle_headers_in() -> None:
    headers_of = cloudevents.writer("identity", datetime(2026, 10, 1, tzinfo=UTC), 1)
    with pytest.raises(ValueError, match="NUL"):
        headers_of(fresh_id(), "nenkin.person.changed.v1", 1, "x\0ce_source\0gateway")
