"""The made-up city's staff: who they are and what each may do (C16).

Nobody settles what they may propose alone: where a function proposes or accepts, another of the
staff holds the one that settles it, and where two of one function decide (taking back, 本登録取消;
corrections), another holds that too. Who settles may read what they settle. The right to see sealed
persons is held by those who keep support measures, with what they need to work on such persons; the
auditor sees records alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.functions import Function

CLERK: Final = "uketsuke01"
"""Accepts notices and builds batches."""
REVIEWER: Final = "shinsa01"
"""Settles what another accepted, and makes media."""
SECOND_REVIEWER: Final = "shinsa02"
"""The same: decides what the first one proposed to take back."""
PROTECTOR: Final = "shien01"
"""Enters support measures, accepts notices of those who are sealed, and builds their batches."""
PROTECTION_CHIEF: Final = "shien02"
"""Settles support measures and what was accepted of those who are sealed, and makes their media."""
SECOND_PROTECTION_CHIEF: Final = "shien03"
"""The same: decides what the first one proposed about those who are sealed."""
AUDITOR: Final = "kansa01"
"""Reads the records of what was done, and no personal data (C35)."""
ADMINISTRATOR: Final = "kanri01"
"""Keeps staff and rights."""


@dataclass(frozen=True, slots=True)
class Member:
    """One staff member: name, department, role in a word, functions."""

    name: str
    department: str
    role: str
    functions: tuple[Function, ...]


_LOOKS = (Function.PERSON_SEARCH, Function.PERSON_VIEW, Function.FACTS_VIEW)
_REVIEWS = (
    *_LOOKS, Function.NUMBER_REVEAL, Function.PERSON_EDIT, Function.NOTICE_SETTLE,
    Function.LINK_PROPOSE, Function.LINK_SETTLE, Function.OUTSIDE_PROPOSE, Function.OUTSIDE_SETTLE,
    Function.BLOCK_PROPOSE, Function.BLOCK_SETTLE, Function.BLOCK_LIFT,
    Function.BATCH_BUILD, Function.BATCH_SEAL, Function.RESULT_TAKE,
)  # fmt: skip
_PROTECTS = (
    *_LOOKS, Function.SEALED_VIEW, Function.MEASURE_SETTLE, Function.NOTICE_SETTLE,
    Function.LINK_PROPOSE, Function.LINK_SETTLE,
    Function.BLOCK_PROPOSE, Function.BLOCK_SETTLE, Function.BLOCK_LIFT,
    Function.BATCH_BUILD, Function.BATCH_SEAL, Function.RESULT_TAKE,
)  # fmt: skip

STAFF: Final[Mapping[str, Member]] = {
    CLERK: Member(
        "受付　花子",
        "中央区市民総合窓口課",
        "窓口（受付・提案）",
        (
            *_LOOKS, Function.NUMBER_LOOKUP, Function.PERSON_EDIT, Function.NOTICE_ACCEPT,
            Function.LINK_PROPOSE, Function.OUTSIDE_PROPOSE, Function.BLOCK_PROPOSE,
            Function.BATCH_BUILD, Function.RESULT_TAKE,
        ),
    ),
    REVIEWER: Member("審査　一郎", "健康保険課", "審査（確定）・媒体", _REVIEWS),
    SECOND_REVIEWER: Member("審査　直子", "健康保険課", "審査（確定）・媒体", _REVIEWS),
    PROTECTOR: Member(
        "支援　文子",
        "区政推進課（支援措置担当）",
        "支援措置（仮登録・提案）・別媒体",
        (
            *_LOOKS, Function.SEALED_VIEW, Function.MEASURE_PROPOSE, Function.PERSON_EDIT,
            Function.NOTICE_ACCEPT, Function.LINK_PROPOSE, Function.BLOCK_PROPOSE,
            Function.BATCH_BUILD, Function.RESULT_TAKE,
        ),
    ),
    PROTECTION_CHIEF: Member(
        "支援　正", "区政推進課（支援措置担当）", "支援措置（確定）・別媒体", _PROTECTS
    ),
    SECOND_PROTECTION_CHIEF: Member(
        "支援　恵", "区政推進課（支援措置担当）", "支援措置（確定）・別媒体", _PROTECTS
    ),
    AUDITOR: Member(
        "監査　誠", "行政管理課（内部監査）", "記録の点検のみ", (Function.AUDIT_REVIEW,)
    ),
    ADMINISTRATOR: Member(
        "管理　実", "情報システム課", "利用者管理のみ", (Function.STAFF_ADMIN,)
    ),
}  # fmt: skip


def who_can_do_what() -> Iterator[str]:
    """Each of the staff with the functions they hold, as lines to be read."""
    for user_id, member in STAFF.items():
        yield f"{user_id}  {member.name}（{member.department}）{member.role}"
        yield f"    {'、'.join(function.label for function in member.functions)}"
