"""Packing many events into one outbox row loses nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.packing import Message, pack, unpack

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
