"""10,000 households drawn by lot: the rules and a computation made another way agree."""

from collections import Counter
from collections.abc import Iterator

import pytest

from services.exemptions.domain.application.facts import Application, Case
from services.exemptions.domain.application.review import review
from tests.exemptions.households import FIGURES
from tests.exemptions.random_households import Lot
from tests.exemptions.second import verdict

SEED, HOUSEHOLDS = 20261001, 10_000


def drawn() -> Iterator[tuple[Case, Application]]:
    lot = Lot(SEED)
    for _ in range(HOUSEHOLDS):
        yield lot.case(), lot.application()


@pytest.fixture(scope="module")
def seen() -> Counter[tuple[str, str | None]]:
    """What came of every month, both ways; the first household that differs is an error."""
    found: Counter[tuple[str, str | None]] = Counter()
    for number, (case, application) in enumerate(drawn()):
        for outcome in review(application, case, FIGURES):
            ours = (outcome.result.value, outcome.kind.value if outcome.kind else None)
            theirs = verdict(case, application, outcome.month)
            assert ours == theirs, (number, str(outcome.month), application, outcome.reasons)
            found[ours] += 1
    return found


def test_both_ways_agree_on_every_month(seen: Counter[tuple[str, str | None]]) -> None:
    assert seen.total() > 70_000


def test_the_lot_leaves_no_outcome_out(seen: Counter[tuple[str, str | None]]) -> None:
    """An agreement on what never happens would prove nothing."""
    kinds = {"full", "three_quarters", "half", "quarter", "deferment", "student"}
    wanted: set[tuple[str, str | None]] = {
        (result, kind) for result in ("passes", "asks") for kind in kinds
    }
    wanted |= {("fails", None), ("excluded", None)}
    assert {outcome for outcome, times in seen.items() if times >= 50} == wanted
