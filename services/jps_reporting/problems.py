"""What staff are told when something cannot be done: numbered, in Japanese."""

from services.chassis.problems import Problem
from services.jps_reporting.domain.batches import BatchState
from services.jps_reporting.domain.items import HELD_FOR


def nothing_to_report() -> Problem:
    """No waiting item fits what was asked for."""
    return Problem(
        "JR-3001",
        409,
        "対象となる報告項目がありません。",
        action="報告項目の一覧で、報告待ちの件数と条件を確認してください。",
    )


def wrong_state(state: BatchState) -> Problem:
    """The batch is not where this can be done."""
    return Problem(
        "JR-3002",
        409,
        "この送付単位では、今この操作を行うことができません。",
        detail=f"現在の状態: {state.label}",
        action="送付単位の状態を確認してください。",
    )


def unresolved_errors(count: int) -> Problem:
    """C26: no report leaves with an unresolved error."""
    return Problem(
        "JR-3003",
        409,
        "論理チェックのエラーが残っているため、媒体を作成できません。",
        detail=f"エラーのある報告項目: {count}件",
        action="エラーのある報告項目を送付単位から除くか、元の記録を訂正してください。",
    )


def same_person() -> Problem:
    """Two people: who built the batch does not seal it."""
    return Problem(
        "JR-3004",
        403,
        "送付単位を作成した職員は、その媒体を作成できません。",
        action="別の職員が内容を確認して媒体を作成してください。",
    )


def checked_otherwise() -> Problem:
    """Layout or substitution table changed since the batch was checked."""
    return Problem(
        "JR-3005",
        409,
        "論理チェックの後に、様式または代替文字表が変更されています。",
        action="論理チェックをもう一度実行してください。",
    )


def being_sealed() -> Problem:
    """Another request is sealing this batch now."""
    return Problem(
        "JR-3006",
        409,
        "この送付単位の媒体は現在作成中です。",
        action="しばらく待ってから送付単位の状態を確認してください。",
    )


def changed_meanwhile() -> Problem:
    """The batch's content changed while the vault was at work."""
    return Problem(
        "JR-3007",
        409,
        "媒体の作成中に送付単位の内容が変更されました。",
        action="内容を確認して、もう一度媒体を作成してください。",
    )


def vault_refused(code: str, title: str) -> Problem:
    """The vault did not fill in the numbers."""
    return Problem(
        "JR-3008",
        409,
        "個人番号の記録と媒体の暗号化ができませんでした。",
        detail=f"{title}（{code}）",
        action="原因を取り除いてから、もう一度媒体を作成してください。媒体通番は変わりません。",
    )


def vault_unreachable() -> Problem:
    """The vault did not answer: what became of it is unknown, and asking again is safe."""
    return Problem(
        "JR-3009",
        503,
        "個人番号の記録と媒体の暗号化を行う機能に接続できません。",
        action="時間をおいて、もう一度媒体を作成してください。媒体通番は変わりません。",
        headers={"Retry-After": "10"},
    )


def not_in_batch(item_ids: list[str]) -> Problem:
    """Items to take out that are not in this batch."""
    return Problem(
        "JR-3010",
        409,
        "指定された報告項目は、この送付単位にありません。",
        errors=[
            {"field": "item_ids", "code": "JR-3010", "message": item_id} for item_id in item_ids
        ],
    )


def not_blocked() -> Problem:
    """Only an item that is held back, and has a due date, can be released."""
    return Problem(
        "JR-3011",
        409,
        "この報告項目は保留されていないか、送付期限が定まっていないため、報告待ちに戻せません。",
        action="報告項目の状態を確認してください。",
    )


def serial_exhausted() -> Problem:
    """The serial has outgrown the layout's digits."""
    return Problem(
        "JR-3012",
        409,
        "媒体通番が様式の桁数を超えています。",
        action="様式ファイルの serial_digits を、提出先に確認のうえ改めてください。",
    )


def unmatched_settled() -> Problem:
    """What was done about a row is noted already."""
    return Problem(
        "JR-3013",
        409,
        "この行は既に処理されています。",
        action="不一致の一覧を表示し直してください。",
    )


def match_proposed() -> Problem:
    """One proposal at a time."""
    return Problem(
        "JR-3014",
        409,
        "この行の突合または突合の取消しは、既に提案されています。",
        action="提案の確定または却下の後に提案してください。",
    )


def no_match_proposed() -> Problem:
    """There is nothing to agree to."""
    return Problem(
        "JR-3015",
        409,
        "この行の突合または突合の取消しは、提案されていません。",
        action="先に、突合する報告項目もしくは個人、または突合の取消しを提案してください。",
    )


def not_matched() -> Problem:
    """The row is matched to nothing, so there is nothing to undo."""
    return Problem(
        "JR-3024",
        409,
        "この行は突合されていないため、取り消す突合がありません。",
        action="処理済みの行の一覧で、突合先を確認してください。",
    )


