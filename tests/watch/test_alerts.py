"""The alerts ring when they should, and each tells the operator where to go on."""

import re
import shutil
import subprocess
from pathlib import Path

import promql_parser
import pytest
import yaml

from contracts.topics import SERVICES
from deploy.local import provision
from deploy.local.layout import PROJECT
from services.chassis.telemetry import ALLOWED
from tests.watch.promql import Series, evaluate
from tests.watch.rules import ALERTS, CASES, OBSERVABILITY, Case, cases, ringing, rules

ALL = list(cases())
AGREED = {
    "ServiceDown", "EventsNotFresh", "ConsumerLag", "OutboxAge", "DeadLetters", "BreakerOpen",
    "AuditChainBroken",
}  # fmt: skip


@pytest.mark.parametrize("name", rules())
def test_an_alert_says_what_is_so_what_to_do_and_where_it_is_written(name: str) -> None:
    rule = rules()[name]
    promql_parser.parse(rule["expr"])
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert set(rule["annotations"]) == {"summary", "do", "runbook"}
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert rule["annotations"]["runbook"] == f"deploy/README.md#{name.lower()}"
    assert f"### {name}\n" in (PROJECT / "deploy" / "README.md").read_text()
    shown = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    grouped = re.match(r"\w+ by \(([\w, ]+)\)", rule["expr"])
    if grouped:
        assert shown <= set(grouped[1].split(", "))


def test_the_alerts_that_the_house_promises_are_there() -> None:
    assert set(rules()) >= AGREED


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_it_rings_when_it_should_and_not_before(case: Case) -> None:
    for moment, alert, wanted in case.checks:
        assert ringing(alert, case.series, moment, case.interval) == wanted, f"at {moment} s"


def test_each_alert_has_a_moment_at_which_it_rings_and_one_at_which_it_does_not() -> None:
    rings = {alert for case in ALL for _, alert, wanted in case.checks if wanted}
    silent = {alert for case in ALL for _, alert, wanted in case.checks if not wanted}
    assert rings == silent == set(rules())


def promtool(*arguments: str | Path) -> None:
    """Prometheus' own tool has the last word where it is installed."""
    tool = shutil.which("promtool")
    if tool is not None:
        done = subprocess.run([tool, *arguments], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_reads_the_rules_and_agrees_with_the_evaluator() -> None:
    assert yaml.safe_load(CASES.read_text())["rule_files"]
    promtool("check", "rules", ALERTS)
    promtool("test", "rules", CASES)


def test_prometheus_asks_every_service_by_its_name() -> None:
    config = yaml.safe_load((OBSERVABILITY / "prometheus.yaml").read_text())
    assert config["rule_files"] == [ALERTS.name]
    [job] = config["scrape_configs"]
    assert job["job_name"] == "services"
    asked = {
        static["labels"]["service"]: target
        for static in job["static_configs"]
        for target in static["targets"]
    }
    assert asked == {name: f"{provision.host_of(name)}:8443" for name in SERVICES}


def test_the_collector_lets_through_what_the_services_may_say() -> None:
    config = yaml.safe_load((OBSERVABILITY / "collector.yaml").read_text())
    assert set(config["processors"]["redaction"]["allowed_keys"]) == ALLOWED | {"service.name"}
    assert config["processors"]["redaction"]["allow_all_keys"] is False
    pipeline = config["service"]["pipelines"]["traces"]
    for kind in ("receivers", "processors", "exporters"):
        assert set(pipeline[kind]) <= set(config[kind])
    assert set(config["service"]["extensions"]) <= set(config["extensions"])
    assert pipeline["processors"][0] == "memory_limiter"  # as its documentation asks
    assert pipeline["processors"][-1] == "batch"


# The evaluator itself

UP = 'a_bucket{le="1",s="x"} 3\na_bucket{le="+Inf",s="x"} 4\nb{s="x"} 2\nb{s="y"} 5\n'


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("b", {"x": 2, "y": 5}),
        ('b{s!="x"}', {"y": 5}),
        ('b{s=~"x|z"}', {"x": 2}),
        ("sum(b)", {"": 7}),
        ("max by (s) (b) > 2", {"y": 5}),
        ("b * 2 - 1", {"x": 3, "y": 9}),
        ("b / b", {"x": 1, "y": 1}),
        ("time() - max(b)", {"": 95}),
        ("increase(b[1m])", {"x": 1, "y": 0}),
        ("sum by (s) (rate(b[1m]))", {"x": 1 / 60, "y": 0}),
        ("histogram_quantile(0.5, sum by (s, le) (a_bucket))", {"x": 1}),
        ("c", {}),
    ],
)
def test_the_evaluator(expression: str, wanted: dict[str, float]) -> None:
    series = Series()
    series.scrape(50, 'b{s="x"} 1\nb{s="y"} 5\n')
    series.scrape(100, UP)
    given = evaluate(expression, series, 100)
    assert {dict(labels).get("s", ""): value for labels, value in given.items()} == wanted
