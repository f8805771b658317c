"""Nothing lost, nothing twice: a small city through a house in which everything goes wrong.

`make chaos` runs the same at full size. Every disturbance is real: SIGKILL, a proxy that cuts and
stalls, SIGSTOP, a full disk. The seed is printed; ``NENKIN_CHAOS_SEED`` brings the run back.
"""

import os
import pickle
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from deploy.local.testing import remove_abandoned
from services.chassis.clock import SystemClock, japan_date
from tests.chaos import check, run
from tests.chaos.check import Found
from tests.chaos.city import Story, story
from tests.chaos.cli import seed_of
from tests.chaos.disturber import Act, Disturber, Measure, plan
from tests.chaos.expected import Expected, expected
from tests.chaos.house import ChaosStack

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("chaos")]

CHANGES = 1_500
_MEASURE = Measure(companions=("token_vault", "identity", "qualification"))


@dataclass
class Played:
    """Both runs of the same story."""

    story: Story
    due: Expected
    calm: Found
    found: Found
    disturber: Disturber
    acts: list[Act]
    kept: bytes
    """The undisturbed run's end, to be harmed."""


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    seed = seed_of()
    print(f"NENKIN_CHAOS_SEED={seed}")  # noqa: T201  what brings this run back
    remove_abandoned()
    stack = ChaosStack(f"test-{os.getpid()}-chaos")
    told = story(CHANGES, today=japan_date(SystemClock().now()), seed=seed)
    rng = random.Random(seed)
    acts = plan(rng, run.SERVICES, _MEASURE)
    try:
        stack.open()
        calm = run.undisturbed(stack, told)
        disturber = Disturber(stack, rng, acts, 0.5, print)
        found = run.disturbed(stack, told, disturber)
        yield Played(told, expected(told), calm, found, disturber, acts, pickle.dumps(calm))
    finally:
        stack.close()


def test_an_undisturbed_run_comes_to_what_the_input_says(played: Played) -> None:
    assert check.all_faults(played.calm, played.due) == []
    assert played.calm.log.repeats == 0


def test_nothing_is_lost_and_nothing_comes_twice_whatever_happens(played: Played) -> None:
    assert check.all_faults(played.found, played.due, played.calm) == []


def test_everything_that_was_planned_did_happen(played: Played) -> None:
    disturber = played.disturber
    left_out = 0 if disturber.stack.disk else 1
    assert sum(disturber.done.values()) == len(played.acts)
    assert len(disturber.left_out) == left_out
    assert {"kill audit", "kill_server kafka", "cut postgres"} <= disturber.done.keys()


Harm = Callable[[Found], object]
Check = Callable[[Found, Expected], list[str]]
HARMS: dict[str, tuple[Check, Harm]] = {
    "an event is numbered and not sent": (
        lambda f, due: check.bus(f),
        lambda f: f.log.highest.pop(next(iter(f.log.highest))),
    ),
    "an event is sent and not taken in": (
        lambda f, due: check.bus(f),
        lambda f: f.state.marks.update({next(m for m in f.state.marks if m[0] == "claims"): 1}),
    ),
    "an event stays in the outbox": (
        lambda f, due: check.bus(f),
        lambda f: f.state.outbox.update(identity=1),
    ),
    "a dead letter without a cause": (
        lambda f, due: check.letters(f.state, due),
        lambda f: f.state.letters["identity"].append(
            {"key": "k", "state": "parked", "code": "ID-1001", "body": b"{}"}
        ),
    ),
    "a dead letter is gone": (
        lambda f, due: check.letters(f.state, due),
        lambda f: f.state.letters["token_vault"].pop(),
    ),
    "those behind a dead letter are out of order": (
        lambda f, due: check.letters(f.state, due),
        lambda f: f.state.letters["token_vault"].reverse(),
    ),
    "a number is there twice": (
        lambda f, due: check.vault(f.state, due),
        lambda f: _again(f, "token_vault.numbers"),
    ),
    "a version is lost": (
        lambda f, due: check.identity(f.state, due),
        lambda f: f.state.rows("identity.record_versions").pop(),
    ),
    "a version came too late": (
        lambda f, due: check.identity(f.state, due),
        lambda f: _set(f, "identity.record_versions", late=True),
    ),
    "a version has another content": (
        lambda f, due: check.identity(f.state, due),
        lambda f: f.state.rows("identity.record_versions")[0]["record"]["name"].update(kanji="他"),
    ),
    "a person is there twice": (
        lambda f, due: check.identity(f.state, due),
        lambda f: _again(f, "identity.persons"),
    ),
    "a former name is missing": (
        lambda f, due: check.identity(f.state, due),
        lambda f: f.state.rows("identity.names").pop(),
    ),
    "a fact is lost": (
        lambda f, due: check.qualification(f.state, due),
        lambda f: f.state.rows("qualification.facts").pop(),
    ),
    "a fact is there twice": (
        lambda f, due: check.qualification(f.state, due),
        lambda f: _again(f, "qualification.facts"),
    ),
    "a neighbour knows what held before": (
        lambda f, due: check.neighbours(f.state, due),
        lambda f: _set(f, "claims.persons", person_version=0),
    ),
    "a period is missing": (
        lambda f, due: check.neighbours(f.state, due),
        lambda f: f.state.rows("exemptions.qualifications").clear(),
    ),
    "an acquisition was not reported": (
        lambda f, due: check.items(f.state, due),
        lambda f: f.state.rows("qualification.transitions").pop(),
    ),
    "an item is missing": (
        lambda f, due: check.items(f.state, due),
        lambda f: f.state.rows("jps_reporting.items").pop(),
    ),
    "an event too many": (
        check.counts,
        lambda f: f.state.sent.update({("identity", "persons.events", 0): 10_000}),
    ),
    "an audit record is there twice": (check.audit, lambda f: _again(f, "audit.records")),
    "an audit record is lost": (check.audit, lambda f: f.state.rows("audit.records").pop(0)),
    "numbers were accessed unseen": (check.audit, lambda f: f.state.audited.clear()),
}


@pytest.mark.parametrize(("checked", "harm"), HARMS.values(), ids=HARMS)
def test_the_checker_finds(checked: Check, harm: Harm, played: Played) -> None:
    harmed = pickle.loads(played.kept)
    harm(harmed)
    assert checked(harmed, played.due)


def test_a_table_that_nobody_thought_of_is_held_against_the_undisturbed_run(
    played: Played,
) -> None:
    harmed = pickle.loads(played.kept)
    _set(harmed, "identity.residents", birth_sort=None)
    assert check.against_calm(harmed.state, played.calm.state)


def _again(found: Found, table: str) -> None:
    rows = found.state.rows(table)
    rows.append(rows[0])


def _set(found: Found, table: str, **items: object) -> None:
    found.state.rows(table)[0].update(items)


def test_a_seed_brings_the_same_plan_and_the_same_story() -> None:
    today = japan_date(SystemClock().now())
    first, second = (
        (plan(random.Random(7), run.SERVICES, _MEASURE), story(200, today=today, seed=7))
        for _ in range(2)
    )
    assert first == second
    assert plan(random.Random(8), run.SERVICES, _MEASURE) != first[0]
