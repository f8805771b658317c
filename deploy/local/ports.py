"""Ports: a stack keeps those it had, as long as nobody else took them meanwhile."""

import random
import socket
from collections.abc import Collection, Iterable, Mapping

PREFERRED = {
    "kafka": 19092,
    "kafka_controller": 19093,
    "postgres": 15432,
    "zipkin": 19411,
    "gateway_public": 18443,
}
"""What a person has to type, where it is free."""

# Below the range that outgoing connections take their ports from (32768 on Linux).
_RANGE = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could listen there. Connections of an earlier one do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose(
    names: Iterable[str],
    known: Mapping[str, int],
    running: Iterable[str],
    *,
    preferred: bool,
    promised: Collection[int] = (),
) -> dict[str, int]:
    """A port for each name.

    ``known`` are those of the last start and ``running`` the names that listen on theirs now. With
    ``preferred``, the ports of ``PREFERRED`` are tried for names that had none. ``promised`` are
    other stacks', who may not listen on theirs yet.
    """
    listening = {name: known[name] for name in running if name in known}
    chosen: dict[str, int] = {}
    for name in names:
        if name in listening:
            chosen[name] = listening[name]
            continue
        taken = {*chosen.values(), *listening.values(), *promised}
        wishes = [known.get(name), PREFERRED.get(name) if preferred else None]
        candidates = [port for port in wishes if port is not None]
        candidates += random.sample(_RANGE, 200)
        chosen[name] = next(port for port in candidates if port not in taken and is_free(port))
    return chosen
