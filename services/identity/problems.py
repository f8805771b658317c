"""What staff are told when something cannot be done: ID-01xx search, ID-02xx matching."""

from services.chassis.problems import Problem


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
