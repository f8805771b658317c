"""Numbers at rest, and the keys around them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.sealing import PrivateSealingKey
from services.token_vault.domain.envelope import CIPHERTEXT_BYTES
from services.token_vault.domain.keys import (
    SealingKeyState,
    VersionedKind,
    VersionNotAccepted,
    VersionState,
)
from services.token_vault.domain.numbers import token_of
from services.token_vault.key_encryption import CannotUnwrap, SealedKeyFile
from services.token_vault.keyring import BlindIndex, Keyring, NumberCipher, NumberDamaged
from tests.token_vault.material import (
    HYBRID,
    KEK,
    keyring,
    number,
    stored_sealing,
    stored_version,
)

DATA, INDEX = VersionedKind.DATA, VersionedKind.INDEX
CIPHER = NumberCipher(1, bytes(range(32)))
TOKEN = token_of(bytes(16))
indexes = st.integers(0, 9_999_999)
tokens = st.binary(min_size=16, max_size=16).map(token_of)


@given(indexes, tokens)
def test_a_ciphertext_opens_under_its_own_token_and_version_alone(index: int, token) -> None:
    ciphertext = CIPHER.encrypt(number(index), token)
    assert len(ciphertext) == CIPHERTEXT_BYTES
    assert CIPHER.decrypt(ciphertext, token) == number(index)
    assert number(index).digits.encode() not in ciphertext
    for cipher, place in [
        (CIPHER, token_of(b"another token !!")),
        (NumberCipher(2, bytes(range(32))), token),
        (NumberCipher(1, bytes(32)), token),
    ]:
        with pytest.raises(NumberDamaged) as damage:
            cipher.decrypt(ciphertext, place)
        assert number(index).digits not in str(damage.value)


@settings(max_examples=50)
@given(st.integers(0, CIPHERTEXT_BYTES * 8 - 1))
def test_a_ciphertext_with_any_bit_changed_does_not_open(bit: int) -> None:
    ciphertext = bytearray(CIPHER.encrypt(number(1), TOKEN))
    ciphertext[bit // 8] ^= 1 << bit % 8
    with pytest.raises(NumberDamaged):
        CIPHER.decrypt(bytes(ciphertext), TOKEN)


def test_the_same_number_never_looks_the_same() -> None:
    assert len({CIPHER.encrypt(number(1), TOKEN) for _ in range(100)}) == 100


@given(indexes, indexes)
def test_an_index_tells_numbers_apart_and_says_nothing_without_its_key(a: int, b: int) -> None:
    index = BlindIndex(1, bytes(range(32)))
    assert (index.of(number(a)) == index.of(number(b))) is (a == b)
    assert index.of(number(a)) != BlindIndex(1, bytes(32)).of(number(a))
    assert len(index.of(number(a))) == 32


def test_keys_are_unwrapped_once_and_dropped_when_destroyed() -> None:
    ring = keyring()
    sealing, data, index = stored_sealing(HYBRID), stored_version(DATA), stored_version(INDEX)
    first = ring.keys([sealing], [data, index])
    again = ring.keys([sealing], [data, index])
    assert again.data[1] is first.data[1]
    assert again.private[HYBRID.key_id] is first.private[HYBRID.key_id]
    gone = ring.keys(
        [stored_sealing(HYBRID, SealingKeyState.DESTROYED)],
        [stored_version(DATA, 1, VersionState.DESTROYED), stored_version(DATA, 2), index],
    )
    assert not gone.private
    assert set(gone.data) == {2}
    with pytest.raises(VersionNotAccepted):
        gone.decrypt(bytes(CIPHERTEXT_BYTES), 1, TOKEN)


def test_the_active_index_comes_first() -> None:
    states = [
        stored_version(INDEX, 1, VersionState.DESTROYED),
        stored_version(INDEX, 2, VersionState.RETIRING),
        stored_version(INDEX, 3),
    ]
    having = keyring().keys([], [*states, stored_version(DATA)])
    assert [index.version for index in having.indexes] == [3, 2]


def test_a_key_of_another_place_or_another_key_encryption_key_is_refused() -> None:
    moved = stored_version(DATA, 1)
    elsewhere = type(moved)(DATA, 2, moved.state, moved.wrapped, moved.wrapped_by)
    with pytest.raises(CannotUnwrap):
        keyring().keys([], [elsewhere])

    other = SealedKeyFile("file-other", bytes(32))
    with pytest.raises(CannotUnwrap, match="wrapped by key-encryption key file-other"):
        keyring().keys([], [stored_version(DATA, kek=other)])


def test_a_public_half_that_is_not_the_keys_own_is_not_handed_out() -> None:
    mine = stored_sealing(HYBRID)
    theirs = PrivateSealingKey.generate(HYBRID.key_id).public.public
    swapped = type(mine)(mine.key, theirs, mine.wrapped, mine.wrapped_by)
    with pytest.raises(CannotUnwrap, match="public half"):
        keyring().keys([swapped], [])


def test_nothing_opens_the_key_file_before_it_is_needed() -> None:
    calls = []

    def source() -> SealedKeyFile:
        calls.append(1)
        return KEK

    ring = Keyring(source)
    assert not calls
    assert ring.kek is KEK
    assert ring.kek is KEK
    assert calls == [1]


def test_keys_do_not_show_themselves() -> None:
    having = keyring().keys([stored_sealing(HYBRID)], [stored_version(DATA), stored_version(INDEX)])
    shown = repr(having) + repr(stored_sealing(HYBRID)) + repr(stored_version(DATA))
    assert "seed" not in shown
    assert "wrapped=" not in shown
    assert repr(HYBRID.seed) not in shown
