"""A seal opens for its event, its sender and its key, unaltered; all else has a number."""

import base64
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.numbers import synthetic_individual_number
from contracts.sealing import PrivateSealingKey, SealedNumber
from services.token_vault.domain.keys import SealingKeyState
from services.token_vault.domain.numbers import IndividualNumber
from services.token_vault.domain.refusals import Refusal
from tests.token_vault.material import HYBRID, X25519, keys, sealed, stored_sealing

DIGITS = synthetic_individual_number(1)
WRONG_CHECK = DIGITS[:11] + str((int(DIGITS[11]) + 1) % 10)
SENDER = "resident_register"


@pytest.mark.parametrize("private", [HYBRID, X25519], ids=["hybrid", "x25519"])
@pytest.mark.parametrize("state", ["pending", "active", "retiring"])
def test_a_seal_opens(private: PrivateSealingKey, state: str) -> None:
    seal, event_id = sealed(DIGITS, private)
    having = keys(stored_sealing(private, SealingKeyState(state)))
    opened = having.unseal(seal, sender=SENDER, event_id=event_id)
    assert isinstance(opened, IndividualNumber)
    assert opened.digits == DIGITS


def test_every_way_not_to_open_has_its_number() -> None:
    having = keys(stored_sealing(HYBRID))
    seal, event_id = sealed(DIGITS, HYBRID)

    def refusal(seal=seal, event_id=event_id, sender=SENDER, having=having):
        return having.unseal(seal, sender=sender, event_id=event_id)

    other = PrivateSealingKey.generate("inbound-20250101")
    same_name = PrivateSealingKey.generate(HYBRID.key_id)
    short = base64.b64encode(base64.b64decode(seal.ciphertext)[:-1]).decode()
    table = {
        "a key nobody knows": (refusal(*sealed(DIGITS, other)), "TV-1001"),
        "a key that is destroyed": (
            refusal(having=keys(stored_sealing(HYBRID, SealingKeyState.DESTROYED))),
            "TV-1002",
        ),
        "the name of a key of another suite": (refusal(*sealed(DIGITS, X25519)), "TV-1003"),
        "cut off": (refusal(seal.model_copy(update={"ciphertext": short})), "TV-1004"),
        "not Base64": (
            refusal(seal.model_copy(update={"ciphertext": seal.ciphertext[:-3]})),
            "TV-1004",
        ),
        "copied from another event": (refusal(event_id=uuid4()), "TV-1005"),
        "sealed by another sender": (refusal(sender="gateway"), "TV-1005"),
        "sealed to a key of the same name": (refusal(*sealed(DIGITS, same_name)), "TV-1005"),
        "wrong check digit": (refusal(*sealed(WRONG_CHECK, HYBRID)), "TV-1007"),
    }
    assert {name: str(got) for name, (got, _) in table.items()} == {
        name: code for name, (_, code) in table.items()
    }
    for got, _ in table.values():
        assert DIGITS not in got.reason
        assert WRONG_CHECK not in got.reason


@settings(max_examples=60)
@given(data=st.data())
def test_a_seal_with_any_bit_changed_does_not_open(data: st.DataObject) -> None:
    having = keys(stored_sealing(X25519))
    seal, event_id = sealed(DIGITS, X25519)
    raw = bytearray(base64.b64decode(seal.ciphertext))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    # The highest bit of an X25519 public key is ignored by definition (RFC 7748 section 5), but
    # HPKE hashes the bytes as sent, so even that bit changes the key.
    altered = SealedNumber(
        key_id=seal.key_id, suite=seal.suite, ciphertext=base64.b64encode(raw).decode()
    )
    got = having.unseal(altered, sender=SENDER, event_id=event_id)
    assert got is Refusal.NOT_AUTHENTIC


def test_codes_are_not_shared() -> None:
    assert len({str(refusal) for refusal in Refusal}) == len(Refusal)
    assert all(refusal.reason for refusal in Refusal)
