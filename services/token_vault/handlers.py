"""Resident changes in, the same changes with a token out."""

from collections.abc import Sequence
from typing import Final

from contracts.events import AuditOperation, ResidentChange, ResidentTokenised
from contracts.topics import UPSTREAM_REGISTER
from contracts.values import unchecked
from services.chassis import audit
from services.chassis.received import Handler, Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.token_vault.domain.numbers import IndividualNumber, Token
from services.token_vault.domain.refusals import Refusal
from services.token_vault.vault import Vault

_event: Final = unchecked(ResidentTokenised)


def residents(vault: Vault) -> Handler:
    """The handler of ``inbound.residents``: unseal, tokenise, send on under the same key.

    A seal that does not open, and a number whose check digit is wrong, are refused (TV-1001 and
    following); a change without a number goes on without a token. One audit record a batch says
    how many numbers were accessed.
    """

    async def on_residents(batch: Sequence[Received[ResidentChange]], uow: UnitOfWork) -> None:
        keys = await vault.keys(uow.connection)
        sealed = [
            (received, received.event.sealed_number)
            for received in batch
            if received.event.sealed_number is not None
        ]
        outcomes = await vault.unseal(
            uow.connection,
            keys,
            [(number, received.event_id) for received, number in sealed],
            # The register alone may write this topic (ACL), so the seals must be its own.
            sender=UPSTREAM_REGISTER,
            now=uow.now,
        )
        numbers: dict[int, IndividualNumber] = {}
        rejections = []
        for (received, _), outcome in zip(sealed, outcomes, strict=True):
            if isinstance(outcome, Refusal):
                rejections.append(Rejection(received, outcome, outcome.reason))
            else:
                numbers[id(received)] = outcome
        if rejections:
            raise Rejected(rejections)
        tokenised = await vault.tokenise(uow.connection, keys, list(numbers.values()), uow.now)
        tokens = dict(zip(numbers, tokenised.tokens, strict=True))
        for received in batch:
            event = _tokenised(received.event, tokens.get(id(received)))
            uow.emit(event, key=received.key, cause=received)
        if numbers:
            audit.record(
                uow,
                AuditOperation.TOKENISE,
                count=len(numbers),
                number_accessed=True,
                details={"new": tokenised.new},
            )

    return on_residents


def _tokenised(change: ResidentChange, token: Token | None) -> ResidentTokenised:
    return _event(
        source=change.source,
        record_version=change.record_version,
        change=change.change,
        changed_on=change.changed_on,
        reported_on=change.reported_on,
        record=change.record,
        individual_number_token=token,
    )
