"""What qualification refuses staff: numbered, in Japanese, with what to do (see the README)."""

from collections.abc import Sequence

from contracts.forms import Attachment, EntryState, FormError
from services.chassis.problems import Problem
from services.qualification.domain.missing_work import Step
from services.qualification.domain.reasons import Review


def no_value() -> Problem:
    """The files of parameters do not cover a day that a rule asked about."""
    return Problem(
        "QU-0001",
        500,
        "判定に必要な数値が登録されていない日付です。",
        action="管理者に連絡してください（parameters の有効期間の確認が必要です）。",
    )


def unknown_form() -> Problem:
    """No form of that kind on the day of receipt."""
    return Problem(
        "QU-0101",
        422,
        "この種類の届書は受け付けていません。",
        action="届書の種類と受付日を確認してください。",
        errors=[{"field": "form", "code": "QU-0101", "message": "届書の種類を選んでください。"}],
    )


def not_acceptable(errors: Sequence[FormError]) -> Problem:
    """The form as handed in has faults; each is an entry of ``errors``."""
    return Problem(
        "QU-0102",
        422,
        "届書の内容に誤りがあります。",
        detail="項目ごとの内容は errors を確認してください。",
        action="表示された項目を修正して、もう一度送信してください。",
        errors=[error.model_dump() for error in errors],
    )


def too_early() -> Problem:
    """The fact lies before the law that the parameters know."""
    message = "この制度で扱えない古い日付です。日付を確認してください。"
    return not_acceptable([FormError(field="values", code="QU-0112", message=message)])


def same_fact() -> Problem:
    """The same fact was notified already."""
    return Problem(
        "QU-0103",
        409,
        "同じ事実の届書が既に受け付けられています。",
        action="個人の画面で受付済みの届書を確認し、誤りの場合は取下げを行ってください。",
    )


def wrong_state(state: EntryState) -> Problem:
    """The notice is not in a state in which this can be done."""
    return Problem(
        "QU-0201",
        409,
        "この届書の状態では操作できません。",
        detail=f"現在の状態: {state.label}",
        action="届書の状態を確認してください。",
    )


def same_person() -> Problem:
    """Two people: who accepted it may not settle it."""
    return Problem(
        "QU-0202",
        403,
        "受け付けた本人は本登録できません。",
        action="別の職員が内容を確認して本登録してください。",
    )


def documents_missing(missing: Sequence[Attachment]) -> Problem:
    """Required documents are still missing."""
    return Problem(
        "QU-0203",
        409,
        "必要な書類が未提出のため本登録できません。",
        action="書類を確認して attachments に記録するか、省略できる場合は理由を選んでください。",
        errors=[
            {
                "field": f"attachments.{attachment.code}",
                "code": "QU-0203",
                "message": f"「{attachment.label}」が未提出です。",
            }
            for attachment in missing
        ],
    )


def without_effect(reviews: Sequence[Review]) -> Problem:
    """What is notified does not follow with the facts as they are."""
    return Problem(
        "QU-0204",
        409,
        "この届出による資格の変更を確認できないため本登録できません。",
        detail="理由は errors を確認してください。",
        action="住民記録と届書の日付を確認し、誤りの場合は取下げを行ってください。",
        errors=[
            {"field": "values", "code": review.code, "message": review.reason.sentence}
            for review in reviews
        ],
    )


def number_in_text(field: str = "reason") -> Problem:
    """An individual number stands where text belongs."""
    message = "個人番号が含まれています。個人番号は入力できません。"
    return Problem(
        "QU-0205",
        422,
        message,
        action="個人番号を除いて入力してください。",
        errors=[{"field": field, "code": "QU-0205", "message": message}],
    )


def too_much_to_print(most: int) -> Problem:
    """More receipts are asked for at once than one print holds."""
    message = f"一度に印刷できるのは{most}件までです。"
    return Problem(
        "QU-0605",
        422,
        message,
        action="受付番号の範囲を分けて印刷してください。",
        errors=[{"field": "last", "code": "QU-0605", "message": message}],
    )


