"""Sealing: opens for one key, sender and event, and otherwise says why without saying more."""

import base64
import json
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.sealing import (
    _HPKE,
    CannotOpen,
    CannotSeal,
    InvalidSealingKey,
    OpeningFailure,
    PrivateSealingKey,
    PublicSealingKey,
    SealedNumber,
    SealingSuite,
    open_sealed,
    seal,
    seal_info,
)
from contracts.tools import vectors

NUMBER = "123456789018"
EVENT = UUID("0b6f7a52-6f0e-4c39-9d0c-4f7a5d2b9e11")
SENDER = "resident_register"
KEYS = {suite: PrivateSealingKey("test-1", suite, b"\x07" * 32) for suite in SealingSuite}

suites = pytest.mark.parametrize("suite", list(SealingSuite))


def sealed_with(suite: SealingSuite) -> SealedNumber:
    return seal(NUMBER, KEYS[suite].public, sender=SENDER, event_id=EVENT)


def failure(
    sealed: SealedNumber,
    key: PrivateSealingKey,
    sender: str = SENDER,
    event_id: UUID = EVENT,
) -> OpeningFailure:
    with pytest.raises(CannotOpen, match="CT-0303") as caught:
        open_sealed(sealed, key, sender=sender, event_id=event_id)
    assert NUMBER not in str(caught.value)
    return caught.value.reason


@suites
def test_what_is_sealed_opens(suite: SealingSuite) -> None:
    sealed = sealed_with(suite)
    assert open_sealed(sealed, KEYS[suite], sender=SENDER, event_id=EVENT) == NUMBER
    assert len(base64.b64decode(sealed.ciphertext)) == suite.sealed_bytes


@settings(max_examples=25)
@given(
    st.sampled_from(SealingSuite),
    st.text("0123456789", min_size=12, max_size=12),
    st.binary(min_size=32, max_size=32),
    st.uuids(),
    st.from_regex(r"[a-z0-9][a-z0-9._-]{0,63}", fullmatch=True),
)
def test_any_twelve_digits_for_any_key_sender_and_event(
    suite: SealingSuite, number: str, seed: bytes, event_id: UUID, sender: str
) -> None:
    key = PrivateSealingKey("k", suite, seed)
    sealed = seal(number, key.public, sender=sender, event_id=event_id)
    read = SealedNumber.model_validate_json(sealed.model_dump_json())
    assert open_sealed(read, key, sender=sender, event_id=event_id) == number


@suites
def test_the_same_number_is_never_sealed_alike(suite: SealingSuite) -> None:
    assert sealed_with(suite) != sealed_with(suite)


@suites
def test_a_seal_belongs_to_its_sender_and_event(suite: SealingSuite) -> None:
    sealed, key = sealed_with(suite), KEYS[suite]
    assert failure(sealed, key, sender="gateway") is OpeningFailure.NOT_AUTHENTIC
    assert failure(sealed, key, event_id=uuid4()) is OpeningFailure.NOT_AUTHENTIC


@suites
def test_a_seal_belongs_to_its_key(suite: SealingSuite) -> None:
    sealed = sealed_with(suite)
    renamed = PrivateSealingKey("test-2", suite, KEYS[suite].seed)
    replaced = PrivateSealingKey("test-1", suite, b"\x08" * 32)
    assert failure(sealed, renamed) is OpeningFailure.WRONG_KEY
    assert failure(sealed, replaced) is OpeningFailure.NOT_AUTHENTIC


def test_a_seal_belongs_to_its_suite() -> None:
    sealed = sealed_with(SealingSuite.HYBRID)
    assert failure(sealed, KEYS[SealingSuite.X25519]) is OpeningFailure.WRONG_KEY


@suites
@pytest.mark.parametrize("place", [0, 31, -17, -1])
def test_an_altered_seal_does_not_open(suite: SealingSuite, place: int) -> None:
    sealed = sealed_with(suite)
    raw = bytearray(base64.b64decode(sealed.ciphertext))
    raw[place] ^= 1
    altered = sealed.model_copy(update={"ciphertext": base64.b64encode(raw).decode()})
    assert failure(altered, KEYS[suite]) is OpeningFailure.NOT_AUTHENTIC


@suites
def test_the_length_is_checked_before_anything_is_decrypted(suite: SealingSuite) -> None:
    sealed = sealed_with(suite)
    raw = base64.b64decode(sealed.ciphertext)
    for wrong in (raw[:-1], raw + b"\x00", b""):
        other = sealed.model_copy(update={"ciphertext": base64.b64encode(wrong).decode()})
        assert failure(other, KEYS[suite]) is OpeningFailure.MALFORMED
    for text in ("A", "====", "not base64!"):
        other = sealed.model_copy(update={"ciphertext": text})
        assert failure(other, KEYS[suite]) is OpeningFailure.MALFORMED


