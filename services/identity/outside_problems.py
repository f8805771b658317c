"""What staff are told about people who are not on the register (住登外者): ID-08xx."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.chassis.problems import Problem
from services.identity.domain.outside import OutsideRefusal

_REFUSALS: Final[Mapping[OutsideRefusal, tuple[int, str, str]]] = {
    OutsideRefusal.KNOWN_ALREADY: (
        409, "4情報が一致する方が既に登録されています。", "既存の宛名を使用してください。",
    ),
    OutsideRefusal.NOT_LOOKED_AT: (
        409, "似た方、又はこの個人番号の登録されている方がいます。",
        "候補を確認し、別人であれば確認した候補を指定して登録してください。",
    ),
    OutsideRefusal.SAME_PERSON: (
        409, "提案した職員は確定できません。", "別の職員が確定してください。",
    ),
    OutsideRefusal.OVER: (
        409, "この提案は既に処理されています。", "一覧を表示し直してください。",
    ),
    OutsideRefusal.ANOTHER_WAITS: (
        409, "この方について確定待ちの提案があります。",
        "別の職員が提案を確定し、または差し戻してください。",
    ),
    OutsideRefusal.NOT_OUTSIDE: (
        422, "住登外者として登録された方ではありません。",
        "住民記録の内容は住民記録システムで訂正してください。",
    ),
    OutsideRefusal.CANCELLED: (
        409, "この登録は取り消されています。", "必要な場合は新たに登録してください。",
    ),
    OutsideRefusal.NO_SUCH_RECORD: (
        422, "引き継ぐ記録が見つかりません。", "該当者なしの一覧を表示し直してください。",
    ),
    OutsideRefusal.NUMBER_THEIRS: (
        409, "この個人番号は、この方に既に登録されています。", "個人の画面を表示し直してください。",
    ),
}  # fmt: skip


def outside_refused(refusal: OutsideRefusal) -> Problem:
    """Something about such a person that cannot be done."""
    status, title, action = _REFUSALS[refusal]
    return Problem(refusal.value, status, title, action=action)


def of_foreigners_alone(items: Sequence[str]) -> Problem:
    """Items that somebody Japanese does not have."""
    return Problem(
        "ID-0810",
        422,
        "通称・在留資格は、外国人の方についてのみ登録できます。",
        action="国籍を確認するか、通称・在留資格を空欄にしてください。",
        errors=[{"field": item, "message": "国籍が日本の方には入力できません。"} for item in items],
    )


def day_ahead(field: str) -> Problem:
    """A day that lies in the future, or cannot be read."""
    return Problem(
        "ID-0809",
        422,
        "日付を確認してください。",
        action="本日までの日付を入力してください。",
        errors=[{"field": field, "message": "本日までの日付として読み取れません。"}],
    )
