"""The house's own rules.

``sql``       a service has its SQL in ``store.py``, ``stores/`` and ``migrations/``, nowhere else
``domain``    ``domain/`` imports nothing that does I/O and asks for no clock, randomness or file
``length``    a Python file has at most 400 lines
``machine``   no path of somebody's machine and no package registry's host in any file
``excuse``    a suppressed warning, or something left to do, has its reason beside it

``numbers.py`` holds the rule on the numbers of problems.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_LINES = 400

_SQL = re.compile(
    r"^\s*(select\b.+\bfrom\b|select\s+\w+\s*\(|insert\s+into\b|update\s+[\w.\"]+\s+set\b"
    r"|delete\s+from\b|with\s+\w+\s+as\s*(not\s+)?(materialized\s*)?\(|copy\s+[\w.]+|truncate\b.+"
    r"|(create|alter|drop)\s+(table|schema|index|role|view|function)\b|lock\s+table\b)",
    re.IGNORECASE | re.DOTALL,
)
_IMPURE_MODULES = frozenset(
    "asyncio concurrent http.client http.server io logging multiprocessing os pathlib queue random"
    " secrets select selectors shutil signal socket socketserver sqlite3 ssl subprocess sys"
    " tempfile threading time urllib".split()
)
_IMPURE_NAMES = frozenset({"open", "print", "input", "exec", "eval", "breakpoint"})
_IMPURE_CALLS = frozenset({"now", "utcnow", "today", "uuid1", "uuid4", "getnode"})

# In pieces, so that this file keeps its own rule.
_REGISTRIES = tuple(
    ".".join(labels)
    for labels in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("repo1", "maven", "org"),
        ("repo", "maven", "apache", "org"),
        ("registry", "npmjs", "org"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
        ("deb", "debian", "org"),
    )
)
_MACHINE = re.compile(
    r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/"
    "|" + "|".join(map(re.escape, _REGISTRIES))
)
_EXCUSE = re.compile(
    r"#\s*(?P<what>noqa|type:\s*ignore|pragma:\s*no cover|TODO|FIXME|XXX)"
    r"(?P<codes>(?:\[[\w, -]*\]|:\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)?)(?P<reason>.*)"
)
_TEXT = frozenset(
    ".cfg .conf .css .csv .go .html .js .json .lock .md .mod .properties .py .sh .sql .sum .toml"
    " .ts .txt .xml .yaml .yml".split()
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A place where a rule is not kept."""

    path: Path
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


def check(project: Path, path: Path) -> list[Finding]:
    """All findings in one file, ``path`` being relative to ``project``."""
    if path.suffix not in _TEXT and path.name not in {"Makefile", "Dockerfile", "run"}:
        return []
    text = (project / path).read_text(encoding="utf-8", errors="replace")
    found = list(_machine(path, text))
    if path.suffix == ".py":
        found += _length(path, text)
        found += _excuses(path, text)
        tree = ast.parse(text)
        if _is_service(path) and not _may_hold_sql(path):
            found += _sql(path, tree)
        if _is_service(path) and "domain" in path.parts[2:-1]:
            found += _domain(path, tree)
    return found


def _is_service(path: Path) -> bool:
    return len(path.parts) > 2 and path.parts[0] == "services" and path.parts[1] != "chassis"


def _may_hold_sql(path: Path) -> bool:
    return path.parts[2:] == ("store.py",) or path.parts[2] in {"stores", "migrations"}


def _machine(path: Path, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), 1):
        if found := _MACHINE.search(line):
            yield Finding(path, number, "machine", f"{found[0]!r} has no place in the project")


def _length(path: Path, text: str) -> Iterator[Finding]:
    lines = text.count("\n")
    if lines > MAX_LINES:
        yield Finding(path, lines, "length", f"{lines} lines: more than {MAX_LINES}")


def _excuses(path: Path, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), 1):
        found = _EXCUSE.search(line)
        if found and len(found["reason"].strip(" #:-()")) < 8:
            yield Finding(path, number, "excuse", f"{found['what']} without its reason")


def _sql(path: Path, tree: ast.AST) -> Iterator[Finding]:
    documented = {id(node) for node in _docstrings(tree)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documented
            and _SQL.match(node.value)
        ):
            yield Finding(path, node.lineno, "sql", "SQL belongs in store.py or stores/")


def _docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    """String expressions that stand alone: documentation, not values."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _domain(path: Path, tree: ast.AST) -> Iterator[Finding]:
    own = ".".join(path.parts[: path.parts.index("domain") + 1])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module in _imported(node):
                if not _may_import(module, own):
                    yield Finding(path, node.lineno, "domain", f"imports {module}")
        if isinstance(node, ast.Call):
            name = _called(node.func)
            if name:
                yield Finding(path, node.lineno, "domain", f"calls {name}()")


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if node.level == 0 and node.module else []


def _may_import(module: str, own: str) -> bool:
    top = module.split(".")[0]
    if top in {"contracts", "pydantic", "pydantic_core", "typing_extensions"}:
        return True
    if module == own or module.startswith(own + "."):
        return True
    return top in sys.stdlib_module_names and not {top, module} & _IMPURE_MODULES


def _called(function: ast.expr) -> str | None:
    if isinstance(function, ast.Name) and function.id in _IMPURE_NAMES | {"uuid1", "uuid4"}:
        return function.id
    if isinstance(function, ast.Attribute) and function.attr in _IMPURE_CALLS:
        return function.attr
    return None
