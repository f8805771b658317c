"""Notices of exemption by law, as the counter sends them."""

from typing import Any
from uuid import UUID

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
