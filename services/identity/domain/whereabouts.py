"""The addresses by which a person can be found: where they live, and where they lived or went.

An address itself is kept exactly as it was received; here are the folded parts that lie beside it.
"""

import hashlib
from collections.abc import Sequence

from contracts.events.residents import Address, ResidentRecord
from contracts.values import value
from services.identity.domain.addresses import AddressParts, parts
from services.identity.domain.folding import Folding

Place = tuple[str, str]
Told = tuple[str, Address]
"""(kind, address): see `Whereabouts`."""


@value
class Whereabouts:
    """One address by which a record can be searched. ``kind``: ``address`` (現住所), ``previous``
    (前住所), ``move_in`` (転入元), ``move_out`` (転出先)."""

    place: Place
    kind: str
    since_version: int
    parts: AddressParts


def whereabouts(
    place: Place, told: Sequence[Told], since_version: int, folding: Folding
) -> list[Whereabouts]:
    """The addresses of a record (`addresses_of`), so that it is found by them."""
    return [
        Whereabouts(place, kind, since_version, parts(address, folding)) for kind, address in told
    ]


def addresses_digest(told: Sequence[Told]) -> bytes:
    """Equal when none of a record's addresses (`addresses_of`) has changed."""
    written = [f"{kind}\0{address.text}\0{address.building or ''}" for kind, address in told]
    return hashlib.blake2b("\x1f".join(written).encode(), digest_size=8).digest()


def addresses_of(record: ResidentRecord) -> list[Told]:
    """The addresses of a record, each once."""
    found: list[Told] = []
    seen = set()
    for kind, address in (
        ("address", record.address),
        ("previous", record.previous_address),
        ("move_in", record.move_in_address),
        ("move_out", record.move_out_address),
    ):
        if address is None:
            continue
        written = address.text, address.building
        if written not in seen:
            seen.add(written)
            found.append((kind, address))
    return found
