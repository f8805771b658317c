"""What the other systems of the made-up city know: the same for the same seed, and publishable."""

from collections import Counter
from dataclasses import replace
from datetime import date
from uuid import UUID

from contracts.events import FeedChange, FeedRecord, IncomeRecorded, SupportMeasureRecorded
from contracts.events.income import IncomeStanding
from contracts.events.measures import MeasureGround, MeasureStanding
from contracts.tools.check import UPSTREAM_TYPES, Check, Finding
from contracts.tools.records import UpstreamRecord
from deploy.upstream.city import residents
from deploy.upstream.feeds import feed_records, levy_year
from deploy.upstream.publisher import headers_of
from services.identity.domain.comparison import Bearer, compare
from tests.identity.world import FOLDING

TODAY = date(2026, 10, 1)


def records(size: int, seed: int = 1) -> list[FeedRecord]:
    return list(feed_records(residents(size, today=TODAY, seed=seed), today=TODAY, seed=seed))


def as_published(number: int, record: FeedRecord | SupportMeasureRecorded) -> UpstreamRecord:
    headers = headers_of(
        UUID(f"{number:08x}-0000-4000-8000-abcdefabcdef"), record.TYPE, source=record.source
    )
    return UpstreamRecord(
        f"record {number}",
        {name: value.decode() for name, value in headers},
        record.record_key,
        record.model_dump_json().encode(),
    )


def test_the_same_seed_makes_the_same_records() -> None:
    assert records(200, seed=4) == records(200, seed=4)
    assert records(200, seed=4) != records(200, seed=5)


def test_what_is_told_of_somebody_does_not_hang_on_who_else_is_asked_about() -> None:
    city = list(residents(200, today=TODAY))
    alone = list(feed_records(city[117:118], today=TODAY))
    assert alone
    assert all(record in records(200) for record in alone)


def test_every_system_tells_of_its_own_and_each_record_may_be_published() -> None:
    told = records(2_000)
    assert {record.TYPE for record in told} == {
        type_ for type_, model in UPSTREAM_TYPES.items() if issubclass(model, FeedRecord)
    }
    check = Check()
    findings: list[Finding] = []
    for number, record in enumerate(told):
        findings += check.record(as_published(number, record))
    assert findings == []


def test_a_support_measure_may_be_published_and_a_wrong_one_is_found() -> None:
    measure = SupportMeasureRecorded(
        record_version=1, change=FeedChange.RECORDED, measure_number="S-1",
        reported_on=TODAY, ground=MeasureGround.STALKING, standing=MeasureStanding.PROVISIONAL,
        applied_on=TODAY, persons=("000000000000019",),
    )  # fmt: skip
    good = as_published(1, measure)
    assert list(Check().record(good)) == []
    keyed = replace(good, key="000000000000000000000000")
    assert [finding.code for finding in Check().record(keyed)] == ["CT-0706"]
    body = good.value.replace(b'"provisional"', b'"in_force"')
    assert [f.code for f in Check().record(replace(good, value=body))] == ["CT-0705"]


def test_income_is_of_the_year_that_is_known_and_some_is_not_declared() -> None:
    assert levy_year(date(2026, 5, 31)) == 2025
    assert levy_year(date(2026, 6, 1)) == 2026
    incomes = [record for record in records(2_000) if isinstance(record, IncomeRecorded)]
    assert {record.levy_year for record in incomes} == {2025, 2026}
    standing = Counter(record.standing for record in incomes)
    assert 0.04 < standing[IncomeStanding.NOT_DECLARED] / len(incomes) < 0.12


def test_nearly_every_record_agrees_with_its_resident_and_a_few_want_looking_at() -> None:
    city = list(residents(2_000, today=TODAY))
    compared = [
        compare(record.person, Bearer(UUID(int=0), resident.record), FOLDING)
        for resident in city
        for record in feed_records([resident], today=TODAY)
    ]
    odd = [one for one in compared if not one.all_agree]
    assert 0 < len(odd) < len(compared) / 100
    assert all(one.near for one in odd)