def not_the_next_step(step: Step) -> Problem:
    """An entry of the work list is in a state from which this step does not follow."""
    return Problem(
        "QU-0501",
        409,
        "この対象者の状態では記録できません。",
        detail=f"現在の状態: {step.label}",
        action="経過を確認してください。",
    )


def step_day_wrong(message: str) -> Problem:
    """The day of a step lies in the future, or before the step it follows."""
    return Problem(
        "QU-0502",
        422,
        message,
        action="日付を確認してください。",
        errors=[{"field": "taken_on", "code": "QU-0502", "message": message}],
    )


def in_the_future() -> Problem:
    """Asked about a day that has not come."""
    return Problem(
        "QU-0301",
        422,
        "照会日が本日より後です。",
        action="本日以前の日を指定してください。",
        errors=[{"field": "as_of", "code": "QU-0301", "message": "本日以前の日にしてください。"}],
    )


def question_wrong(errors: Sequence[FormError]) -> Problem:
    """What was keyed in for a what-if cannot be; each fault is an entry of ``errors``."""
    return Problem(
        "QU-0401",
        422,
        "試算の前提に誤りがあります。",
        detail="項目ごとの内容は errors を確認してください。",
        action="表示された項目を修正してください。",
        errors=[error.model_dump() for error in errors],
    )


def cannot_conclude() -> Problem:
    """No calendar or parameter covers the dates keyed in."""
    return Problem(
        "QU-0402",
        422,
        "この日付では試算できません。",
        action="生年月日と各日付を確認してください。",
        errors=[{"field": "birth_date", "code": "QU-0402", "message": "日付を確認してください。"}],
    )


def not_mendable() -> Problem:
    """What is to be mended is no returned notice of this kind and person, or was mended."""
    return Problem(
        "QU-0601",
        409,
        "訂正の対象にできる返戻済みの届書ではありません。",
        detail="同じ人・同じ種類の届書で、機構返戻の状態にあり、まだ訂正されていないものに限ります。",
        action="返戻された届書の状態を確認してください。",
    )


def not_returned() -> Problem:
    """The report is not among those that wait for somebody to deal with a return."""
    return Problem(
        "QU-0602",
        409,
        "この報告は、返戻の処理を待つ状態ではありません。",
        action="返戻の一覧を表示し直してください。",
    )


def no_longer_follows() -> Problem:
    """The facts as they are now no longer give what was reported."""
    return Problem(
        "QU-0603",
        409,
        "現在の記録からは、報告した資格の得喪・種別変更が生じません。",
        action="個人の画面で現在の記録を確認し、再報告ではなく処理内容を記録してください。",
    )


def no_such_difference() -> Problem:
    """The difference does not wait for anybody: settled, gone, or never there."""
    return Problem(
        "QU-0604",
        409,
        "この相違は、処理を待つ状態ではありません。",
        action="相違の一覧を表示し直してください。",
    )


def take_back_proposed() -> Problem:
    """A proposal to take the notice back is open already."""
    return Problem(
        "QU-0701",
        409,
        "この届書の本登録取消は、既に提案されています。",
        action="別の職員が提案を確認して、同意するかどうかを登録してください。",
    )


def no_take_back_proposed() -> Problem:
    """Nobody has proposed to take the notice back."""
    return Problem(
        "QU-0702",
        409,
        "この届書の本登録取消は提案されていません。",
        action="取消が必要な場合は、先に理由を付けて提案してください。",
    )


def same_person_takes_back() -> Problem:
    """Two people: who proposed to take it back does not decide on it."""
    return Problem(
        "QU-0703",
        403,
        "本登録取消を提案した本人は、その確定をできません。",
        action="別の職員が内容を確認して確定してください。",
    )
