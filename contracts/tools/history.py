"""What the schemas were: the revisions that a change is compared with, read from git.

A topic holds the events of its whole retention, and what lands one after another leaves no trace of
what landed together. So each revision that changed the schemas within the longest retention counts,
up to the revision at hand, and the one that stood when that time began.
"""

import io
import json
import subprocess
import tarfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from contracts.errors import ContractError
from contracts.tools.schemas import JsonSchema
from contracts.topics import TOPICS

KEPT = max(topic.retention for topic in TOPICS.values())
"""The longest that any topic keeps an event."""

ROOT = Path(__file__).parent.parent.parent
_FOLDER = "contracts/schemas"


class NoSuchRevision(ContractError):
    """There is no such git revision to compare with."""

    code: ClassVar[str] = "CT-0501"


class HistoryLacking(ContractError):
    """There is no history, or less than a topic's retention asks for."""

    code: ClassVar[str] = "CT-0502"


@dataclass(frozen=True, slots=True)
class Revision:
    """One commit that changed the schemas. ``subject`` is its first line."""

    name: str
    committed: datetime
    subject: str

    def __str__(self) -> str:
        return f"{self.name[:9]} {self.committed:%Y-%m-%d} {self.subject}"


@dataclass(frozen=True, slots=True)
class Past:
    """The revisions to compare with, newest first, and what is lacking to know them all."""

    revisions: tuple[Revision, ...]
    lacks: str | None = None


def revisions(root: Path = ROOT) -> Past:
    """Those of the history at hand that count, merges as one change each. Raises nothing."""
    try:
        # The window is counted from the last commit, so that the same commit always passes alike.
        head = _commits(_git(root, "log", "-1", _FORMAT))
        changes = _commits(_git(root, "log", "--first-parent", _FORMAT, "--", _FOLDER))
        shallow = _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except NoSuchRevision:
        return Past((), _lacking("there is no git history here: compared with the files alone"))
    begins = head[0].committed - KEPT
    within = [change for change in changes if change.committed >= begins]
    before = [change for change in changes if change.committed < begins][:1]
    lacks = None
    if shallow and not before:
        lacks = _lacking(
            f"the history is shallow: compared with {len(within)} revisions, and not with all of "
            f"{KEPT.days} days; fetch it whole (git fetch --unshallow)"
        )
    return Past((*within, *before), lacks)


def at_revision(revision: str, root: Path = ROOT) -> dict[str, JsonSchema]:
    """The schemas that a git revision holds. Raises `NoSuchRevision`."""
    if not _git(root, "ls-tree", "--name-only", revision, f"{_FOLDER}/"):
        return {}
    held: dict[str, JsonSchema] = {}
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", revision, _FOLDER))) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(".json") else None
            if file:
                held[Path(member.name).stem] = json.loads(file.read())
    return held


_FORMAT = "--format=%H%x09%cI%x09%s"


def _commits(lines: bytes) -> list[Revision]:
    parts = (line.split("\t", 2) for line in lines.decode().splitlines())
    return [
        Revision(name, datetime.fromisoformat(moment), subject) for name, moment, subject in parts
    ]


def _lacking(words: str) -> str:
    return str(HistoryLacking(words))


def _git(root: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, check=False, capture_output=True)
    except FileNotFoundError as missing:
        raise NoSuchRevision("git is not installed") from missing
    if done.returncode:
        raise NoSuchRevision("git does not know that revision")
    return done.stdout
