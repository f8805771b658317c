"""What JPS decided on a claim (処理結果): theirs, beside what the municipality took in (C40)."""

from dataclasses import dataclass
from datetime import date

from contracts.codes import Code
from contracts.eras import wareki
from contracts.events import ItemOutcome


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on a claim's report, as it was told."""

    outcome: ItemOutcome
    decided_on: date
    return_code: str | None
    return_reason: str | None
    died_on: date | None
    """The day of death that JPS put in the place of the claim's; None: it told of none."""


class DifferenceKind(Code):
    """In what JPS's decision is not what the municipality took in."""

    RETURNED = "returned", "返戻"
    DAY_OF_DEATH = "day_of_death", "死亡日の相違"
    UNTOLD = "untold", "訂正内容が未通知"
    """It was taken on with other values, and none of them was told."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One, in words, and what staff do about it."""

    kind: DifferenceKind
    sentence: str
    action: str


def difference(decision: Decision, died_on: date) -> Difference | None:
    """What of a decision is otherwise than a claim on that day of death; None: nothing."""
    on = wareki(decision.decided_on)
    if decision.outcome is ItemOutcome.RETURNED:
        why = " ".join(part for part in (decision.return_code, decision.return_reason) if part)
        return Difference(
            DifferenceKind.RETURNED,
            f"日本年金機構が{on}に返戻した（返戻事由：{why or '未通知'}）。",
            "返戻事由を確認して請求者に連絡し、書類を整えた請求書を新たに受け付けてください。",
        )
    if decision.died_on is not None and decision.died_on != died_on:
        return Difference(
            DifferenceKind.DAY_OF_DEATH,
            f"日本年金機構が{on}に、死亡日を{wareki(decision.died_on)}として処理した"
            f"（請求書の死亡日は{wareki(died_on)}）。",
            "死亡の届出と住民票の記載を確認し、異なるときは年金事務所に照会してください。",
        )
    if decision.outcome is ItemOutcome.CORRECTED and decision.died_on is None:
        return Difference(
            DifferenceKind.UNTOLD,
            f"日本年金機構が{on}に内容を訂正して受理した。訂正後の内容は通知されていない。",
            "訂正された内容を年金事務所に確認してください。",
        )
    return None
