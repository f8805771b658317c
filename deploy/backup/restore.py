"""Restoring: nothing is touched before the whole backup is known to be sound and to fit here."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

from contracts.sealing import PrivateSealingKey
from contracts.topics import SERVICES
from deploy.backup import files
from deploy.backup.errors import BackupError
from deploy.backup.reconcile import reconcile
from deploy.backup.take import vault_key_digest
from deploy.backup.timeline import Timeline
from deploy.local import postgres
from deploy.local.artifacts import Store
from deploy.local.processes import User
from deploy.local.stack import Stack


def restore(
    stack: Stack, file: Path, private: PrivateSealingKey
) -> tuple[Timeline, Path | None, list[str]]:
    """Replace the stack's databases by those of a backup, and bring them and the bus together.

    Returns what of the bus counts again, where the old data lies now, and which services ran. The
    servers run afterwards, services do not: starting them is the caller's. Raises ``BackupError``.
    """
    progress = stack.progress
    progress.say("restore", f"checking {file.name}")
    manifest = files.verify(file, private)
    user = postgres.server_user()
    _must_fit(stack, manifest, user)
    ran = [name for name in stack.running() if name in SERVICES]
    viewer = stack.state.facts.get("traces") == "zipkin"
    server = postgres.Postgres(stack.layout, progress, user)
    stack.down()
    with stack.layout.lock(progress):
        server.home.mkdir(parents=True, exist_ok=True)
        restored = server.home / "data.restoring"
        shutil.rmtree(restored, ignore_errors=True)
        progress.say("restore", "unpacking beside the old data")
        files.unpack(file, private, restored, user)
        # From here to the end no service may start: it would speak in the undone past's name.
        stack.state.note(restore="unfinished")
        aside = files.exchange(server, restored)
        progress.say("restore", f"the old data is in {aside}" if aside else "there was no old data")
    stack.up((), viewer=viewer)
    progress.say("restore", "reading the bus from the backup's moment on")
    timeline = asyncio.run(reconcile(stack, manifest))
    stack.state.note(restore="done")
    return timeline, aside, ran


def _must_fit(stack: Stack, manifest: dict[str, Any], user: User | None) -> None:
    store = Store(stack.layout.cache, stack.progress)
    here = postgres.find(store, stack.layout.cache, user, stack.progress).major
    if here != manifest["server"]["major"]:
        raise BackupError(
            f"taken from PostgreSQL {manifest['server']['major']}, here is {here}: install that one"
        )
    wanted = manifest["vault_key_file"]
    if wanted and vault_key_digest(stack) != wanted:
        place = stack.layout.home / "vault" / "key-encryption.key"
        raise BackupError(
            f"the numbers in it open with the vault's key file {wanted[:16]}… (SHA-256), which is"
            f" not at {place}: put it and its passphrase back first"
        )
