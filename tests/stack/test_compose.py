"""The house in containers: held to the same contracts as the embedded one.

No Docker engine is asked for: the files are read, each service's settings are made from what its
container is told, and the jobs run against the real servers of the test stack.
"""

import importlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from cryptography import x509

from contracts.topics import SERVICES
from deploy.local import provision
from deploy.local.layout import PROJECT
from services.chassis.metrics import Metrics
from services.chassis.settings import ServiceSettings
from services.chassis.telemetry import ALLOWED

OBSERVABILITY = PROJECT / "deploy" / "observability"
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, Any] = COMPOSE["services"]
BY_SERVICE = {name: CONTAINERS[provision.host_of(name)] for name in SERVICES}


def mounts(container: dict[str, Any]) -> dict[str, str]:
    """Where each part of the volume of keys is seen, as target: part of it."""
    return {
        volume["target"]: volume.get("volume", {}).get("subpath", ".")
        for volume in container.get("volumes", [])
        if volume["source"] == "house"
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_is_told_what_its_service_asks_for(service):
    container = BY_SERVICE[service]
    settings_of = (
        importlib.import_module(f"services.{service}.settings").Settings
        if (PROJECT / "services" / service / "settings.py").exists()
        else ServiceSettings
    )
    with patch.dict(os.environ, container["environment"], clear=True):
        settings = settings_of()
    assert settings.service == service
    assert settings.peers == {
        name: f"https://{provision.host_of(name)}:{settings.http_port}" for name in SERVICES
    }
    known = {f"NENKIN_{name}".upper() for name in settings_of.model_fields}
    assert set(container["environment"]) <= known


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_sees_its_own_keys_and_nobody_elses(service):
    seen = mounts(BY_SERVICE[service])
    own = {"/certs": f"certs/{service}"}
    if service == "token_vault":
        own |= {"/secrets": "secrets/token_vault", "/vault": "vault"}
    assert seen == own


@pytest.mark.parametrize("name", CONTAINERS)
def test_nothing_runs_as_root_but_the_job_that_hands_out_the_keys(name):
    container = CONTAINERS[name]
    assert (container.get("user") == "0:0") == (name == "files")
    if name == "files":
        assert container["network_mode"] == "none"


def test_doors_are_open_on_this_machine_alone():
    published = [port for c in CONTAINERS.values() for port in c.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert [name for name in SERVICES if "ports" in BY_SERVICE[name]] == ["gateway"]


def test_services_wait_for_topics_rights_and_tables():
    for container in BY_SERVICE.values():
        assert container["depends_on"]["servers"] == {"condition": "service_completed_successfully"}
    assert "vault-keys" in BY_SERVICE["token_vault"]["depends_on"]


def test_there_is_nothing_secret_in_the_files():
    files = [PROJECT / "docker-compose.yml", *(PROJECT / "deploy" / "images").iterdir()]
    files += [path for path in OBSERVABILITY.rglob("*") if path.is_file()]
    for path in files:
        text = path.read_text()
        assert "PRIVATE KEY" not in text
        assert not re.search(r"(?i)(password|passwd|secret|token)\s*[:=]\s*[\w\"']", text), path


def test_every_file_that_is_mounted_is_there():
    for container in CONTAINERS.values():
        for volume in container.get("volumes", []):
            if volume["type"] == "bind":
                assert (PROJECT / volume["source"]).exists(), volume["source"]
                assert volume["read_only"]
            else:
                assert volume["source"] in COMPOSE["volumes"]


@pytest.mark.parametrize("file", ["service.Dockerfile", "kafka.Dockerfile"])
def test_images_have_a_user_of_their_own_and_only_what_is_locked(file):
    text = (PROJECT / "deploy" / "images" / file).read_text()
    users = re.findall(r"^USER (\S+)", text, re.MULTILINE)
    assert users[-1] == f"{provision.RUNS_AS}:{provision.RUNS_AS}"
    assert "curl" not in text
    assert all("--require-hashes" in line for line in text.splitlines() if "pip install" in line)


# Seeing


def exposed() -> set[str]:
    """The names of all the samples that a service exposes."""
    names = set()
    for family in Metrics().registry.collect():
        names |= {sample.name for sample in family.samples} | {family.name}
        if family.type == "histogram":
            names |= {f"{family.name}_{part}" for part in ("bucket", "count", "sum")}
        if family.type == "counter":
            names.add(f"{family.name}_total")
    return names


def expressions() -> list[str]:
    dashboard = json.loads((OBSERVABILITY / "grafana/dashboards/house.json").read_text())
    shown = [t["expr"] for panel in dashboard["panels"] for t in panel.get("targets", [])]
    rules = yaml.safe_load((OBSERVABILITY / "alerts.yaml").read_text())["groups"][0]["rules"]
    return shown + [rule["expr"] for rule in rules]


@pytest.mark.parametrize("expression", expressions())
def test_what_is_shown_and_watched_exists(expression):
    names = set(re.findall(r"\b(?:bus|outbox|dead|http)_\w+", expression))
    assert names <= exposed()
    assert names or expression.startswith("up{")


def test_prometheus_asks_every_service():
    config = yaml.safe_load((OBSERVABILITY / "prometheus.yaml").read_text())
    [job] = config["scrape_configs"]
    asked = {target for static in job["static_configs"] for target in static["targets"]}
    assert asked == {f"{provision.host_of(name)}:8443" for name in SERVICES}
    assert mounts(CONTAINERS["prometheus"]) == {"/certs": "certs/prometheus"}


def test_the_collector_lets_through_what_the_services_may_say():
    config = yaml.safe_load((OBSERVABILITY / "collector.yaml").read_text())
    assert set(config["processors"]["redaction"]["allowed_keys"]) == ALLOWED | {"service.name"}
    pipeline = config["service"]["pipelines"]["traces"]
    for kind in ("receivers", "processors", "exporters"):
        assert set(pipeline[kind]) <= set(config[kind])


# The jobs


@pytest.fixture
def house(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr("deploy.local.provision._hand_over", lambda place, user: None)
    provision.files(tmp_path)
    return tmp_path


def test_files_are_made_once(house):
    before = {path: path.read_bytes() for path in house.rglob("*") if path.is_file()}
    assert provision.main(["files", str(house)]) == 0
    assert {path: path.read_bytes() for path in house.rglob("*") if path.is_file()} == before


def test_every_folder_that_a_container_is_given_is_made(house):
    for container in CONTAINERS.values():
        for part in mounts(container).values():
            assert (house / part).is_dir(), part


def test_servers_are_told_the_same_as_in_the_embedded_stack(house):
    for file in (house / "conf").rglob("*.conf"):
        assert not re.search(r"@[A-Z_]+@", file.read_text()), file
    kafka = (house / "conf/kafka/server.properties").read_text()
    assert not re.search(r"@[A-Z_]+@", kafka)
    assert "advertised.listeners=CLIENT://kafka:9092" in kafka
    assert "allow.everyone.if.no.acl.found=false" in kafka


@pytest.mark.parametrize("identity", ["token_vault", "broker", "postgres"])
def test_certificates_name_the_containers(house, identity):
    host = {"broker": "kafka"}.get(identity, provision.host_of(identity))
    pem = (house / "certs" / identity / f"{identity}.crt").read_bytes()
    names = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert host in names.value.get_values_for_type(x509.DNSName)


@pytest.mark.stack
def test_the_job_finds_nothing_left_to_do_on_a_stack_that_is_up(stack, tmp_path, capsys):
    shutil.copytree(stack.layout.certs, tmp_path / "certs")
    ports = stack.state.ports
    status = provision.main(
        [
            "servers", str(tmp_path),
            "--kafka", f"localhost:{ports['kafka']}",
            "--postgres", f"localhost:{ports['postgres']}",
        ]
    )  # fmt: skip
    assert status == 0
    assert capsys.readouterr().out.splitlines() == [
        "0 topics made or changed, 0 rights given, 0 taken away",
        "0 databases made, 0 migrations ran",
    ]
