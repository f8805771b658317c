"""What claims answers when something cannot be done. The numbers are listed in the README."""

from collections.abc import Iterable

from contracts.forms import Attachment, EntryState, Finding, FormError
from services.chassis.problems import Problem


def person_unknown() -> Problem:
    """No person event has come for the deceased."""
    return Problem(
        "CL-0101",
        409,
        "受給権者の住民情報がまだ届いていません。",
        action="時間をおいて、もう一度受け付けてください。",
    )


def too_much_to_print(most: int) -> Problem:
    """More receipts than one print holds."""
    return Problem(
        "CL-0601",
        422,
        "一度に印刷できる件数を超えています。",
        detail=f"一度に印刷できるのは{most}件までです。",
        action="受付番号の範囲を分けて印刷してください。",
    )


def no_such_form() -> Problem:
    """There is no form of that kind on the day of receipt."""
    return Problem(
        "CL-0102",
        404,
        "該当する様式がありません。",
        detail="様式の種類、又は受付日に有効な様式がありません。",
        action="様式の種類と受付日を確認してください。",
    )


def faulty_form(errors: Iterable[FormError]) -> Problem:
    """The form is not filled in as it has to be."""
    return Problem(
        "CL-0103",
        422,
        "請求書の入力内容に誤りがあります。",
        action="表示された項目を確認して、もう一度送信してください。",
        errors=[error.model_dump() for error in errors],
    )


def another_open() -> Problem:
    """A claim of this claimant on this death waits to be settled."""
    return Problem(
        "CL-0104",
        409,
        "この請求者の審査前の請求書があります。",
        action="先に受け付けた請求書を本登録又は取下げとしてから受け付けてください。",
    )


def refused(findings: Iterable[Finding]) -> Problem:
    """The examination found that the claim cannot be accepted."""
    return Problem(
        "CL-0105",
        409,
        "この請求は受け付けられません。",
        detail="理由は errors を確認してください。",
        action="理由ごとの対処に従ってください。誤りがなければ請求者に説明してください。",
        errors=[_as_error(finding) for finding in findings],
    )


def wrong_state(state: EntryState) -> Problem:
    """A claim in this state does not become what was asked."""
    return Problem(
        "CL-0106",
        409,
        "この請求書の状態では、その操作はできません。",
        detail=f"現在の状態: {state.label}",
        action="請求書の状態を確認してください。",
    )


def same_person() -> Problem:
    """Who accepted a claim does not settle it."""
    return Problem(
        "CL-0107",
        403,
        "受け付けた職員は本登録できません。",
        action="他の職員に審査を依頼してください。",
    )


def documents_missing(missing: Iterable[Attachment]) -> Problem:
    """Required documents have not been seen."""
    return Problem(
        "CL-0108",
        409,
        "未提出の書類があるため本登録できません。",
        action="書類を確認し、確認済又は省略の理由を入力してください。",
        errors=[
            {
                "field": f"attachments.{attachment.code}",
                "code": "CL-0108",
                "message": f"「{attachment.label}」が未提出です。",
            }
            for attachment in missing
        ],
    )


def not_looked_at(findings: Iterable[Finding]) -> Problem:
    """There is something that whoever settles has to look at first."""
    return Problem(
        "CL-0109",
        409,
        "確認を要する事項があります。",
        action="内容を確認し、確認した事項を選んで本登録してください。",
        errors=[_as_error(finding) for finding in findings],
    )


def number_in_reason() -> Problem:
    """A reason holds an individual number."""
    return Problem(
        "CL-0110",
        422,
        "取下げの理由に個人番号が含まれています。",
        action="個人番号を除いて入力してください。",
    )


def _as_error(finding: Finding) -> dict[str, str]:
    message = " ".join(filter(None, (finding.message, finding.action)))
    error = {"field": "examination", "code": finding.code, "message": message}
    return error | ({"article": finding.article} if finding.article else {})
