"""The page of ASVS items names tests that exist, and no item twice as held and as missing."""

import ast
import re

from deploy.local.layout import PROJECT

PAGE = (PROJECT / "deploy" / "doors" / "ASVS.md").read_text()
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_every_test_that_is_named_exists():
    named = set(NAMED.findall(PAGE))
    assert len(named) > 60
    for file, function in named:
        tree = ast.parse((PROJECT / file).read_text())
        there = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert not function or function in there, f"{file}::{function}"


def test_every_chapter_that_was_looked_at_says_what_holds():
    for chapter in (3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 16):
        section = PAGE.split(f"## V{chapter} ")[1].split("\n## ")[0]
        assert re.search(rf"^\| {chapter}\.\d+\.\d+", section, re.MULTILINE)
