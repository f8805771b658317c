"""The gateway's word on who is acting, at a running service: forged, foreign, late, used twice."""

import ssl
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.functions import Function
from services.chassis.staff_context import HEADER, Signer, StaffContext

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("day")]

OPENED = "the person"
CONTEXT = StaffContext("sato", "保険年金課", frozenset({Function.PERSON_VIEW.value}), "s", "t", "r")


@pytest.fixture(scope="module")
def house(played_day):
    return played_day.house.stack


@pytest.fixture(scope="module")
def signer(house):
    return Signer(house.layout.certs / "gateway" / "staff_context.key")


@pytest.fixture(scope="module")
def path(played_day):
    return f"/persons/{played_day.summary.page['person']['person_id']}"


def ask(house, path, word, peer="gateway"):
    folder = house.layout.certs / peer
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.load_cert_chain(folder / f"{peer}.crt", folder / f"{peer}.key")
    url = f"https://localhost:{house.state.ports['identity']}{path}"
    with httpx.Client(verify=context, trust_env=False, timeout=30) as client:
        answer = client.get(url, headers={HEADER: word} if word else {})
    return OPENED if answer.status_code == 200 else answer.json()["code"]


def word(signer, path, *, context=CONTEXT, service="identity", method="GET", ago=0):
    now = datetime.now(UTC) - timedelta(seconds=ago)
    return signer.sign(context, service=service, method=method, path=path, now=now)


def test_a_good_word_opens_and_is_taken_once(house, signer, path):
    good = word(signer, path)
    assert ask(house, path, good) == OPENED
    assert ask(house, path, good) == "CH-0005"
    assert ask(house, path, word(signer, path)) == OPENED


@pytest.mark.parametrize(
    "wrong",
    [
        {"service": "qualification"},
        {"method": "POST"},
        {"path": "/persons/0b4f8a53-8f0e-4c1c-9d3f-0d2a0f6a1c01"},
        {"ago": 31},
        {"ago": -60},
    ],
    ids=str,
)
def test_a_word_for_another_call_or_another_moment_opens_nothing(house, signer, path, wrong):
    named = wrong.get("path", path)
    rest = {name: value for name, value in wrong.items() if name != "path"}
    assert ask(house, path, word(signer, named, **rest)) == "CH-0005"


def test_a_word_that_somebody_else_signed_opens_nothing(house, path, tmp_path):
    key = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "key").write_bytes(key)
    assert ask(house, path, word(Signer(tmp_path / "key"), path)) == "CH-0005"


@pytest.mark.parametrize("part", [0, 1, 2])
def test_an_altered_word_opens_nothing(house, signer, path, part):
    parts = word(signer, path).split(".")
    parts[part] = ("A" if parts[part][0] != "A" else "B") + parts[part][1:]
    assert ask(house, path, ".".join(parts)) == "CH-0005"


def test_a_word_without_the_function_opens_nothing(house, signer, path):
    others = frozenset(f.value for f in Function if f is not Function.PERSON_VIEW)
    less = StaffContext("sato", "保険年金課", others, "s", "t", "r")
    assert ask(house, path, word(signer, path, context=less)) == "CH-0006"


@pytest.mark.parametrize("peer", ["qualification", "token_vault", "operator", "admin"])
def test_a_good_word_in_anothers_hands_opens_nothing_and_is_not_spent(house, signer, path, peer):
    good = word(signer, path)
    assert ask(house, path, good, peer) == "CH-0004"
    assert ask(house, path, good) == OPENED


@pytest.mark.parametrize("none", [None, "", "a.b.c", "e30.e30.", "x" * 3_000])
def test_no_word_opens_nothing(house, path, none):
    assert ask(house, path, none) == "CH-0005"
