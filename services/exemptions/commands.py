"""Commands of exemptions' own: the renewal of a cycle, and the nightly asking for facts."""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Final

from contracts.events import AuditOperation
from services.chassis import audit
from services.chassis.clock import japan_date
from services.chassis.service import Command, Service
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import holding, proposing, renewing, reviewing_again
from services.exemptions.renewing import Place
from services.exemptions.state import State, state_of
from services.exemptions.stores import assistance, renewals

REFUSED: Final = 2
WAITING: Final = 1
BATCH: Final = 1000
_FIRST: Final = 125
"""Of a pass; each next batch is twice as large. Others begin to answer that much sooner."""
_POLL_S: Final = 0.2
_TELL_S: Final = 10.0
"""How often is told how many are awaited."""

Step = Callable[[UnitOfWork, State, int, int, Place], Awaitable[tuple[int, Place]]]


async def renew(service: Service, arguments: argparse.Namespace) -> int:
    """Renew the continuing applications of a cycle: begin each, and ask about its people. The
    service reviews them as the answers come.

    Each batch is a transaction: the run can be stopped at any moment and run again, by several at a
    time, and doubles nothing. It waits for answers until none has come for a while; run again, it
    goes on. Exit status 1: answers are still awaited.
    """
    cycle: int = arguments.cycle
    if renewing.first_day(cycle) > japan_date(service.clock.now()):
        print(f"EX-1401: the cycle of {cycle} has not begun", file=sys.stderr)
        return REFUSED
    began = time.monotonic()
    await _left_over(service, cycle)
    begun = await _begun(service, cycle)
    await _until_answered(service, cycle, arguments.wait)
    async with service.database.read() as connection:
        stand = await renewals.counts(connection, cycle)
    print(
        f"{cycle}: {begun} begun in {time.monotonic() - began:.0f} s; "
        f"{stand.clear} clear, {stand.to_look_at} to look at, {stand.asked} awaited, "
        f"{stand.settled} settled",
        file=sys.stderr,
    )
    return WAITING if stand.asked else 0


async def _until_answered(service: Service, cycle: int, patience: float) -> None:
    """Wait until all are reviewed, or for so many seconds nothing comes any more; say now and then
    how many are awaited. Counted is only then: meanwhile the first that waits is looked at."""
    first, before, quiet_since, told_at = 0, -1, time.monotonic(), 0.0
    while True:
        async with service.database.read() as connection:
            waits = await renewals.first_awaited(connection, cycle, first)
            now = time.monotonic()
            counts = waits is None or now - told_at > _TELL_S or now - quiet_since > patience
            waiting = await renewals.awaited(connection, cycle) if counts else before
        if waiting != before or waits != first:
            quiet_since = now
        first, before = waits or 0, waiting
        if not waiting or now - quiet_since > patience:
            return
        if now - told_at > _TELL_S:
            print(f"{cycle}: {waiting} awaited", file=sys.stderr)
            if told_at > quiet_since:
                await _left_over(service, cycle)
            told_at = now
        await asyncio.sleep(_POLL_S)


async def _left_over(service: Service, cycle: int) -> None:
    """Review what is answered and was not reviewed as the answers came."""
    await _all(service, "renewal_reviewed", renewing.review, cycle, "reviewed")


async def _begun(service: Service, cycle: int) -> int:
    """Begin them all: in passes, until one finds nothing. What another run held when this one came
    by is still due if that run was broken off."""
    begun = 0
    while now := await _all(service, "renewal_begun", renewing.begin, cycle, "begun"):
        begun += now
    return begun


async def _all(service: Service, job: str, step: Step, cycle: int, word: str) -> int:
    """A step in one pass over the cycle, each batch with its audit record."""
    done, place, size = 0, renewing.START, _FIRST
    while True:
        async with service.unit_of_work() as uow:
            taken, place = await step(uow, state_of(service), cycle, size, place)
            if taken:
                audit.record(
                    uow,
                    AuditOperation.BATCH_JOB,
                    count=taken,
                    details={"job": job, "cycle": cycle},
                )
        done, size = done + taken, min(2 * size, BATCH)
        if taken:
            print(f"{cycle}: {done} {word}", file=sys.stderr)
        else:
            return done


