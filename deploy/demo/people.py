"""The demonstration's staff and secrets: made once for a stack, kept readable by its owner only."""

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from contracts.functions import Function
from deploy.local.stack import Stack

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"

CLERK = "uketsuke01"
"""Accepts notices and builds batches."""
REVIEWER = "shinsa01"
"""Settles what another accepted, and makes media."""

_STAFF = {
    CLERK: (
        "受付　花子",
        "中央区市民総合窓口課",
        (
            Function.PERSON_SEARCH, Function.PERSON_VIEW, Function.NUMBER_LOOKUP,
            Function.NOTICE_ACCEPT, Function.BATCH_BUILD, Function.LINK_PROPOSE,
            Function.RESULT_TAKE,
        ),
    ),
    REVIEWER: (
        "審査　一郎",
        "健康保険課",
        (
            Function.PERSON_SEARCH, Function.PERSON_VIEW, Function.NOTICE_SETTLE,
            Function.BATCH_BUILD, Function.BATCH_SEAL, Function.AUDIT_REVIEW,
            Function.LINK_PROPOSE, Function.LINK_SETTLE, Function.RESULT_TAKE,
        ),
    ),
}  # fmt: skip


@dataclass
class Secrets:
    """Passwords of the demonstration's staff and of the medium, and how many days were played."""

    file: Path
    passwords: dict[str, str]
    medium: str
    days: int

    def save(self) -> None:
        """Write them, for the owner alone."""
        document = {"passwords": self.passwords, "medium": self.medium, "days": self.days}
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(document, file, indent=1)


def prepare(stack: Stack) -> Secrets:
    """The stack's staff and medium password; the first time they are made."""
    folder = stack.layout.home / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "demonstration.json"
    if file.exists():
        known = json.loads(file.read_text())
        return Secrets(file, known["passwords"], known["medium"], known["days"])
    made = Secrets(file, {user: _password() for user in _STAFF}, _password(), 0)
    for user_id, (name, department, functions) in _STAFF.items():
        command(
            stack, "gateway", "staff", "add", user_id, "--name", name, "--department", department,
            *(word for function in functions for word in ("--function", function.value)),
            "--password-stdin", "--applicant", "demonstration", "--approver", "its operator",
            typed=made.passwords[user_id],
        )  # fmt: skip
    command(stack, "token_vault", "set-medium-password", typed=made.medium)
    made.save()
    return made


def command(stack: Stack, service: str, *arguments: str, typed: str = "") -> str:
    """Run a service's command to its end and return what it said; what it needs typed goes to its
    standard input. Raises ``CommandFailed``."""
    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}", *arguments],
        env=stack.services.environment(service),
        input=f"{typed}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandFailed(f"{service} {arguments[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout or done.stderr


class CommandFailed(Exception):
    """A service's command ended with an error."""


def _password() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(24))
