"""The same house on servers that something else runs: ``docker-compose.yml``'s two first jobs.

    python -m deploy.local.provision files FOLDER      keys, certificates, servers' configuration
    python -m deploy.local.provision servers FOLDER    topics, rights, databases, migrations

Both may be run again: what is there already and right is left alone. ``FOLDER/certs/<name>`` goes
to that identity's container and to no other.
"""

import argparse
import asyncio
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from contracts.topics import SERVICES
from deploy.local import bus, certificates, databases
from deploy.local.errors import StackError
from deploy.local.layout import CONF, render
from deploy.local.stack import CLIENTS

KAFKA, POSTGRES = "kafka", "postgres"
CLIENT_PORT, CONTROLLER_PORT, DATABASE_PORT = 9092, 9093, 5432
RUNS_AS = 10001
"""User id in every image of ours, of whoever reads these files and of the job that makes them."""


def main(argv: Sequence[str] | None = None) -> int:
    """Parse and do; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.provision", description=__doc__)
    parser.add_argument("what", choices=("files", "servers"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kafka", default=f"{KAFKA}:{CLIENT_PORT}", help="host:port")
    parser.add_argument("--postgres", default=f"{POSTGRES}:{DATABASE_PORT}", help="host:port")
    arguments = parser.parse_args(argv)
    try:
        if arguments.what == "files":
            files(arguments.folder)
        else:
            servers(arguments.folder, arguments.kafka, arguments.postgres)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def host_of(service: str) -> str:
    """A service's name on the containers' network: no underscores in host names."""
    return service.replace("_", "-")


def files(folder: Path) -> None:
    """Make what the containers are given to read, and the folders of those that keep files."""
    certs = folder / "certs"
    hosts: dict[str, tuple[str, ...]] = {service: (host_of(service),) for service in SERVICES}
    hosts |= {"broker": (KAFKA,), "postgres": (POSTGRES,)}
    made = certificates.issue_all(certs, SERVICES, CLIENTS, extra_hosts=hosts)
    _server_files(folder / "conf")
    vault = folder / "secrets" / "token_vault" / "passphrase"
    certificates.private_folder(vault.parent)
    if not vault.exists():
        certificates.write(vault, secrets.token_urlsafe(32).encode() + b"\n", 0o600)
    for name in ("vault", "audit", "prometheus"):
        certificates.private_folder(folder / name)
    print(f"{made} certificates made")


def servers(folder: Path, kafka: str, postgres: str) -> None:
    """Bring topics, rights, roles, databases and tables in line with this version."""
    certs = folder / "certs"
    with bus.admin_client(kafka, certs) as client:
        topics = bus.make_topics(client)
        added, removed = bus.set_grants(client)
    print(f"{topics} topics made or changed, {added} rights given, {removed} taken away")
    host, _, port = postgres.rpartition(":")
    made, ran = asyncio.run(_databases(databases.Server(host, int(port), certs)))
    print(f"{made} databases made, {ran} migrations ran")


async def _databases(server: databases.Server) -> tuple[int, int]:
    made = await databases.prepare(server, SERVICES)
    return made, await databases.migrate_all(server, databases.migratable(SERVICES))


def _server_files(conf: Path) -> None:
    """What Kafka and PostgreSQL are told: the same files as in the embedded stack."""
    kafka, postgres = conf / KAFKA, conf / POSTGRES
    for place in (kafka, postgres):
        place.mkdir(parents=True, exist_ok=True)
    (kafka / "server.properties").write_text(
        render(
            CONF / "server.properties",
            {
                "DATA": "/data/kafka",
                "CERTS": "/certs",
                "LISTEN": "",  # every interface of the container
                "ADVERTISED": KAFKA,
                "CONTROLLER_HOST": KAFKA,
                "CLIENT_PORT": str(CLIENT_PORT),
                "CONTROLLER_PORT": str(CONTROLLER_PORT),
            },
        )
    )
    (kafka / "log4j2.properties").write_text((CONF / "log4j2.properties").read_text())
    values = {
        "LISTEN": "*",
        "PORT": str(DATABASE_PORT),
        "CONF": "/conf",
        "DURABLE": "on",
        "SHARED_BUFFERS": "1024MB",
        "CLIENTS": "samenet",
    }
    for name in ("postgresql.conf", "pg_hba.conf", "pg_ident.conf"):
        (postgres / name).write_text(render(CONF / name, values))
    # The certificate lies beside the configuration, where ssl_cert_file looks for it.
    for name in ("ca.pem", "postgres.crt", "postgres.key"):
        source = conf.parent / "certs" / "postgres" / name
        certificates.write(postgres / name, source.read_bytes(), 0o600)


if __name__ == "__main__":
    sys.exit(main())
