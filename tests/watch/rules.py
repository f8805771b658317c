"""The alert rules and their cases, read: what rings when, by the evaluator of this folder."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser
import yaml

from deploy.local.layout import PROJECT
from tests.watch.promql import Labels, Series, evaluate

OBSERVABILITY = PROJECT / "deploy" / "docker" / "observability"
ALERTS = OBSERVABILITY / "alerts.yaml"
CASES = Path(__file__).with_name("alerts_test.yaml")

_SELECTOR = re.compile(r"^(\w+)\{(.*)\}$")
_REPEATED = re.compile(r"^(?:(-?[\d.]+)([+-][\d.]+))?(-?[\d.]+)?x(\d+)$")


def seconds(duration: str) -> float:
    """``5m`` and the like."""
    return promql_parser.parse_duration(duration).total_seconds()


@cache
def rules() -> dict[str, dict[str, Any]]:
    """The alerts by name."""
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    found = [rule for group in groups for rule in group["rules"]]
    assert len({rule["alert"] for rule in found}) == len(found), "an alert is there twice"
    return {rule["alert"]: rule for rule in found}


@dataclass(frozen=True)
class Case:
    """Series, and which alerts ring when."""

    name: str
    series: Series
    interval: float
    checks: tuple[tuple[float, str, frozenset[Labels]], ...]
    """(moment, alert, labels of those that ring)."""


def cases() -> Iterator[Case]:
    """Those of the file that ``promtool`` takes as well."""
    for test in yaml.safe_load(CASES.read_text())["tests"]:
        series, interval = Series(), seconds(test["interval"])
        for given in test["input_series"]:
            name, inner = _SELECTOR.findall(given["series"])[0]
            labels = dict(re.findall(r'(\w+)="([^"]*)"', inner)) | {"__name__": name}
            values = [float(value) for part in given["values"].split() for value in spread(part)]
            key = frozenset(labels.items())
            series.samples[key] += [(i * interval, value) for i, value in enumerate(values)]
        checks = tuple(
            (
                seconds(check["eval_time"]) if check["eval_time"] != "0m" else 0.0,
                check["alertname"],
                frozenset(frozenset(e["exp_labels"].items()) for e in check["exp_alerts"]),
            )
            for check in test["alert_rule_test"]
        )
        yield Case(test["name"], series, interval, checks)


def spread(part: str) -> list[float]:
    """``3``, ``0x10`` (eleven times), ``0+60x10`` (growing)."""
    repeated = _REPEATED.match(part)
    if repeated is None:
        return [float(part)]
    first, step, same, times = repeated.groups()
    begin, grows = (float(first), float(step)) if first else (float(same), 0.0)
    return [begin + grows * i for i in range(int(times) + 1)]


def ringing(alert: str, series: Series, moment: float, interval: float) -> frozenset[Labels]:
    """The labels of those of an alert that ring at a moment: true all the time it is to wait."""
    rule = rules()[alert]
    wait = seconds(rule["for"]) if "for" in rule else 0.0
    since: dict[Labels, float] = {}
    now = 0.0
    while now <= moment:
        true = {
            frozenset((k, v) for k, v in labels if k != "__name__")
            for labels in evaluate(rule["expr"], series, now)
        }
        since = {labels: since.get(labels, now) for labels in true}
        now += interval
    ring = {labels for labels, began in since.items() if now - interval - began >= wait}
    return frozenset(labels | frozenset(rule["labels"].items()) for labels in ring)
