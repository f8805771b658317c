"""What a batch of register records makes of the persons that are known."""

import itertools
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import Relationship, ResidentStatus
from contracts.dates import DatePrecision, UncertainDate
from contracts.events import ResidentTokenised
from contracts.events.residents import Address, PersonName
from contracts.keys import resident_key
from services.identity.domain.findings import FindingKind, FindingState
from services.identity.domain.numbers import NumberState
from services.identity.domain.register import Refusal, Standing
from services.identity.domain.residence import residence_of
from tests.identity.people import HANAKO, SYSTEM, Kind, became, day, token, told
from tests.identity.world import World

TARO = "000000000000020"
JIRO = "000000000000038"
HERE_SINCE_2020 = became("2020-04-01")


def moved_in(version: int = 1, **items: Any) -> ResidentTokenised:
    return told(Kind.MOVE_IN, "2020-04-01", version=version, **items)


def renamed(version: int, **items: Any) -> ResidentTokenised:
    name = PersonName(kanji="佐藤　花子", kana="サトウ　ハナコ")
    return told(
        Kind.NAME_CHANGE, "2021-05-05", version=version, became=HERE_SINCE_2020,
        **{"name": name, **items},
    )  # fmt: skip


def moved_out(version: int, **items: Any) -> ResidentTokenised:
    return told(Kind.MOVE_OUT, "2023-06-30", version=version, became=HERE_SINCE_2020, **items)


class TestVersions:
    def test_a_first_record_makes_a_person(self) -> None:
        world = World()
        assert world.take(moved_in()) == [Standing.ACCEPTED]
        known = world.one(HANAKO)
        assert (known.record_version, known.number_state) == (1, NumberState.ASSIGNED)
        assert len(known.integrated_number) == 15
        assert [event.person_id for event in world.events] == [known.person_id]

    def test_a_newer_version_is_followed(self) -> None:
        world = World().in_batches([[moved_in()], [moved_out(5)]])
        assert world.one(HANAKO).record_version == 5
        assert [event.person_version for event in world.events] == [1, 2]

    def test_an_older_version_is_noted_and_changes_nothing(self) -> None:
        world = World().in_batches([[moved_out(5)]])
        before = world.one(HANAKO)
        assert world.take(moved_in(3)) == [Standing.LATE]
        assert world.one(HANAKO) == before
        assert len(world.events) == 1
        assert [(v.event.record_version, v.late) for v in world.versions] == [(5, False), (3, True)]

    @pytest.mark.parametrize("version", [1, 2])
    def test_the_same_version_again_is_dropped(self, version: int) -> None:
        life = [moved_in(1), moved_out(2)]
        world = World().in_batches([life])
        assert world.take(life[version - 1]) == [Standing.DUPLICATE]
        assert len(world.versions) == 2

    def test_a_snapshot_may_send_a_known_version_again(self) -> None:
        world = World().in_batches([[moved_in(4)]])
        again = told(Kind.SNAPSHOT, "2026-10-01", version=4, became=HERE_SINCE_2020)
        assert world.take(again) == [Standing.DUPLICATE]

    def test_a_late_version_again_is_dropped(self) -> None:
        world = World().in_batches([[moved_out(5)], [moved_in(3)]])
        assert world.take(moved_in(3)) == [Standing.DUPLICATE]

    @pytest.mark.parametrize(
        "other",
        [
            moved_in(2, name=PersonName(kanji="別人")),
            moved_in(2, number_token=token(9)),
            moved_in(2, number_token=None),
        ],
    )
    def test_the_same_version_with_other_content_is_refused(self, other: ResidentTokenised) -> None:
        world = World().in_batches([[moved_in(2)]])
        assert world.take(other) == [Standing.REFUSED]
        assert world.refused == [Refusal.VERSION_REUSED]

    def test_a_late_version_with_other_content_is_refused(self) -> None:
        world = World().in_batches([[moved_in(1), moved_out(2)]])
        assert world.take(moved_in(1, processing_hold=True)) == [Standing.REFUSED]

    def test_a_foreign_record_key_is_refused(self) -> None:
        world = World()
        assert world.take(moved_in(), key=resident_key(SYSTEM, TARO)) == [Standing.REFUSED]
        assert world.refused == [Refusal.FOREIGN_KEY]


