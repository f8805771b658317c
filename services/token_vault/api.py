"""The vault's HTTP operations: each for one purpose, counted, recorded. None lists anything."""

import asyncio
import base64
import hashlib
from typing import Annotated, Final, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from contracts.events import AuditOperation, AuditOutcome, AuditRecorded
from contracts.functions import Function
from contracts.sealing import PublicSealingKey, SealedNumber
from services.chassis import audit
from services.chassis.clock import JAPAN
from services.chassis.http import current_service, peer_only, requires
from services.chassis.problems import Problem
from services.chassis.service import Service
from services.chassis.staff_context import StaffContext
from services.chassis.unit_of_work import UnitOfWork
from services.token_vault import problems
from services.token_vault.domain import medium as rules
from services.token_vault.domain.envelope import PASSWORD_AAD
from services.token_vault.domain.numbers import IndividualNumber
from services.token_vault.domain.quotas import Operation, in_force
from services.token_vault.domain.refusals import Refusal
from services.token_vault.keyring import Keys
from services.token_vault.medium import sealed_zip
from services.token_vault.stores import numbers as store
from services.token_vault.vault import Vault

router = APIRouter()

Details = dict[str, str | int | bool]

COUNTER_SENDER = "gateway"
"""Whose name is bound into a seal made in the staff's browser."""

MAX_ROWS = 20_000


