"""Checkpoints: the heads of all chains at a moment, signed, to be kept where nobody here can write.

The signature (Ed25519) is over UTF-8 text, one line each with a line feed at its end::

    nenkin/audit-checkpoint/v1
    <moment in UTC, e.g. 2026-10-01T00:00:00.000000+00:00>
    <shard> <position> <chain hash in lower-case hexadecimal>      (a line a chain, by shard)
"""

from datetime import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.days import Moment
from services.audit.domain.chain import Head

FORMAT: Final = "nenkin/audit-checkpoint/v1"
_HASH = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ChainHead(BaseModel):
    """The head of one chain."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shard: Annotated[int, Field(ge=0)]
    position: Annotated[int, Field(ge=0)]
    chain_hash: _HASH


class Checkpoint(BaseModel):
    """One checkpoint file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["nenkin/audit-checkpoint/v1"] = FORMAT
    made_at: Moment
    chains: tuple[ChainHead, ...]
    key_id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    """The first 16 hexadecimal digits of the SHA-256 of the public key's 32 bytes."""
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        shards = [chain.shard for chain in self.chains]
        if shards != sorted(set(shards)):
            raise ValueError("chains are listed once each, by shard")
        return self

    @property
    def heads(self) -> tuple[Head, ...]:
        """The heads it vouches for; a chain without records needs no voucher."""
        return tuple(
            Head(chain.shard, chain.position, bytes.fromhex(chain.chain_hash))
            for chain in self.chains
            if chain.position
        )

    def signed_bytes(self) -> bytes:
        """What the signature is over."""
        return signed_bytes(self.made_at, self.chains)


def signed_bytes(made_at: datetime, chains: tuple[ChainHead, ...]) -> bytes:
    """What a checkpoint's signature is over (see the module). ``made_at`` is in UTC."""
    lines = [FORMAT, made_at.isoformat(timespec="microseconds")]
    lines += [f"{chain.shard} {chain.position} {chain.chain_hash}" for chain in chains]
    return "".join(f"{line}\n" for line in lines).encode()
