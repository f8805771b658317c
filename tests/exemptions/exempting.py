"""Notices of exemption by law, as the counter sends them."""

from typing import Any
from uuid import UUID

from tests.audit.calling import Caller
from tests.exemptions.applying import CHIEF, CLERK

NOTICES = "/exemption-notices"
CHECKED = {
    "maternity": ["due-day-document", "birth-document"],
    "child_care": ["relation-document", "child-document", "raising-document"],
}
EXPECTS = {"due_on": "R8.11.10", "multiple": False}


def a_notice(
    person_id: UUID, kind: str, values: dict[str, Any], notified_on: str = "R8.10.15"
) -> dict[str, Any]:
    """A notice as the counter sends it, with its documents seen."""
    card = "individual_number_card"
    return {
        "person_id": str(person_id),
        "kind": kind,
        "submission": {
            "received_on": "2026-10-15",
            "channel": "counter",
            "values": {"notified_on": notified_on, "attributes_match": True, **values},
            "attachments": [{"code": code, "state": "checked"} for code in CHECKED.get(kind, [])],
            "identity_check": {"number": card, "person": card},
        },
    }


def expecting(person_id: UUID) -> dict[str, Any]:
    """A notice of a birth in November 2026."""
    return a_notice(person_id, "maternity", EXPECTS)


async def notify(call: Caller, notice: dict[str, Any]) -> None:
    """Hand a notice in and have it settled by another."""
    answer = await call(*CLERK, post=NOTICES, json=notice)
    assert answer.status_code == 201, answer.text
    where = f"{NOTICES}/{answer.json()['notice']['notice_id']}/settle"
    answer = await call(*CHIEF, post=where)
    assert answer.status_code == 200, answer.text
