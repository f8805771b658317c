"""The breaker opens on a bad release, not on a handful of bad records."""

from services.chassis.breaker import Breakers
from services.chassis.intake import Item
from services.chassis.metrics import Metrics
from services.chassis.records import Record, Refusal
from tests.chassis.test_intake_order import good

BAD = Refusal("XX-1", "refused")


def batch(fine: int, bad: int) -> tuple[list[Record], list[Item]]:
    items: list[Item] = [good("k") for _ in range(fine)] + [BAD] * bad
    return [Record("t", 0, i, "k", {}, b"") for i in range(len(items))], items


def opens(breakers: Breakers, fine: int, bad: int) -> bool:
    records, items = batch(fine, bad)
    return bool(breakers.over(records, items, range(len(records))))


def test_a_few_bad_records_never_open_it() -> None:
    breakers = Breakers(200, 50, Metrics())
    assert not opens(breakers, 0, 9)
    assert not opens(breakers, 100, 49)


def test_a_batch_that_is_all_bad_opens_it() -> None:
    assert opens(Breakers(200, 50, Metrics()), 0, 100)


def test_what_came_before_counts() -> None:
    breakers = Breakers(200, 50, Metrics())
    breakers.remember(*batch(150, 0), fresh=range(150))
    assert not opens(breakers, 0, 60)
    assert opens(breakers, 0, 101)


def test_good_records_alone_do_not_keep_it_open() -> None:
    breakers = Breakers(200, 50, Metrics())
    breakers.remember(*batch(0, 200), fresh=range(200))
    assert not opens(breakers, 50, 0)
