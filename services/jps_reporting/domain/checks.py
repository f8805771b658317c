"""The numbered logical checks (C26): no report leaves with an unresolved error.

Each check is a pure function over the item, identity's answer and the record as it would be
written. Numbers and meaning of all checks are in `CHECKS`; the README repeats them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final

from contracts.events import LinkageAnswer, LinkageOutcome, ReportItemKind, ReportProcessing
from services.jps_reporting.domain.characters import Trouble
from services.jps_reporting.domain.items import HELD_FOR, HELD_IN_BATCH, Labelled, ReportItem
from services.jps_reporting.domain.layout import Record, Source
from services.jps_reporting.domain.rendering import Fault, Flaw, Rendered


class Severity(Labelled):
    """An error keeps the item off the medium; a warning is for staff to look at."""

    ERROR = "error", "エラー"
    WARNING = "warning", "警告"


@dataclass(frozen=True, slots=True)
class Check:
    """A check's number and what it says."""

    code: str
    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that struck."""

    code: str
    field: str = ""
    """The layout's name of the column, where one is concerned."""
    character: str = ""
    """The character that cannot be written."""

    @property
    def severity(self) -> Severity:
        return CHECKS[self.code].severity

    @property
    def text(self) -> str:
        return CHECKS[self.code].text


def _catalogue(*checks: tuple[str, Severity, str]) -> dict[str, Check]:
    return {code: Check(code, severity, text) for code, severity, text in checks}


ISSUE_STOPPED: Final = "JR-2064"
_E, _W = Severity.ERROR, Severity.WARNING
CHECKS: Final = _catalogue(
    ("JR-2001", _E, "氏名がありません。"),
    ("JR-2002", _E, "氏名カナがありません。"),
    ("JR-2003", _E, "住所がありません。"),
    ("JR-2004", _E, "生年月日がありません。"),
    ("JR-2005", _E, "年月日が確定していません（不詳日を含みます）。"),
    ("JR-2006", _E, "必須の項目がありません。"),
    ("JR-2007", _W, "性別が不明（未記入）です。"),
    ("JR-2008", _E, "明治6年1月1日より前の年月日は記録できません。"),
    (
        "JR-2011",
        _E,
        "媒体の文字コード（CP932）で表せない文字があり、代替文字表に登録がありません。",
    ),
    ("JR-2012", _E, "外字（私用領域の文字）が含まれています。"),
    ("JR-2013", _E, "改行などの制御文字が含まれています。"),
    ("JR-2014", _E, "半角カナに変換できない文字があります。"),
    ("JR-2015", _E, "様式で定められた桁数（バイト数）を超えています。"),
    ("JR-2016", _E, "桁数が様式と一致しません。"),
    ("JR-2017", _E, "数字でない文字が含まれています。"),
    ("JR-2018", _E, "区切り文字または引用符が含まれています。"),
    ("JR-2019", _E, "様式のコード表にない値です。"),
    ("JR-2021", _E, "事由の生じた年月日が受理日より後です。"),
    ("JR-2022", _E, "事由の生じた年月日がまだ到来していません。"),
    ("JR-2023", _E, "受理日が未来の日付です。"),
    ("JR-2024", _E, "事由の生じた年月日が生年月日より前です。"),
    ("JR-2031", _E, "個人番号と基礎年金番号のいずれもありません。"),
    ("JR-2032", _W, "基礎年金番号の記載がありません（未付番、又は届書に記載がない）。"),
    ("JR-2041", _W, "送付期限を過ぎています。"),
    ("JR-2051", _E, "同じ人・同じ種類・同じ年月日の報告項目が送付単位内に重複しています。"),
    ("JR-2052", _W, "同じ人・同じ種類・同じ年月日の報告項目を既に送付しています。"),
    ("JR-2053", _E, "この報告の基となる事実は、その後取り下げられています。"),
    (HELD_IN_BATCH, _E, f"{HELD_FOR}により、送付が保留されています。"),
    (
        "JR-2055",
        _E,
        "同じ事実の前の報告の取消しが、まだ送付されていません。"
        "取消しと同じ送付単位に入れるか、取消しを送付した後に送付してください。",
    ),
    (
        "JR-2056",
        _W,
        "同じ事実の前の報告が取り下げられていますが、機構への取消しが確定していません。"
        "先に、訂正を要する報告の一覧で取消しの要否を確認してください。",
    ),
    (
        "JR-2057",
        _W,
        "取り消す事実が、別の報告項目で新たに報告されます。"
        "新しい報告項目は、同じ送付単位に入れるか、この取消しの後に送付してください。",
    ),
    ("JR-2061", _E, "宛名の記録が見つかりません。"),
    ("JR-2062", _E, "庁内連携が許可されませんでした。"),
    ("JR-2063", _E, "宛名の回答がまだ届いていません。"),
    (ISSUE_STOPPED, _E, "発行抑止が設定されています。"),
    ("JR-2071", _E, "この種類の報告は様式にありません。"),
    ("JR-2072", _E, "変更前後の種別が報告の種類と合いません。"),
    ("JR-2073", _E, "この種類の報告の様式には、取消しを表す処理区分がありません。"),
)

