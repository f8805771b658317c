"""Stays in the city, from what the register tells version by version."""

import itertools
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import BecameResidentReason, RemovalReason, ResidentStatus
from contracts.dates import UncertainDate
from contracts.events import ResidentTokenised
from services.identity.domain.residence import NOBODY, Residence, follow, residence_of
from tests.identity.people import Kind, became, day, removed, told

HERE, OUT = ResidentStatus.RESIDENT, ResidentStatus.MOVED_OUT
GONE = ResidentStatus.OTHERWISE_REMOVED
FIRST = became("2020-04-01")

MOVED_IN = told(Kind.MOVE_IN, "2020-04-01")
MOVED_OUT = told(Kind.MOVE_OUT, "2023-06-30", became=FIRST)
BACK = told(Kind.MOVE_IN, "2025-01-10")


def stays(residence: Residence) -> list[tuple[str, str, str, str]]:
    """(began, why, ended, why), a word each."""
    return [
        (
            period.began.notation,
            str(period.began_reason or "-"),
            period.ended.notation if period.ended else "-",
            str(period.ended_reason or "-"),
        )
        for period in residence.periods
    ]


SITUATIONS: dict[str, tuple[list[ResidentTokenised], list[tuple[str, str, str, str]]]] = {
    "moved in": ([MOVED_IN], [("2020-04-01", "move_in", "-", "-")]),
    "born here": (
        [told(Kind.BIRTH, "2026-03-03")],
        [("2026-03-03", "birth", "-", "-")],
    ),
    "came from abroad, left for abroad": (
        [
            told(Kind.MOVE_IN_FROM_ABROAD, "2024-09-01"),
            told(
                Kind.MOVE_ABROAD,
                "2026-02-15",
                became=became("2024-09-01", BecameResidentReason.MOVE_IN_FROM_ABROAD),
            ),
        ],
        [("2024-09-01", "move_in_from_abroad", "2026-02-15", "move_abroad")],
    ),
    "moved out": ([MOVED_IN, MOVED_OUT], [("2020-04-01", "move_in", "2023-06-30", "move_out")]),
    "came back": (
        [MOVED_IN, MOVED_OUT, BACK],
        [
            ("2020-04-01", "move_in", "2023-06-30", "move_out"),
            ("2025-01-10", "move_in", "-", "-"),
        ],
    ),
    "came back on the day of leaving": (
        [MOVED_IN, MOVED_OUT, told(Kind.MOVE_IN, "2023-06-30")],
        [
            ("2020-04-01", "move_in", "2023-06-30", "move_out"),
            ("2023-06-30", "move_in", "-", "-"),
        ],
    ),
    "a name or an address changes nothing": (
        [
            MOVED_IN,
            told(Kind.NAME_CHANGE, "2021-01-01", became=FIRST),
            told(Kind.ADDRESS_CHANGE, "2022-01-01", became=FIRST),
        ],
        [("2020-04-01", "move_in", "-", "-")],
    ),
    "the move out is cancelled": (
        [MOVED_IN, MOVED_OUT, told(Kind.CANCELLATION, "2023-07-05", became=FIRST)],
        [("2020-04-01", "move_in", "-", "-")],
    ),
    "the removal is cancelled by an entry": (
        [
            MOVED_IN,
            MOVED_OUT,
            told(
                Kind.CANCELLATION,
                "2023-07-05",
                became=became("2023-07-05", BecameResidentReason.REMOVAL_CANCELLED),
            ),
        ],
        [("2020-04-01", "move_in", "-", "-")],
    ),
    "the move in is cancelled": (
        [
            MOVED_IN,
            told(
                Kind.CANCELLATION,
                "2020-04-20",
                became=FIRST,
                removal=removed("2020-04-20", RemovalReason.ENTRY_CANCELLED),
                resident_status=GONE,
            ),
        ],
        [],
    ),
    "the move in is cancelled and made again": (
        [
            MOVED_IN,
            told(
                Kind.CANCELLATION,
                "2020-04-20",
                became=FIRST,
                removal=removed("2020-04-20", RemovalReason.ENTRY_CANCELLED),
                resident_status=GONE,
            ),
            told(Kind.MOVE_IN, "2020-04-03"),
        ],
        [("2020-04-03", "move_in", "-", "-")],
    ),
    "the day of the move in is corrected": (
        [MOVED_IN, told(Kind.CORRECTION, "2020-05-01", became=became("2020-03-28"))],
        [("2020-03-28", "move_in", "-", "-")],
    ),
    "the day of the move out is corrected": (
        [
            MOVED_IN,
            MOVED_OUT,
            told(
                Kind.CORRECTION,
                "2023-08-01",
                became=FIRST,
                removal=removed("2023-07-02", RemovalReason.MOVE_OUT),
                resident_status=OUT,
            ),
        ],
        [("2020-04-01", "move_in", "2023-07-02", "move_out")],
    ),
    "both days are corrected to after the end that was known": (
        [
            MOVED_IN,
            MOVED_OUT,
            told(
                Kind.CORRECTION,
                "2023-08-01",
                became=became("2023-07-01"),
                removal=removed("2023-07-20", RemovalReason.MOVE_OUT),
                resident_status=OUT,
            ),
        ],
        [("2023-07-01", "move_in", "2023-07-20", "move_out")],
    ),
    "a snapshot of someone who is here": (
        [told(Kind.SNAPSHOT, "2026-04-01")],
        [("2020-04-01", "move_in", "-", "-")],
    ),
    "a snapshot of someone who has left": (
        [
            told(
                Kind.SNAPSHOT,
                removal=removed("2023-06-30", RemovalReason.MOVE_ABROAD),
                resident_status=OUT,
            )
        ],
        [("2020-04-01", "move_in", "2023-06-30", "move_abroad")],
    ),
    "a snapshot in between changes nothing": (
        [MOVED_IN, MOVED_OUT, told(Kind.SNAPSHOT, became=FIRST, removal=MOVED_OUT.record.removal,
                                   resident_status=OUT), BACK],
        [
            ("2020-04-01", "move_in", "2023-06-30", "move_out"),
            ("2025-01-10", "move_in", "-", "-"),
        ],
    ),
    "naturalised under the same number": (
        [
            told(Kind.MOVE_IN_FROM_ABROAD, "2015-04-01"),
            told(
                Kind.OFFICIAL_REMOVAL,
                "2026-04-01",
                became=became("2015-04-01", BecameResidentReason.MOVE_IN_FROM_ABROAD),
                removal=removed("2026-04-01", RemovalReason.NATURALISATION),
                resident_status=GONE,
            ),
            told(
                Kind.OFFICIAL_ENTRY,
                "2026-04-01",
                became=became("2026-04-01", BecameResidentReason.NATURALISATION),
            ),
        ],
        [("2015-04-01", "move_in_from_abroad", "-", "-")],
    ),
    "the sheet is rewritten": (
        [
            MOVED_IN,
            told(
                Kind.CORRECTION,
                "2024-01-01",
                became=became("2024-01-01", BecameResidentReason.REWRITTEN),
                removal=removed("2024-01-01", RemovalReason.REWRITTEN),
            ),
        ],
        [("2020-04-01", "move_in", "-", "-")],
    ),
    "left on a day nobody knows": (
        [MOVED_IN, told(Kind.OFFICIAL_REMOVAL, "令和5年春", became=FIRST)],
        [("2020-04-01", "move_in", "令和5年春", "official")],
    ),
    "came back, and nobody knows when they had left": (
        [MOVED_IN, told(Kind.MOVE_OUT, "年月日不詳", became=FIRST), BACK],
        [
            ("2020-04-01", "move_in", "年月日不詳", "move_out"),
            ("2025-01-10", "move_in", "-", "-"),
        ],
    ),
    "the register does not say since when": (
        [told(Kind.SNAPSHOT, became=None)],
        [("年月日不詳", "-", "-", "-")],
    ),
    "moved out, without a removal on the record": (
        [MOVED_IN, told(Kind.MOVE_OUT, "2023-06-30", became=FIRST, removal=None,
                        resident_status=OUT)],
        [("2020-04-01", "move_in", "2023-06-30", "move_out")],
    ),
    "a move out that is notified before the day": (
        [MOVED_IN, told(Kind.MOVE_OUT, "2026-04-30", became=FIRST, removal=None,
                        resident_status=HERE)],
        [("2020-04-01", "move_in", "-", "-")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("situation", SITUATIONS)
def test_stays(situation: str) -> None:
    versions, expected = SITUATIONS[situation]
    assert stays(residence_of(versions)) == expected


@pytest.mark.parametrize("situation", SITUATIONS)
def test_being_told_the_same_again_changes_nothing(situation: str) -> None:
    versions, _ = SITUATIONS[situation]
    residence = residence_of(versions)
    assert follow(residence, versions[-1]) == residence


class TestDeath:
    def test_ends_the_stay(self) -> None:
        residence = residence_of([MOVED_IN, told(Kind.DEATH, "2026-03-31", became=FIRST)])
        assert stays(residence) == [("2020-04-01", "move_in", "2026-03-31", "death")]
        assert residence.died_on == day("2026-03-31")

    def test_of_someone_who_had_left_does_not_move_the_end(self) -> None:
        residence = residence_of(
            [MOVED_IN, MOVED_OUT, told(Kind.DEATH, "2026-03-31", became=FIRST)]
        )
        assert stays(residence) == [("2020-04-01", "move_in", "2023-06-30", "move_out")]
        assert residence.died_on == day("2026-03-31")

    def test_on_a_day_nobody_knows(self) -> None:
        residence = residence_of([MOVED_IN, told(Kind.DEATH, "令和8年3月上旬", became=FIRST)])
        assert residence.died_on == day("令和8年3月上旬")
        assert residence.died_on is not None
        assert not residence.died_on.is_exact

    def test_that_a_snapshot_tells_without_a_date(self) -> None:
        dead = told(Kind.SNAPSHOT, resident_status=ResidentStatus.DECEASED)
        residence = residence_of([dead])
        assert stays(residence) == [("2020-04-01", "move_in", "年月日不詳", "death")]
        assert residence.died_on == day("年月日不詳")

    def test_that_was_entered_by_mistake(self) -> None:
        residence = residence_of(
            [
                MOVED_IN,
                told(Kind.DEATH, "2026-03-31", became=FIRST),
                told(Kind.CANCELLATION, "2026-04-05", became=FIRST),
            ]
        )
        assert stays(residence) == [("2020-04-01", "move_in", "-", "-")]
        assert residence.died_on is None


class TestThePensionNote:
    """国民年金の付記 (住民基本台帳法29条): told with the entry, kept with the stay."""

    def test_is_that_of_the_stay_it_came_with(self) -> None:
        abroad = BecameResidentReason.MOVE_IN_FROM_ABROAD
        noted = became("2024-09-01", abroad, note=True)
        residence = residence_of(
            [
                told(Kind.MOVE_IN_FROM_ABROAD, "2024-09-01", became=noted),
                told(Kind.ADDRESS_CHANGE, "2024-10-01", became=became("2024-09-01", abroad)),
                told(Kind.MOVE_ABROAD, "2025-02-15", became=became("2024-09-01", abroad)),
                told(
                    Kind.MOVE_IN_FROM_ABROAD,
                    "2026-02-15",
                    became=became("2026-02-15", abroad, note=False),
                ),
            ]
        )
        assert [stay.pension_note for stay in residence.periods] == [True, False]

    def test_may_be_corrected(self) -> None:
        first, mended = became("2024-09-01", note=False), became("2024-09-01", note=True)
        residence = residence_of(
            [
                told(Kind.MOVE_IN, "2024-09-01", became=first),
                told(Kind.CORRECTION, "2024-09-10", became=mended),
            ]
        )
        assert [stay.pension_note for stay in residence.periods] == [True]


def lawful_life(gaps: list[int], dies: bool) -> list[ResidentTokenised]:
    """Moves in and out in turn, some of them retold, and perhaps a death at the end."""
    on = date(1990, 1, 1)
    life: list[ResidentTokenised] = []
    began = became("1990-01-01")
    for n, gap in enumerate(gaps):
        on += timedelta(days=gap)
        items: dict[str, Any] = {"version": n + 1}
        if n % 2 == 0:
            began = became(on.isoformat())
            life.append(told(Kind.MOVE_IN, on.isoformat(), **items))
        else:
            kind = Kind.DEATH if dies and n == len(gaps) - 1 else Kind.MOVE_OUT
            life.append(told(kind, on.isoformat(), became=began, **items))
    return life


lives = st.builds(
    lawful_life, st.lists(st.integers(1, 4000), min_size=1, max_size=8), st.booleans()
)


class TestAlways:
    @given(lives)
    def test_step_by_step_is_the_whole(self, life: list[ResidentTokenised]) -> None:
        residence = NOBODY
        for version in life:
            residence = follow(residence, version)
        assert residence == residence_of(life)

    @given(lives)
    def test_stays_do_not_overlap_and_only_the_last_is_open(
        self, life: list[ResidentTokenised]
    ) -> None:
        periods = residence_of(life).periods
        assert all(period.ended is not None for period in periods[:-1])
        for earlier, later in itertools.pairwise(periods):
            assert _sort(earlier.ended) <= _sort(later.began)

    @given(lives, st.data())
    def test_retelling_any_version_at_once_changes_nothing(
        self, life: list[ResidentTokenised], data: st.DataObject
    ) -> None:
        at = data.draw(st.integers(0, len(life) - 1))
        assert residence_of([*life[: at + 1], *life[at:]]) == residence_of(life)

    @given(lives)
    def test_whether_someone_is_here_is_what_the_last_version_says(
        self, life: list[ResidentTokenised]
    ) -> None:
        last = residence_of(life).periods[-1]
        assert (last.ended is None) == (life[-1].record.resident_status is HERE)

    @given(lives)
    def test_stored_and_read_back_it_is_the_same(self, life: list[ResidentTokenised]) -> None:
        residence = residence_of(life)
        assert Residence.read(residence.written()) == residence


def _sort(day: UncertainDate | None) -> date:
    assert day is not None
    assert day.sort_date is not None
    return day.sort_date
