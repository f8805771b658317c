"""What exemptions answers when something cannot be done with an application."""

from services.chassis.problems import Problem


def another_open(cycle: int) -> Problem:
    """An application of the same kind and cycle waits to be settled."""
    return Problem(
        "EX-0206",
        409,
        "同じ年度の審査前の申請があります。",
        detail=f"年度: {cycle}",
        action="先に受け付けた申請を本登録又は取下げとしてから受け付けてください。",
    )


def nobody_named() -> Problem:
    """A spouse or householder who is named is not there, or not for the caller."""
    return Problem(
        "EX-0210",
        422,
        "配偶者又は世帯主が見つかりません。",
        action="個人を選び直してください。宛名に記録がない方は「記録がない」を選んでください。",
    )


def waits_for_answers() -> Problem:
    """Identity has not answered yet: there is nothing to settle."""
    return Problem(
        "EX-0207",
        409,
        "所得等の照会への回答がまだ届いていません。",
        action="回答が届いてから審査してください。",
    )


def asked_again() -> Problem:
    """What was told is older than today: it was asked for again before it is settled."""
    return Problem(
        "EX-0208",
        409,
        "所得等の情報が本日のものではないため、再照会しました。",
        action="回答が届いたら審査結果を確認し、もう一度本登録してください。",
    )


def no_figures(cycle: int) -> Problem:
    """No parameter of the law covers a month of the cycle: nothing is guessed."""
    return Problem(
        "EX-0209",
        409,
        "この年度の基準額等が登録されていないため、審査できません。",
        detail=f"年度: {cycle}",
        action="システム管理者に、パラメータの登録を依頼してください。",
    )


def nothing_otherwise() -> Problem:
    """No review found anything otherwise than the application was settled with."""
    return Problem(
        "EX-0211",
        409,
        "再審査で本登録時の審査と異なる点は見つかっていません。",
        action="申請の内容を表示し直してください。",
    )
