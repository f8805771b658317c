"""Requests that no description knows of, made by hand: bodies that are none, sizes, characters,
addresses. Each gets a numbered answer, soon, and neither gateway nor service falls over it."""

import http.client
import json
import ssl
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.garbage.door import LONGEST_S, Doors, sound
from tests.gateway.samples import BODIES

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("garbage")]

JSON = "application/json"
SEARCH = json.dumps(BODIES["searchPersons"]).encode()
MB = 1_000_000

BODIES_BY_HAND: dict[str, tuple[bytes, str, set[int]]] = {
    "nothing": (b"", JSON, {422}),
    "not JSON": (b"kana=a", JSON, {400}),
    "half of a JSON": (SEARCH[:-3], JSON, {400}),
    "two JSONs": (SEARCH * 2, JSON, {400}),
    "null": (b"null", JSON, {422}),
    "a list": (b"[]", JSON, {422}),
    "a number": (b"1e999", JSON, {422}),
    "nested without end": (b"[" * 200_000, JSON, {400}),
    "objects nested without end": (b'{"a":' * 100_000, JSON, {400, 413}),
    "nested to the end": (b"[" * 50_000 + b"]" * 50_000, JSON, {400, 422}),
    "a number of 5,000 digits": (b'{"kana": ' + b"9" * 5_000 + b"}", JSON, {400, 422}),
    "NaN": (b'{"kana": NaN}', JSON, {400, 422}),
    "U+0000": (rb'{"kana": "a\u0000"}', JSON, {422}),
    "U+0000 as a name": (rb'{"\u0000": "a"}', JSON, {422}),
    "half a surrogate pair": (rb'{"kana": "\ud842"}', JSON, {422}),
    "half a surrogate pair as a name": (rb'{"\ud842": "a"}', JSON, {422}),
    "the same name twice": (rb'{"kana": "\u30b5", "kana": "\u30b5\u30c8"}', JSON, {200}),
    "a very long text": (json.dumps({"kana": "サ" * MB}).encode(), JSON, {413, 422}),
    "a very long name": (json.dumps({"サ" * MB: "a"}).encode(), JSON, {413, 422}),
    "very many names": (
        json.dumps({f"n{n}": n for n in range(100_000)}).encode(), JSON, {413, 422}),
    "more than is taken": (b" " * (9 * MB) + SEARCH, JSON, {413}),
    "a BOM before it": (b"\xef\xbb\xbf" + SEARCH, JSON, {200, 400}),
    "UTF-16": (SEARCH.decode().encode("utf-16"), JSON, {400}),
    "UTF-16 without a BOM": (SEARCH.decode().encode("utf-16-be"), JSON, {400}),
    "UTF-32": (SEARCH.decode().encode("utf-32"), JSON, {400}),
    "Shift JIS": ('{"kana": "サトウ"}'.encode("cp932"), f"{JSON}; charset=shift_jis", {400}),
    "no UTF-8": (b'{"kana": "\xff\xfe"}', JSON, {400}),
    "another charset's name": (SEARCH, f"{JSON}; charset=utf-7", {200, 400, 415}),
    "a form": (b"kana=a", "application/x-www-form-urlencoded", {415, 422}),
    "a broken form": (b"--x", "multipart/form-data; boundary=x", {415, 422}),
    "text": (SEARCH, "text/plain", {415, 422}),
    "XML": (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
            "application/xml", {415, 422}),
    "no type that is one": (SEARCH, "x", {415, 422}),
    "a type without end": (SEARCH, "a/" + "b" * 10_000, {400, 415, 422, 431}),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES_BY_HAND)
def test_a_body_that_is_none_gets_a_numbered_answer(doors: Doors, name: str) -> None:
    body, media_type, statuses = BODIES_BY_HAND[name]
    for post in _ways_in(doors):
        response = post(body, {"Content-Type": media_type})
        sound(response)
        assert response.status_code in statuses


def _ways_in(doors: Doors) -> list[Callable[[bytes, dict[str, str]], requests.Response]]:
    """Through the gateway, and as the gateway to identity."""
    base, inside = doors.inside(doors.house.services["identity"])

    def public(body: bytes, headers: dict[str, str]) -> requests.Response:
        url = f"{doors.url}/api/persons/search"
        return doors.public.post(url, data=body, headers=headers, timeout=LONGEST_S)

    def private(body: bytes, headers: dict[str, str]) -> requests.Response:
        url = f"{base}/persons/search"
        return inside.post(url, data=body, headers=headers, timeout=LONGEST_S)

    return [public, private]


