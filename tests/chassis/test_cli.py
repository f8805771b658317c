"""The command line tells what is wrong without telling what was set."""

import pytest

from services.chassis.cli import main
from services.chassis.service import Service
from services.chassis.settings import ServiceSettings

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
