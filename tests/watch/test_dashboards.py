"""The dashboards are whole: every panel asks something, of a source that is there."""

import json
import re
from itertools import combinations
from typing import Any

import promql_parser
import pytest
import yaml

from tests.watch.rules import OBSERVABILITY

GRAFANA = OBSERVABILITY / "grafana"
DASHBOARDS = {
    path.name: json.loads(path.read_text()) for path in (GRAFANA / "dashboards").glob("*.json")
}
SOURCES = {
    source["uid"]: source
    for path in (GRAFANA / "provisioning" / "datasources").glob("*.yaml")
    for source in yaml.safe_load(path.read_text())["datasources"]
}
PANELS = [
    pytest.param(panel, id=f"{name} {panel['title']}")
    for name, dashboard in DASHBOARDS.items()
    for panel in dashboard["panels"]
]


def test_there_is_one_that_opens_first() -> None:
    assert DASHBOARDS["house.json"]["uid"] == "house"


@pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=DASHBOARDS)
def test_a_dashboard_can_be_loaded(dashboard: dict[str, Any]) -> None:
    assert dashboard["schemaVersion"] >= 39
    assert dashboard["title"]
    assert not dashboard["editable"]
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    places = [panel["gridPos"] for panel in dashboard["panels"]]
    for place in places:
        assert 0 <= place["x"] < place["x"] + place["w"] <= 24
    for a, b in combinations(places, 2):
        beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        above = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
        assert beside or above, "two panels lie on each other"


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_asks_something_of_a_source_that_is_there(panel: dict[str, Any]) -> None:
    if panel["type"] == "row":
        assert not panel.get("targets")
        return
    assert SOURCES[panel["datasource"]["uid"]]["type"] == panel["datasource"]["type"]
    assert panel["fieldConfig"]["defaults"]["unit"] in ("short", "s")
    letters = [target["refId"] for target in panel["targets"]]
    assert letters
    assert len(letters) == len(set(letters))
    for target in panel["targets"]:
        expression = promql_parser.parse(target["expr"])
        shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
        grouped = set(re.findall(r"\bby \(([\w, ]+)\)", expression.prettify()))
        labels = {label for group in grouped for label in group.split(", ")}
        assert shown <= labels, "what is in the legend is summed away"
        assert bool(shown) <= bool(grouped)


def test_sources_are_those_of_the_containers() -> None:
    hosts = {source["type"]: source["url"] for source in SOURCES.values()}
    assert hosts == {"prometheus": "http://prometheus:9090", "jaeger": "http://jaeger:16686"}
    assert [uid for uid, source in SOURCES.items() if source.get("isDefault")] == ["prometheus"]
