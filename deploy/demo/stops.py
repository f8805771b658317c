"""What stops the counter: somebody under 抑止, and somebody whom a colleague is editing (排他)."""

from dataclasses import dataclass
from datetime import datetime

from deploy.demo.counter import Counter
from services.chassis.clock import JAPAN


@dataclass(frozen=True, slots=True)
class Stops:
    """What was left standing for whoever looks next, and the refusals that were met."""

    blocked: str
    """Person id of who is under 異動抑止."""
    notice_refused: str
    """What the counter was told when a notice came of them."""
    waiting: str
    """Id of the block of another that waits for somebody to settle it."""
    edited: str
    """Person id of who is being edited."""
    edited_until: datetime
    lock_refused: str


def change_block(counter: Counter, person_id: str) -> None:
    """異動抑止 (who they are is being asked about): proposed by one, settled by another."""
    block_id = _propose(counter, person_id, "change", "stop", "identity_under_review")
    counter.settling.post(f"/blocks/{block_id}/settlement", {"agree": True})


def stopped(counter: Counter, blocked: str, warned: str, edited: str) -> Stops:
    """What then comes to the counter, and what stays to be looked at.

    ``warned``: of whom an アラート is proposed, which waits; ``edited``: whom the one who accepts
    begins to edit, and the one who settles would too.
    """
    refused = counter.accepting.refused("/notices", counter.resignation_notice(blocked))
    waiting = _propose(counter, warned, "inquiry", "warn", "own_request")
    lock = f"/persons/{edited}/lock"
    held = counter.accepting.post(lock, {})["lock"]
    until = datetime.fromisoformat(held["until"]).astimezone(JAPAN)
    return Stops(blocked, refused, waiting, edited, until, counter.settling.refused(lock, {}))


def _propose(counter: Counter, person_id: str, kind: str, level: str, reason: str) -> str:
    block = {
        "person_id": person_id, "kind": kind, "level": level, "reason": reason,
        "first": counter.today.isoformat(),
    }  # fmt: skip
    return str(counter.accepting.post("/blocks", block)["block_id"])
