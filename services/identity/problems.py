"""What staff are told when something cannot be done: ID-01xx search, ID-02xx matching,
ID-03xx findings about numbers and persons, ID-05xx support measures."""

from collections.abc import Mapping
from typing import Final

from services.chassis.problems import Problem
from services.identity.domain.measures import Refusal


def unreadable_birth_date() -> Problem:
    """A birth date that is none."""
    return Problem(
        "ID-0101",
        422,
        "生年月日を読み取れません。",
        action="「1985-05-02」「昭和60年5月2日」「1985-05」「昭和60年」のように入力してください。",
        errors=[{"field": "birth_date", "message": "年月日、年月または年として読み取れません。"}],
    )


def nothing_to_search_by(fields: list[str]) -> Problem:
    """Criteria of which nothing is left once folded."""
    return Problem(
        "ID-0102",
        422,
        "検索に使える文字がありません。",
        detail="空白、長音、ハイフンなどの記号は検索では無視されます。",
        action="氏名、フリガナまたは番号を1文字以上入力してください。",
        errors=[
            {"field": field, "message": "検索に使える文字を入力してください。"} for field in fields
        ],
    )


def facts_refused(purpose: str) -> Problem:
    """Facts that the purpose table does not list for what they are asked for."""
    return Problem(
        "ID-0901",
        403,
        "この事務では照会できない項目が含まれています。",
        detail=f"事務: {purpose}",
        action="事務と項目を確認してください。照会できる項目は番号利用条例と事務の根拠条文で定まります。",
    )


def kana_too_short() -> Problem:
    """One kana as part of a name: nearly everybody's has it."""
    return Problem(
        "ID-0104",
        422,
        "フリガナの部分一致には2文字以上が必要です。",
        action="フリガナを2文字以上入力するか、前方一致で検索してください。",
        errors=[{"field": "kana", "message": "2文字以上入力してください。"}],
    )


def address_too_short() -> Problem:
    """An address to search by that names no town and no building."""
    return Problem(
        "ID-0103",
        422,
        "住所の検索には、町名または建物名の2文字以上が必要です。",
        detail="都道府県名は検索では無視されます。",
        action="「中央一丁目1-1」「コーポ青葉」のように、町名または建物名から入力してください。",
        errors=[{"field": "address", "message": "町名または建物名を2文字以上入力してください。"}],
    )


def no_such_person() -> Problem:
    """Whom somebody proposes is not there, or not for them."""
    return Problem(
        "ID-0201",
        422,
        "提案された個人が見つかりません。",
        action="個人を検索し直してください。",
        errors=[{"field": "person_id", "message": "該当する個人がいません。"}],
    )


def over() -> Problem:
    """The entry was settled or ended by itself."""
    return Problem(
        "ID-0202",
        409,
        "この突合は既に終わっています。",
        action="一覧を表示し直してください。",
    )


def not_proposed() -> Problem:
    """Nobody has proposed anything yet."""
    return Problem(
        "ID-0203",
        409,
        "まだ提案されていません。",
        action="誰の記録かを提案してから、別の職員が確定してください。",
    )


def same_person() -> Problem:
    """Two different people are needed."""
    return Problem(
        "ID-0204",
        409,
        "提案した職員は確定できません。",
        action="別の職員が確定してください。",
    )


def on_the_list() -> Problem:
    """Staff doubt a number that waits on the work list already."""
    return Problem(
        "ID-0205",
        409,
        "この宛名番号は既に突合の一覧にあります。",
        action="突合の一覧から開いて、誰の記録かを提案してください。",
    )


def nobody_to_protect() -> Problem:
    """One of those to be put under a support measure is not there, or not for the caller."""
    return Problem(
        "ID-0501",
        422,
        "対象者が見つかりません。",
        action="個人を検索し直してください。",
        errors=[{"field": "persons", "message": "該当する個人がいません。"}],
    )


