"""The house's own rules: what they find and what they leave alone."""

from pathlib import Path
from textwrap import dedent

import pytest

from deploy.lint.rules import MAX_LINES, check


@pytest.fixture
def rules_in(tmp_path: Path):
    """Write a file and return the rules it breaks. A ``·`` in its text is left out: it keeps this
    file itself from breaking them."""

    def found(path: str, text: str) -> list[str]:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).replace("·", ""))
        return [finding.rule for finding in check(tmp_path, Path(path))]

    return found


SQL = 'QUERY = """select id from audit.records where id = $1"""\n'


@pytest.mark.parametrize(
    ("path", "broken"),
    [
        ("services/audit/handlers.py", ["sql"]),
        ("services/audit/domain/chain.py", ["sql"]),
        ("services/audit/store.py", []),
        ("services/audit/stores/records.py", []),
        ("services/chassis/outbox.py", []),
        ("tests/audit/test_store.py", []),
        ("deploy/local/databases.py", []),
    ],
)
def test_where_sql_may_be(rules_in, path, broken):
    assert rules_in(path, SQL) == broken


@pytest.mark.parametrize(
    "text",
    [
        '"insert into audit.records (id) values ($1)"',
        '"  update audit.records set a = 1"',
        '"DELETE FROM audit.records"',
        '"with new as (select 1) select * from new"',
        '"select now()"',
        '"create table audit.x ()"',
        'f"select * from {table}"',
    ],
)
def test_what_counts_as_sql(rules_in, text):
    assert rules_in("services/audit/api.py", f"x = {text}\n") == ["sql"]


@pytest.mark.parametrize(
    "text",
    [
        '"select a person"',
        '"updated"',
        '"with care"',
        '"""Selects from what the caller may see."""',
        '"delete"',
    ],
)
def test_what_does_not(rules_in, text):
    assert rules_in("services/audit/api.py", f"{text}\n") == []


def test_sql_in_a_docstring_is_documentation(rules_in):
    text = '''
        def f():
            """select a from b where c"""
    '''
    assert rules_in("services/audit/api.py", text) == []


@pytest.mark.parametrize(
    "line",
    [
        "import os",
        "import asyncpg",
        "import time",
        "import random",
        "import http.client",
        "from pathlib import Path",
        "from services.chassis.clock import Clock",
        "from services.audit.store import Store",
        "from services.identity.domain.person import Person",
        "x = open('a')",
        "x = datetime.now(UTC)",
        "x = date.today()",
        "x = uuid.uuid4()",
        "print('seen')",
    ],
)
def test_rules_are_pure(rules_in, line):
    assert rules_in("services/audit/domain/chain.py", line + "\n") == ["domain"]


@pytest.mark.parametrize(
    "line",
    [
        "from datetime import UTC, datetime",
        "from dataclasses import dataclass",
        "from http import HTTPMethod",
        "from contracts.months import Month",
        "from pydantic import BaseModel",
        "from services.audit.domain.entries import Entry",
        "from services.audit.domain import entries",
        "from . import entries",
        "x = today - born",
        "x = clock.moment()",
    ],
)
def test_what_rules_may_use(rules_in, line):
    assert rules_in("services/audit/domain/chain.py", line + "\n") == []


def test_only_domain_has_to_be_pure(rules_in):
    assert rules_in("services/audit/handlers.py", "import os\n") == []
    assert rules_in("services/chassis/clock.py", "import time\nx = time.now()\n") == []


def test_length(rules_in):
    assert rules_in("services/audit/api.py", "x = 1\n" * MAX_LINES) == []
    assert rules_in("services/audit/api.py", "x = 1\n" * (MAX_LINES + 1)) == ["length"]
    assert rules_in("contracts/asyncapi.json", "{}\n" * (MAX_LINES + 1)) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("README.md", "see /wo·rk/main/README.md"),
        ("deploy/run.sh", "cd /ro·ot/project"),
        ("docs/a.md", "in /ho·me/taro/nenkin"),
        ("requirements.lock", "--index-url https://pypi·.org/simple"),
        ("deploy/docker/Dockerfile", "RUN curl https://repo1.maven·.org/x"),
    ],
)
def test_no_machine_and_no_registry_is_named(rules_in, path, text):
    assert rules_in(path, text + "\n") == ["machine"]


@pytest.mark.parametrize(
    "text", ["below /root, say", "a/work/b", "the network/home/office", "https://example.org/x"]
)
def test_what_is_no_machine(rules_in, text):
    assert rules_in("README.md", text + "\n") == []


@pytest.mark.parametrize(
    ("comment", "broken"),
    [
        ("# no·qa", ["excuse"]),
        ("# no·qa: S311", ["excuse"]),
        ("# no·qa: S311, S105", ["excuse"]),
        ("# type: ig·nore", ["excuse"]),
        ("# type: ig·nore[arg-type]", ["excuse"]),
        ("# TO·DO", ["excuse"]),
        ("# FIX·ME later", ["excuse"]),
        ("# no·qa: S311  the same city for the same seed", []),
        ("# type: ig·nore[arg-type]  # the stubs are behind", []),
        ("# TO·DO(#12): when JPS publishes layout 3", []),
    ],
)
def test_a_suppressed_warning_has_its_reason(rules_in, comment, broken):
    assert rules_in("services/audit/api.py", f"x = 1  {comment}\n") == broken


def test_a_finding_says_where(tmp_path):
    file = tmp_path / "services/audit/api.py"
    file.parent.mkdir(parents=True)
    file.write_text("\n" + SQL)
    [finding] = check(tmp_path, Path("services/audit/api.py"))
    assert str(finding) == "services/audit/api.py:2: sql: SQL belongs in store.py or stores/"
