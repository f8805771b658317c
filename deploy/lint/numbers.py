"""The numbers of what the house answers staff and operators: one meaning each, all explained.

``number``  a number is given by one function alone, and stands in the README of its service

A number that means two things sends who looks it up to the wrong remedy; one that no README
explains sends them nowhere.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from deploy.lint.rules import Finding

_PREFIXES: Final = {
    "AU": "audit",
    "CH": "chassis",
    "CL": "claims",
    "EX": "exemptions",
    "GW": "gateway",
    "ID": "identity",
    "JR": "jps_reporting",
    "QU": "qualification",
    "TV": "token_vault",
}
_NUMBER: Final = re.compile(rf"\b({'|'.join(_PREFIXES)})-(\d{{4}})\b")
_RANGE: Final = re.compile(rf"{_NUMBER.pattern} to \1-(\d{{4}})\b")
_GIVING: Final = frozenset({"Problem"})


def check_numbers(project: Path, paths: list[Path]) -> list[Finding]:
    """All findings in the services of ``project``; ``paths`` are its files, relative to it."""
    givers: dict[str, dict[str, tuple[Path, int]]] = defaultdict(dict)
    used: dict[str, tuple[Path, int]] = {}
    for path in paths:
        if path.suffix == ".py" and path.parts[0] == "services":
            tree = ast.parse((project / path).read_text(encoding="utf-8"))
            for number, line in _used(tree):
                used.setdefault(number, (path, line))
            for number, giver, line in _given(tree, str(path)):
                givers[number].setdefault(giver, (path, line))
    return [*_given_twice(givers), *_unexplained(project, used)]


def _given_twice(givers: dict[str, dict[str, tuple[Path, int]]]) -> Iterator[Finding]:
    for number, places in sorted(givers.items()):
        for path, line in sorted(places.values())[1:]:
            yield Finding(path, line, "number", f"{number} means something else already")


def _unexplained(project: Path, used: dict[str, tuple[Path, int]]) -> Iterator[Finding]:
    explained = {service: _explained(project, service) for service in _PREFIXES.values()}
    for number, (path, line) in sorted(used.items()):
        service = _PREFIXES[number[:2]]
        if number not in explained[service]:
            yield Finding(path, line, "number", f"{number} is not in services/{service}/README.md")


def _explained(project: Path, service: str) -> frozenset[str]:
    """The numbers that a README speaks of; ``XX-0001 to XX-0003`` is three."""
    readme = project / "services" / service / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    found = {number[0] for number in _NUMBER.finditer(text)}
    for prefix, first, last in _RANGE.findall(text):
        found |= {f"{prefix}-{n:04d}" for n in range(int(first), int(last) + 1)}
    return frozenset(found)


def _used(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every number in a text that is not documentation."""
    documented = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documented
        ):
            for number in _NUMBER.finditer(node.value):
                yield number[0], node.lineno


def _given(tree: ast.AST, inside: str) -> Iterator[tuple[str, str, int]]:
    """Numbers of problems, each with the function that gives it."""
    for node in ast.iter_child_nodes(tree):
        here = inside
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            here = f"{inside}:{node.name}"
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _GIVING
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value), here, node.lineno
        yield from _given(node, here)
