"""What exemptions answers when something cannot be done. The numbers are listed in the README."""

from collections.abc import Iterable

from contracts.forms import Attachment, EntryState, Finding, FormError
from services.chassis.problems import Problem
from services.exemptions.domain.proposed import Step
from services.exemptions.stores.entries import Entry


def person_unknown() -> Problem:
    """No person event has come for this person."""
    return Problem(
        "EX-0101",
        409,
        "この方の住民情報がまだ届いていません。",
        action="時間をおいて、もう一度受け付けてください。",
    )


def no_such_form() -> Problem:
    """There is no form of that kind on the day of receipt."""
    return Problem(
        "EX-0102",
        404,
        "該当する様式がありません。",
        detail="様式の種類、又は受付日に有効な様式がありません。",
        action="様式の種類と受付日を確認してください。",
    )


def faulty_form(errors: Iterable[FormError]) -> Problem:
    """The form is not filled in as it has to be."""
    return Problem(
        "EX-0103",
        422,
        "申請書・申出書の入力内容に誤りがあります。",
        action="表示された項目を確認して、もう一度送信してください。",
        errors=[error.model_dump() for error in errors],
    )


def another_open() -> Problem:
    """A notice of this person waits to be settled."""
    return Problem(
        "EX-0104",
        409,
        "この方には審査前の申出書があります。",
        action="先に受け付けた申出書を本登録又は取下げとしてから受け付けてください。",
    )


def refused(findings: Iterable[Finding]) -> Problem:
    """The examination found that the notice cannot be accepted."""
    return Problem(
        "EX-0105",
        409,
        "申出の要件を満たしていません。",
        detail="理由は errors を確認してください。",
        action="理由ごとの対処に従ってください。誤りがなければ本人に説明してください。",
        errors=[_as_error(finding) for finding in findings],
    )


def wrong_state(state: EntryState) -> Problem:
    """A notice in this state does not become what was asked."""
    return Problem(
        "EX-0106",
        409,
        "この届書・申請書の状態では、その操作はできません。",
        detail=f"現在の状態: {state.label}",
        action="届書・申請書の状態を確認してください。",
    )


def same_person() -> Problem:
    """Who accepted a notice does not settle it."""
    return Problem(
        "EX-0107",
        403,
        "受け付けた職員は本登録できません。",
        action="他の職員に審査を依頼してください。",
    )


def documents_missing(missing: Iterable[Attachment]) -> Problem:
    """Required documents have not been seen."""
    return Problem(
        "EX-0108",
        409,
        "未提出の書類があるため本登録できません。",
        action="書類を確認し、確認済又は省略の理由を入力してください。",
        errors=[
            {
                "field": f"attachments.{attachment.code}",
                "code": "EX-0108",
                "message": f"「{attachment.label}」が未提出です。",
            }
            for attachment in missing
        ],
    )


def not_looked_at(findings: Iterable[Finding]) -> Problem:
    """There is something that whoever settles has to look at first."""
    return Problem(
        "EX-0109",
        409,
        "確認を要する事項があります。",
        action="内容を確認し、確認した事項を選んで本登録してください。",
        errors=[_as_error(finding) for finding in findings],
    )


def number_in_reason() -> Problem:
    """A reason holds an individual number."""
    return Problem(
        "EX-0110",
        422,
        "取下げの理由に個人番号が含まれています。",
        action="個人番号を除いて入力してください。",
    )


def nothing_to_do(state: str) -> Problem:
    """A consequence that is noted already, or that nothing has to be done about."""
    return Problem(
        "EX-0701",
        409,
        "対応を記録する必要のない項目です。",
        detail=f"現在の状態: {state}",
        action="一覧を表示し直してください。",
    )


def not_mendable() -> Problem:
    """What is to be mended is no returned entry of this person and kind, or is mended already."""
    return Problem(
        "EX-0111",
        409,
        "返戻された届書ではないため、再提出として受け付けられません。",
        action="返戻された同じ種類の届書を選ぶか、新しい届書として受け付けてください。",
    )


def take_back_proposed() -> Problem:
    """A proposal to take the entry back is open already."""
    return Problem(
        "EX-0801",
        409,
        "この届書・申請書の本登録取消は、既に提案されています。",
        action="別の職員が提案を確認して、同意するかどうかを登録してください。",
    )


def no_take_back_proposed() -> Problem:
    """Nobody has proposed to take the entry back."""
    return Problem(
        "EX-0802",
        409,
        "この届書・申請書の本登録取消は提案されていません。",
        action="取消が必要な場合は、先に理由を付けて提案してください。",
    )