class TestWhatTheNeighboursAreTold:
    def told_after(self, first: ResidentTokenised, then: ResidentTokenised) -> int:
        return len(World().in_batches([[first], [then]]).events) - 1

    @pytest.mark.parametrize(
        "change",
        [
            renamed(2),
            told(Kind.ADDRESS_CHANGE, version=2, became=HERE_SINCE_2020,
                 address=Address(text="千葉市花見川区瑞穂一丁目１番")),
            told(Kind.NUMBER_CHANGE, version=2, became=HERE_SINCE_2020, number_token=token(8)),
            told(Kind.CORRECTION, version=2, became=HERE_SINCE_2020, processing_hold=True),
            told(Kind.SNAPSHOT, version=2, became=HERE_SINCE_2020),
            told(
                Kind.CORRECTION, version=2, became=HERE_SINCE_2020,
                birth_date=UncertainDate(
                    precision=DatePrecision.EXACT, value=date(1985, 5, 2),
                    notation="昭和60年5月2日", sort_date=date(1985, 5, 2),
                ),
            ),
        ],
    )  # fmt: skip
    def test_nothing_of_what_eligibility_does_not_need(self, change: ResidentTokenised) -> None:
        assert self.told_after(moved_in(), change) == 0

    @pytest.mark.parametrize(
        "change",
        [
            moved_out(2),
            told(Kind.DEATH, "2026-03-31", version=2, became=HERE_SINCE_2020),
            told(Kind.CORRECTION, version=2, became=HERE_SINCE_2020,
                 birth_date=day("1985-05-20")),
            told(Kind.CORRECTION, version=2, became=HERE_SINCE_2020,
                 birth_date=day("昭和60年5月 日不詳")),
            told(Kind.CORRECTION, version=2, became=became("2020-03-28")),
            told(Kind.HOUSEHOLD_CHANGE, version=2, became=HERE_SINCE_2020,
                 household_number="000000000000777"),
            told(Kind.HOUSEHOLD_CHANGE, version=2, became=HERE_SINCE_2020,
                 relationship=(Relationship.WIFE,)),
        ],
    )  # fmt: skip
    def test_the_whole_view_when_it_has_changed(self, change: ResidentTokenised) -> None:
        assert self.told_after(moved_in(), change) == 1

    def test_the_occasion_is_that_of_the_change(self) -> None:
        world = World().in_batches([[moved_in()], [renamed(2)], [moved_out(3)]])
        event = world.events[-1]
        assert (event.change, event.changed_on, event.person_version) == (
            Kind.MOVE_OUT,
            day("2023-06-30"),
            2,
        )

    def test_a_household_is_that_of_residents(self) -> None:
        world = World().in_batches([[moved_in()], [moved_out(2)]])
        here, gone = world.events
        assert here.household_id == world.one(HANAKO).household_id
        assert here.is_householder
        assert gone.household_id is None
        assert not gone.is_householder

    def test_two_who_live_together_have_the_same_household(self) -> None:
        world = World()
        world.take(
            moved_in(),
            moved_in(number=TARO, number_token=token(2), relationship=(Relationship.HUSBAND,)),
            moved_in(number=JIRO, number_token=token(3), household_number="000000000000902"),
        )
        hanako, taro, jiro = world.events
        assert hanako.household_id == taro.household_id != jiro.household_id
        assert not taro.is_householder

    def test_the_wife_of_a_child_is_no_householder(self) -> None:
        steps = (Relationship.CHILD, Relationship.WIFE)
        world = World().in_batches([[moved_in(relationship=steps)]])
        assert not world.events[0].is_householder


