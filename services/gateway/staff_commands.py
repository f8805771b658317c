"""``staff add|list|grant|revoke|disable|set-password|unlock``: the operator's side of rights.

Every change names who applied for it and who approved it, as on the paper form (C14); they have
to be two people. Each is recorded. Passwords come from standard input, never the command line.
"""

import argparse
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from contracts.events import AuditOperation
from contracts.functions import Function
from services.chassis.clock import japan_date
from services.chassis.service import Command, Service
from services.chassis.unit_of_work import UnitOfWork
from services.gateway import trail
from services.gateway.domain import passwords
from services.gateway.domain.sessions import EndReason
from services.gateway.domain.staff import (
    FUNCTIONS,
    Grant,
    Period,
    Staff,
    StaffRefused,
    TwoPeople,
    functions_on,
    grant_period,
    staff_id,
)
from services.gateway.domain.throttle import ThrottleKind
from services.gateway.state import gateway_of
from services.gateway.stores import sessions, throttles
from services.gateway.stores import staff as store

Verb = Callable[[Service, argparse.Namespace], Awaitable[int]]


class _Refused(Exception):
    """The command cannot be carried out; the text is for the operator."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, run: Verb, help_text: str, *, two_people: bool = True) -> Any:
        own = verbs.add_parser(name, help=help_text)
        own.set_defaults(verb=run)
        if two_people:
            own.add_argument("--applicant", required=True, help="who applied for it")
            own.add_argument("--approver", required=True, help="who approved it, somebody else")
        return own

    add = verb("add", _add, "enter a new staff member (ids are never used twice)")
    add.add_argument("staff_id")
    add.add_argument("--name", required=True)
    add.add_argument("--department", required=True)
    add.add_argument("--from", dest="valid_from", type=_day, help="first day (today)")
    add.add_argument("--to", dest="valid_to", type=_day, help="last day of a fixed-term contract")
    add.add_argument("--function", action="append", default=[], choices=sorted(FUNCTIONS))
    add.add_argument("--password-stdin", action="store_true", help="read a first password")
    show = verb("list", _list, "the permission table of a day", two_people=False)
    show.add_argument("--as-of", type=_day, help="a day (today)")
    show.add_argument("--format", choices=("table", "json"), default="table")
    grant = verb("grant", _grant, "grant functions")
    grant.add_argument("staff_id")
    grant.add_argument("function", nargs="+", choices=sorted(FUNCTIONS))
    grant.add_argument("--from", dest="valid_from", type=_day, help="first day (today)")
    grant.add_argument("--to", dest="valid_to", type=_day, help="last day")
    revoke = verb("revoke", _revoke, "revoke functions")
    revoke.add_argument("staff_id")
    revoke.add_argument("function", nargs="+", choices=sorted(FUNCTIONS))
    revoke.add_argument("--from", dest="effective", type=_day, help="first day without (today)")
    disable = verb("disable", _disable, "remove a staff member for good, sessions at once")
    disable.add_argument("staff_id")
    password = verb("set-password", _set_password, "set a password, read from standard input")
    password.add_argument("staff_id")
    unlock = verb("unlock", _unlock, "end a lock-out after failed sign-ins")
    unlock.add_argument("staff_id")


async def _run(service: Service, arguments: argparse.Namespace) -> int:
    run: Verb = arguments.verb
    try:
        return await run(service, arguments)
    except (StaffRefused, store.AlreadyThere, store.NotThere, _Refused) as refused:
        print(f"refused: {refused}", file=sys.stderr)
        return 1


async def _add(service: Service, arguments: argparse.Namespace) -> int:
    people = _people(arguments)
    today = japan_date(service.clock.now())
    employment = Period(arguments.valid_from or today, arguments.valid_to)
    member = Staff(staff_id(arguments.staff_id), arguments.name, arguments.department, employment)
    granted = _grants(member, arguments.function, employment)
    password = await _new_password(service, member.staff_id) if arguments.password_stdin else None
    async with service.unit_of_work() as uow:
        await store.add_staff(uow.connection, member, people, uow.now)
        await store.add_grants(uow.connection, granted, people, uow.now)
        _record(uow, member.staff_id, "add")
        for grant in granted:
            _record(uow, member.staff_id, "grant", grant.function, grant.grant_id)
        if password is not None:
            await store.set_password(uow.connection, member.staff_id, password, uow.now)
            _record(uow, member.staff_id, "set_password")
    return _done(staff_id=member.staff_id, functions=sorted(g.function for g in granted))


async def _grant(service: Service, arguments: argparse.Namespace) -> int:
    people = _people(arguments)
    async with service.unit_of_work() as uow:
        member = await store.staff_member(uow.connection, staff_id(arguments.staff_id))
        if member.disabled:
            raise _Refused("this staff member is disabled")
        wished = Period(arguments.valid_from or uow.today, arguments.valid_to)
        granted = _grants(member, arguments.function, wished)
        await store.add_grants(uow.connection, granted, people, uow.now)
        for grant in granted:
            _record(uow, member.staff_id, "grant", grant.function, grant.grant_id)
    return _done(staff_id=member.staff_id, granted=sorted(g.function for g in granted))


async def _revoke(service: Service, arguments: argparse.Namespace) -> int:
    people = _people(arguments)
    functions = [FUNCTIONS[value] for value in arguments.function]
    async with service.unit_of_work() as uow:
        member = await store.staff_member(uow.connection, staff_id(arguments.staff_id))
        effective = arguments.effective or uow.today
        if effective < uow.today:
            # What was allowed on a past day was allowed: the table of that day stays as it was.
            raise _Refused("a right cannot be revoked for days that have passed")
        ended = await store.revoke(
            uow.connection, member.staff_id, functions, effective, people, uow.now
        )
        if not ended:
            raise _Refused("nothing of this is held")
        for grant in ended:
            _record(uow, member.staff_id, "revoke", grant.function, grant.grant_id)
    return _done(staff_id=member.staff_id, revoked=sorted(g.function for g in ended))


async def _disable(service: Service, arguments: argparse.Namespace) -> int:
    people = _people(arguments)
    async with service.unit_of_work() as uow:
        member = await store.staff_member(uow.connection, staff_id(arguments.staff_id))
        await store.disable(uow.connection, member.staff_id, people, uow.now)
        ended = await sessions.end_sessions_of(
            uow.connection, member.staff_id, EndReason.STAFF_DISABLED, uow.now
        )
        _record(uow, member.staff_id, "disable", count=ended)
    return _done(staff_id=member.staff_id, sessions_ended=ended)


async def _set_password(service: Service, arguments: argparse.Namespace) -> int:
    people = _people(arguments)
    wanted = staff_id(arguments.staff_id)
    async with service.database.read() as connection:
        await store.staff_member(connection, wanted)
    password = await _new_password(service, wanted)
    async with service.unit_of_work() as uow:
        await store.set_password(uow.connection, wanted, password, uow.now)
        ended = await sessions.end_sessions_of(
            uow.connection, wanted, EndReason.PASSWORD_CHANGED, uow.now
        )
        await _clear(uow, wanted)
        change_id = uuid4()
        await store.note_change(uow.connection, change_id, wanted, "set_password", people, uow.now)
        _record(uow, wanted, "set_password", reference=change_id, count=ended)
    return _done(staff_id=wanted, sessions_ended=ended)


async def _unlock(service: Service, arguments: argparse.Namespace) -> int:
    people = _people(arguments)
    async with service.unit_of_work() as uow:
        member = await store.staff_member(uow.connection, staff_id(arguments.staff_id))
        if not await _clear(uow, member.staff_id):
            raise _Refused("no failures are counted for this user id")
        change_id = uuid4()
        await store.note_change(
            uow.connection, change_id, member.staff_id, "unlock", people, uow.now
        )
        _record(uow, member.staff_id, "unlock", reference=change_id)
    return _done(staff_id=member.staff_id)


async def _list(service: Service, arguments: argparse.Namespace) -> int:
    day = arguments.as_of or japan_date(service.clock.now())
    async with service.database.read() as connection:
        members = await store.all_staff(connection)
        grants = await store.grants(connection)
    rows = [(member, sorted(functions_on(day, member, grants))) for member in members]
    if arguments.format == "json":
        table = [_row(member, held) for member, held in rows]
        print(json.dumps({"as_of": day.isoformat(), "staff": table}, ensure_ascii=False, indent=2))
        return 0
    print(f"権限管理表（{day.isoformat()} 現在）")
    for member, held in rows:
        period = member.employment
        state = "抹消" if member.disabled else f"{period.valid_from} ～ {period.valid_to or ''}"
        print(f"{member.staff_id}\t{member.name}\t{member.department}\t{state}")
        for function in held:
            print(f"\t{function.value}\t{function.label}")
    return 0


def _row(member: Staff, held: list[Function]) -> dict[str, Any]:
    return {
        "staff_id": member.staff_id,
        "name": member.name,
        "department": member.department,
        "from": member.employment.valid_from.isoformat(),
        "to": member.employment.valid_to and member.employment.valid_to.isoformat(),
        "disabled": member.disabled,
        "functions": held,
    }


def _people(arguments: argparse.Namespace) -> TwoPeople:
    return TwoPeople(arguments.applicant, arguments.approver)


def _grants(member: Staff, functions: list[str], wished: Period) -> list[Grant]:
    period = grant_period(member, wished)
    return [
        Grant(uuid4(), member.staff_id, FUNCTIONS[value], period)
        for value in sorted(set(functions))
    ]


async def _new_password(service: Service, for_id: str) -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if found := passwords.faults(password, staff_id=for_id):
        raise _Refused("GW-0106: " + " ".join(fault.label for fault in found))
    return await gateway_of(service).passwords.hash(password)


async def _clear(uow: UnitOfWork, wanted: str) -> bool:
    return await throttles.clear_throttle(
        uow.connection, ThrottleKind.USER, throttles.subject_hash(ThrottleKind.USER, wanted)
    )


def _record(
    uow: UnitOfWork,
    subject: str,
    change: str,
    function: Function | None = None,
    reference: UUID | None = None,
    count: int | None = None,
) -> None:
    # The names of applicant and approver stay in this database, under ``reference``.
    details: trail.Details = {"change": change, "of_staff": subject}
    if function is not None:
        details["of_function"] = function.value
    trail.record(
        uow, AuditOperation.RIGHTS_CHANGE, reference=reference, count=count, details=details
    )


def _done(**what: Any) -> int:
    print(json.dumps(what, ensure_ascii=False, default=str))
    return 0


def _day(text: str) -> date:
    return date.fromisoformat(text)


COMMAND = Command(name="staff", help="staff and their rights", run=_run, arguments=_arguments)
