"""The runbook: every alert has its place in it, and what it says to type exists."""

import argparse
import re
from collections.abc import Iterator

import pytest
import yaml

from contracts.topics import SERVICES
from deploy.backup import cli as backup_cli
from deploy.local import cli as local_cli
from deploy.local.layout import PROJECT

TEXT = (PROJECT / "deploy" / "README.md").read_text()
RUNBOOK = TEXT[TEXT.index("## Runbook") :]
MAKE = re.compile(r"`?\bmake ([a-z-]+)", re.MULTILINE)
LOCAL = re.compile(r"python -m deploy\.(local|backup)((?: [^`\n#;)]+)?)")


def alerts() -> list[dict[str, str]]:
    text = (PROJECT / "deploy/docker/observability/alerts.yaml").read_text()
    return [
        {"alert": rule["alert"], **rule["annotations"]}
        for group in yaml.safe_load(text)["groups"]
        for rule in group["rules"]
    ]


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_every_alert_has_its_place(alert):
    assert alert["runbook"] == f"deploy/README.md#{alert['alert'].lower()}"
    section = RUNBOOK.split(f"\n### {alert['alert']}\n")[1].split("\n### ")[0]
    assert "Worked:" in section or "look for" in section


def test_it_has_no_alert_that_does_not_ring():
    named = set(re.findall(r"^### ([A-Z]\w+)$", RUNBOOK, re.MULTILINE))
    assert named == {alert["alert"] for alert in alerts()}


def test_every_make_target_is_one():
    makefile = (PROJECT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(MAKE.findall(TEXT)) <= targets


def commands() -> Iterator[tuple[str, list[str]]]:
    for module, rest in LOCAL.findall(TEXT):
        words = rest.split("  ")[0].split()  # what comes after two spaces explains
        if words and "…" not in rest and "SERVICE" not in words:
            yield module, words


@pytest.mark.parametrize(("module", "words"), list(commands()), ids=lambda each: str(each)[:40])
def test_every_command_is_one(module, words):
    make = local_cli._parser if module == "local" else backup_cli._parser
    parsed = make().parse_args(words)
    assert isinstance(parsed, argparse.Namespace)
    if words[0] == "run":
        assert parsed.service in SERVICES