def same_person_takes_back() -> Problem:
    """Two people: who proposed to take it back does not decide on it."""
    return Problem(
        "EX-0803",
        403,
        "本登録取消を提案した職員は、その可否を決定できません。",
        action="別の職員が内容を確認して確定してください。",
    )


def sent_already(state: EntryState) -> Problem:
    """JPS has it: what is wrong about it is for JPS to correct."""
    return Problem(
        "EX-0804",
        409,
        "日本年金機構へ送付済のため、本登録を取り消せません。",
        detail=f"現在の状態: {state.label}",
        action="誤りは年金事務所に訂正を申し出てください。免除等の取消しを本人が希望するときは、"
        "取消申請を記録してください。",
    )


def on_medium(serial: int) -> Problem:
    """It cannot be taken out of a medium any more, and would go all the same."""
    return Problem(
        "EX-0806",
        409,
        "報告が送付前の媒体に記録されているため、本登録を取り消せません。",
        detail=f"媒体通番: {serial}",
        action="先に、報告データ作成の担当者へ媒体の取消しを依頼し、取り消された後にもう一度操作してください。"
        "媒体を送付するときは、送付した後に年金事務所に訂正を申し出てください。",
    )


def others_rest_on_it(resting: Iterable[Entry]) -> Problem:
    """Later entries were handed in or settled because this one stands."""
    return Problem(
        "EX-0805",
        409,
        "この本登録を前提とする届書・申請書があるため、取り消せません。",
        action="先に、表示された届書・申請書を取下げ又は本登録取消としてください。",
        errors=[
            {
                "field": "entry_id",
                "code": "EX-0805",
                "message": f"受付番号 {other.receipt}（{other.state.label}）",
            }
            for other in resting
        ],
    )


def no_such_work() -> Problem:
    """The decision is not on the list of those that need work."""
    return Problem(
        "EX-0301",
        404,
        "対応を要する決定の一覧にありません。",
        action="一覧を再表示してください。",
    )


def not_with_jps() -> Problem:
    """A request can only be noted on an application that was forwarded."""
    return Problem(
        "EX-0302",
        409,
        "日本年金機構へ送付した申請ではありません。",
        action="送付前の申請は、取下げとしてください。",
    )


def day_of_request() -> Problem:
    """The day of a request is before the application, or in the future."""
    return Problem(
        "EX-0303",
        422,
        "申請・請求の年月日に誤りがあります。",
        action="免除等の申請日から本日までの日を入力してください。",
    )


def noted_already() -> Problem:
    """The same request of that day is noted already."""
    return Problem(
        "EX-0304",
        409,
        "同じ日の同じ申請・請求が既に記録されています。",
        action="記録を確認してください。",
    )


def too_much_to_print(most: int) -> Problem:
    """More receipts than one print holds."""
    return Problem(
        "EX-0601",
        422,
        "一度に印刷できる件数を超えています。",
        detail=f"一度に印刷できるのは{most}件までです。",
        action="受付番号の範囲を分けて印刷してください。",
    )


def question_wrong(errors: Iterable[FormError]) -> Problem:
    """A what-if question says what cannot be."""
    return Problem(
        "EX-0401",
        422,
        "試算の前提に誤りがあります。",
        action="表示された項目を確認して、もう一度送信してください。",
        errors=[error.model_dump() for error in errors],
    )


def no_figure() -> Problem:
    """A what-if question asks about months for which the parameters have no threshold."""
    return Problem(
        "EX-0402",
        422,
        "試算できない月が含まれています。",
        detail="基準額等が登録されていない年月です。",
        action="試算する月と申請日を確認してください。",
    )


def not_the_next_step(step: Step) -> Problem:
    """An entry of the work list is in a state from which this step does not follow."""
    return Problem(
        "EX-0501",
        409,
        "この対象者の状態では記録できません。",
        detail=f"現在の状態: {step.label}",
        action="経過を確認してください。",
    )


def step_wrong(field: str, message: str, action: str) -> Problem:
    """A step's day or note is not as it has to be."""
    return Problem(
        "EX-0502",
        422,
        message,
        action=action,
        errors=[{"field": field, "code": "EX-0502", "message": message}],
    )


def _as_error(finding: Finding) -> dict[str, str]:
    message = " ".join(filter(None, (finding.message, finding.action)))
    error = {"field": "examination", "code": finding.code, "message": message}
    return error | ({"article": finding.article} if finding.article else {})
