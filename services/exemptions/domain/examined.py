"""What the review of an application leaves to a person, as findings for whoever settles it.

A month that cannot be told is no refusal: something is asked for, and whoever settles the
application says that they looked (C40: JPS decides).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from contracts.events import Whose
from contracts.forms import Finding, FindingKind
from services.exemptions.domain.application.review import MonthOutcome
from services.exemptions.domain.reasons import Answer, Found, Reason, show

REFUSALS: Final = {
    "requester": "照会できない業務からの照会です。",
    "purpose": "この目的での照会は認められていません。",
    "item": "この目的では照会できない項目があります。",
    "whose": "この目的では照会できない方です。",
    "relation": "申請者と同じ世帯であった記録がありません。",
}
"""Why identity told nothing, in words."""
_LONGEST: Final = 200


def findings(
    outcomes: Sequence[MonthOutcome],
    refused: Iterable[tuple[Whose, str]],
    continuing: Found | None = None,
    remarks: Iterable[Reason] = (),
) -> tuple[Finding, ...]:
    """Each thing to be looked at once, with the first month that it stands in the way of.

    ``continuing``: what is found of the wish to have it continued (規則77条3項), if any.
    ``remarks``: what the renewal of a continuing application leaves to a person.
    """
    return (
        *_refused(refused),
        *_remarked(remarks),
        *_asked_for(outcomes),
        *_about_continuing(continuing),
    )


def _about_continuing(found: Found | None) -> Iterator[Finding]:
    """Whoever settles says that they looked where it cannot be; what is open asks already."""
    if found is None or found[0] is Answer.UNKNOWN:
        return
    kind = FindingKind.NOTE if found[0] is Answer.MET else FindingKind.REVIEW
    for reason in found[1]:
        yield Finding(kind=kind, code=reason.code, message=reason.sentence, article=reason.article)


def _remarked(remarks: Iterable[Reason]) -> Iterator[Finding]:
    for remark in dict.fromkeys(remarks):
        yield Finding(
            kind=FindingKind.REVIEW,
            code=remark.code,
            message=remark.sentence[:_LONGEST],
            article=remark.article,
        )


def _refused(refused: Iterable[tuple[Whose, str]]) -> Iterator[Finding]:
    for whose, why in refused:
        yield Finding(
            kind=FindingKind.REVIEW,
            code=f"not-told-{whose.value}",
            message=f"{whose.label}の所得等は回答されませんでした。{REFUSALS[why]}",
            action="宛名の記録と申請書の記載を確認し、必要なら所得証明書等の提出を求めてください。",
            article="番号法9条2項",
        )


def _asked_for(outcomes: Sequence[MonthOutcome]) -> Iterator[Finding]:
    seen: dict[str, tuple[Reason, MonthOutcome]] = {}
    for outcome in outcomes:
        for reason in outcome.missing:
            seen.setdefault(code_of(reason), (reason, outcome))
    for code, (reason, outcome) in seen.items():
        yield Finding(
            kind=FindingKind.REVIEW,
            code=code,
            message=f"{show(outcome.month)}分から: {reason.sentence}"[:_LONGEST],
            article=reason.article,
        )


def code_of(reason: Reason) -> str:
    """A reason's code with whose it is: what is acknowledged of one says nothing of another."""
    whose = reason.whose
    return reason.code if whose is None else f"{reason.code}-{whose.value}"
