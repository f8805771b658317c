"""Blocks (抑止): what may not be done for a person or a household, until somebody releases it.

Source: 住民記録システム標準仕様書, common functions (抑止): per person or household and per
operation, several at once, each stopping (エラー) or warning (アラート); setting, releasing and
releasing for a while are separate rights; a block does not end by itself when its last day passes;
one released for a while comes back.

A block is its steps, and how it stands follows from them and the moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from contracts.codes import Code


class BlockLevel(Code):
    """How far it goes."""

    STOP = "stop", "エラー（処理不可）"
    WARN = "warn", "アラート（警告表示）"


class BlockReason(Code):
    """Why [unverified: a municipality's own reasons; codes of the standard are not public]."""

    NUMBER_UNDER_REVIEW = "number_under_review", "個人番号の確認中"
    IDENTITY_UNDER_REVIEW = "identity_under_review", "本人確認の照会中"
    CORRECTION_UNDER_WAY = "correction_under_way", "記録の訂正手続中"
    GUARDIANSHIP = "guardianship", "成年後見等"
    OWN_REQUEST = "own_request", "本人からの申出"
    COURT_OR_OFFICE = "court_or_office", "裁判所等からの通知"
    OTHER = "other", "その他"


class BlockStepKind(Code):
    """What one staff member did with a block."""

    PROPOSED = "proposed", "設定の提案"
    SET = "set", "設定の確定"
    RELEASE_PROPOSED = "release_proposed", "解除の提案"
    RELEASED = "released", "解除の確定"
    REJECTED = "rejected", "提案の差戻し"
    LIFTED = "lifted", "一時解除"
    RESTORED = "restored", "一時解除の終了"


class BlockState(Code):
    """How a block stands at a moment."""

    PROPOSED = "proposed", "設定の確定待ち"
    REJECTED = "rejected", "設定せず（差戻し）"
    TO_COME = "to_come", "設定済み（開始前）"
    IN_FORCE = "in_force", "抑止中"
    LIFTED = "lifted", "一時解除中"
    OVERDUE = "overdue", "抑止中（期限経過、解除待ち）"
    RELEASED = "released", "解除済み"


class BlockRefusal(StrEnum):
    """Why a step cannot be taken; the value is the code of the README's table."""

    SAME_PERSON = "ID-0603"
    NOTHING_PROPOSED = "ID-0604"
    PROPOSED_ALREADY = "ID-0605"
    NOT_SET = "ID-0606"
    OVER = "ID-0607"
    NOT_LIFTED = "ID-0608"


class BlockStepRefused(Exception):
    """A step that the block's state or the rule of two people does not allow."""

    def __init__(self, refusal: BlockRefusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class BlockStep:
    """One step. ``until``: of a release for a while, when the block comes back."""

    kind: BlockStepKind
    staff_id: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the steps come to, whatever the moment."""

    is_set: bool
    over: bool
    """Released, or never agreed to."""
    pending: BlockStep | None
    """The proposal that waits for another."""
    lifted_until: datetime | None


def standing(steps: Sequence[BlockStep]) -> Standing:
    """Follow the steps, oldest first."""
    is_set, over, pending, lifted = False, False, None, None
    for step in steps:
        match step.kind:
            case BlockStepKind.PROPOSED | BlockStepKind.RELEASE_PROPOSED:
                pending = step
            case BlockStepKind.SET:
                is_set, pending = True, None
            case BlockStepKind.RELEASED:
                over, pending = True, None
            case BlockStepKind.REJECTED:
                over, pending = not is_set, None
            case BlockStepKind.LIFTED:
                lifted = step.until
            case BlockStepKind.RESTORED:
                lifted = None
    return Standing(is_set, over, pending, lifted)


def state(now: Standing, first: date, last: date | None, today: date, at: datetime) -> BlockState:
    """How it stands on a day and at a moment."""
    if now.over:
        return BlockState.RELEASED if now.is_set else BlockState.REJECTED
    if not now.is_set:
        return BlockState.PROPOSED
    if now.lifted_until is not None and at < now.lifted_until:
        return BlockState.LIFTED
    if today < first:
        return BlockState.TO_COME
    if last is not None and last < today:
        # It goes on until somebody releases it: nobody is let through by the calendar.
        return BlockState.OVERDUE
    return BlockState.IN_FORCE


def settle(now: Standing, staff_id: str, at: datetime, *, agree: bool) -> BlockStep:
    """Settle what another proposed, or send it back. Raises `BlockStepRefused`."""
    if now.over:
        raise BlockStepRefused(BlockRefusal.OVER)
    if now.pending is None:
        raise BlockStepRefused(BlockRefusal.NOTHING_PROPOSED)
    if now.pending.staff_id == staff_id:
        raise BlockStepRefused(BlockRefusal.SAME_PERSON)
    if not agree:
        return BlockStep(BlockStepKind.REJECTED, staff_id, at)
    setting = now.pending.kind is BlockStepKind.PROPOSED
    return BlockStep(BlockStepKind.SET if setting else BlockStepKind.RELEASED, staff_id, at)


def propose_release(now: Standing, staff_id: str, at: datetime) -> BlockStep:
    """Propose to release. Raises `BlockStepRefused`."""
    _demand_set(now)
    if now.pending is not None:
        raise BlockStepRefused(BlockRefusal.PROPOSED_ALREADY)
    return BlockStep(BlockStepKind.RELEASE_PROPOSED, staff_id, at)


def lift(now: Standing, staff_id: str, at: datetime, until: datetime) -> BlockStep:
    """Release for a while. Raises `BlockStepRefused`."""
    _demand_set(now)
    return BlockStep(BlockStepKind.LIFTED, staff_id, at, until)


def restore(now: Standing, staff_id: str, at: datetime) -> BlockStep:
    """Let it come back before its time. Raises `BlockStepRefused`."""
    _demand_set(now)
    if now.lifted_until is None or now.lifted_until <= at:
        raise BlockStepRefused(BlockRefusal.NOT_LIFTED)
    return BlockStep(BlockStepKind.RESTORED, staff_id, at)


def _demand_set(now: Standing) -> None:
    if now.over:
        raise BlockStepRefused(BlockRefusal.OVER)
    if not now.is_set:
        raise BlockStepRefused(BlockRefusal.NOT_SET)