@suites
@pytest.mark.parametrize("inside", [b"no number it", b"\xff" * 12])
def test_a_seal_that_holds_something_else_is_refused(suite: SealingSuite, inside: bytes) -> None:
    raw = _HPKE[suite].encrypt(inside, KEYS[suite].public.hpke_key, info=seal_info(SENDER, EVENT))
    sealed = SealedNumber(key_id="test-1", suite=suite, ciphertext=base64.b64encode(raw).decode())
    assert failure(sealed, KEYS[suite]) is OpeningFailure.NOT_A_NUMBER


@pytest.mark.parametrize(
    "number", ["", "12345678901", "1234567890123", "１２３４５６７８９０１８", "12345678901a"]
)
def test_only_twelve_digits_are_sealed(number: str) -> None:
    with pytest.raises(CannotSeal, match="CT-0302") as caught:
        seal(number, KEYS[SealingSuite.X25519].public, sender=SENDER, event_id=EVENT)
    assert not number or number not in str(caught.value)


@pytest.mark.parametrize("sender", ["", "Resident", "a\nb", "a b", "-a", "a" * 65, "a\n"])
def test_a_sender_is_a_name(sender: str) -> None:
    with pytest.raises(CannotSeal, match="CT-0302"):
        seal_info(sender, EVENT)


def test_info_byte_for_byte() -> None:
    assert seal_info(SENDER, EVENT) == (
        b"nenkin-seal/1\nindividual-number\nresident_register\n0b6f7a52-6f0e-4c39-9d0c-4f7a5d2b9e11"
    )


@suites
def test_a_public_key_travels_as_json(suite: SealingSuite) -> None:
    public = KEYS[suite].public
    document = json.loads(public.model_dump_json())
    assert document.keys() == {"key_id", "suite", "public"}
    assert base64.b64decode(document["public"]) == public.public
    assert PublicSealingKey.model_validate_json(json.dumps(document)) == public


@pytest.mark.parametrize(
    ("situation", "change"),
    [
        ("another suite's length", {"suite": "x25519"}),
        ("no Base64", {"public": "*"}),
        ("cut short", {"public": "AAAA"}),
        ("a suite nobody knows", {"suite": "rsa"}),
        ("an id with a path in it", {"key_id": "../keys"}),
        ("an id with capitals", {"key_id": "Key"}),
        ("an unknown field", {"seed": "00"}),
    ],
)
def test_what_is_no_public_key_is_refused(situation: str, change: dict[str, str]) -> None:
    document = json.loads(KEYS[SealingSuite.HYBRID].public.model_dump_json())
    with pytest.raises(ValidationError):
        PublicSealingKey.model_validate(document | change)


def test_bytes_of_the_right_length_may_still_be_no_key() -> None:
    public = PublicSealingKey(key_id="k", suite=SealingSuite.HYBRID, public=b"\xff" * 1216)
    with pytest.raises(InvalidSealingKey, match="CT-0301"):
        seal(NUMBER, public, sender=SENDER, event_id=EVENT)


@pytest.mark.parametrize(("key_id", "seed"), [("k", b"\x00" * 31), ("k", b""), ("K", b"\x00" * 32)])
def test_what_is_no_private_key_is_refused(key_id: str, seed: bytes) -> None:
    with pytest.raises(InvalidSealingKey, match="CT-0301"):
        PrivateSealingKey(key_id, SealingSuite.HYBRID, seed)


@suites
def test_a_private_key_does_not_show_its_seed(suite: SealingSuite) -> None:
    key = PrivateSealingKey.generate("inbound-2026-10", suite)
    assert key.seed.hex() not in repr(key)
    assert repr(key.seed) not in repr(key)
    assert key != PrivateSealingKey.generate("inbound-2026-10", suite)


@pytest.mark.parametrize("vector", vectors.Vectors.load().seals, ids=lambda vector: vector.name)
def test_the_committed_vectors(vector: vectors.VectorSeal) -> None:
    keys = {key.key_id: key for key in vectors.Vectors.load().keys}
    private = vectors.private_key(keys[vector.sealed.key_id])
    assert base64.b64encode(private.public.public).decode() == keys[private.key_id].public
    assert seal_info(vector.sender, vector.event_id).hex() == vector.info
    if vector.failure is None:
        assert vector.number == open_sealed(
            vector.sealed, private, sender=vector.sender, event_id=vector.event_id
        )
    else:
        reason = failure(vector.sealed, private, vector.sender, vector.event_id)
        assert reason is vector.failure


def test_new_vectors_are_as_good_as_the_committed_ones(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "PATH", tmp_path_factory.mktemp("vectors") / "sealing.json")
    vectors.write()
    assert list(vectors.problems()) == []
    broken = vectors.PATH.read_text().replace('"number": "999900000011"', '"number": null')
    vectors.PATH.write_text(broken)
    assert list(vectors.problems())
