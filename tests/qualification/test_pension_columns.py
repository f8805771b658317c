"""年金資格: what goes back to the resident register, and that it goes when it changes alone."""

from uuid import UUID

import pytest

from contracts.events import PensionColumns, PensionColumnsChanged
from services.qualification.domain.numbers import pension_numbers
from services.qualification.domain.pension_columns import NOTHING, pension_columns
from tests.qualification.house import AT_45, Counter, House, notice
from tests.qualification.people import Life, d
from tests.qualification.test_one_person import merged, separated, take

HANAKO = UUID(int=1, version=4)


def columns(life: Life, day: str) -> str:
    """有無, 種別, 取得, 喪失, as a clerk would read them out."""
    found = pension_columns(life.on(day), pension_numbers(life.facts).current)
    insured = {True: "有", False: "無", None: "不明"}[found.insured]
    kind = found.voluntary or found.category or "-"
    return f"{insured} {kind} {found.acquired_on or '-'} {found.lost_on or '-'}"


def newcomer() -> Life:
    return Life("1996-05-05").moves_in_from_abroad("2026-04-10")


LEAVES = newcomer().moves_abroad("2026-11-15")
CASES = [
    ("reaches 20", Life("2006-10-02").born_here(), "2026-10-01", "有 1 2026-10-01 -"),
    ("a day before", Life("2006-10-02").born_here(), "2026-09-30", "不明 - - -"),
    ("of the first load at 45: nobody knows", AT_45.copy(), "2026-11-01", "不明 - - -"),
    (
        "leaves work: since the change, of category 1",
        AT_45.copy().leaves_work("2026-10-31", settled="2026-11-05"),
        "2026-11-05",
        "有 1 2026-11-01 -",
    ),
    (
        "and was of category 2 before",
        AT_45.copy().jps_tells("2026-10-15", (2, "2020-04-01", None)),
        "2026-11-05",
        "有 2 2020-04-01 -",
    ),
    ("moves abroad", LEAVES, "2026-11-16", "無 1 2026-04-10 2026-11-16"),
    ("on the day of the move still", LEAVES, "2026-11-15", "有 1 2026-04-10 -"),
    ("dies", newcomer().dies("2026-11-30"), "2026-12-01", "無 1 2026-04-10 2026-12-01"),
    (
        "moves to another city: it answers, and nobody here knows",
        newcomer().moves_out("2026-11-15"),
        "2026-11-16",
        "不明 1 2026-04-10 -",
    ),
    (
        "insured by choice at 61",
        Life("1965-05-05").loaded("2026-10-01", since="2010-04-01").applies("2026-11-05"),
        "2026-11-05",
        "有 aged_60_to_64 2026-11-05 -",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("life", "day", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_the_columns(life: Life, day: str, expected: str) -> None:
    assert columns(life, day) == expected


def test_a_number_alone_is_worth_telling() -> None:
    life = AT_45.copy().has_number("1234567890", settled="2026-11-05")
    found = pension_columns(life.on("2026-11-05"), pension_numbers(life.facts).current)
    assert found == PensionColumns(insured=None, basic_pension_number="1234567890") != NOTHING


async def told(house: House) -> list[PensionColumnsChanged]:
    return await house.outbox(PensionColumnsChanged)


@pytest.mark.stack
async def test_the_register_is_told_on_a_change_and_not_again(house: House) -> None:
    life = Life("2006-10-16").loaded("2026-10-01", since="2006-10-16")
    await house.lives(HANAKO, life)
    assert await told(house) == []
    await house.nightly("2026-10-15")
    (first,) = await told(house)
    assert (first.columns_version, first.columns.insured) == (1, True)
    assert first.columns.acquired_on == d("2026-10-15")
    for event in life.changes_household("2026-10-20").events(HANAKO):
        await house.told(event)
    assert await house.command("recompute", after=None) == 0
    assert await house.nightly("2026-10-21") == 0
    assert await told(house) == [first]


@pytest.mark.stack
async def test_a_correction_is_told_and_what_is_sent_again_is_not(house: House) -> None:
    life = Life("1996-05-05").moves_in_from_abroad("2026-10-01")
    await house.lives(HANAKO, life)
    *_, last = life.moves_out("2026-10-01").events(HANAKO)
    await house.told(last)
    again = last.model_copy(update={"person_version": last.person_version + 100})
    await house.told(again)
    first, second = await told(house)
    assert (first.columns.insured, second.columns) == (True, NOTHING)
    assert [event.columns_version for event in (first, second)] == [1, 2]


@pytest.mark.stack
async def test_a_settled_notice_is_told_and_a_received_one_is_not(
    house: House, counter: Counter, hanako: UUID
) -> None:
    accepted = (await counter.accept(notice(hanako))).json()["summary"]
    assert await told(house) == []
    await counter.settle(accepted["notice_id"])
    (event,) = await told(house)
    assert (event.columns.category, event.columns.acquired_on) == (1, d("2026-11-01"))


@pytest.mark.stack
async def test_after_a_merge_and_its_undoing_each_record_is_told_its_own(house: House) -> None:
    """The register's records of a former id follow the surviving person, and are their own again:
    identity passes on only what is new to a record."""
    a, b = UUID(int=0xA, version=4), UUID(int=0xB, version=4)
    await house.lives(a, Life("1990-05-02").moves_in_from_abroad("2026-04-01"))
    await house.lives(b, Life("1990-05-02").loaded("2026-10-01", since="2010-04-01"))
    assert [event.person_id for event in await told(house)] == [a]
    await take(house, merged(former=b, surviving=a))
    await take(house, merged(former=b, surviving=a))
    assert [event.person_id for event in await told(house)] == [a, a]
    assert await house.command("recompute", after=None) == 0
    assert len(await told(house)) == 2
    await take(house, separated(former=b))
    again = (await told(house))[2:]
    assert {event.person_id for event in again} == {a, b}
    (of_b,) = [event for event in again if event.person_id == b]
    assert of_b.columns == NOTHING
