"""Taking a backup: everything a restored house needs to know, straight into the encrypted file."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kafka.errors import KafkaError

from contracts.sealing import PublicSealingKey
from deploy.backup import cluster, positions, sealed
from deploy.backup.archive import Packer
from deploy.local import bus
from deploy.local.stack import Stack

SUFFIX = ".backup"
FORMAT = 1


async def take(stack: Stack, folder: Path, public: PublicSealingKey) -> tuple[Path, dict[str, Any]]:
    """Back the running databases up into a new file of ``folder``; returns it and what is in it.

    Nothing plain is written anywhere. Services go on working. Raises ``BackupError``.
    """
    began = datetime.now(UTC)
    name = f"{stack.layout.name}-{began:%Y%m%dT%H%M%SZ}"
    file = folder / (name + SUFFIX)
    facts = {"stack": stack.layout.name, "began": began.isoformat(timespec="seconds")}
    # Before the backup begins: what it then holds has been taken in up to here at least.
    on_the_bus = _bus(stack)
    async with stack.database_server.superuser() as connection:
        server = await cluster.identify(connection)
        stack.progress.say("backup", f"of PostgreSQL {server.version}, into {file.name}")
        facts["server"] = server.version
        with sealed.Writer(file, public, facts) as output:
            packer = Packer(output)
            start = await cluster.begin(connection, name)
            folders, files = await cluster.tree(connection)
            stack.progress.say("backup", f"reading {len(files):,} files")
            for path in folders:
                packer.folder(path)
            async for path, pieces in cluster.read(connection, files):
                await _pack(packer, path, pieces)
            services = await positions.look(stack.database_server)
            # Last of all: it says how far the files before it are at least.
            packer.file(cluster.CONTROL, [await cluster.read_control(connection)])
            end = await cluster.end(connection, server)
            for log in end.logs:
                packer.file(f"pg_wal/{log}", [await cluster.read_log(connection, log, server)])
            packer.file(cluster.LABEL, [end.label.encode()])
            manifest = {
                **facts,
                "format": FORMAT,
                "ended": datetime.now(UTC).isoformat(timespec="seconds"),
                "server": {
                    "version": server.version,
                    "major": server.major,
                    "identifier": server.identifier,
                },
                "from": start,
                "to": f"{end.lsn >> 32:X}/{end.lsn & 0xFFFFFFFF:X}",
                "to_number": end.lsn,
                "bus": on_the_bus,
                "services": {name: each.document() for name, each in services.items()},
                "vault_key_file": vault_key_digest(stack),
            }
            packer.finish(manifest)
    return file, {**manifest, "files": packer.files}


async def _pack(packer: Packer, path: str, pieces: AsyncIterator[bytes]) -> None:
    # A file is small, or of a gigabyte at most that comes in pieces of four megabytes: the stream
    # wants them one by one.
    with packer.opened(path) as put:
        async for piece in pieces:
            put(piece)


def vault_key_digest(stack: Stack) -> str | None:
    """Which key file opens the numbers: it is not in the backup, and has to be there beside it."""
    file = stack.layout.home / "vault" / "key-encryption.key"
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else None


def _bus(stack: Stack) -> dict[str, Any]:
    known: dict[str, Any] = {"epoch": int(stack.state.facts.get("bus_epoch", "1"))}
    try:
        with bus.admin_client(stack.bootstrap, stack.layout.certs) as client:
            return {
                **known,
                "cluster": client.describe_cluster()["cluster_id"],
                "offsets": positions.offsets(client),
            }
    except KafkaError:
        # Everything that it still has is read again then.
        return {**known, "cluster": _cluster_by_its_file(stack), "offsets": {}}


def _cluster_by_its_file(stack: Stack) -> str | None:
    file = stack.layout.kafka / "data" / "meta.properties"
    lines = file.read_text().splitlines() if file.exists() else []
    return next((line.partition("=")[2] for line in lines if line.startswith("cluster.id=")), None)