class TestNumbers:
    def findings(self, world: World) -> list[tuple[FindingKind, FindingState]]:
        return [(finding.kind, finding.state) for finding in world.findings]

    def test_someone_without_a_number_gets_one_joined_later(self) -> None:
        world = World().in_batches([[moved_in(number_token=None)]])
        known = world.one(HANAKO)
        assert known.number_state is NumberState.UNNUMBERED
        integrated = known.integrated_number
        world.take(told(Kind.CORRECTION, version=2, became=HERE_SINCE_2020))
        known = world.one(HANAKO)
        assert (known.integrated_number, known.number_state) == (integrated, NumberState.ASSIGNED)
        assert world.findings == []

    @pytest.mark.parametrize(
        ("kind", "state"),
        [
            (Kind.NUMBER_CHANGE, FindingState.NOTED),
            (Kind.CORRECTION, FindingState.NOTED),
            (Kind.ADDRESS_CHANGE, FindingState.OPEN),
            (Kind.SNAPSHOT, FindingState.OPEN),
        ],
    )
    def test_a_changed_number_is_followed_and_found(self, kind: Kind, state: FindingState) -> None:
        world = World().in_batches([[moved_in()]])
        before = world.one(HANAKO)
        world.take(told(kind, version=2, became=HERE_SINCE_2020, number_token=token(8)))
        after = world.one(HANAKO)
        assert after.individual_number_token == token(8)
        assert (after.person_id, after.integrated_number) == (
            before.person_id,
            before.integrated_number,
        )
        assert after.number_state is NumberState.ASSIGNED
        assert self.findings(world) == [(FindingKind.NUMBER_CHANGED, state)]

    def test_a_number_that_is_taken_away_is_found(self) -> None:
        world = World().in_batches([[moved_in()]])
        world.take(told(Kind.CORRECTION, version=2, became=HERE_SINCE_2020, number_token=None))
        assert world.one(HANAKO).number_state is NumberState.UNNUMBERED
        assert self.findings(world) == [(FindingKind.NUMBER_WITHDRAWN, FindingState.OPEN)]

    @pytest.mark.parametrize("together", [True, False])
    def test_the_same_number_twice_makes_two_persons_and_a_finding(self, together: bool) -> None:
        first, second = moved_in(), moved_in(number=TARO)
        world = World().in_batches([[first, second]] if together else [[first], [second]])
        one, two = world.one(HANAKO), world.one(TARO)
        assert one.person_id != two.person_id
        assert one.integrated_number != two.integrated_number
        assert (one.number_state, two.number_state) == (NumberState.ASSIGNED, NumberState.CONFLICT)
        (finding,) = world.findings
        assert (finding.kind, finding.state) == (FindingKind.NUMBER_SHARED, FindingState.OPEN)
        assert (finding.person_id, finding.other_person_id) == (two.person_id, one.person_id)

    def test_a_change_to_someone_elses_number_is_a_conflict(self) -> None:
        world = World().in_batches([[moved_in(), moved_in(number=TARO, number_token=token(2))]])
        world.take(told(Kind.NUMBER_CHANGE, version=2, became=HERE_SINCE_2020, number=TARO))
        assert world.one(TARO).number_state is NumberState.CONFLICT
        assert self.findings(world) == [
            (FindingKind.NUMBER_CHANGED, FindingState.NOTED),
            (FindingKind.NUMBER_SHARED, FindingState.OPEN),
        ]

    def test_a_conflict_ends_with_a_number_of_ones_own(self) -> None:
        world = World().in_batches([[moved_in(), moved_in(number=TARO)]])
        world.take(
            told(Kind.CORRECTION, version=2, became=HERE_SINCE_2020, number=TARO,
                 number_token=token(2))
        )  # fmt: skip
        assert world.one(TARO).number_state is NumberState.ASSIGNED

    def test_two_who_had_each_others_number_may_swap_in_one_batch(self) -> None:
        world = World().in_batches([[moved_in(), moved_in(number=TARO, number_token=token(2))]])
        world.take(
            told(Kind.CORRECTION, version=2, became=HERE_SINCE_2020, number_token=None),
            told(Kind.CORRECTION, version=2, became=HERE_SINCE_2020, number=TARO,
                 number_token=token(1)),
            told(Kind.CORRECTION, version=3, became=HERE_SINCE_2020, number_token=token(2)),
        )  # fmt: skip
        assert world.one(HANAKO).individual_number_token == token(2)
        assert {known.number_state for known in world.known.values()} == {NumberState.ASSIGNED}


def life() -> list[ResidentTokenised]:
    return [
        moved_in(1),
        renamed(2),
        told(Kind.HOUSEHOLD_CHANGE, version=3, became=HERE_SINCE_2020, household_number="77"),
        moved_out(4),
        told(Kind.MOVE_IN, "2025-01-10", version=5),
        told(Kind.DEATH, "2026-03-31", version=6, became=became("2025-01-10")),
    ]


