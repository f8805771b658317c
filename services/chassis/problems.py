"""Errors for people, as RFC 9457 problem documents: numbered, in Japanese, with what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Raise it anywhere in a request; the chassis answers with it.

    ``code`` is the number (``QU-0101``), ``title`` what is wrong, ``detail`` more of it, ``action``
    what the staff member can do now (対処), ``errors`` one entry a field. No personal data in any.
    """

    def __init__(
        self,
        code: str,
        status: int,
        title: str,
        *,
        detail: str | None = None,
        action: str | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
        self.action = action
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def document(self, trace_id: str | None = None) -> dict[str, Any]:
        """The document's members; absent ones are left out."""
        members = {
            "type": f"urn:nenkin:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "action": self.action,
            "errors": [dict(error) for error in self.errors] or None,
            "trace_id": trace_id,
        }
        return {name: value for name, value in members.items() if value is not None}


def invalid_request(errors: Sequence[Mapping[str, str]]) -> Problem:
    """What was sent does not have the form that was asked for."""
    return Problem(
        "CH-0001",
        422,
        "入力内容に誤りがあります。",
        detail="項目ごとの内容は errors を確認してください。",
        action="表示された項目を修正して、もう一度送信してください。",
        errors=errors,
    )


def unreadable_body() -> Problem:
    """The body is no JSON."""
    return Problem(
        "CH-0002",
        400,
        "送信された内容を読み取れません。",
        action="JSON 形式で送信してください。",
    )


def not_found() -> Problem:
    """No such thing, or none for this caller (sealed means absent: the two look alike)."""
    return Problem(
        "CH-0003",
        404,
        "該当するデータがありません。",
        action="指定した内容を確認してください。",
    )


def peer_not_allowed() -> Problem:
    """The certificate's holder may not call this."""
    return Problem("CH-0004", 403, "この機能を呼び出す権限がありません。")


def no_staff_context(reason: str) -> Problem:
    """The gateway's statement of who is acting is missing or does not hold."""
    return Problem(
        "CH-0005",
        401,
        "職員の認証情報を確認できません。",
        detail=reason,
        action="もう一度サインインしてください。",
    )


def function_not_allowed(label: str) -> Problem:
    """The staff member may not do this."""
    return Problem(
        "CH-0006",
        403,
        "この操作を行う権限がありません。",
        detail=f"必要な権限機能: {label}",
        action="必要な場合は所属の管理者に権限の付与を申請してください。",
    )


def too_large(limit: int) -> Problem:
    """The body is larger than the service takes."""
    return Problem("CH-0007", 413, "送信された内容が大きすぎます。", detail=f"上限 {limit} バイト")


def internal() -> Problem:
    """Our fault; the log has it under the trace id."""
    return Problem(
        "CH-0008",
        500,
        "処理中に障害が発生しました。",
        action="時間をおいて再度操作し、続く場合は trace_id を添えて管理者に連絡してください。",
    )


def unavailable() -> Problem:
    """A part that this needs is not to be reached now."""
    return Problem(
        "CH-0009",
        503,
        "現在この機能を利用できません。",
        action="時間をおいて再度操作してください。",
        headers={"Retry-After": "5"},
    )


def method_not_allowed(headers: Mapping[str, str] | None = None) -> Problem:
    """The path exists, the method does not; ``headers`` say which do (Allow)."""
    return Problem("CH-0010", 405, "この操作方法には対応していません。", headers=headers)


def too_slow() -> Problem:
    """The body did not come in time."""
    return Problem(
        "CH-0011",
        408,
        "送信が時間内に完了しませんでした。",
        action="通信状態を確認して、もう一度送信してください。",
    )


def unstorable() -> Problem:
    """A text holds what no database keeps: U+0000, or half a surrogate pair."""
    return Problem(
        "CH-0012",
        422,
        "入力内容に使用できない文字が含まれています。",
        action="制御文字や不完全な文字を取り除いて、もう一度送信してください。",
    )