PERSON = "0b4f8a53-8f0e-4c1c-9d3f-0d2a0f6a1c01"
ADDRESSES = [
    "/api/../../../etc/passwd",
    "/api/%2e%2e/%2e%2e/etc/passwd",
    "/api/persons/..%2f..%2fetc%2fpasswd",
    "/api/persons/%2e%2e%5c%2e%2e",
    "/api/persons/....//....//etc/passwd",
    "//api/session",
    "/api//session",
    "/api/session/",
    "/api/session;jsessionid=1",
    "/api/persons/%00",
    f"/api/persons/{PERSON}%00.json",
    "/api/persons/%ff",
    "/api/persons/%ED%A0%80",
    "/api/persons/%",
    "/api/persons/%zz",
    "/api/persons/" + "a" * 20_000,
    "/api/notices?state=received&state=settled",
    "/api/notices?state=%00",
    "/api/notices?limit=0x10",
    "/api/notices?limit=" + "9" * 5_000,
    "/api/notices?limit=-1",
    "/api/notices?after=1e3",
    "/api/notices?" + "&".join(f"a{n}=1" for n in range(2_000)),
    f"/api/persons/{PERSON}?as_of=0",
    f"/api/persons/{PERSON}?as_of=20261001",
    f"/api/persons/{PERSON}?as_of=9999-12-31",
    f"/api/persons/{PERSON}?as_of=0001-01-01",
    f"/api/persons/{PERSON}?known_at=0",
    f"/api/persons/{PERSON}?known_at=0001-01-01T00:00:00%2B14:00",
    f"/api/persons/{PERSON}?known_at=9999-12-31T23:59:59-12:00",
    "/api/batches?before=0",
    "/api/batches?before=0001-01-01T00:00:00%2B14:00",
    "/api/items?due_before=0",
    "/api/items?due_before=9999-12-31",
    "/api/audit/records?since=0&until=1",
    "/api/audit/records?since=0001-01-01T00:00:00%2B14:00",
    "/api/audit/records?until=9999-12-31T23:59:59Z",
    "/api/audit/records?after=AAAA",
    "/api/audit/records?after=%F0%9F%92%A9",
    "/api/audit/records?staff_id='%20or%201=1--",
    "/api/docs/../../services/gateway/app.py",
    "/../.local/main/certs/gateway/gateway.key",
]


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address[:60])
def test_an_address_that_is_none_gets_a_numbered_answer(doors: Doors, address: str) -> None:
    """As it is written: no client of ours puts it right before."""
    status, media_type, body, seconds = _get(doors, address)
    assert status < 500, body
    assert seconds < LONGEST_S
    assert b"Traceback" not in body
    assert b"PRIVATE KEY" not in body
    assert b"root:" not in body
    if status >= 400 and media_type != "text/plain; charset=utf-8":
        document: dict[str, Any] = json.loads(body)
        assert document["code"], document


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("qualification", f"/persons/{PERSON}/qualification?as_of=0"),
        ("qualification", f"/persons/{PERSON}/qualification?known_at=0"),
        ("jps_reporting", "/items?due_before=0"),
        ("jps_reporting", "/batches?before=0"),
        ("audit", "/records?since=0"),
        ("audit", "/records?until=20261001"),
    ],
)
def test_0_is_no_day_behind_the_gateway_either(doors: Doors, name: str, path: str) -> None:
    base, session = doors.inside(doors.house.services[name])
    response = session.get(f"{base}{path}", timeout=LONGEST_S)
    sound(response)
    assert response.json()["code"] == "CH-0001"


def _get(doors: Doors, address: str) -> tuple[int, str, bytes, float]:
    parts = urlsplit(doors.url)
    context = ssl.create_default_context(cafile=str(doors.public.verify))
    connection = http.client.HTTPSConnection(
        str(parts.hostname), parts.port, timeout=LONGEST_S, context=context
    )
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in doors.public.cookies)
    began = time.monotonic()
    try:
        connection.request("GET", address, headers={"Cookie": cookies})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    return (
        answer.status, answer.headers.get("content-type", ""), body, time.monotonic() - began
    )  # fmt: skip


HEADERS = {
    "a cookie without end": {"Cookie": "__Host-nenkin_session=" + "a" * 30_000},
    "a cookie that is no token": {"Cookie": '__Host-nenkin_session="\xe3\x81\x82"'},
    "very many headers": {f"X-{n}": "a" for n in range(90)},
    "a trace that is none": {"traceparent": "00-x-y-zz\t"},
    "another host": {"Host": "mallory.example"},
    "another origin": {"Origin": "https://mallory.example"},
    "a length that is none": {"Range": "bytes=0-18446744073709551615"},
    "a staff context of one's own": {"Staff-Context": "e30.e30.e30"},
    "an expectation": {"Expect": "100-continue"},
    "another method by header": {"X-HTTP-Method-Override": "DELETE"},
}


@pytest.mark.parametrize("name", HEADERS)
def test_headers_that_are_none_get_a_numbered_answer(doors: Doors, name: str) -> None:
    for path, method in (("/api/session", "GET"), ("/api/persons/search", "POST")):
        response = doors.public.request(
            method, f"{doors.url}{path}", headers=HEADERS[name], timeout=LONGEST_S,
            **({"json": BODIES["searchPersons"]} if method == "POST" else {}),
        )  # fmt: skip
        if response.headers.get("content-type", "").startswith("text/plain"):
            assert response.status_code in (400, 431)  # the HTTP parser itself
        else:
            sound(response)