class Strict(BaseModel):
    """A request or answer: no field but these."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Lookup(Strict):
    """A number keyed in at the counter, sealed in the browser."""

    event_id: UUID
    """Made by the browser for this one seal, and bound into it."""
    sealed_number: SealedNumber


class Found(Strict):
    """The token of a number."""

    token: str


class MediumOrder(rules.Layout):
    """A file for JPS, tokens standing where numbers go."""

    batch_id: UUID
    staff_id: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")]
    """Who ordered it, as jps_reporting had it from the gateway."""
    department: Annotated[str, Field(max_length=100)] | None = None
    sees_sealed: StrictBool = False
    """Whether they see sealed persons (支援措置): the record is for reviewers who do too."""
    file_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9]{1,8}$")]
    """Of the file inside the ZIP. It is readable without the password: nothing personal."""
    rows: Annotated[list[list[str | rules.NumberField]], Field(min_length=1, max_length=MAX_ROWS)]


def vault_of(service: Annotated[Service, Depends(current_service)]) -> Vault:
    """The vault behind the service that answers."""
    return cast(Vault, service.state)


CurrentService = Annotated[Service, Depends(current_service)]
CurrentVault = Annotated[Vault, Depends(vault_of)]


@router.get("/sealing-key")
async def sealing_key(
    _peer: Annotated[str, Depends(peer_only("gateway"))],
    service: CurrentService,
    vault: CurrentVault,
) -> PublicSealingKey:
    """The public key that numbers are sealed to now. The gateway hands it to browsers."""
    async with service.database.read() as connection:
        keys = await vault.load(connection)
    if keys.sealing_active is None:
        raise problems.no_keys()
    return keys.sealing_active.public


@router.post("/numbers/lookup")
async def lookup(
    body: Lookup,
    staff: Annotated[StaffContext, Depends(requires(Function.NUMBER_LOOKUP))],
    service: CurrentService,
    vault: CurrentVault,
) -> Found:
    """The token of a number, or 404. Found or not, it counts against the quota and is recorded."""
    async with service.unit_of_work() as uow:
        outcome = await _look_up(vault, uow, staff, body)
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


async def _look_up(
    vault: Vault, uow: UnitOfWork, staff: StaffContext, body: Lookup
) -> Found | Problem:
    opened = await _opened(vault, uow, staff, body, Operation.NUMBER_LOOKUP)
    if isinstance(opened, Problem):
        return opened
    keys, number = opened
    token = (await vault.find(uow.connection, keys, [number])).get(0)
    _record(
        uow, staff, Operation.NUMBER_LOOKUP, AuditOutcome.DONE, {"found": token is not None}
    )  # fmt: skip
    return Found(token=token) if token else problems.number_unknown()


@router.post("/numbers/enter")
async def enter(
    body: Lookup,
    staff: Annotated[StaffContext, Depends(requires(Function.OUTSIDE_PROPOSE))],
    service: CurrentService,
    vault: CurrentVault,
) -> Found:
    """The token of a number that staff enter for somebody who is not on the register (住登外者).

    One that is not known yet is kept; the answer does not tell which. It counts against a quota of
    its own, and is recorded.
    """
    async with service.unit_of_work() as uow:
        outcome = await _enter(vault, uow, staff, body)
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


async def _enter(
    vault: Vault, uow: UnitOfWork, staff: StaffContext, body: Lookup
) -> Found | Problem:
    opened = await _opened(vault, uow, staff, body, Operation.NUMBER_ENTRY)
    if isinstance(opened, Problem):
        return opened
    keys, number = opened
    tokenised = await vault.tokenise(uow.connection, keys, [number], uow.now, entered=True)
    _record(uow, staff, Operation.NUMBER_ENTRY, AuditOutcome.DONE, {"new": tokenised.new})
    return Found(token=tokenised.tokens[0])


async def _opened(
    vault: Vault, uow: UnitOfWork, staff: StaffContext, body: Lookup, operation: Operation
) -> tuple[Keys, IndividualNumber] | Problem:
    """The keys and the number that was keyed in; a refusal is recorded."""
    if spent := await _quota_spent(uow, operation, staff.staff_id):
        _record(uow, staff, operation, AuditOutcome.REFUSED, {"code": spent.code})
        return spent
    keys = await vault.keys(uow.connection)
    (number,) = await vault.unseal(
        uow.connection,
        keys,
        [(body.sealed_number, body.event_id)],
        sender=COUNTER_SENDER,
        now=uow.now,
    )
    if isinstance(number, Refusal):
        _record(uow, staff, operation, AuditOutcome.REFUSED, {"code": str(number)})
        return problems.not_opened(number)
    return keys, number


_RECORDED: Final = {
    Operation.NUMBER_LOOKUP: (AuditOperation.NUMBER_LOOKUP, Function.NUMBER_LOOKUP),
    Operation.NUMBER_ENTRY: (AuditOperation.TOKENISE, Function.OUTSIDE_PROPOSE),
}
"""As what a use of a number at the counter is recorded, and by which function."""


def _record(
    uow: UnitOfWork,
    staff: StaffContext,
    used: Operation,
    outcome: AuditOutcome,
    details: Details,
) -> None:
    operation, function = _RECORDED[used]
    audit.record(
        uow,
        operation,
        staff=staff,
        function=function,
        outcome=outcome,
        count=1,
        number_accessed=outcome is AuditOutcome.DONE,
        details=details,
    )


@router.post("/media/seal", response_class=Response)
async def seal_medium(
    order: MediumOrder,
    peer: Annotated[str, Depends(peer_only("jps_reporting"))],
    service: CurrentService,
    vault: CurrentVault,
) -> Response:
    """The medium's ZIP: numbers filled in, encoded strictly, encrypted with JPS's password.

    All or nothing: a row with an unknown token or a character that the encoding lacks refuses the
    whole order and names the fields by place. ``Repr-Digest`` has the ZIP's SHA-256.
    """
    async with service.unit_of_work() as uow:
        outcome = await _seal(vault, uow, peer, order)
    if isinstance(outcome, Problem):
        raise outcome
    digest = base64.b64encode(hashlib.sha256(outcome).digest()).decode()
    return Response(
        outcome,
        media_type="application/zip",
        headers={"Repr-Digest": f"sha-256=:{digest}:", "Cache-Control": "no-store"},
    )


async def _seal(vault: Vault, uow: UnitOfWork, peer: str, order: MediumOrder) -> bytes | Problem:
    fields = sum(isinstance(field, rules.NumberField) for row in order.rows for field in row)
    result = await _sealed(vault, uow, peer, order)
    details: Details = {"rows": len(order.rows)}
    done = isinstance(result, bytes)
    if isinstance(result, Problem):
        details["code"] = result.code
    record = AuditRecorded(
        at=uow.now,
        operation=AuditOperation.MEDIUM_SEALED,
        outcome=AuditOutcome.DONE if done else AuditOutcome.REFUSED,
        staff_id=order.staff_id,
        department=order.department,
        function=Function.BATCH_SEAL,
        count=fields if done else 0,
        number_accessed=done and fields > 0,
        reference=order.batch_id,
        details=details,
        sees_sealed=order.sees_sealed,
    )
    uow.emit(record, key=uow.service)
    return result


async def _sealed(vault: Vault, uow: UnitOfWork, peer: str, order: MediumOrder) -> bytes | Problem:
    if spent := await _quota_spent(uow, Operation.MEDIUM_SEAL, peer):
        return spent
    stored = await store.medium_password(uow.connection)
    if stored is None:
        return problems.no_password()
    if defects := rules.text_defects(order.rows, order):
        return problems.cannot_fill(defects)
    keys = await vault.keys(uow.connection)
    numbers = await vault.numbers(uow.connection, keys, rules.tokens_in(order.rows))
    if defects := rules.unknown_tokens(order.rows, numbers):
        return problems.cannot_fill(defects)
    password = vault.keyring.unwrap(stored, PASSWORD_AAD).decode("ascii")
    content = rules.encoded(order.rows, order, numbers.__getitem__)
    # Compressing and encrypting let go of Python's lock: the loop goes on meanwhile.
    return await asyncio.to_thread(
        sealed_zip, order.file_name, content, password, uow.now.astimezone(JAPAN)
    )


async def _quota_spent(uow: UnitOfWork, operation: Operation, caller: str) -> Problem | None:
    """Count one use; the problem, if the quota in force does not have it."""
    quota = in_force(await store.quotas(uow.connection), operation, uow.today)
    if await store.use_quota(uow.connection, quota, caller, uow.now):
        return None
    return problems.quota_used(quota.period.remaining(uow.now))
