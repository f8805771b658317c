"""The command line tells what is wrong without telling what was set."""

import ast
import gc
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from services.chassis.cli import main
from services.chassis.service import Service
from services.chassis.settings import ServiceSettings

SERVICES = Path(__file__).parents[2] / "services"
SECRET = "秘密"


def never(_settings: ServiceSettings) -> Service:
    raise AssertionError("built in spite of wrong settings")


@pytest.mark.parametrize(
    "wrong", [{"NENKIN_PEERS": SECRET}, {"NENKIN_DATABASE_PORT": SECRET}, {"NENKIN_PEERS": "[]"}]
)
def test_a_wrong_setting_is_named_without_its_value(
    wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = {"SERVICE": "identity", "CERTS_DIR": "/", "KAFKA_BOOTSTRAP": "x", "DATABASE_PORT": "1"}
    for name, value in {**{f"NENKIN_{n}": v for n, v in right.items()}, **wrong}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main(never, ServiceSettings, ["run"])
    assert next(iter(wrong)).removeprefix("NENKIN_") in str(ended.value).upper()
    assert SECRET not in str(ended.value)


@pytest.mark.parametrize(
    "main_file", sorted(SERVICES.glob("*/__main__.py")), ids=lambda file: file.parent.name
)
def test_a_service_looks_for_no_garbage_before_all_is_imported(main_file: Path) -> None:
    first = next(
        node
        for node in ast.parse(main_file.read_text()).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    )
    assert isinstance(first, ast.Import)
    assert [name.name for name in first.names] == ["services.chassis.still"]


def test_it_is_looked_for_again_once_the_service_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(_settings: ServiceSettings) -> Service:
        gc.disable()
        return cast(Service, SimpleNamespace(name="identity", commands=()))

    wanted = {"SERVICE": "identity", "CERTS_DIR": "/", "KAFKA_BOOTSTRAP": "x", "DATABASE_PORT": "1"}
    for name, value in wanted.items():
        monkeypatch.setenv(f"NENKIN_{name}", value)
    try:
        with pytest.raises(SystemExit):
            main(build, ServiceSettings, ["--help"])
        assert gc.isenabled()
    finally:
        gc.enable()