def cannot_match(why: str) -> Problem:
    """The row cannot be what is proposed; ``why`` is for staff."""
    return Problem(
        "JR-3016",
        409,
        "この行は、指定されたものと突合できません。",
        detail=why,
        action="突合できないときは、処理した内容を記録してください。",
    )


def others_hand_over() -> Problem:
    """As many files as are held in memory at once are being handed over."""
    return Problem(
        "JR-3019",
        503,
        "他のファイルを取り込んでいるため、受け付けられません。",
        action="しばらくしてから、もう一度取り込んでください。",
        headers={"Retry-After": "30"},
    )


def same_person_matches() -> Problem:
    """Two people: who proposed does not agree."""
    return Problem(
        "JR-3017",
        403,
        "突合または突合の取消しを提案した職員は、それを確定できません。",
        action="別の職員が内容を確認して確定してください。",
    )


def number_in_text(field: str) -> Problem:
    """An individual number in a free text."""
    return Problem(
        "JR-3018",
        422,
        "個人番号と思われる数字は入力できません。",
        errors=[{"field": field, "code": "JR-3018", "message": "個人番号を除いてください。"}],
    )


def fell_away_since() -> Problem:
    """An item of the batch does not stand any more."""
    return Problem(
        "JR-3034",
        409,
        "送付単位に、基となる事実が取り下げられた報告項目があります。",
        action="論理チェックをもう一度実行し、該当する報告項目を送付単位から除いてください。",
    )


def held_since() -> Problem:
    """The owner of an item of the batch holds it back since."""
    return Problem(
        "JR-3035",
        409,
        f"送付単位に、{HELD_FOR}により保留された報告項目があります。",
        action="論理チェックをもう一度実行し、該当する報告項目を送付単位から除いてください。",
    )


def held_by_owner() -> Problem:
    """Only its owner lets an item go that it holds back."""
    return Problem(
        "JR-3026",
        409,
        f"{HELD_FOR}により保留されているため、報告待ちに戻せません。",
        action="免除等の再審査又は要対応の一覧で対応を記録するか、本登録取消の提案を確定してください。"
        "保留はそのとき解除されます。",
    )


def issue_stopped(count: int) -> Problem:
    """Somebody on the medium is under 発行抑止: nothing about them leaves."""
    return Problem(
        "JR-3025",
        409,
        "発行抑止が設定されている人の報告項目が含まれているため、処理できません。",
        detail=f"該当する報告項目: {count}件",
        action="媒体の作成前であれば、論理チェックをもう一度実行し、該当する報告項目を送付単位から除いてください。"
        "作成後であれば、媒体の取消しを提案するか、抑止の一時解除または解除の権限を持つ職員に依頼してください。",
    )


def cancellation_first() -> Problem:
    """What the batch tells anew is to be cancelled at JPS first."""
    return Problem(
        "JR-3031",
        409,
        "送付単位に、同じ事実の前の報告の取消しより先に送付できない報告項目があります。",
        action="論理チェックをもう一度実行し、取消しと同じ送付単位に入れるか、取消しを送付した後に送付してください。",
    )


def void_proposed() -> Problem:
    """Whether the medium is to be destroyed is for another to decide first."""
    return Problem(
        "JR-3027",
        409,
        "この媒体は、取消しが提案されています。",
        action="別の職員が、取消しの提案を確定または却下してください。",
    )


def no_void_proposed() -> Problem:
    """There is nothing to agree to."""
    return Problem(
        "JR-3028",
        409,
        "この媒体の取消しは提案されていません。",
        action="先に、理由を付けて取消しを提案してください。",
    )


def copies_left() -> Problem:
    """A copy of the medium may be somewhere."""
    return Problem(
        "JR-3029",
        409,
        "この媒体は取り出されています。",
        action="取り出した媒体と複製をすべて廃棄し、廃棄したことを示して、もう一度提案してください。",
    )


def same_person_voids() -> Problem:
    """Two people: who proposed does not settle."""
    return Problem(
        "JR-3030",
        403,
        "媒体の取消しを提案した職員は、それを確定できません。",
        action="別の職員が内容を確認して確定してください。",
    )


_NOT_TAKEN_ACTIONS = {
    "JR-4101": "取り込むファイルと、ファイルの見出しを確認してください。",
    "JR-4102": "機構から受領したままのファイルを指定してください。",
    "JR-4103": "個人番号を含む媒体は、媒体を開く機能で処理してください。",
    "JR-4104": "ファイルを分割して取り込んでください。",
    "JR-4105": "しばらく待って、同じファイルをもう一度指定してください。",
}


def not_taken(code: str, reason: str) -> Problem:
    """JR-4101 to JR-4105: nothing of a file was taken in; ``reason`` repeats nothing of it."""
    return Problem(
        code,
        409 if code == "JR-4105" else 422,
        "ファイルを取り込めません。",
        detail=reason,
        action=_NOT_TAKEN_ACTIONS[code],
    )
