"""What staff are told of blocks (ID-06xx) and of the editing lock (ID-07xx)."""

from collections.abc import Mapping
from typing import Final

from contracts.eras import wareki
from contracts.events import BlockKind
from services.chassis.clock import JAPAN
from services.chassis.problems import Problem
from services.identity.domain.blocks import BlockReason, BlockRefusal
from services.identity.stores.edit_locks import EditLock

_REFUSALS: Final[Mapping[BlockRefusal, tuple[str, str]]] = {
    BlockRefusal.SAME_PERSON: ("提案した職員は確定できません。", "別の職員が確定してください。"),
    BlockRefusal.NOTHING_PROPOSED: (
        "確定待ちの提案がありません。",
        "設定または解除を提案し、別の職員が確定してください。",
    ),
    BlockRefusal.PROPOSED_ALREADY: (
        "確定待ちの提案があります。",
        "別の職員が提案を確定し、または差し戻してください。",
    ),
    BlockRefusal.NOT_SET: (
        "この抑止はまだ設定されていません。",
        "先に別の職員が設定を確定してください。",
    ),
    BlockRefusal.OVER: (
        "この抑止は既に終わっています。",
        "必要な場合は新たに設定を提案してください。",
    ),
    BlockRefusal.NOT_LIFTED: ("一時解除中ではありません。", "内容を表示し直してください。"),
}


def blocked(kind: BlockKind, reason: BlockReason) -> Problem:
    """A block stops what was asked for."""
    return Problem(
        "ID-0601",
        403,
        f"{kind.label}が設定されているため、処理できません。",
        detail=f"理由: {reason.label}",
        action="抑止の解除または一時解除の権限を持つ職員に確認してください。",
    )


def nobody_to_block() -> Problem:
    """Whom a block is to be set on is not there, or not for the caller."""
    return Problem(
        "ID-0602",
        422,
        "抑止の対象が見つかりません。",
        action="個人を検索し直してください。",
        errors=[{"field": "person_id", "message": "該当する個人または世帯がありません。"}],
    )


def block_refused(refusal: BlockRefusal) -> Problem:
    """A step of a block that cannot be taken."""
    title, action = _REFUSALS[refusal]
    return Problem(refusal.value, 409, title, action=action)


def locked_by_another(lock: EditLock) -> Problem:
    """Another edits this person's entries. Their department is told, their name is not."""
    since, until = lock.taken_at.astimezone(JAPAN), lock.expires_at.astimezone(JAPAN)
    return Problem(
        "ID-0701",
        409,
        "他の職員が編集中です。",
        detail=f"{lock.department}の職員が{wareki(since.date())}{since:%H時%M分}から編集しています。",
        action=f"{until:%H時%M分}に自動で解除されます。急ぐ場合は編集を引き継いでください。",
    )


def not_locked() -> Problem:
    """A lock to be given back that the caller does not hold."""
    return Problem(
        "ID-0702",
        409,
        "編集権を持っていません。",
        detail="時間の経過により解除されたか、他の職員が引き継いでいます。",
        action="内容を表示し直してください。",
    )
