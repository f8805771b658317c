"""What staff are told when a correction cannot be proposed, settled or given up."""

from services.chassis.problems import Problem
from services.jps_reporting.domain.items import ItemState


def no_correction_wanted() -> Problem:
    """JPS has nothing that is not so, or it is being told already."""
    return Problem(
        "JR-3020",
        409,
        "この報告項目について、機構に訂正を報告する必要はありません。",
        detail="送付前の報告項目、機構が返戻した報告項目、訂正の報告が既に作成されている報告項目、"
        "基となる事実に変わりがない報告項目は、対象になりません。",
        action="訂正を要する報告の一覧を表示し直してください。",
    )


def correction_proposed() -> Problem:
    """One proposal at a time."""
    return Problem(
        "JR-3021",
        409,
        "この報告項目の訂正は既に提案されています。",
        action="別の職員が、提案を確定または却下してください。",
    )


def no_correction_proposed() -> Problem:
    """There is nothing to agree to."""
    return Problem(
        "JR-3022",
        409,
        "この報告項目の訂正は提案されていません。",
        action="訂正の経過を表示してください。別の職員が処理済みであるか、提案の後に事実が変わって提案が失効した場合があります。",
    )


def same_person_corrects() -> Problem:
    """Two people: who proposed does not settle."""
    return Problem(
        "JR-3023",
        403,
        "訂正を提案した職員は、その訂正を確定できません。",
        action="別の職員が内容を確認して確定してください。",
    )


def nothing_to_give_up() -> Problem:
    """No correction of it is settled and on its way."""
    return Problem(
        "JR-3036",
        409,
        "取り下げることができる訂正の報告がありません。",
        detail="訂正が確定していないか、既に取り下げられています。",
        action="訂正の経過を表示してください。確定前の提案は、別の職員が却下できます。",
    )


def correction_on_medium(state: ItemState) -> Problem:
    """What is on a medium cannot be given up any more."""
    sent = state not in (ItemState.IN_BATCH, ItemState.SEALED)
    return Problem(
        "JR-3037",
        409,
        "この訂正の報告は送付済みのため、取り下げることができません。"
        if sent
        else "この訂正の報告は媒体に記録されているため、取り下げることができません。",
        action="送付した訂正が事実と異なるときは、基となる記録を正すと、訂正を要する報告の一覧に載ります。"
        "そこから新たな訂正を提案してください。"
        if sent
        else "送付前の媒体であれば、先に媒体の取消しを提案してください。"
        "取り消すと、訂正の報告は報告待ちに戻ります。"
        "送付するときは、送付した後に基となる記録を正し、訂正を要する報告の一覧から新たな訂正を提案してください。",
    )


def give_up_proposed() -> Problem:
    """Whether it is given up is for another to decide first."""
    return Problem(
        "JR-3038",
        409,
        "この訂正の報告は、取下げが提案されています。",
        action="別の職員が、取下げの提案を確定または却下してください。",
    )


def no_give_up_proposed() -> Problem:
    """There is nothing to agree to."""
    return Problem(
        "JR-3039",
        409,
        "この訂正の報告の取下げは提案されていません。",
        action="先に、理由を付けて取下げを提案してください。",
    )


def same_person_gives_up() -> Problem:
    """Two people: who proposed does not settle."""
    return Problem(
        "JR-3040",
        403,
        "訂正の取下げを提案した職員は、それを確定できません。",
        action="別の職員が内容を確認して確定してください。",
    )
