"""What staff say in their own words: no control character gets as far as the database.

NUL the chassis refuses whatever the field (CH-0012); of the others each field is one line of text.
"""

from typing import Any
from uuid import uuid4

import pytest

from contracts.functions import Function
from tests.audit.calling import Caller
from tests.exemptions.applying import PATH, an_application
from tests.exemptions.counter import a_notice

pytestmark = pytest.mark.stack

STAFF = ("s001", Function.NOTICE_ACCEPT, Function.NOTICE_SETTLE, Function.PERSON_VIEW)
ONE = "00000000-0000-4000-8000-000000000001"
STEP = {"step": "not_needed", "taken_on": "2026-10-15"}


@pytest.mark.parametrize("wrong", ["\x00", "\n", "\x1b", "\x7f"])
@pytest.mark.parametrize(
    ("where", "field", "rest"),
    [
        (f"{PATH}/{ONE}/withdraw", "reason", {}),
        (f"/additional-premium-notices/{ONE}/withdraw", "reason", {}),
        (f"/exemption-consequences/{ONE}/note", "note", {}),
        (f"/exemption-decisions/{ONE}/settle", "done", {}),
        (f"/exemption-proposals/{ONE}/steps", "note", STEP),
        (f"{PATH}/{ONE}/settle", "acknowledged", {}),
    ],
    ids=["application", "notice", "consequence", "decision", "proposal", "acknowledged"],
)
async def test_control_characters_are_refused(
    call: Caller, where: str, field: str, rest: dict[str, Any], wrong: str
) -> None:
    text: Any = f"本人{wrong}の申出"
    said = [text] if field == "acknowledged" else text
    answer = await call(*STAFF, post=where, json={**rest, field: said})
    code = "CH-0012" if wrong == "\x00" else "CH-0001"
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "本人" not in answer.text


PROXY = {"name": "代理 花子", "relationship": "姉", "authority": "power_of_attorney"}


@pytest.mark.parametrize("field", ["name", "relationship"])
async def test_nor_is_one_taken_in_with_a_form(call: Caller, field: str) -> None:
    person = uuid4()
    for handed_in, path in (
        (an_application(person), PATH),
        (a_notice(person), "/additional-premium-notices"),
    ):
        handed_in["submission"]["identity_check"]["proxy"] = PROXY | {field: "花子\x1b"}
        answer = await call(*STAFF, post=path, json=handed_in)
        assert (answer.status_code, answer.json()["code"]) == (422, "EX-0103")
        assert [error["field"].split(".")[-1] for error in answer.json()["errors"]] == [field]
