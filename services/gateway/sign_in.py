"""Signing in, unlocking, signing out, changing one's password (C03, C13, C19).

Every attempt is counted against its user id and its address before the password is looked at;
every outcome is recorded in the transaction that makes it so. A session id is made by a right
password and by nothing else: one that came with the request is never taken over (session fixation).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from contracts.events import AuditOperation, AuditOutcome
from services.chassis.service import Service
from services.chassis.unit_of_work import UnitOfWork
from services.gateway import problems, trail
from services.gateway.domain import passwords, staff
from services.gateway.domain.second_factor import state_after_password
from services.gateway.domain.sessions import EndReason
from services.gateway.domain.staff import Staff
from services.gateway.domain.throttle import Throttle, ThrottleKind, ThrottleRules
from services.gateway.state import Gateway, gateway_of
from services.gateway.stores import sessions, throttles
from services.gateway.stores import staff as staff_store
from services.gateway.stores.sessions import OpenSession
from services.gateway.stores.staff import Credentials

NOBODY = "?"
"""What is throttled for everything that cannot be a user id."""

_Subject = tuple[ThrottleKind, bytes, ThrottleRules]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session and the cookie that opens it; the cookie is kept nowhere."""

    token: str
    open: OpenSession


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One password on its way to being checked."""

    operation: str
    staff_id: str | None
    terminal: str
    subjects: tuple[_Subject, ...]
    session_id: UUID | None = None


async def sign_in(
    service: Service, typed_id: str, password: str, terminal: str, old_token: str | None
) -> SignedIn:
    """A new session for a right user id and password.

    Raises the problems GW-0101 (refused; the reason is in the audit record only) and GW-0102 (too
    many attempts).
    """
    attempt = _attempt(gateway_of(service), "sign_in", typed_id, terminal)
    known = await _right_password(service, attempt, password)
    hasher = gateway_of(service).passwords
    costlier = (
        await hasher.hash(password) if hasher.is_outdated(known.password_hash or "") else None
    )
    async with service.unit_of_work() as uow:
        await _confirm(uow, attempt, known)
        if costlier is not None:
            await staff_store.rehash(uow.connection, known.staff.staff_id, costlier)
        if old_token is not None:
            old = await sessions.find_session(uow.connection, old_token, uow.today)
            if old is not None:
                await sessions.end_session(
                    uow.connection, old.session_id, EndReason.REPLACED, uow.now
                )
        opened = await _open(service, uow, known.staff, terminal, signed_in_at=uow.now)
        trail.record(
            uow,
            AuditOperation.SIGN_IN,
            staff_id=known.staff.staff_id,
            department=known.staff.department,
            terminal=terminal,
            session_id=opened.open.session_id,
            details={"step": attempt.operation, "second_factor": _policy(service)},
        )
    return opened


async def unlock(service: Service, current: OpenSession, password: str, terminal: str) -> SignedIn:
    """The locked session, opened again under a new cookie; its absolute end stays where it was."""
    attempt = _attempt(
        gateway_of(service), "unlock", current.staff.staff_id, terminal, current.session_id
    )
    known = await _right_password(service, attempt, password)
    async with service.unit_of_work() as uow:
        await _confirm(uow, attempt, known)
        if not await sessions.end_session(
            uow.connection, current.session_id, EndReason.REPLACED, uow.now
        ):
            raise problems.no_session()
        opened = await _open(
            service, uow, known.staff, terminal, signed_in_at=current.session.signed_in_at
        )
        trail.record(
            uow,
            AuditOperation.SIGN_IN,
            staff_id=known.staff.staff_id,
            department=known.staff.department,
            terminal=terminal,
            session_id=opened.open.session_id,
            details={"step": attempt.operation, "continues": str(current.session_id)},
        )
    return opened


async def change_password(
    service: Service, current: OpenSession, password: str, new_password: str, terminal: str
) -> SignedIn:
    """A password that only its owner knows (C13). Every session ends but the one that goes on.

    Raises GW-0106 where the new password is not good enough, beside the problems of a sign-in.
    """
    faults = passwords.faults(new_password, staff_id=current.staff.staff_id)
    if faults:
        raise problems.password_refused(faults)
    attempt = _attempt(
        gateway_of(service),
        "change_password",
        current.staff.staff_id,
        terminal,
        current.session_id,
    )
    known = await _right_password(service, attempt, password)
    new_hash = await gateway_of(service).passwords.hash(new_password)
    async with service.unit_of_work() as uow:
        await _confirm(uow, attempt, known)
        await staff_store.set_password(uow.connection, known.staff.staff_id, new_hash, uow.now)
        await sessions.end_sessions_of(
            uow.connection, known.staff.staff_id, EndReason.PASSWORD_CHANGED, uow.now
        )
        opened = await _open(
            service, uow, known.staff, terminal, signed_in_at=current.session.signed_in_at
        )
        trail.record(
            uow,
            AuditOperation.RIGHTS_CHANGE,
            staff_id=known.staff.staff_id,
            department=known.staff.department,
            terminal=terminal,
            session_id=opened.open.session_id,
            details={"change": "own_password", "continues": str(current.session_id)},
        )
    return opened


async def sign_out(service: Service, current: OpenSession, terminal: str) -> None:
    """End the session; harmless where it had ended."""
    async with service.unit_of_work() as uow:
        if await sessions.end_session(
            uow.connection, current.session_id, EndReason.SIGNED_OUT, uow.now
        ):
            trail.record(
                uow,
                AuditOperation.SIGN_OUT,
                staff_id=current.staff.staff_id,
                department=current.staff.department,
                terminal=terminal,
                session_id=current.session_id,
            )


def _attempt(
    gateway: Gateway,
    operation: str,
    typed_id: str,
    terminal: str,
    session_id: UUID | None = None,
) -> _Attempt:
    try:
        staff_id: str | None = staff.staff_id(typed_id)
    except staff.InvalidStaffId:
        staff_id = None
    settings = gateway.settings
    kinds = (
        (ThrottleKind.ADDRESS, terminal, settings.address_throttle),
        (ThrottleKind.USER, staff_id or NOBODY, settings.user_throttle),
    )
    return _Attempt(
        operation,
        staff_id,
        terminal,
        tuple(
            (kind, throttles.subject_hash(kind, subject), rules) for kind, subject, rules in kinds
        ),
        session_id,
    )


async def _right_password(service: Service, attempt: _Attempt, password: str) -> Credentials:
    """The credentials that the password fits; otherwise the failure is recorded and raised."""
    refused = await _count(service, attempt)
    async with service.database.read() as connection:
        known = (
            await staff_store.credentials(connection, attempt.staff_id)
            if attempt.staff_id
            else None
        )
    right = await gateway_of(service).passwords.check(
        password, known.password_hash if known else None
    )
    async with service.unit_of_work() as uow:
        reason = _why_not(known, right, uow)
        if reason is not None:
            _record_failure(uow, attempt, known, reason, refused)
    if known is None or reason is not None:
        raise problems.sign_in_failed()
    return known


async def _count(service: Service, attempt: _Attempt) -> int:
    """Count the attempt beforehand; return how many were refused unseen since the last one."""
    wait = timedelta(0)
    refused = 0
    keys = [(kind, subject) for kind, subject, _ in attempt.subjects]
    async with service.unit_of_work() as uow:
        found = await throttles.lock_throttles(uow.connection, keys)
        wait = max(throttle.wait(uow.now) for throttle in found)
        if wait:
            first = not any(throttle.refused for throttle in found)
            for (kind, subject), throttle in zip(keys, found, strict=True):
                await throttles.keep_throttle(uow.connection, kind, subject, throttle.turned_away())
            if first:
                all_rules = [rules for _, _, rules in attempt.subjects]
                lock_out = any(map(Throttle.is_lock_out, found, all_rules))
                await _record_throttled(uow, attempt, lock_out)
        else:
            refused = max(throttle.refused for throttle in found)
            for (kind, subject, rules), throttle in zip(attempt.subjects, found, strict=True):
                await throttles.keep_throttle(
                    uow.connection, kind, subject, throttle.counted(uow.now, rules)
                )
    if wait:
        raise problems.too_many_attempts(wait)
    return refused


def _why_not(known: Credentials | None, right: bool, uow: UnitOfWork) -> str | None:
    if known is None:
        return "unknown_user"
    if known.password_hash is None:
        return "no_password"
    if not right:
        return "wrong_password"
    if known.staff.disabled:
        return "disabled"
    if not known.staff.may_sign_in(uow.today):
        return "not_employed"
    return None


def _record_failure(
    uow: UnitOfWork, attempt: _Attempt, known: Credentials | None, reason: str, refused: int
) -> None:
    # The id of somebody who exists, or none: what was typed may be a password.
    trail.record(
        uow,
        AuditOperation.SIGN_IN,
        AuditOutcome.FAILED,
        staff_id=known.staff.staff_id if known else None,
        department=known.staff.department if known else None,
        terminal=attempt.terminal,
        session_id=attempt.session_id,
        details={"step": attempt.operation, "reason": reason, "refused_before": refused},
    )


async def _record_throttled(uow: UnitOfWork, attempt: _Attempt, lock_out: bool) -> None:
    known = (
        await staff_store.credentials(uow.connection, attempt.staff_id)
        if attempt.staff_id
        else None
    )
    trail.record(
        uow,
        AuditOperation.SIGN_IN,
        AuditOutcome.REFUSED,
        staff_id=known.staff.staff_id if known else None,
        department=known.staff.department if known else None,
        terminal=attempt.terminal,
        session_id=attempt.session_id,
        details={"step": attempt.operation, "reason": "throttled", "lock_out": lock_out},
    )


async def _confirm(uow: UnitOfWork, attempt: _Attempt, known: Credentials) -> None:
    """Hold the credentials still until the commit, and give the counted attempt back.

    Between the check and now the password may have been changed, or the person disabled: then the
    attempt fails after all.
    """
    if not await staff_store.still_holds(uow.connection, known):
        raise problems.sign_in_failed()
    await _give_back(uow.connection, attempt, uow.now)


async def _give_back(connection: asyncpg.Connection, attempt: _Attempt, now: datetime) -> None:
    keys = [(kind, subject) for kind, subject, _ in attempt.subjects]
    for (kind, subject), throttle in zip(
        keys, await throttles.lock_throttles(connection, keys), strict=True
    ):
        if kind is ThrottleKind.USER:
            await throttles.clear_throttle(connection, kind, subject)
        else:
            # Other people fail from the same address: only this attempt is taken back.
            await throttles.keep_throttle(connection, kind, subject, throttle.given_back(now))


async def _open(
    service: Service, uow: UnitOfWork, who: Staff, terminal: str, *, signed_in_at: datetime
) -> SignedIn:
    settings = gateway_of(service).settings
    token = secrets.token_urlsafe(32)
    session_id = uuid4()
    state = state_after_password(settings.second_factor)
    await sessions.open_session(
        uow.connection,
        session_id,
        token,
        who.staff_id,
        state,
        terminal,
        signed_in_at=signed_in_at,
        now=uow.now,
    )
    opened = await sessions.find_session(uow.connection, token, uow.today)
    if opened is None:  # what was inserted in this very transaction
        raise RuntimeError("a session was kept and cannot be found")
    return SignedIn(token, opened)


def _policy(service: Service) -> str:
    return gateway_of(service).settings.second_factor.value
