"""What alerts and dashboards ask for is what running services really export."""

import asyncio
import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from contracts.sealing import PublicSealingKey
from contracts.topics import SERVICES
from deploy.demo.people import command
from deploy.local.testing import TestStack
from deploy.upstream.city import residents
from deploy.upstream.day import snapshot
from deploy.upstream.publisher import Bus, publish
from tests.chassis.toy import headers
from tests.watch.promql import Labels, Series, evaluate, selectors
from tests.watch.rules import rules
from tests.watch.test_dashboards import DASHBOARDS

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("watch")]

PROMETHEUS_OWN = {"up", "ALERTS"}
"""Made by Prometheus itself."""
NOTHING_WHEN_ALL_IS_WELL = {"bus_events_refused_total"}
"""Has a label that is known only when something happens."""
SHOWN = [
    target["expr"]
    for dashboard in DASHBOARDS.values()
    for panel in dashboard["panels"]
    for target in panel.get("targets", ())
]


class Watched:
    """A house that runs, and what it exported, as Prometheus would have it."""

    def __init__(self, stack: TestStack) -> None:
        self.stack = stack
        self.series = Series()
        self.began = time.monotonic()
        self.last = 0.0

    def now(self) -> float:
        return time.monotonic() - self.began

    def scrape(self) -> None:
        self.last = moment = self.now()
        for service in SERVICES:
            status, text = self.stack.services.ask(service, "/metrics")
            assert status == 200
            self.series.scrape(moment, f"up 1\n{text}", job="services", service=service)

    def ask(self, expression: str) -> dict[Labels, float]:
        """Of what was scraped last."""
        return evaluate(expression, self.series, self.last)

    def becomes(self, wanted: int, expression: str) -> dict[Labels, float]:
        """Scrape until an expression gives so many series."""
        until = self.now() + 60
        while True:
            self.scrape()
            if len(found := self.ask(expression)) == wanted:
                return found
            assert self.now() < until, f"{expression} gives {found}"


@pytest.fixture(scope="module")
def house(stack: TestStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    stack.clean()
    stack.services.make_vault_key()
    with stack.serving(*SERVICES):
        watched = Watched(stack)
        watched.scrape()
        file = tmp_path_factory.mktemp("key") / "sealing-key.json"
        send(stack, file)
        watched.becomes(1, 'sum(bus_events_handled_total{topic="persons.events"}) >= 30')
        watched.becomes(0, "bus_lag_events > 0")
        watched.becomes(1, "max(audit_chain_verified_timestamp_seconds) > 0")
        yield watched


def send(stack: TestStack, file: Path) -> None:
    """Thirty residents, from the register."""
    command(stack, "token_vault", "publish-key", "--out", str(file))
    key = PublicSealingKey.model_validate_json(file.read_bytes())
    bus = Bus(stack.bootstrap, stack.layout.certs / "resident_register")
    today = date(2026, 10, 1)
    city = snapshot(residents(30, today=today), today)
    asyncio.run(publish(city, bus, key, reported_on=today))


@pytest.mark.parametrize("expression", SHOWN)
def test_a_panel_has_something_to_show(house: Watched, expression: str) -> None:
    names = {selector.name for selector in selectors(expression)}
    if names & (NOTHING_WHEN_ALL_IS_WELL | {"ALERTS"}):
        assert names <= house.series.names() | NOTHING_WHEN_ALL_IS_WELL | PROMETHEUS_OWN
        return
    comparison = re.sub(r" == 0\)$", " >= 0)", expression)
    assert house.ask(comparison), "no service exports that"


@pytest.mark.parametrize("alert", rules())
def test_an_alert_looks_at_what_is_exported_and_is_silent_in_a_house_that_is_well(
    house: Watched, alert: str
) -> None:
    expression = rules()[alert]["expr"]
    groups = re.findall(r"\bby \(([\w, ]+)\)", expression)
    for selector in selectors(expression):
        known = labels_of(house, selector.name)
        assert known, "no service exports that"
        assert {matcher.name for matcher in selector.matchers.matchers} <= known
        assert {label for group in groups for label in group.split(", ")} <= known
    assert house.ask(expression) == {}


def labels_of(house: Watched, name: str) -> set[str]:
    """The labels that a metric has."""
    return {k for labels in house.series.samples if ("__name__", name) in labels for k, _ in labels}


def test_a_refused_event_is_seen_by_its_code(house: Watched) -> None:
    async def refuse() -> None:
        bus = Bus(house.stack.bootstrap, house.stack.layout.certs / "resident_register")
        async with AIOKafkaProducer(
            bootstrap_servers=bus.bootstrap, security_protocol="SSL", ssl_context=bus.tls()
        ) as producer:
            await producer.send_and_wait(
                "inbound.residents", b"{}", key=b"0" * 24, headers=headers()
            )

    asyncio.run(refuse())
    [labels] = house.becomes(1, rules()["DeadLetters"]["expr"])
    assert dict(labels)["service"] == "token_vault"
    assert re.fullmatch(r"CH-\d{4}", dict(labels)["code"])
    refused = house.ask("sum by (service, topic, code) (bus_events_refused_total)")
    assert labels | {("topic", "inbound.residents")} in refused


def test_a_damaged_record_is_seen_by_its_shard(house: Watched) -> None:
    async def damage() -> None:
        async with house.stack.database_server.superuser("audit") as connection:
            await connection.execute("set session_replication_role = replica")
            await connection.execute(
                "insert into audit.chains values (5, 99999, sha256(''))"
                " on conflict (shard) do update set position = 99999"
            )

    asyncio.run(damage())
    house.stack.stop_services(["audit"])
    house.stack.run_services(["audit"])  # it verifies when it starts
    found = house.becomes(1, rules()["AuditChainBroken"]["expr"])
    assert [dict(labels) for labels in found] == [{"part": "5"}]