async def propose(service: Service, arguments: argparse.Namespace) -> int:
    """Ask identity what there is to propose to staff: once a night.

    About whom it has told that there is news, and about whom an exemption by assistance is held;
    the answers are compared as they come. Nothing is asked of whose disability ceased three years
    ago: that is known here. Each batch is a transaction: the run can be stopped and
    run again, by several at a time. ``--limit`` persons at most; the rest is asked another night.
    """
    async with service.unit_of_work() as uow:
        await assistance.watch_holders(uow.connection, uow.today)
    seen = asked = 0
    while seen < arguments.limit:
        async with service.unit_of_work() as uow:
            size = min(BATCH, arguments.limit - seen)
            looked, found = await proposing.ask(uow, state_of(service), size)
            if looked:
                audit.record(
                    uow,
                    AuditOperation.BATCH_JOB,
                    count=looked,
                    details={"job": "propose", "asked": found},
                )
        seen, asked = seen + looked, asked + found
        if looked < size:
            break
    after, more = None, True
    while more:
        async with service.unit_of_work() as uow:
            after = await proposing.recovered(uow, state_of(service), after, BATCH)
        more = after is not None
    print(f"{seen} persons looked at, {asked} asked about", file=sys.stderr)
    return 0


async def review_again(service: Service, arguments: argparse.Namespace) -> int:
    """Ask identity again about settled applications that wait to be sent: once a night.

    Income is corrected on any day (更正). They are reviewed as the answers come. Each batch is a
    transaction: the run can be stopped and run again, by several at a time. ``--limit``
    applications at most; the rest is asked about another night.
    """
    seen = 0
    while seen < arguments.limit:
        async with service.unit_of_work() as uow:
            size = min(BATCH, arguments.limit - seen)
            asked = await reviewing_again.ask(uow, state_of(service), size)
            if asked:
                audit.record(
                    uow, AuditOperation.BATCH_JOB, count=asked, details={"job": "review_again"}
                )
        seen += asked
        if asked < size:
            break
    print(f"{seen} settled applications asked about", file=sys.stderr)
    return 0


async def tell_held(service: Service, arguments: argparse.Namespace) -> int:
    """Tell jps_reporting once more of every report that waits for a decision here, of those too
    that began to wait under a release that told of none: once, after an upgrade.

    Each batch is a transaction: the run can be stopped at any moment and run again; what is told
    twice stays as it is. ``--dry-run``: they are only counted.
    """
    told, after, more = 0, None, True
    while more:
        async with service.unit_of_work() as uow:
            count, after = await holding.tell_again(uow, after, BATCH, dry_run=arguments.dry_run)
            if count:
                audit.record(
                    uow,
                    AuditOperation.BATCH_JOB,
                    count=count,
                    details={"job": "tell_held", "dry_run": arguments.dry_run},
                )
        told, more = told + count, after is not None
        if count:
            print(f"{told} reports", file=sys.stderr)
    done = "would be told of" if arguments.dry_run else "told of"
    print(f"{told} reports that wait {done}", file=sys.stderr)
    return 0


def _tell_held_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="count them, and tell nobody")


def _review_again_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit", type=int, default=50_000, help="applications to ask about in one run, at most"
    )


def _propose_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit", type=int, default=20_000, help="persons to look at in one run, at most"
    )


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cycle", type=int, required=True, help="年度: the year it begins in (July)"
    )
    parser.add_argument(
        "--wait",
        type=float,
        default=60.0,
        help="seconds without an answer after which the run ends (run it again to go on)",
    )


COMMANDS: Final = (
    Command(
        name="renew",
        help="renew the continuing applications of a cycle that has begun",
        run=renew,
        arguments=_arguments,
    ),
    Command(
        name="propose",
        help="ask for the facts that call for notices and applications (every night)",
        run=propose,
        arguments=_propose_arguments,
    ),
    Command(
        name="review-again",
        help="ask again about settled applications that wait to be sent (every night)",
        run=review_again,
        arguments=_review_again_arguments,
    ),
    Command(
        name="tell-held",
        help="tell jps_reporting again of every report that waits (once, after an upgrade)",
        run=tell_held,
        arguments=_tell_held_arguments,
    ),
)