def state_of(world: World, number: str = HANAKO) -> tuple[Any, ...]:
    """What holds of a person now, however it came to be known."""
    known = world.one(number)
    return (
        known.record_version,
        known.content_digest,
        known.individual_number_token,
        known.number_state,
        known.names_digest,
        known.residence.died_on,
        known.residence.stays[-1],
        known.record,
    )


def cut(events: list[ResidentTokenised], at: list[int]) -> list[list[ResidentTokenised]]:
    places = sorted({0, len(events), *(n % (len(events) + 1) for n in at)})
    return [events[i:j] for i, j in itertools.pairwise(places)]


class TestAlways:
    @given(st.permutations(life()))
    def test_the_order_of_arrival_does_not_matter_for_what_holds(
        self, arrival: list[ResidentTokenised]
    ) -> None:
        straight = World().in_batches([life()])
        world = World().in_batches([[event] for event in arrival])
        assert state_of(world) == state_of(straight)
        assert len(world.versions) == len(life())

    @given(st.permutations(life()), st.lists(st.integers(0, 20)))
    def test_batches_do_not_matter(self, arrival: list[ResidentTokenised], at: list[int]) -> None:
        others = [
            moved_in(1, number=TARO, number_token=token(1)),
            told(Kind.NUMBER_CHANGE, version=2, number=TARO, number_token=token(5)),
        ]
        events = arrival + others
        one_by_one = World().in_batches([[event] for event in events])
        batched = World().in_batches(cut(events, at))
        for number in (HANAKO, TARO):
            assert state_of(batched, number) == state_of(one_by_one, number)
            assert batched.one(number).residence == one_by_one.one(number).residence
        assert [e.person_version for e in batched.events] == [
            e.person_version for e in one_by_one.events
        ]
        assert [f.kind for f in batched.findings] == [f.kind for f in one_by_one.findings]

    @given(st.permutations(life()), st.data())
    def test_repeats_do_not_matter(
        self, arrival: list[ResidentTokenised], data: st.DataObject
    ) -> None:
        again = data.draw(st.lists(st.sampled_from(arrival), max_size=6))
        world = World().in_batches([[event] for event in arrival])
        told_before = len(world.events)
        assert set(world.take(*again)) <= {Standing.DUPLICATE}
        assert len(world.events) == told_before

    @given(st.permutations(life()))
    def test_recomputing_from_the_history_is_the_same(
        self, arrival: list[ResidentTokenised]
    ) -> None:
        world = World().in_batches([[event] for event in arrival])
        accepted = [version.event for version in world.versions if not version.late]
        assert accepted == sorted(accepted, key=lambda event: event.record_version)
        assert world.one(HANAKO).residence == residence_of(accepted)

    @given(st.permutations(life()))
    def test_the_last_event_tells_what_holds(self, arrival: list[ResidentTokenised]) -> None:
        world = World().in_batches([[event] for event in arrival])
        last = world.events[-1]
        assert last.person_version == len(world.events)
        assert last.died_on == day("2026-03-31")
        assert last.residence == world.one(HANAKO).residence.periods

    @given(
        st.lists(
            st.tuples(st.sampled_from([HANAKO, TARO, JIRO]), st.integers(0, 3)),
            min_size=1,
            max_size=12,
        )
    )
    def test_a_number_is_assigned_to_one_person_at_most(
        self, changes: list[tuple[str, int]]
    ) -> None:
        world = World()
        for version, (number, n) in enumerate(changes, start=1):
            world.take(moved_in(version, number=number, number_token=token(n) if n else None))
        assigned = [
            known.individual_number_token
            for known in world.known.values()
            if known.number_state is NumberState.ASSIGNED
        ]
        assert len(assigned) == len(set(assigned))
        for known in world.known.values():
            assert (known.number_state is NumberState.UNNUMBERED) == (
                known.individual_number_token is None
            )


def test_a_removed_record_has_left_whatever_the_status_was_before() -> None:
    world = World().in_batches([[moved_in()], [moved_out(2)]])
    record = world.one(HANAKO).record
    assert record is not None
    assert record.resident_status is ResidentStatus.MOVED_OUT
