"""What staff are told when the vault refuses: numbered, in Japanese, without personal data."""

from collections.abc import Sequence
from datetime import timedelta

from services.chassis.problems import Problem
from services.token_vault.domain.medium import Defect, DefectKind
from services.token_vault.domain.refusals import Refusal

_RELOAD = "画面を再読み込みして、個人番号をもう一度入力してください。"
_KEY_GONE = (Refusal.UNKNOWN_KEY, Refusal.DESTROYED_KEY, Refusal.WRONG_SUITE)
_MISTYPED = (Refusal.NOT_A_NUMBER, Refusal.WRONG_CHECK_DIGIT)

_DEFECTS = {
    DefectKind.UNKNOWN_TOKEN: ("TV-2101", "個人番号を特定できません。"),
    DefectKind.NOT_ENCODABLE: ("TV-2102", "媒体の文字コードで表せない文字があります。"),
    DefectKind.CONTROL_CHARACTER: ("TV-2103", "改行などの制御文字があります。"),
    DefectKind.NEEDS_QUOTING: ("TV-2104", "区切り文字または引用符があります。"),
}


def number_unknown() -> Problem:
    """Nobody with this number is known here."""
    return Problem(
        "TV-2001",
        404,
        "入力された個人番号の登録がありません。",
        action="番号を確認してください。転入直後の場合は、住民記録の連携後にもう一度検索してください。",
    )


def not_opened(refusal: Refusal) -> Problem:
    """The seal gave no number; which part of it failed is for the record, not for the screen."""
    if refusal in _MISTYPED:
        return Problem(
            "TV-2002",
            422,
            "個人番号に誤りがあります。",
            detail="12桁の数字でないか、検査用数字が一致しません。",
            action="本人確認書類の番号を確認して、もう一度入力してください。",
        )
    if refusal in _KEY_GONE:
        return Problem("TV-2003", 409, "暗号化に使われた鍵は使用できません。", action=_RELOAD)
    return Problem("TV-2004", 422, "暗号化された個人番号を開くことができません。", action=_RELOAD)


def quota_used(retry_after: timedelta) -> Problem:
    """The caller has done this as often as the quota allows until its period ends."""
    return Problem(
        "TV-2005",
        429,
        "利用回数の上限に達しました。",
        action="時間をおいて再度操作してください。業務上必要な場合は管理者に上限の変更を依頼してください。",
        headers={"Retry-After": str(int(retry_after.total_seconds()) + 1)},
    )


def no_keys() -> Problem:
    """The vault was never given keys."""
    return Problem(
        "TV-2006",
        503,
        "暗号鍵がまだ作成されていません。",
        action="管理者に token_vault の init-keys の実行を依頼してください。",
    )


def no_password() -> Problem:
    """No medium without the designated password (C25)."""
    return Problem(
        "TV-2105",
        409,
        "媒体のパスワードが設定されていません。",
        detail="日本年金機構から指定されたパスワードが必要です。",
        action="管理者に token_vault の set-medium-password による設定を依頼し、"
        "設定後にもう一度作成してください。",
    )


def cannot_fill(defects: Sequence[Defect]) -> Problem:
    """Some fields cannot go on the medium; each is named by its place in the order."""
    return Problem(
        "TV-2100",
        422,
        "媒体に記録できない項目があります。",
        detail="行と列は 0 から数えます（rows.行.列）。",
        action="該当する項目を修正してから、もう一度作成してください。",
        errors=[_error(defect) for defect in defects],
    )


def _error(defect: Defect) -> dict[str, str]:
    code, message = _DEFECTS[defect.kind]
    error = {"field": f"rows.{defect.row}.{defect.field}", "code": code, "message": message}
    return error if defect.position is None else error | {"position": str(defect.position)}
