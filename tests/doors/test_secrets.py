"""Secrets are where their owner keeps them and nowhere else: not in the repository, in what images
are built from, in arguments and environments of processes, in logs, databases or on the bus."""

import json
import math
import re
import stat
import subprocess
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import pytest

from contracts.topics import SERVICES
from deploy.lint.__main__ import files
from deploy.local import processes
from deploy.local.layout import PROJECT
from deploy.local.postgres import reachable, server_user
from deploy.taint import places

# The repository

PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*(?:\\n)?[A-Za-z0-9+/=]{20}")
ASSIGNED = re.compile(
    r"""(?ix) \b(?:\w*_)?(?:password|passphrase|passwd|secret|token|api_?key|private_?key)\b
    ["']?\s*[:=]\s* (?P<quote>["'])(?P<value>[^"'\s{}$<>]{8,})(?P=quote)"""
)
LONG_WORD = re.compile(r"(?<![\w/+-])[A-Za-z0-9+/_-]{32,}={0,2}(?![\w/+-])")
IDENTIFIER = re.compile(r"[a-z_]+$")
PATH = re.compile(r"/[a-z]+/")
VENDORS = re.compile(r"AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abpr]-|sk-[A-Za-z0-9]{32}")

MADE_FOR_TESTS = ("tests/*", "contracts/vectors/*", "*.lock")
"""Keys of vectors and tests open nothing; locks are hashes of public files."""


def entropy(word: str) -> float:
    """Bits a character."""
    return -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())


def suspicious(text: str) -> list[str]:
    """What looks like a secret: told by its beginning alone."""
    found = [match.group()[:12] for match in VENDORS.finditer(text)]
    found += [m["value"][:3] for m in ASSIGNED.finditer(text) if not IDENTIFIER.match(m["value"])]
    for match in LONG_WORD.finditer(text):
        word = match.group()
        if PATH.search(word) or word.startswith("ABCDEFGH"):  # an alphabet to draw from
            continue
        mixed = re.search(r"[a-z]", word) and re.search(r"[A-Z]", word) and re.search(r"\d", word)
        hexadecimal = re.fullmatch(r"[0-9a-f]{32,}", word)
        if (mixed and entropy(word) > 4.2) or (hexadecimal and entropy(word) > 3.2):
            found.append(word[:6])
    return found


def test_the_repository_holds_no_secret():
    found = {}
    for path in files():
        data = (PROJECT / path).read_bytes()
        if PRIVATE_KEY.search(data):
            found[str(path)] = ["private key"]
        if any(fnmatch(str(path), pattern) for pattern in MADE_FOR_TESTS):
            continue
        try:
            if what := suspicious(data.decode()):
                found[str(path)] = what
        except UnicodeDecodeError:
            continue
    assert found == {}


def test_nor_does_its_history_hold_a_private_key():
    listed = subprocess.run(
        ["git", "rev-list", "--objects", "--all"], cwd=PROJECT, capture_output=True, check=True
    ).stdout.split(b"\n")
    ids = b"\n".join(line.split()[0] for line in listed if line)
    held = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=PROJECT, input=ids, capture_output=True, check=True
    ).stdout
    assert len(held) > 100_000
    assert PRIVATE_KEY.search(held) is None


@pytest.mark.parametrize(
    "text",
    [
        'password = "correct-horse-battery"',
        '"client_secret": "8f14e45fceea167a5a36dedd4bea2543"',
        "x = 'kPq7Zb3LmT9vXw2RcY5nHs8DfG4jKa6E'",
        "AKIAIOSFODNN7EXAMPLE",
        "key: 9e107d9d372bb6826bd81d3542a419d69e107d9d372bb682",
    ],
)
def test_the_scan_finds(text):
    assert suspicious(text)


def test_the_scan_finds_a_private_key():
    line = b"-----BEGIN PRIVATE " + b"KEY-----\n" + b"MIGHAgEAMBMGByqGSM49AgEG\n"
    assert PRIVATE_KEY.search(line)
    assert PRIVATE_KEY.search(line.replace(b"\n", b"\\n"))


# Images


def test_what_images_are_built_from_has_no_keys_data_or_history():
    ignored = (PROJECT / ".dockerignore").read_text().split()
    for name in (".git", ".local", ".venv", "tests"):
        assert name in ignored
    context = [path for path in files() if path.parts[0] not in ignored]
    assert not [p for p in context if p.suffix in (".key", ".p12", ".pfx", ".jks")]
    for path in context:
        assert not PRIVATE_KEY.search((PROJECT / path).read_bytes()), path


# The running house


@pytest.fixture(scope="module")
def house(played_day):
    return played_day.house.stack


@pytest.fixture(scope="module")
def secrets(played_day) -> dict[str, bytes]:
    """Every secret of the house by name: passphrase, passwords, and a piece of each private key."""
    home = played_day.house.stack.layout.home
    known = {"vault passphrase": (home / "secrets" / "vault-passphrase").read_bytes().strip()}
    demonstration = json.loads((home / "secrets" / "demonstration.json").read_text())
    known["medium"] = demonstration["medium"].encode()
    known |= {f"staff {u}": p.encode() for u, p in demonstration["passwords"].items()}
    for file in home.glob("certs/*/*.key"):
        known[f"key {file.stem}"] = file.read_bytes().split(b"\n")[1][20:60]
    wrapped = (home / "vault" / "key-encryption.key").read_bytes()
    known["key-encryption key"] = wrapped[-40:-4]
    return known


OWN = ("certs/", "secrets/", "vault/", "conf/", "server.properties")


@pytest.mark.stack
@pytest.mark.xdist_group("day")
def test_no_secret_is_in_arguments_environments_logs_databases_traces_or_on_the_bus(house, secrets):
    assert len(secrets) > 25
    assert all(len(secret) >= 24 for secret in secrets.values())
    found: set[tuple[str, str, str]] = set()
    searched: Counter[str] = Counter()
    for place in places.of_stack(house):
        if any(f"/{part}" in f"/{place.name}" for part in OWN):
            continue
        for chunk in place.chunks():
            searched[place.kind] += len(chunk)
            found |= {(place.kind, place.name, n) for n, s in secrets.items() if s in chunk}
    assert found == set()
    assert {"process", "log", "row", "database file", "bus", "trace"} <= searched.keys()


@pytest.mark.stack
@pytest.mark.xdist_group("day")
def test_what_holds_keys_or_peoples_data_is_its_owners_alone(house):
    home = house.layout.home
    private = [home / name for name in ("certs", "secrets", "vault", "kafka")]
    private.append(reachable(house.layout.postgres, server_user()) / "data")
    for folder in private:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    keys = [p for name in ("certs", "secrets", "vault") for p in (home / name).rglob("*")]
    assert len(keys) > 60
    authority = {home / "certs" / "authority" / "ca.pem"}
    for path in set(keys) - authority:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.stack
@pytest.mark.xdist_group("day")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_of_its_own_keys_alone(house, service):
    marked = processes.marked(house.layout.home)
    (pid,) = [p.pid for p, command in marked.items() if f"-m services.{service} run" in command]
    told = (Path("/proc") / str(pid) / "environ").read_text().split("\0")
    folders = re.findall(rf"{house.layout.home}/([\w./-]+)", " ".join(told))
    own = {f"certs/{service}", f"certs/{service}/staff_context.pem"}
    if service == "token_vault":
        own |= {"secrets/vault-passphrase", "vault/key-encryption.key"}
    assert set(folders) == own
