"""What jps_reporting tells of corrections, as made-up owners hear it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID, uuid4, uuid5

from contracts.events import (
    CorrectionDecided,
    CorrectionForwarded,
    CorrectionGivenUp,
    DecisionTakenBack,
    ItemOutcome,
    ReportOwner,
    ReportProcessing,
)


class Reported(Protocol):
    """What was to be reported: the event, or an `Item`."""

    @property
    def item_id(self) -> UUID: ...

    @property
    def person_id(self) -> UUID: ...


@dataclass(frozen=True)
class Item:
    """An item, and whom it is about."""

    item_id: UUID
    person_id: UUID


def correction_sent(
    about: Reported,
    owner: ReportOwner,
    *,
    on: str = "2026-11-16",
    processing: ReportProcessing = ReportProcessing.CANCELLATION,
    serial: int = 2,
    **more: Any,
) -> CorrectionForwarded:
    """What takes the item back, or tells it once more, left on a medium."""
    values: dict[str, Any] = {
        "correction_id": uuid5(about.item_id, f"correction/{on}"), "item_id": about.item_id,
        "person_id": about.person_id, "owner": owner, "kind": "whatever",
        "processing": processing, "batch_id": uuid4(), "medium_serial": serial,
        "forwarded_on": date.fromisoformat(on), **more,
    }  # fmt: skip
    return CorrectionForwarded(**values)


def correction_decided(
    sent: CorrectionForwarded,
    *,
    on: str = "2026-11-24",
    outcome: ItemOutcome = ItemOutcome.ACCEPTED,
    **more: Any,
) -> CorrectionDecided:
    """What JPS decided on it; where it was returned, with a reason."""
    if outcome is ItemOutcome.RETURNED:
        more = {"return_code": "04", "return_reason": "記録と整合しない", **more}
    values: dict[str, Any] = {
        "decision_id": uuid5(sent.correction_id, on), "correction_id": sent.correction_id,
        "item_id": sent.item_id, "person_id": sent.person_id, "owner": sent.owner,
        "kind": sent.kind, "outcome": outcome, "decided_on": date.fromisoformat(on),
        "medium_serial": sent.medium_serial, **more,
    }  # fmt: skip
    return CorrectionDecided(**values)


def taken_away(
    about: Reported, owner: ReportOwner
) -> tuple[CorrectionForwarded, CorrectionDecided]:
    """An item that was taken back, and JPS took that on."""
    sent = correction_sent(about, owner)
    return sent, correction_decided(sent)


def given_up(
    about: Reported, owner: ReportOwner, *, on: str = "2026-11-18", **more: Any
) -> CorrectionGivenUp:
    """One that was settled, and two people gave it up before it was sent."""
    values: dict[str, Any] = {
        "correction_id": uuid5(about.item_id, f"given up/{on}"), "item_id": about.item_id,
        "person_id": about.person_id, "owner": owner, "kind": "whatever",
        "processing": ReportProcessing.CANCELLATION, "given_up_on": date.fromisoformat(on), **more,
    }  # fmt: skip
    return CorrectionGivenUp(**values)


def undecided(decision: CorrectionDecided) -> DecisionTakenBack:
    """That decision was about another's."""
    return DecisionTakenBack(
        decision_id=decision.decision_id, item_id=decision.item_id, person_id=decision.person_id,
        owner=decision.owner, kind=decision.kind, correction_id=decision.correction_id,
        decided_on=decision.decided_on,
    )  # fmt: skip
