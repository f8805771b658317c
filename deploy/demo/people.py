"""The demonstration's staff and secrets: made once for a stack, kept readable by its owner only."""

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.staff import STAFF, Member
from deploy.local.stack import Stack

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


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
    """The stack's staff and medium password; made where they are not there yet."""
    folder = stack.layout.home / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "demonstration.json"
    if file.exists():
        known = json.loads(file.read_text())
        made = Secrets(file, known["passwords"], known["medium"], known["days"])
    else:
        made = Secrets(file, {}, _password(), 0)
        command(stack, "token_vault", "set-medium-password", typed=made.medium)
    held = _held(stack)
    for user_id, member in STAFF.items():
        if user_id not in made.passwords:
            made.passwords[user_id] = _password()
            _add(stack, user_id, member, made.passwords[user_id])
        elif lacking := [f.value for f in member.functions if f.value not in held[user_id]]:
            # A stack of an earlier release: its staff get what has come since.
            command(stack, "gateway", "staff", "grant", user_id, *lacking, *_APPROVED)
    made.save()
    return made


_APPROVED = ("--applicant", "demonstration", "--approver", "its operator")


def _held(stack: Stack) -> dict[str, list[str]]:
    table = json.loads(command(stack, "gateway", "staff", "list", "--format", "json"))
    return {row["staff_id"]: row["functions"] for row in table["staff"]}


def _add(stack: Stack, user_id: str, member: Member, password: str) -> None:
    functions = (word for function in member.functions for word in ("--function", function.value))
    command(
        stack, "gateway", "staff", "add", user_id, "--name", member.name,
        "--department", member.department, *functions, "--password-stdin", *_APPROVED,
        typed=password,
    )  # fmt: skip


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
