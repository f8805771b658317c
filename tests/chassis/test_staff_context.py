"""The gateway's word on who is acting holds for one call to one service, once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from services.chassis.staff_context import BadContext, Signer, StaffContext, Verifier

NOW = datetime(2026, 10, 1, 3, 0, tzinfo=UTC)
STAFF = StaffContext("s001", "中央区", frozenset({"person.view"}), "session", "t1", "r1")


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    key = OKPKey.generate_key("Ed25519")
    private.write_bytes(key.as_pem(private=True))
    public.write_bytes(key.as_pem(private=False))
    return private, public


def sign(private: Path, **changes: str) -> str:
    call = {"service": "identity", "method": "GET", "path": "/persons/1", **changes}
    return Signer(private).sign(STAFF, now=NOW, **call)


def verify(
    public: Path, token: str, *, now: datetime = NOW, method: str = "GET", path: str = "/persons/1"
) -> StaffContext:
    return Verifier(public, "identity").verify(token, method=method, path=path, now=now)


def test_it_says_who_acts(keys: tuple[Path, Path]) -> None:
    assert verify(keys[1], sign(keys[0])) == STAFF


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"service": "claims"}, "audience"),
        ({"method": "POST"}, "request"),
        ({"path": "/persons/2"}, "request"),
    ],
)
def test_another_call_is_refused(
    keys: tuple[Path, Path], changes: dict[str, str], reason: str
) -> None:
    with pytest.raises(BadContext, match=reason):
        verify(keys[1], sign(keys[0], **changes))


def test_it_expires(keys: tuple[Path, Path]) -> None:
    with pytest.raises(BadContext, match="expired"):
        verify(keys[1], sign(keys[0]), now=NOW + timedelta(seconds=31))


def test_one_from_the_future_is_refused(keys: tuple[Path, Path]) -> None:
    with pytest.raises(BadContext, match="expired"):
        verify(keys[1], sign(keys[0]), now=NOW - timedelta(minutes=1))


def test_it_is_taken_once(keys: tuple[Path, Path]) -> None:
    verifier, token = Verifier(keys[1], "identity"), sign(keys[0])
    verifier.verify(token, method="GET", path="/persons/1", now=NOW)
    with pytest.raises(BadContext, match="replayed"):
        verifier.verify(token, method="GET", path="/persons/1", now=NOW)


def test_another_key_another_algorithm_and_an_altered_token_are_refused(
    keys: tuple[Path, Path], tmp_path: Path
) -> None:
    foreign = tmp_path / "foreign.pem"
    foreign.write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=True))
    good = sign(keys[0])
    header, payload, signature = good.split(".")
    unsigned = jwt.encode({"alg": "none"}, {"iss": "gateway"}, cast(Any, None), algorithms=["none"])
    for token in (
        sign(foreign),
        unsigned,
        f"{header}.{payload}.{signature[:-4]}AAAA",
        f"{header}.{payload[:-4]}AAAA.{signature}",
        "",
        "a.b.c",
        "eyJhbGciOiJFZDI1NTE5IiwiY3JpdCI6MX0." + f"{payload}.{signature}",  # "crit": 1
    ):
        with pytest.raises(BadContext, match="signature"):
            verify(keys[1], token)


def test_functions_are_what_was_signed(keys: tuple[Path, Path]) -> None:
    more = replace(STAFF, functions=frozenset({"person.view", "batch.seal"}))
    token = Signer(keys[0]).sign(more, service="identity", method="GET", path="/persons/1", now=NOW)
    assert verify(keys[1], token).functions == {"person.view", "batch.seal"}
