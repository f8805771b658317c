"""The house in containers: held to the same contracts as the embedded one.

No Docker engine is asked for: the files are read, each service's settings are made from what its
container is told, and the jobs run against the real servers of the test stack.
"""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jsonschema
import pytest
import yaml
from cryptography import x509

from contracts.topics import SERVICES
from deploy.local import provision
from deploy.local.layout import PROJECT
from services.chassis.settings import ServiceSettings

DOCKER = PROJECT / "deploy" / "docker"
DOCKERFILES = sorted(DOCKER.glob("*.Dockerfile"))
SCHEMA = Path(__file__).with_name("compose-spec.schema.json")
"""The specification's own: ``schema/`` of github.com/compose-spec/compose-go 2.16.2, Apache-2.0."""
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, Any] = COMPOSE["services"]
BY_SERVICE = {name: CONTAINERS[provision.host_of(name)] for name in SERVICES}
JOBS = {"files", "servers", "vault-keys"}
"""They end when they are done: what waits for them waits for that."""


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
    if service == "audit":
        own |= {"/audit": "audit"}
    assert seen == own


def test_the_file_is_what_the_specification_says():
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(COMPOSE, schema)
    wrong = {"services": {"one": {"image": "x", "healthchek": {}}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_can_do_nothing_that_it_need_not(name):
    container = CONTAINERS[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert "cap_add" not in container
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "pid", "ipc", "devices", "userns_mode"} & set(container)


def user_of(container: dict[str, Any]) -> str:
    """As which user a container runs: as it says itself, or as its Dockerfile does."""
    if "user" in container:
        return str(container["user"])
    file = {path.name.removesuffix(".Dockerfile"): path for path in DOCKERFILES}[
        container["image"].removeprefix("nenkin/")
    ]
    return str(re.findall(r"^USER (\S+)", file.read_text(), re.MULTILINE)[-1])


@pytest.mark.parametrize("name", CONTAINERS)
def test_nothing_runs_as_root(name):
    assert user_of(CONTAINERS[name]) == f"{provision.RUNS_AS}:{provision.RUNS_AS}"


@pytest.mark.parametrize("name", sorted(set(CONTAINERS) - JOBS))
def test_whatever_stays_is_asked_whether_it_is_well_and_comes_back(name):
    container = CONTAINERS[name]
    assert container["healthcheck"]["test"][0] == "CMD"
    assert container["restart"] == "unless-stopped"


def reach(name: str) -> set[str]:
    """Who shares a network with a container."""
    networks = set(CONTAINERS[name].get("networks", ()))
    return {other for other, c in CONTAINERS.items() if networks & set(c.get("networks", ()))}


def test_every_network_is_there_and_used():
    used = {network for c in CONTAINERS.values() for network in c.get("networks", ())}
    assert used == set(COMPOSE["networks"])
    assert all("networks" in c or c["network_mode"] == "none" for c in CONTAINERS.values())


def test_the_vault_is_on_a_network_only_with_those_that_may_ask_it_and_its_servers():
    assert reach("token-vault") == {
        "token-vault", "vault-keys", "kafka", "postgres", "gateway", "jps-reporting",
        "prometheus", "collector",
    }  # fmt: skip


def test_the_way_out_is_only_from_what_is_published():
    out = {name for name, network in COMPOSE["networks"].items() if not network.get("internal")}
    leads = {name for name, c in CONTAINERS.items() if out & set(c.get("networks", ()))}
    assert leads == {name for name, c in CONTAINERS.items() if "ports" in c}
    assert leads == {"gateway", "grafana", "prometheus", "jaeger"}
    assert CONTAINERS["files"]["network_mode"] == "none"


def test_nobody_who_looks_reaches_the_servers():
    for name in ("grafana", "prometheus", "jaeger", "collector"):
        assert not {"bus", "data", "vault-servers"} & set(CONTAINERS[name]["networks"])


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
    files = [PROJECT / "docker-compose.yml"]
    files += [path for path in DOCKER.rglob("*") if path.is_file()]
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


def lint(*files: Path) -> subprocess.CompletedProcess[str]:
    hadolint = Path(sys.executable).with_name("hadolint")
    return subprocess.run([hadolint, *files], check=False, capture_output=True, text=True)


def test_the_linter_has_nothing_to_say(tmp_path):
    done = lint(*DOCKERFILES)
    assert (done.returncode, done.stdout) == (0, "")
    bad = tmp_path / "Dockerfile"
    bad.write_text("FROM debian:latest\nRUN cd /tmp && sudo ls\n")
    done = lint(bad)
    assert done.returncode
    assert {"DL3007", "DL3004"} <= set(re.findall(r"DL\d+", done.stdout))


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda path: path.name)
def test_images_have_only_what_is_locked(file):
    text = file.read_text()
    assert "curl" not in text
    assert " ADD " not in text
    assert all("--require-hashes" in line for line in text.splitlines() if "pip install" in line)
    for copied in re.findall(r"^COPY (?!--from)([\w./-]+)", text, re.MULTILINE):
        assert (PROJECT / copied).exists()


def test_every_image_of_ours_is_built_once():
    built = [c["image"] for c in CONTAINERS.values() if "build" in c]
    assert len(built) == len(set(built)) == len(DOCKERFILES)
    assert {c["image"] for c in CONTAINERS.values() if c["image"].startswith("nenkin/")} == set(
        built
    )
    for container in CONTAINERS.values():
        if "build" in container:
            assert (PROJECT / container["build"]["dockerfile"]).exists()
        elif not container["image"].startswith("nenkin/"):
            assert re.search(r":v?\d", container["image"]), "another's image has a version"


# The jobs


@pytest.fixture
def house(tmp_path: Path) -> Path:
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
