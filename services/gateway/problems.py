"""The gateway's own problems: numbered, in Japanese, with what to do. The README lists them."""

from datetime import timedelta

from services.chassis.problems import Problem
from services.gateway.domain.passwords import PasswordFault


def sign_in_failed() -> Problem:
    """User id or password is wrong, or the person may not sign in: which of them is not told."""
    return Problem(
        "GW-0101",
        401,
        "サインインできません。",
        detail="利用者IDまたはパスワードが正しくないか、利用できない利用者IDです。",
        action="入力内容を確認してください。分からない場合は管理者に連絡してください。",
    )


def too_many_attempts(wait: timedelta) -> Problem:
    """Nothing is looked at before the wait is over, not even a right password."""
    # Rounded up: told to come back early, a person would be refused again.
    seconds = max(1, -(-wait // timedelta(seconds=1)))
    return Problem(
        "GW-0102",
        429,
        "認証の失敗が続いたため、受付を停止しています。",
        detail=f"あと{seconds}秒間は、正しいパスワードでも受け付けません。",
        action="時間をおいて再度操作してください。解除が必要な場合は管理者に連絡してください。",
        headers={"Retry-After": str(seconds)},
    )


def no_session() -> Problem:
    """There is no session, or it has ended."""
    return Problem(
        "GW-0103",
        401,
        "サインインしていないか、セッションが終了しています。",
        action="もう一度サインインしてください。",
    )


def locked() -> Problem:
    """Nothing was done for too long: the password is asked again (C19)."""
    return Problem(
        "GW-0104",
        401,
        "操作がなかったため、画面をロックしています。",
        action="パスワードを入力してロックを解除してください。",
    )


def second_factor_due() -> Problem:
    """The password was right, the second factor is outstanding."""
    return Problem(
        "GW-0105",
        401,
        "二要素目の認証が完了していません。",
        action="認証を完了するか、もう一度サインインしてください。",
    )


def password_refused(faults: tuple[PasswordFault, ...]) -> Problem:
    """The new password is not good enough."""
    return Problem(
        "GW-0106",
        422,
        "このパスワードは使用できません。",
        action="errors の内容に従って、別のパスワードにしてください。",
        errors=[
            {"field": "new_password", "code": fault.value, "message": fault.label}
            for fault in faults
        ],
    )


def password_unchanged() -> Problem:
    """The new password is the one that there is."""
    return Problem(
        "GW-0107",
        422,
        "現在と同じパスワードには変更できません。",
        action="別のパスワードにしてください。",
    )


def cross_site() -> Problem:
    """The request may come from another site."""
    return Problem(
        "GW-0201",
        403,
        "この画面以外からの操作は受け付けません。",
        detail="Origin ヘッダーまたは X-Nenkin-Request ヘッダーを確認できません。",
        action="業務画面から操作し直してください。",
    )


def not_json() -> Problem:
    """A body that says it is something else than JSON."""
    return Problem(
        "GW-0202",
        415,
        "この形式の内容は受け付けません。",
        action="Content-Type を application/json にして送信してください。",
    )


def no_file() -> Problem:
    """A body that does not say it is a file, where one is taken."""
    return Problem(
        "GW-0203",
        415,
        "この操作ではファイルを送信してください。",
        action="Content-Type を text/csv または application/octet-stream にして、ファイルの内容を"
        "そのまま送信してください。",
    )


def unreachable(service: str) -> Problem:
    """The service behind does not answer."""
    return Problem(
        "GW-0301",
        503,
        "業務サービスに接続できません。",
        detail=f"サービス: {service}",
        action="時間をおいて再度操作し、続く場合は管理者に連絡してください。",
        headers={"Retry-After": "5"},
    )


def too_slow(service: str) -> Problem:
    """The service behind did not answer in time. What it was asked to do may have been done."""
    return Problem(
        "GW-0302",
        504,
        "業務サービスの応答が時間内にありません。",
        detail=f"サービス: {service}",
        action="登録の操作は完了している場合があります。結果を確認してから再度操作してください。",
    )


def bad_answer(service: str) -> Problem:
    """The service behind answered something that is no answer."""
    return Problem(
        "GW-0303",
        502,
        "業務サービスの応答を処理できません。",
        detail=f"サービス: {service}",
        action="続く場合は trace_id を添えて管理者に連絡してください。",
    )


def context_refused(service: str) -> Problem:
    """The service behind did not accept who the gateway says is acting: keys or clocks differ."""
    return Problem(
        "GW-0304",
        502,
        "業務サービスとの認証連携に失敗しました。",
        detail=f"サービス: {service}",
        action="trace_id を添えて管理者に連絡してください。",
    )


def request_too_slow() -> Problem:
    """The request was not complete, or not answered, in time."""
    return Problem(
        "GW-0305",
        504,
        "時間内に処理が完了しませんでした。",
        action="結果を確認してから再度操作してください。",
    )