_MEASURE_REFUSALS: Final[Mapping[Refusal, tuple[int, str, str]]] = {
    Refusal.KEPT_BY_REGISTER: (
        409, "この支援措置は住民記録システムで管理されています。",
        "確認・延長・終了は住民記録システムで行ってください。こちらには自動で反映されます。",
    ),
    Refusal.SAME_PERSON: (
        409, "登録または提案した職員は確定できません。", "別の職員が確定してください。",
    ),
    Refusal.NOT_PROVISIONAL: (
        409, "この支援措置は既に開始しています。", "内容を表示し直してください。",
    ),
    Refusal.OVER: (
        409, "この支援措置は既に終了しています。", "必要な場合は新たに登録してください。",
    ),
    Refusal.PROPOSED_ALREADY: (
        409, "確定待ちの提案があります。", "別の職員が提案を確定し、または差し戻してください。",
    ),
    Refusal.NOTHING_PROPOSED: (
        409, "まだ提案されていません。", "延長または終了を提案し、別の職員が確定してください。",
    ),
    Refusal.DAY_OUT_OF_RANGE: (
        422, "日付が範囲外です。", "申出日以後、本日までの日付を入力してください。",
    ),
    Refusal.NOT_YET_EXTENDABLE: (
        422, "延長の申出を受け付けられる期間の前です。", "満了の1か月前から受け付けてください。",
    ),
    Refusal.TERM_HAS_PASSED: (
        422, "期間満了後の申出は延長として扱えません。", "新たな支援措置として登録してください。",
    ),
    Refusal.TERM_NOT_OVER: (
        422, "期間がまだ満了していません。", "終了の理由を確認してください。",
    ),
    Refusal.NOT_CONFIRMED: (
        409, "仮支援措置の段階です。", "先に必要性を確認し、開始または解除してください。",
    ),
}  # fmt: skip


def measure_refused(refusal: Refusal) -> Problem:
    """A step of a support measure that cannot be taken."""
    status, title, action = _MEASURE_REFUSALS[refusal]
    return Problem(refusal.value, status, title, action=action)


def no_measure_rule() -> Problem:
    """The first day of a term lies before the first rule."""
    return Problem(
        "ID-0512",
        422,
        "この日から始まる支援措置の期間の定めがありません。",
        action="開始日を確認してください。",
        errors=[{"field": "started_on", "message": "期間の定めがない日付です。"}],
    )


def finding_over() -> Problem:
    """The finding was settled, or ended by itself."""
    return Problem(
        "ID-0301",
        409,
        "この確認事項は既に終わっています。",
        action="一覧を表示し直してください。",
    )


def finding_not_proposed() -> Problem:
    """Nobody has proposed anything yet."""
    return Problem(
        "ID-0302",
        409,
        "まだ提案されていません。",
        action="対応を提案してから、別の職員が確定してください。",
    )


def finding_same_staff() -> Problem:
    """Two different people are needed."""
    return Problem(
        "ID-0303",
        409,
        "提案した職員は確定できません。",
        action="別の職員が確定してください。",
    )


def decision_not_for_kind(allowed: str) -> Problem:
    """A decision that this kind of finding does not have."""
    return Problem(
        "ID-0304",
        422,
        "この確認事項では選べない対応です。",
        action=f"「{allowed}」から選んでください。",
        errors=[{"field": "decision", "message": "この確認事項では選べません。"}],
    )


def already_one() -> Problem:
    """The two are one person already."""
    return Problem(
        "ID-0305",
        409,
        "二人は既に同一人として統合されています。",
        action="個人照会で確認してください。",
    )


def two_numbers() -> Problem:
    """Two persons with two numbers are not one."""
    return Problem(
        "ID-0306",
        409,
        "個人番号が異なる二人は統合できません。",
        action="どちらの個人番号が誤りかを先に確定してください。",
    )


def not_one() -> Problem:
    """The two are not merged."""
    return Problem(
        "ID-0307",
        409,
        "二人は統合されていません。",
        action="個人照会で確認してください。",
    )


def no_number() -> Problem:
    """There is no number of which something could be said."""
    return Problem(
        "ID-0308",
        409,
        "この宛名には個人番号の登録がありません。",
        action="住民記録を確認してください。",
    )


def borne_by_another() -> Problem:
    """A number cannot be right of two persons."""
    return Problem(
        "ID-0309",
        409,
        "同じ個人番号が別の個人にも登録されています。",
        action="別の個人の個人番号を誤りとして確定するか、二人を統合してください。",
    )


def which_person() -> Problem:
    """A decision about a number has to say whose."""
    return Problem(
        "ID-0310",
        422,
        "どの宛名についての対応かを指定してください。",
        action="個人番号が誤り（または正しい）宛名を選んでください。",
        errors=[{"field": "person_id", "message": "この確認事項の宛名から選んでください。"}],
    )


def raised_already() -> Problem:
    """The same is on the list."""
    return Problem(
        "ID-0311",
        409,
        "同じ確認事項が既に登録されています。",
        action="一覧から開いてください。",
    )


def two_persons(field: str) -> Problem:
    """A finding of two persons needs two, one of one person one."""
    return Problem(
        "ID-0312",
        422,
        "確認事項の種類と宛名の数が合いません。",
        action="二重登録と統合の誤りは二人、個人番号の誤りは一人を指定してください。",
        errors=[{"field": field, "message": "この種類の確認事項に合いません。"}],
    )
