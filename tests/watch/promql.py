"""As much of PromQL as the alerts and dashboards use, evaluated: parsed by promql-parser.

The real engine is asked as well where it is installed (``promtool``, see ``test_alerts.py``); this
one is there everywhere, and can be asked about samples that a running service gave a moment ago.
``rate`` and ``increase`` do not extrapolate. Raises ``NotImplementedError`` for all else.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import promql_parser as parser

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Value = Vector | float

_NAME = "__name__"
_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else math.nan,
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
}
_AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": sum, "max": max, "min": min, "count": len,
}  # fmt: skip
_EXPOSED = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass
class Series:
    """Samples over time: (moment in seconds, value) of each series, oldest first."""

    samples: dict[Labels, list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def scrape(self, moment: float, exposition: str, **labels: str) -> None:
        """Add what a service exposes, with the labels that the scraper gives it."""
        for name, inner, value in _EXPOSED.findall(exposition):
            own = dict(_LABEL.findall(inner)) | labels | {_NAME: name}
            self.samples[frozenset(own.items())].append((moment, float(value)))

    def names(self) -> set[str]:
        """Of all the metrics."""
        return {dict(labels)[_NAME] for labels in self.samples}

    def matching(self, selector: Any) -> dict[Labels, list[tuple[float, float]]]:
        matchers = list(selector.matchers.matchers)
        return {
            labels: samples
            for labels, samples in self.samples.items()
            if dict(labels)[_NAME] == selector.name
            and all(_fits(m, dict(labels).get(m.name, "")) for m in matchers)
        }


def evaluate(expression: str, series: Series, moment: float, *, fresh: float = 300) -> Vector:
    """What an expression gives at a moment; a sample counts for ``fresh`` seconds."""
    value = _Evaluation(series, moment, fresh).of(parser.parse(expression))
    return value if isinstance(value, dict) else {frozenset(): value}


def selectors(expression: str) -> list[Any]:
    """Every vector selector in an expression."""
    found: list[Any] = []

    def walk(node: Any) -> None:
        if isinstance(node, parser.VectorSelector):
            found.append(node)
        for name in ("lhs", "rhs", "expr", "vector_selector"):
            if (below := getattr(node, name, None)) is not None:
                walk(below)
        for below in getattr(node, "args", ()):
            walk(below)

    walk(parser.parse(expression))
    return found


@dataclass
class _Evaluation:
    series: Series
    moment: float
    fresh: float

    def of(self, node: Any) -> Value:
        match node:
            case parser.NumberLiteral():
                return float(node.val)
            case parser.ParenExpr():
                return self.of(node.expr)
            case parser.VectorSelector():
                return self._instant(node)
            case parser.AggregateExpr():
                return self._aggregate(node)
            case parser.BinaryExpr():
                return self._binary(str(node.op), self.of(node.lhs), self.of(node.rhs))
            case parser.Call():
                return self._call(node.func.name, node.args)
        raise NotImplementedError(type(node).__name__)

    def _instant(self, selector: Any) -> Vector:
        found = {}
        for labels, samples in self.series.matching(selector).items():
            recent = [v for t, v in samples if self.moment - self.fresh < t <= self.moment]
            if recent and not math.isnan(recent[-1]):
                found[labels] = recent[-1]
        return found

    def _aggregate(self, node: Any) -> Vector:
        kept = set(node.modifier.labels) if node.modifier else set()
        groups: dict[Labels, list[float]] = defaultdict(list)
        vector = self.of(node.expr)
        assert isinstance(vector, dict)
        for labels, value in vector.items():
            groups[frozenset((k, v) for k, v in labels if k in kept)].append(value)
        of = _AGGREGATES[str(node.op)]
        return {labels: float(of(values)) for labels, values in groups.items()}

    def _binary(self, operator: str, left: Value, right: Value) -> Value:
        if operator in _COMPARISONS:
            assert isinstance(left, dict)
            assert isinstance(right, float)
            fits = _COMPARISONS[operator]
            return {labels: value for labels, value in left.items() if fits(value, right)}
        of = _OPERATIONS[operator]
        match left, right:
            case float(), float():
                return of(left, right)
            case dict(), float():
                return {_bare(labels): of(value, right) for labels, value in left.items()}
            case float(), dict():
                return {_bare(labels): of(left, value) for labels, value in right.items()}
            case dict(), dict():
                other = {_bare(labels): value for labels, value in right.items()}
                return {
                    _bare(labels): of(value, other[_bare(labels)])
                    for labels, value in left.items()
                    if _bare(labels) in other
                }
        raise NotImplementedError(operator)

    def _call(self, name: str, arguments: Iterable[Any]) -> Value:
        arguments = list(arguments)
        if name == "time":
            return float(self.moment)
        if name in ("increase", "rate"):
            [matrix] = arguments
            span = matrix.range.total_seconds()
            found: Vector = {}
            for labels, samples in self.series.matching(matrix.vector_selector).items():
                inside = [v for t, v in samples if self.moment - span <= t <= self.moment]
                if len(inside) > 1:
                    grown = inside[-1] - inside[0]
                    found[_bare(labels)] = grown / span if name == "rate" else grown
            return found
        if name == "histogram_quantile":
            quantile, vector = map(self.of, arguments)
            assert isinstance(quantile, float)
            assert isinstance(vector, dict)
            return _quantiles(quantile, vector)
        raise NotImplementedError(name)


def _quantiles(quantile: float, buckets: Mapping[Labels, float]) -> Vector:
    """The upper bound of the bucket that the quantile is in."""
    groups: dict[Labels, list[tuple[float, float]]] = defaultdict(list)
    for labels, count in buckets.items():
        bound = float(dict(labels)["le"].replace("+Inf", "inf"))
        groups[frozenset((k, v) for k, v in _bare(labels) if k != "le")].append((bound, count))
    found = {}
    for labels, counts in groups.items():
        counts.sort()
        rank = quantile * counts[-1][1]
        found[labels] = next((bound for bound, count in counts if count >= rank), math.nan)
    return found


def _bare(labels: Labels) -> Labels:
    return frozenset((name, value) for name, value in labels if name != _NAME)


def _fits(matcher: Any, value: str) -> bool:
    match str(matcher.op).rpartition(".")[2]:
        case "Equal":
            return bool(value == matcher.value)
        case "NotEqual":
            return bool(value != matcher.value)
        case "Re":
            return re.fullmatch(matcher.value, value) is not None
        case "NotRe":
            return re.fullmatch(matcher.value, value) is None
    raise NotImplementedError(str(matcher.op))
