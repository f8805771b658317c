"""Commands of qualification's own: the nightly run, and drawing every conclusion anew."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from contracts.events import AuditOperation
from services.chassis import audit, merges
from services.chassis.clock import japan_date
from services.chassis.service import Command, Service
from services.chassis.unit_of_work import UnitOfWork
from services.qualification import missing_run, reporting_settled
from services.qualification.conclusions import Outcome, draw
from services.qualification.settings import Settings
from services.qualification.state import state_of
from services.qualification.stores import missing, persons, runs

REFUSED: Final = 2
FAILED: Final = 1


async def nightly(service: Service, arguments: argparse.Namespace) -> int:
    """Let happen what happens by itself up to a day: 20 and 60 reached, the day after a move; then
    bring the work list of missing notices up to it.

    Only persons for whom something falls due are touched. Each batch is a transaction: the run can
    be stopped at any moment and run again, and to run it twice changes nothing. A day that lies
    behind the latest run is done already. Exit status 1: some persons could not be concluded.
    """
    settings, run_date = _settings(service), arguments.date
    today = japan_date(service.clock.now())
    run_date = run_date or today
    if (run_date - today).days > settings.nightly_days_ahead:
        print(f"QU-1401: {run_date} is too far ahead (see NENKIN_NIGHTLY_DAYS_AHEAD)",
              file=sys.stderr)  # fmt: skip
        return REFUSED
    async with service.unit_of_work() as uow:
        await runs.begin(uow.connection, run_date, uow.now)
    done, changed, reported, failed = 0, 0, 0, set[UUID]()
    began = time.monotonic()
    while True:
        async with service.unit_of_work() as uow:
            batch = await persons.due(
                uow.connection, run_date, settings.nightly_batch, sorted(failed)
            )
            outcome, bad = await _conclude(service, uow, batch, run_date)
            failed |= bad
            last = len(batch) < settings.nightly_batch
            done, changed = done + len(batch) - len(bad), changed + outcome.changed
            reported += outcome.reported
            await runs.note(
                uow.connection,
                run_date,
                persons=len(batch) - len(bad),
                failed=len(failed),
                finished_at=uow.now if last else None,
            )
            if batch or last:
                _record(uow, "nightly", len(batch), outcome, finished=last)
        rate = done / max(time.monotonic() - began, 1e-9)
        print(f"{run_date}: {done} persons, {rate:.0f}/s", file=sys.stderr)
        if last:
            break
    print(f"{changed} timelines changed, {reported} reported, {len(failed)} failed",
          file=sys.stderr)  # fmt: skip
    failed |= await _list_missing(service, run_date)
    await _ask(service, run_date)
    return FAILED if failed else 0


async def _list_missing(service: Service, run_date: date) -> set[UUID]:
    """Bring the work list of missing notices up to the day; whose facts no rule covers."""
    size, rules = _settings(service).nightly_batch, state_of(service).parameters
    listed, ended, failed, last = 0, 0, set[UUID](), False
    while not last:
        async with service.unit_of_work() as uow:
            day = await runs.business_day(uow.connection, run_date)
            batch = await missing.due(uow.connection, day, size, sorted(failed))
            last = len(batch) < size
            if batch:
                found = await missing_run.work_out(uow, batch, rules, day)
                listed, ended, failed = (
                    listed + found.listed, ended + found.ended, failed | found.failed,
                )  # fmt: skip
                _count(uow, "missing", len(batch), {"listed": found.listed, "ended": found.ended})
    print(f"{listed} missing notices listed, {ended} ended", file=sys.stderr)
    return failed


async def _ask(service: Service, run_date: date) -> None:
    """Ask identity about 国民健康保険, of so many persons a night as the settings allow."""
    settings, rules = _settings(service), state_of(service).parameters
    last = False
    while not last:
        async with service.unit_of_work() as uow:
            left = settings.ask_per_night - await runs.asked(uow.connection, run_date)
            size = max(0, min(settings.nightly_batch, left))
            done = await missing_run.ask(uow, rules, run_date, size) if size else 0
            total = await runs.asked(uow.connection, run_date, done)
            last = done < settings.nightly_batch
            if done:
                _count(uow, "ask", done, {"items": "health_insurance"})
    print(f"{total} persons asked about", file=sys.stderr)


async def recompute(service: Service, arguments: argparse.Namespace) -> int:
    """Draw every person's conclusions anew: after a change of the rules or the parameters.

    Goes by the order of ids; ``--after`` takes an interrupted run up where it stopped.
    """
    settings = _settings(service)
    place: UUID | None = arguments.after
    done, failed = 0, set[UUID]()
    while True:
        async with service.unit_of_work() as uow:
            batch = await persons.after(uow.connection, place, settings.nightly_batch)
            day = await runs.business_day(uow.connection, uow.today)
            outcome, bad = await _conclude(service, uow, batch, day)
            failed |= bad
            place, done = batch[-1] if batch else place, done + len(batch)
            last = len(batch) < settings.nightly_batch
            _record(uow, "recompute", len(batch), outcome, finished=last)
        print(f"{done} persons, up to {place}", file=sys.stderr)
        if last:
            return FAILED if failed else 0


async def report_settled(service: Service, arguments: argparse.Namespace) -> int:
    """Report notices that were settled before a release that reports their kind.

    Each batch is a transaction; stopped, it is run again, and what is reported is not twice. With
    ``--dry-run`` they are counted, and nobody is told. Exit status 1: of some notices' persons no
    rule covers the dates; 2: the file of what went to JPS otherwise cannot be read.
    """
    try:
        sent = frozenset(map(UUID, arguments.sent.read_text().split())) if arguments.sent else ()
    except (OSError, ValueError):
        print("QU-1402: the file of --sent names one notice id a line", file=sys.stderr)
        return REFUSED
    size, after = _settings(service).nightly_batch, 0
    reported, left_out, failed = Counter[str](), Counter[str](), set[UUID]()
    while True:
        async with service.unit_of_work() as uow:
            batch = await reporting_settled.report(
                uow, state_of(service), after, size, sent, dry_run=arguments.dry_run
            )
            count = batch.reported.total()
            if count and not arguments.dry_run:
                _count(uow, "report-settled", count, {"left_out": batch.left_out.total()})
        if batch.last is None:
            break
        after = batch.last
        reported, left_out = reported + batch.reported, left_out + batch.left_out
        failed |= set(batch.failed)
        print(f"{reported.total()} notices, {left_out.total()} left out", file=sys.stderr)
    told = "to be reported" if arguments.dry_run else "reported"
    for kind in sorted(reported | left_out):
        print(f"{kind}: {reported[kind]} {told}, {left_out[kind]} sent otherwise")
    for notice_id in sorted(failed):
        print(f"{notice_id}: no rule covers this person's dates", file=sys.stderr)
    return FAILED if failed else 0


async def _conclude(
    service: Service, uow: UnitOfWork, batch: Sequence[UUID], day: date
) -> tuple[Outcome, set[UUID]]:
    """Conclude for a batch; those whose facts no rule covers are left as they are."""
    if not batch:
        return Outcome(), set()
    await merges.undisturbed(uow.connection)
    day = await runs.business_day(uow.connection, day)
    return await draw(uow, batch, state_of(service).parameters, day)


def _record(uow: UnitOfWork, job: str, count: int, outcome: Outcome, *, finished: bool) -> None:
    audit.record(
        uow,
        AuditOperation.BATCH_JOB,
        count=count,
        details={
            "job": job,
            "changed": outcome.changed,
            "reported": outcome.reported,
            "finished": finished,
        },
    )


def _count(uow: UnitOfWork, job: str, count: int, details: dict[str, str | int | bool]) -> None:
    audit.record(uow, AuditOperation.BATCH_JOB, count=count, details={"job": job, **details})


def _settings(service: Service) -> Settings:
    if not isinstance(service.settings, Settings):
        raise TypeError("qualification runs with its own settings")
    return service.settings


def _nightly_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--date",
        type=date.fromisoformat,
        help="the day up to which things happen (YYYY-MM-DD); today in Japan by default",
    )


def _recompute_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--after", type=UUID, help="go on after this person id")


def _report_settled_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="count, and tell nobody")
    parser.add_argument(
        "--sent", type=Path, metavar="FILE",
        help="ids of notices that went to JPS otherwise, one a line: they are left out",
    )  # fmt: skip


COMMANDS: Final = (
    Command(
        name="nightly",
        help="let happen what falls due by a day: 20 and 60 reached, the day after a move or death",
        run=nightly,
        arguments=_nightly_arguments,
    ),
    Command(
        name="recompute",
        help="draw every conclusion anew after a change of rules or parameters",
        run=recompute,
        arguments=_recompute_arguments,
    ),
    Command(
        name="report-settled",
        help="report notices that were settled before their kind was reported itself",
        run=report_settled,
        arguments=_report_settled_arguments,
    ),
)
