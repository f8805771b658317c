"""Files that staff hand over: passed on as they come, under a limit that no other route has."""

from collections.abc import AsyncIterator

import pytest

from contracts.functions import Function
from deploy.local.testing import TestStack
from services.gateway.routes import ROUTES
from tests.gateway.house import House, house, problem
from tests.gateway.samples import BODIES

pytestmark = pytest.mark.stack

PATH = "/api/jps-files"
CSV = {"content-type": "text/csv; charset=shift_jis"}
LIMIT = 400_000


@pytest.fixture
async def wired(stack: TestStack, database: str) -> AsyncIterator[House]:
    behind = ("jps_reporting",)
    async with house(stack, database, behind=behind, UPLOAD_MAX_BYTES=str(LIMIT)) as made:
        yield made


async def in_parts(whole: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


async def test_a_file_arrives_byte_for_byte_with_its_query(wired: House) -> None:
    content = bytes(range(256)) * 1_500  # more than other bodies may have, and no text
    async with wired.signed_in(Function.RESULT_TAKE) as browser:
        answer = await browser.post(
            PATH, content=in_parts(content), headers=CSV, params={"check": "true"}
        )
    assert answer.status_code == 200
    (asked,) = wired.owners["jps_reporting"].asked
    assert (asked.body, asked.query) == (content, {"check": "true"})
    assert asked.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("told", [True, False], ids=["length told", "length not told"])
async def test_a_longer_file_is_refused(wired: House, told: bool) -> None:
    content = b"x" * (LIMIT + 1)
    async with wired.signed_in(Function.RESULT_TAKE) as browser:
        answer = await browser.post(
            PATH, content=content if told else in_parts(content), headers=CSV
        )
    assert (answer.status_code, problem(answer)["code"]) == (413, "CH-0007")
    assert not wired.owners["jps_reporting"].asked


async def test_other_routes_keep_their_limit_and_take_no_file(wired: House) -> None:
    async with wired.signed_in(*Function) as browser:
        longer = await browser.post("/api/batches", content=b" " * 300_000, headers=CSV)
        assert problem(longer)["code"] == "CH-0007"
        a_file = await browser.post("/api/batches", content=b"{}", headers=CSV)
        assert problem(a_file)["code"] == "GW-0202"
        no_file = await browser.post(PATH, json=BODIES["buildBatch"])
        assert (no_file.status_code, problem(no_file)["code"]) == (415, "GW-0203")
    assert not wired.owners["jps_reporting"].asked


async def test_without_the_function_nothing_of_a_file_is_read(wired: House) -> None:
    read = []

    async def watched() -> AsyncIterator[bytes]:
        async for part in in_parts(b"x" * 100_000):
            read.append(len(part))
            yield part

    async with wired.signed_in(Function.BATCH_BUILD) as browser:
        answer = await browser.post(PATH, content=watched(), headers=CSV)
    assert problem(answer)["code"] == "CH-0006"
    assert read == []


def test_these_routes_take_a_file() -> None:
    assert [route.operation_id for route in ROUTES if route.upload] == ["takeJpsFile"]
