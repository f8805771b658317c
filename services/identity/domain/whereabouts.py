"""The addresses by which a person can be found: where they live, and where they lived or went.

An address itself is kept exactly as it was received; here are the folded parts that lie beside it.
"""

import hashlib
from collections.abc import Iterator

from contracts.events.residents import Address, ResidentRecord
from contracts.values import value
from services.identity.domain.addresses import AddressParts, parts
from services.identity.domain.folding import Folding

Place = tuple[str, str]


@value
class Whereabouts:
    """One address by which a record can be searched. ``kind``: ``address`` (現住所), ``previous``
    (前住所), ``move_in`` (転入元), ``move_out`` (転出先)."""

    place: Place
    kind: str
    since_version: int
    parts: AddressParts


def whereabouts(
    place: Place, record: ResidentRecord, since_version: int, folding: Folding
) -> list[Whereabouts]:
    """The addresses of a record, each once."""
    return [
        Whereabouts(place, kind, since_version, parts(address, folding))
        for kind, address in _addresses(record)
    ]


def addresses_digest(record: ResidentRecord) -> bytes:
    """Equal when none of the addresses has changed."""
    told = "\x1f".join(
        f"{kind}\0{address.text}\0{address.building or ''}" for kind, address in _addresses(record)
    )
    return hashlib.blake2b(told.encode(), digest_size=8).digest()


def _addresses(record: ResidentRecord) -> Iterator[tuple[str, Address]]:
    seen = set()
    for kind, address in (
        ("address", record.address),
        ("previous", record.previous_address),
        ("move_in", record.move_in_address),
        ("move_out", record.move_out_address),
    ):
        if address is None or (address.text, address.building) in seen:
            continue
        seen.add((address.text, address.building))
        yield kind, address
