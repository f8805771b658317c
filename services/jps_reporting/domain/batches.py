"""Batches (送付単位): their states, and who may do what in which."""

from enum import StrEnum
from typing import Final

from services.jps_reporting.domain.items import Labelled


class BatchState(Labelled):
    """Where a batch is on its way to JPS."""

    COLLECTING = "collecting", "宛名照会中"
    CHECKED = "checked", "確認済"
    HAS_ERRORS = "has_errors", "エラーあり"
    SEALING = "sealing", "媒体作成中"
    SEALED = "sealed", "媒体作成済"
    SENT = "sent", "送付済"
    CANCELLED = "cancelled", "取消"


class Action(StrEnum):
    """What staff can do with a batch."""

    CHECK = "check"
    TAKE_OUT = "take_out"
    CANCEL = "cancel"
    SEAL = "seal"
    SEND = "send"
    DOWNLOAD = "download"
    VOID = "void"


_OPEN: Final = frozenset(
    {BatchState.COLLECTING, BatchState.CHECKED, BatchState.HAS_ERRORS, BatchState.SEALING}
)
ALLOWED: Final[dict[Action, frozenset[BatchState]]] = {
    Action.CHECK: _OPEN - {BatchState.COLLECTING},
    Action.TAKE_OUT: _OPEN,
    Action.CANCEL: _OPEN,
    # Sealing may be repeated until it is recorded: the vault's answer can be lost.
    Action.SEAL: frozenset({BatchState.CHECKED, BatchState.SEALING}),
    Action.SEND: frozenset({BatchState.SEALED}),
    Action.DOWNLOAD: frozenset({BatchState.SEALED, BatchState.SENT}),
    Action.VOID: frozenset({BatchState.SEALED}),
}
"""The states in which an action is possible."""


def allows(state: BatchState, action: Action) -> bool:
    """Whether ``action`` is possible in ``state``."""
    return state in ALLOWED[action]


def after_checking(*, complete: bool, errors: int) -> BatchState:
    """The state of a batch whose items were just checked; ``complete``: all answers are there."""
    if not complete:
        return BatchState.COLLECTING
    return BatchState.HAS_ERRORS if errors else BatchState.CHECKED
