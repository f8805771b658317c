"""The made-up city's support measures: the same each time, publishable, at every stage."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from contracts.events import SupportMeasureRecorded
from contracts.events.measures import MeasureStanding
from contracts.tools.check import Check
from contracts.tools.records import UpstreamRecord
from deploy.upstream.city import Resident, residents
from deploy.upstream.measures import (
    Protected,
    Story,
    hidden_at_the_end,
    protected,
    told_before,
    told_today,
)
from deploy.upstream.publisher import headers_of
from services.identity.domain.measures import Step
from services.identity.domain.told_measures import follow

TODAY = date(2026, 10, 1)


def city(size: int = 400) -> list[Resident]:
    return list(residents(size, today=TODAY))


def told(measures: list[Protected]) -> list[SupportMeasureRecorded]:
    return [*told_before(measures, TODAY), *told_today(measures, TODAY)]


def test_the_smallest_city_has_every_story_and_a_larger_one_more_of_them() -> None:
    assert {one.story for one in protected(city(), today=TODAY)} == set(Story)
    assert len(protected(city(14_000), today=TODAY)) == 20
    with pytest.raises(ValueError, match="too few"):
        protected(city(20), today=TODAY)


def test_the_same_city_has_the_same_measures() -> None:
    assert told(protected(city(), today=TODAY)) == told(protected(city(), today=TODAY))


def test_children_are_protected_with_the_applicant_and_no_adult_is() -> None:
    measures = protected(city(5_000), today=TODAY)
    children = [child for one in measures for child in one.children]
    assert children
    assert all((TODAY - c.record.birth_date.require()).days // 365 < 18 for c in children)
    for one in measures:
        households = {person.record.household_number for person in one.persons}
        assert len(households) == 1


def test_each_record_may_be_published() -> None:
    check = Check()
    for number, record in enumerate(told(protected(city(5_000), today=TODAY))):
        headers = headers_of(UUID(int=number + 1, version=4), record.TYPE, source=record.source)
        published = UpstreamRecord(
            f"record {number}",
            {name: value.decode() for name, value in headers},
            record.record_key,
            record.model_dump_json().encode(),
        )
        assert list(check.record(published)) == []
        wrong = replace(published, key="0" * 24)
        assert [finding.code for finding in Check().record(wrong)] == ["CT-0706"]


@pytest.mark.parametrize(
    ("story", "steps", "standing"),
    [
        (Story.PROVISIONAL, ["entered"], MeasureStanding.PROVISIONAL),
        (Story.NEW, ["entered"], MeasureStanding.PROVISIONAL),
        (Story.CONFIRMED, ["entered", "confirmed"], MeasureStanding.IN_FORCE),
        (Story.IN_FORCE, ["entered", "confirmed"], MeasureStanding.IN_FORCE),
        (Story.EXTENDED, ["entered", "confirmed", "extended"], MeasureStanding.IN_FORCE),
        (Story.TERM_OVER, ["entered", "confirmed"], MeasureStanding.IN_FORCE),
        (Story.ENDED, ["entered", "confirmed", "ended"], MeasureStanding.ENDED),
    ],
)
def test_what_identity_makes_of_a_story(
    story: Story, steps: list[str], standing: MeasureStanding
) -> None:
    one = next(m for m in protected(city(), today=TODAY) if m.story is story)
    records = told([one])
    taken: list[Step] = []
    for record in records:
        taken += follow(taken, record, _at(record))
    assert [step.kind.value for step in taken] == steps
    assert records[-1].standing is standing
    assert (one.applicant in hidden_at_the_end([one])) == (story is not Story.ENDED)


def _at(record: SupportMeasureRecorded) -> datetime:
    return datetime(2026, 10, 1, record.record_version, tzinfo=UTC)
