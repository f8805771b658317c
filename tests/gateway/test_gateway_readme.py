"""The README against the code: the table of routes, the error codes, the settings it names."""

import re
from pathlib import Path

from services.chassis.settings import ServiceSettings
from services.gateway import routes
from services.gateway.routes.table import markdown
from services.gateway.settings import Settings

FOLDER = Path(routes.__file__).parents[1]
README = (FOLDER / "README.md").read_text(encoding="utf-8")
CODE = re.compile(r"GW-[0-9]{4}")


def test_table_of_routes_is_the_code_s() -> None:
    shown = README.partition("routes.table -->\n")[2].partition("<!-- end -->")[0]
    assert shown == markdown()


def test_every_error_code_is_explained() -> None:
    raised = {
        code
        for file in FOLDER.rglob("*.py")
        for code in CODE.findall(file.read_text(encoding="utf-8"))
    }
    explained = set(re.findall(r"^\| (GW-[0-9]{4}) \|", README, re.MULTILINE))
    assert raised <= explained


def test_settings_that_are_named_exist() -> None:
    known = {f"NENKIN_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"NENKIN_[A-Z_]+", README)) <= known


def test_every_setting_tells_its_variable() -> None:
    for name in Settings.model_fields.keys() - ServiceSettings.model_fields.keys():
        description = Settings.model_fields[name].description
        assert description is not None, name
        assert f"NENKIN_{name.upper()}" in description
