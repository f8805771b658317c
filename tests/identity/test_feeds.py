"""The integrated database's working set: in whatever batches and however often records come, the
same is known of the same people (C01)."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import FourAttributes, IncomeRecorded
from contracts.events.feeds import FeedRecord
from contracts.events.residents import PersonName
from services.identity.domain.comparison import Bearer, Outcome
from services.identity.domain.feeds import (
    Feeds,
    FeedVersion,
    Judged,
    KnownRecord,
    Link,
    LinkState,
    Number,
    Place,
    attributes_digest,
    place_of,
)
from services.identity.domain.register import Refusal, Standing
from tests.identity.feeds import attributes, income
from tests.identity.people import record
from tests.identity.world import FOLDING

HANAKO, TSUKIKO = UUID(int=1), UUID(int=2)
NAMES = {HANAKO: "山田　花子", TSUKIKO: "山田　月子"}
PEOPLE = [Bearer(person, record(name=PersonName(kanji=name))) for person, name in NAMES.items()]
MARRIED = attributes(name="佐藤　花子")
STRANGER = attributes(name="海野　藻屑", birth_date="1930-01-01", address="仙台市青葉区1-1")
TOLD = [attributes(), attributes(name="山田　月子"), MARRIED, STRANGER,
        attributes(address="千葉市緑区おゆみ野1-1")]  # fmt: skip


class FeedWorld:
    """Everything that is known, and everything that was told."""

    def __init__(self, people: Sequence[Bearer] = PEOPLE) -> None:
        self.people = people
        self.known: dict[Place, KnownRecord] = {}
        self.digests: dict[tuple[Place, int], bytes] = {}
        self.links: dict[Number, Link] = {}
        self.versions: list[FeedVersion] = []
        self.judged: list[Judged] = []
        self._ids = (UUID(int=n) for n in count(100))

    def take(self, *events: FeedRecord) -> list[Standing]:
        """One batch."""
        feeds = self._open(
            [event.person for event in events], {place_of(event) for event in events}
        )
        standings = [feeds.take(index, event) for index, event in enumerate(events)]
        self.refused: list[Refusal] = [why for _, why in feeds.refused]
        self._keep(feeds)
        return standings

    def look_again(self, number: Number, told: FourAttributes) -> Outcome:
        feeds = self._open([told])
        found = feeds.look_again((*number, "income/2026"), 1, told)
        self._keep(feeds)
        return found.outcome

    def _open(self, told: Sequence[FourAttributes], places: Collection[Place] = ()) -> Feeds:
        """As the store does: of the records, those that the batch speaks of."""
        return Feeds(
            known={p: replace(known) for p, known in self.known.items() if p in places},
            digests=dict(self.digests),
            links={number: replace(link, joined=False) for number, link in self.links.items()},
            bearers={bearer.person_id: [bearer] for bearer in self.people},
            found={attributes_digest(each): self.people for each in told},
            folding=FOLDING,
            ids=self._ids,
        )

    def _keep(self, feeds: Feeds) -> None:
        for (system, addressee, _), known in self.known.items():
            if feeds.links[system, addressee].joined:
                known.attached_version = known.record_version
        self.known |= feeds.known
        self.digests, self.links = feeds.digests, feeds.links
        self.versions += feeds.versions
        self.judged += feeds.judged
        for number, link in feeds.links.items():
            if number in feeds.judged_links and link.state not in (
                LinkState.NEAR, LinkState.HELD,
            ):  # fmt: skip
                link.entry_id = None

    @property
    def stands(self) -> tuple[Any, Any]:
        """What is known, whichever way it came."""
        return (
            {n: (link.state, link.person_id) for n, link in self.links.items()},
            {p: (k.record_version, k.attached_version) for p, k in self.known.items()},
        )


def of(world: FeedWorld, number: str = "T1") -> tuple[LinkState, UUID | None]:
    link = world.links["tax_system", number]
    return link.state, link.person_id


@pytest.mark.parametrize(
    ("told", "state", "person"),
    [
        (attributes(), LinkState.LINKED, HANAKO),
        (attributes(name="山田月子"), LinkState.LINKED, TSUKIKO),
        (MARRIED, LinkState.NEAR, None),
        (STRANGER, LinkState.NOBODY, None),
    ],
)
def test_whose_number_it_becomes(
    told: FourAttributes, state: LinkState, person: UUID | None
) -> None:
    world = FeedWorld()
    assert world.take(income(number="T1", told=told)) == [Standing.ACCEPTED]
    assert of(world) == (state, person)
    ((_, attached),) = world.stands[1].values()
    assert attached == (1 if person else None)


def test_an_entry_stays_the_same_one_until_it_ends() -> None:
    world = FeedWorld()
    world.take(income(number="T1", told=MARRIED))
    first = world.links["tax_system", "T1"].entry_id
    assert first is not None
    world.take(income(number="T1", version=2, told=attributes(name="鈴木　花子")))
    assert world.links["tax_system", "T1"].entry_id == first


def test_records_that_waited_are_the_persons_once_the_number_is() -> None:
    world = FeedWorld([])
    world.take(income(2025, number="T1"), income(2026, number="T1"))
    assert set(world.stands[1].values()) == {(1, None)}
    world.people = PEOPLE
    assert world.look_again(("tax_system", "T1"), attributes()) is Outcome.AGREED
    assert set(world.stands[1].values()) == {(1, 1)}


def test_a_version_that_is_known_with_other_content_is_refused() -> None:
    world = FeedWorld()
    world.take(income(number="T1"))
    assert world.take(income(number="T1", total_income=5)) == [Standing.REFUSED]
    assert world.refused == [Refusal.VERSION_REUSED]
    assert len(world.versions) == 1


def test_a_number_whose_person_the_registers_have_no_more_is_for_staff() -> None:
    world = FeedWorld()
    world.take(income(number="T1"))
    world.people = []
    world.take(income(number="T1", version=2))
    assert of(world) == (LinkState.HELD, HANAKO)


def test_each_systems_numbers_are_its_own() -> None:
    world = FeedWorld()
    world.take(income(number="7"))
    assert set(world.links) == {("tax_system", "7")}


def test_the_comparison_is_kept_for_every_record_that_came() -> None:
    world = FeedWorld()
    world.take(*(income(year, number="T1") for year in (2024, 2025, 2026)))
    assert [(j.place[2], j.judgement.outcome) for j in world.judged] == [
        (f"income/{year}", Outcome.AGREED) for year in (2024, 2025, 2026)
    ]


EVENTS = st.lists(
    st.builds(
        lambda n, year, version, told, yen: income(
            year, number=f"T{n}", version=version, told=TOLD[told], total_income=yen
        ),
        st.integers(1, 3), st.sampled_from([2025, 2026]), st.integers(1, 4), st.integers(0, 4),
        st.integers(0, 1),
    ),
    max_size=14,
)  # fmt: skip


@given(EVENTS, st.data())
def test_batches_of_any_size_come_to_the_same(
    events: list[IncomeRecorded], data: st.DataObject
) -> None:
    one_by_one = FeedWorld()
    for event in events:
        one_by_one.take(event)
    world, rest = FeedWorld(), list(events)
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        world.take(*rest[:size])
        rest = rest[size:]
    assert world.stands == one_by_one.stands
    assert len(world.versions) == len(one_by_one.versions)


@given(EVENTS)
def test_told_again_nothing_is_new(events: list[IncomeRecorded]) -> None:
    world = FeedWorld()
    for event in events:
        world.take(event)
    before, kept = world.stands[1], len(world.versions)
    for event in events:
        assert world.take(event)[0] in (Standing.DUPLICATE, Standing.REFUSED)
    assert {place: known[0] for place, known in world.stands[1].items()} == {
        place: known[0] for place, known in before.items()
    }
    assert len(world.versions) == kept


@given(EVENTS)
def test_the_newest_version_stands_and_every_version_is_kept(
    events: list[IncomeRecorded],
) -> None:
    world = FeedWorld()
    world.take(*events)
    newest: dict[str, int] = {}
    for event in events:
        place = f"{event.addressee_number}/{event.levy_year}"
        newest[place] = max(newest.get(place, 0), event.record_version)
    assert {
        f"{number}/{subject[-4:]}": known.record_version
        for (_, number, subject), known in world.known.items()
    } == newest
    kept = {(v.place, v.event.record_version) for v in world.versions}
    assert len(kept) == len(world.versions)
    assert kept == {
        (("tax_system", e.addressee_number, e.subject), e.record_version) for e in events
    }


@given(EVENTS)
def test_a_record_is_somebodys_only_after_a_comparison_said_so(
    events: list[IncomeRecorded],
) -> None:
    world = FeedWorld()
    for event in events:
        world.take(event)
    said = {
        j.place[:2]: j.judgement.person_id for j in world.judged if j.judgement.outcome.attaches
    }
    for number, link in world.links.items():
        assert (link.person_id is not None) == (number in said)
        if link.state is LinkState.LINKED:
            assert link.person_id == said[number]
    for place, known in world.known.items():
        if known.attached_version is not None:
            assert place[:2] in said
            assert known.attached_version <= known.record_version
