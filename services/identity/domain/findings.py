"""What staff have to look at about numbers and persons, and what can be decided about it.

Nothing is merged or mended by itself: one proposes, another settles.
"""

from collections.abc import Mapping
from typing import Final

from contracts.codes import Code


class FindingKind(Code):
    """What was found, by the house or by staff."""

    NUMBER_CHANGED = "number_changed", "個人番号の変更"
    NUMBER_WITHDRAWN = "number_withdrawn", "個人番号の抹消"
    NUMBER_SHARED = "number_shared", "同一個人番号の重複"
    NUMBERS_DIFFER = "numbers_differ", "統合した個人の個人番号の相違"
    SAME_PERSON = "same_person", "二重登録の疑い"
    MERGE_DOUBTED = "merge_doubted", "統合の誤りの疑い"
    NUMBER_DOUBTED = "number_doubted", "個人番号の誤りの疑い"


OF_TWO: Final = frozenset(
    {FindingKind.NUMBER_SHARED, FindingKind.NUMBERS_DIFFER, FindingKind.SAME_PERSON,
     FindingKind.MERGE_DOUBTED}
)  # fmt: skip
"""Kinds that are about two persons."""


class FindingState(Code):
    """Where a finding stands."""

    OPEN = "open", "未処理"
    PROPOSED = "proposed", "提案中"
    SETTLED = "settled", "確定済"
    AWAITING_REGISTER = "awaiting_register", "住民記録の修正待ち"
    RESOLVED = "resolved", "解消済"
    """What it was about is gone: the register has told otherwise, or it was decided elsewhere."""
    NOTED = "noted", "記録のみ"


WAITING: Final = frozenset({FindingState.OPEN, FindingState.PROPOSED})
"""Staff have to do something."""
UNDECIDED: Final = WAITING | {FindingState.AWAITING_REGISTER}
"""It can still be proposed on."""


class Decision(Code):
    """What can be decided about a finding."""

    MERGE = "merge", "同一人として統合"
    KEEP_APART = "keep_apart", "別人として統合しない"
    SEPARATE = "separate", "統合を取り消して分離"
    KEEP_MERGED = "keep_merged", "統合のまま"
    NUMBER_WRONG = "number_wrong", "個人番号は誤り（提供を停止）"
    NUMBER_RIGHT = "number_right", "個人番号は正しい（提供停止を解除）"
    REGISTER_CORRECTS = "register_corrects", "住民記録の修正を依頼"
    CONFIRMED = "confirmed", "変更を確認（対応不要）"

    @property
    def names_person(self) -> bool:
        """Whether it says of one of the two persons something that is not so of the other."""
        return self in (Decision.NUMBER_WRONG, Decision.NUMBER_RIGHT)

    @property
    def leaves(self) -> FindingState:
        """The finding's state once it is settled."""
        if self is Decision.REGISTER_CORRECTS:
            return FindingState.AWAITING_REGISTER
        return FindingState.SETTLED


DECISIONS: Final[Mapping[FindingKind, tuple[Decision, ...]]] = {
    FindingKind.NUMBER_CHANGED: (
        Decision.CONFIRMED, Decision.NUMBER_WRONG, Decision.REGISTER_CORRECTS,
    ),
    FindingKind.NUMBER_WITHDRAWN: (Decision.CONFIRMED, Decision.REGISTER_CORRECTS),
    FindingKind.NUMBER_SHARED: (
        Decision.MERGE, Decision.NUMBER_WRONG, Decision.REGISTER_CORRECTS, Decision.KEEP_APART,
    ),
    FindingKind.NUMBERS_DIFFER: (
        Decision.SEPARATE, Decision.NUMBER_WRONG, Decision.REGISTER_CORRECTS,
    ),
    FindingKind.SAME_PERSON: (Decision.MERGE, Decision.KEEP_APART),
    FindingKind.MERGE_DOUBTED: (Decision.SEPARATE, Decision.KEEP_MERGED),
    FindingKind.NUMBER_DOUBTED: (
        Decision.NUMBER_WRONG, Decision.NUMBER_RIGHT, Decision.REGISTER_CORRECTS,
    ),
}  # fmt: skip
"""What can be decided about each kind."""