_MISSING: Final = {
    Source.NAME: "JR-2001",
    Source.NAME_KANA: "JR-2002",
    Source.ADDRESS: "JR-2003",
    Source.BIRTH_DATE: "JR-2004",
}
_NUMBERS: Final = frozenset({Source.INDIVIDUAL_NUMBER, Source.BASIC_PENSION_NUMBER})
_FLAWS: Final = {
    Flaw.INEXACT_DATE: "JR-2005",
    Flaw.NO_ERA: "JR-2008",
    Flaw.TOO_LONG: "JR-2015",
    Flaw.WRONG_LENGTH: "JR-2016",
    Flaw.NOT_DIGITS: "JR-2017",
    Flaw.SEPARATOR: "JR-2018",
    Flaw.NO_CODE: "JR-2019",
}
_TROUBLES: Final = {
    Trouble.NOT_IN_CP932: "JR-2011",
    Trouble.PRIVATE_USE: "JR-2012",
    Trouble.CONTROL: "JR-2013",
    Trouble.NO_HALF_WIDTH: "JR-2014",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the checks look at: one item of a batch with all that is known about it."""

    item: ReportItem
    due_on: date | None
    may_precede: bool
    outcome: LinkageOutcome | None
    """None: identity has not answered."""
    answer: LinkageAnswer | None
    record: Record | None
    """None: the layout has no record for this kind."""
    rendered: Rendered | None
    duplicate: bool = False
    """An item of the batch before it says the same."""
    already_sent: bool = False
    """An earlier medium said the same."""
    stopped: bool = False
    """Under 発行抑止: nothing about the person leaves."""
    stale: bool = False
    """Its fact is no longer so."""
    held: bool = False
    """Its owner holds it back."""
    cancel_before: bool | None = None
    """What it tells was told before and taken back, and the cancellation is yet to go: agreed to,
    or not yet. None: nothing has to go before it."""
    told_anew: bool = False
    """It takes back what another item tells anew, which is not in the batch."""


def check(subject: Subject, today: date) -> list[Finding]:
    """All findings for one item, without repeats, in the order of the catalogue's groups."""
    found = chain(
        _linkage(subject),
        _record(subject),
        _dates(subject, today),
        _numbers(subject),
        _repeats(subject),
    )
    return list(dict.fromkeys(found))


def has_error(findings: Sequence[Finding]) -> bool:
    """Whether one of them keeps the item off the medium."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def _linkage(subject: Subject) -> Iterator[Finding]:
    match subject.outcome:
        case None:
            yield Finding("JR-2063")
        case LinkageOutcome.NO_RECORD:
            yield Finding("JR-2061")
        case LinkageOutcome.REFUSED:
            yield Finding("JR-2062")
    if subject.stopped:
        yield Finding(ISSUE_STOPPED)


def _record(subject: Subject) -> Iterator[Finding]:
    if subject.record is None:
        yield Finding("JR-2071")
    elif subject.item.processing is ReportProcessing.CANCELLATION and not subject.record.has(
        Source.PROCESSING
    ):
        # Without it JPS would take the record for the report itself.
        yield Finding("JR-2073")
    if subject.outcome is LinkageOutcome.ANSWERED and subject.rendered is not None:
        yield from (f for fault in subject.rendered.faults if (f := _of_fault(fault)))
        answer = subject.answer
        shows_sex = subject.record is not None and subject.record.has(Source.SEX)
        if shows_sex and answer and answer.sex is not None and answer.sex.value == "0":
            yield Finding("JR-2007")
    if not _categories_fit(subject.item):
        yield Finding("JR-2072")


def _of_fault(fault: Fault) -> Finding | None:
    name = fault.column.name
    if fault.flaw is Flaw.CHARACTER and fault.trouble is not None:
        return Finding(_TROUBLES[fault.trouble], name, fault.character or "")
    if fault.flaw is Flaw.MISSING:
        if fault.column.source in _NUMBERS:
            return None  # JR-2031 says it once for both numbers
        return Finding(_MISSING.get(fault.column.source, "JR-2006"), name)
    return Finding(_FLAWS[fault.flaw], name)


def _categories_fit(item: ReportItem) -> bool:
    match item.kind:
        case ReportItemKind.CATEGORY_CHANGE:
            return item.category_after is not None and item.category_before != item.category_after
        case ReportItemKind.ACQUISITION:
            return item.category_after is not None
        case _:
            return True


def _dates(subject: Subject, today: date) -> Iterator[Finding]:
    item, answer = subject.item, subject.answer
    if item.occurred_on > item.accepted_on and not subject.may_precede:
        yield Finding("JR-2021")
    if item.occurred_on > today:
        yield Finding("JR-2022")
    if item.accepted_on > today:
        yield Finding("JR-2023")
    born_on = answer.birth_date.value if answer and answer.birth_date else None
    if born_on is not None and item.occurred_on < born_on:
        yield Finding("JR-2024")
    if subject.due_on is not None and subject.due_on < today:
        yield Finding("JR-2041")


def _numbers(subject: Subject) -> Iterator[Finding]:
    if subject.outcome is not LinkageOutcome.ANSWERED or subject.record is None:
        return
    token = subject.answer.individual_number_token if subject.answer else None
    has_number = token is not None and subject.record.has(Source.INDIVIDUAL_NUMBER)
    if subject.item.basic_pension_number is None:
        # 個人番号又は基礎年金番号: one of the two has to be on the record.
        yield Finding("JR-2032" if has_number else "JR-2031")


def _repeats(subject: Subject) -> Iterator[Finding]:
    if subject.duplicate:
        yield Finding("JR-2051")
    if subject.already_sent:
        yield Finding("JR-2052")
    if subject.stale:
        yield Finding("JR-2053")
    if subject.held:
        yield Finding("JR-2054")
    if subject.cancel_before is not None:
        yield Finding("JR-2055" if subject.cancel_before else "JR-2056")
    if subject.told_anew:
        yield Finding("JR-2057")
