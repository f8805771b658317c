"""What an application says (規則77条・77条の3・77条の4・77条の5), and whom its review asks about.

A form for full and part exemption and deferment is of the cycle from July, one for students of that
from April. The income that counts for all months of a cycle is that of one levy year: of its first
months the year before, of its last the year before that (90条1項1号, 規則77条の2).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from contracts.codes import Code
from contracts.dates import UncertainDate
from contracts.events import FactItem, FactPurpose, Whose
from contracts.events.feeds import Span
from contracts.forms import FormError, Value
from contracts.months import Month
from contracts.values import value
from services.exemptions.domain.kinds import ExemptionKind


class ApplicationKind(Code):
    """The forms of application; the code is that of the form file."""

    EXEMPTION = "exemption_application", "免除・納付猶予の申請"
    STUDENT = "student_application", "学生納付特例の申請"


_BEGINS: Final = {ApplicationKind.EXEMPTION: 7, ApplicationKind.STUDENT: 4}
_PARTS: Final = (ExemptionKind.THREE_QUARTERS, ExemptionKind.HALF, ExemptionKind.QUARTER)
_OLDEST_CYCLE: Final = 2000
_YOUNG: Final = {
    Whose.APPLICANT: "young_dependants",
    Whose.SPOUSE: "spouse_young_dependants",
    Whose.HOUSEHOLDER: "householder_young_dependants",
}
_DEDUCTIONS: Final = {whose: f"{whose.value}_other_deductions" for whose in Whose}
_STUDENT_OUT_OF_WORK: Final = {Whose.APPLICANT: "out_of_work_on"}
_OUT_OF_WORK: Final = {whose: f"{whose.value}_out_of_work_on" for whose in Whose}
_OF_SPOUSE: Final = (
    "spouse_out_of_work_on",
    "violence",
    "spouse_since",
    "spouse_until",
    "spouse_young_dependants",
    "spouse_other_deductions",
)
_OF_HOUSEHOLDER: Final = (
    "householder_out_of_work_on",
    "householder_young_dependants",
    "householder_other_deductions",
)

ITEMS: Final = (
    FactItem.DEPENDANTS_GENERAL,
    FactItem.DEPENDANTS_ELDERLY,
    FactItem.DEDUCTIBLE_SPOUSE,
    FactItem.DEPENDANTS_SPECIFIED,
    FactItem.DEPENDANTS_DISABLED,
    FactItem.DEPENDANTS_SEVERELY_DISABLED,
    FactItem.DEPENDANTS_UNDER_16,
    FactItem.SELF_DISABILITY,
    FactItem.SELF_WORKING_STUDENT,
    FactItem.SELF_WIDOW_OR_SINGLE_PARENT,
    FactItem.TOTAL_INCOME,
    FactItem.NET_LOSS_CARRIED,
    FactItem.CASUALTY_LOSS_DEDUCTION,
    FactItem.SOCIAL_INSURANCE_DEDUCTION,
    FactItem.MEDICAL_DEDUCTION,
    FactItem.SPECIAL_SPOUSE_DEDUCTION,
    FactItem.PUBLIC_ASSISTANCE,
    FactItem.DISABILITY_CERTIFICATES,
)
"""What the review of an application needs: no more than the purpose tables list (C11)."""


@value
class Relative:
    """Spouse or householder. ``person_id`` None: the city has no record of them."""

    whose: Whose
    person_id: UUID | None


@value
class School:
    """学校情報: where and when the applicant is a student."""

    kind: str
    enrolled_on: date
    graduates_on: date


@value
class Violence:
    """配偶者からの暴力 as stated: since when, and who finds it hard to pay (None: not stated)."""

    since: UncertainDate
    applicant_in_difficulty: bool | None
    householder_in_difficulty: bool | None


@value
class Said:
    """What a faultless form says.

    ``wanted`` is what was applied for, in the order in which it is examined. ``householder`` None:
    the applicant, or the spouse, is the householder. ``out_of_work``: since when, of whom.
    """

    kind: ApplicationKind
    applied_on: date
    cycle: int
    first: Month
    last: Month
    wanted: tuple[ExemptionKind, ...]
    continuing: bool = False
    spouse: Relative | None = None
    householder: Relative | None = None
    spouse_is_householder: bool = False
    spouse_since: UncertainDate | None = None
    spouse_until: UncertainDate | None = None
    """The day from which there is none any more (離婚等の日)."""
    householder_since: UncertainDate | None = None
    householder_before: str | None = None
    """Who headed the household until then: ``applicant``, ``spouse`` or ``elsewhere``."""
    out_of_work: Mapping[Whose, date] | None = None
    disaster_on: date | None = None
    violence: Violence | None = None
    special_disability_benefit: bool = False
    young_dependants: Mapping[Whose, int] | None = None
    """控除対象扶養親族 of 16 to 18, by whose they are."""
    other_deductions: Mapping[Whose, int] | None = None
    """Yen of deductions that are no items of the tax system (令6条の12第2項), by whose they are."""
    school: School | None = None


@value
class Question:
    """What is asked of identity about one person, for one application."""

    whose: Whose
    person_id: UUID
    purpose: FactPurpose
    levy_year: int
    span: Span


def cycle_months(kind: ApplicationKind, cycle: int) -> tuple[Month, Month]:
    """The first and the last month of a cycle (年度; 規則77条1項, 77条の4第1項)."""
    first = Month(cycle, _BEGINS[kind])
    return first, first + 11


def application(kind: ApplicationKind, values: Mapping[str, Value]) -> Said:
    """What a form without faults or contradictions says."""
    cycle = int(str(values["cycle"]))
    first, last = cycle_months(kind, cycle)
    return Said(
        kind=kind,
        applied_on=_day(values, "applied_on"),
        cycle=cycle,
        first=_month(values, "from_month") or first,
        last=_month(values, "to_month") or last,
        wanted=wanted_by(kind, values),
        continuing=values.get("continuing") is True,
        spouse=_spouse(values),
        householder=_householder(values),
        spouse_is_householder=values.get("householder_status") == "spouse",
        out_of_work=dict(_out_of_work(kind, values)),
        disaster_on=_day_or_none(values, "disaster_on"),
        violence=_violence(values),
        special_disability_benefit=values.get("special_disability_benefit") is True,
        spouse_since=_told(values, "spouse_since"),
        spouse_until=_told(values, "spouse_until"),
        householder_since=_told(values, "householder_since"),
        householder_before=_code(values, "householder_before"),
        young_dependants=dict(_counts(values, _YOUNG)),
        other_deductions=dict(_counts(values, _DEDUCTIONS)),
        school=_school(kind, values),
    )


def questions(said: Said, applicant_id: UUID) -> list[Question]:
    """Whom identity is asked about, once each.

    Of a spouse who was violent nothing is asked (規則77条の7第3号): their income does not count.
    Where only deferment was applied for, the householder is nobody's business (C11).
    """
    first, last = cycle_months(said.kind, said.cycle)
    span = Span(first=first.first_day, last=last.last_day)
    purpose = _purpose(said)
    people = [(Whose.APPLICANT, applicant_id)]
    if said.spouse is not None and said.spouse.person_id is not None and said.violence is None:
        people.append((Whose.SPOUSE, said.spouse.person_id))
    if (
        purpose is FactPurpose.EXEMPTION_REVIEW
        and said.householder is not None
        and said.householder.person_id is not None
    ):
        people.append((Whose.HOUSEHOLDER, said.householder.person_id))
    return [Question(whose, person, purpose, said.cycle, span) for whose, person in people]


def contradictions(
    kind: ApplicationKind, values: Mapping[str, Value], applicant_id: UUID, received_on: date
) -> list[FormError]:
    """What of the values of a form cannot be, each with its field."""
    found = [*_wrong_months(kind, values, received_on)]
    if kind is ApplicationKind.STUDENT:
        found += _wrong_school(values)
    else:
        found += _wrong_people(values, applicant_id)
        if not wanted_by(kind, values):
            found.append(_wrong("full", "EX-0201", "希望する免除等を一つ以上選んでください。"))
    return found


def _purpose(said: Said) -> FactPurpose:
    if said.kind is ApplicationKind.STUDENT:
        return FactPurpose.STUDENT_REVIEW
    if said.wanted == (ExemptionKind.DEFERMENT,):
        return FactPurpose.DEFERMENT_REVIEW
    return FactPurpose.EXEMPTION_REVIEW


def wanted_by(kind: ApplicationKind, values: Mapping[str, Any]) -> tuple[ExemptionKind, ...]:
    """What a form applies for, also as it was entered: full exemption first; deferment after the
    parts, unless they asked for it before them."""
    if kind is ApplicationKind.STUDENT:
        return (ExemptionKind.STUDENT,)
    parts: Sequence[ExemptionKind] = _PARTS
    order = (
        (ExemptionKind.FULL, ExemptionKind.DEFERMENT, *parts)
        if values.get("deferment_before_parts") is True
        else (ExemptionKind.FULL, *parts, ExemptionKind.DEFERMENT)
    )
    return tuple(wanted for wanted in order if values.get(wanted.value) is True)


def _spouse(values: Mapping[str, Value]) -> Relative | None:
    status, spouse = values.get("spouse_status"), values.get("spouse")
    if status in (None, "none"):
        return None
    return Relative(Whose.SPOUSE, spouse if isinstance(spouse, UUID) else None)


def _householder(values: Mapping[str, Value]) -> Relative | None:
    status, person = values.get("householder_status"), values.get("householder")
    if status in (None, "applicant", "spouse"):
        return None
    return Relative(Whose.HOUSEHOLDER, person if isinstance(person, UUID) else None)


def _violence(values: Mapping[str, Value]) -> Violence | None:
    since = values.get("violence_since")
    if values.get("violence") is not True or not isinstance(since, UncertainDate):
        return None
    applicant, householder = (
        said if isinstance(said := values.get(f"{who}_in_difficulty"), bool) else None
        for who in ("applicant", "householder")
    )
    return Violence(since, applicant, householder)


def _out_of_work(
    kind: ApplicationKind, values: Mapping[str, Value]
) -> Iterator[tuple[Whose, date]]:
    fields = _STUDENT_OUT_OF_WORK if kind is ApplicationKind.STUDENT else _OUT_OF_WORK
    for whose, field in fields.items():
        day = _day_or_none(values, field)
        if day is not None:
            yield whose, day


def _counts(
    values: Mapping[str, Value], fields: Mapping[Whose, str]
) -> Iterator[tuple[Whose, int]]:
    for whose, field in fields.items():
        if (count := _count(values, field)) is not None:
            yield whose, count


def _school(kind: ApplicationKind, values: Mapping[str, Value]) -> School | None:
    if kind is not ApplicationKind.STUDENT:
        return None
    return School(
        str(values["school_kind"]), _day(values, "enrolled_on"), _day(values, "graduates_on")
    )


def _wrong_months(
    kind: ApplicationKind, values: Mapping[str, Value], received_on: date
) -> Iterator[FormError]:
    if _day(values, "applied_on") > received_on:
        yield _wrong("applied_on", "EX-0202", "申請年月日が受付日より後です。")
    cycle = int(str(values["cycle"]))
    if not _OLDEST_CYCLE <= cycle <= received_on.year + 1:
        yield _wrong("cycle", "EX-0203", "年度は西暦4桁で、申請できる年度を入力してください。")
        return
    begins, ends = cycle_months(kind, cycle)
    first, last = _month(values, "from_month") or begins, _month(values, "to_month") or ends
    for field, month in (("from_month", first), ("to_month", last)):
        if not begins <= month <= ends:
            message = "申請する年度の月ではありません。年度ごとに申請してください。"
            yield _wrong(field, "EX-0203", message)
    if first > last:
        yield _wrong("to_month", "EX-0203", "最後の月が最初の月より前です。")


def _wrong_people(values: Mapping[str, Value], applicant_id: UUID) -> Iterator[FormError]:
    married = values["spouse_status"] != "none"
    spouse = values.get("spouse") if values["spouse_status"] == "here" else None
    householder = values.get("householder") if values["householder_status"] == "here" else None
    if spouse == applicant_id:
        yield _wrong("spouse", "EX-0204", "配偶者が申請者と同じ人です。")
    if householder is not None and householder in (applicant_id, spouse):
        message = (
            "世帯主が申請者又は配偶者と同じ人です。「申請者本人」又は「配偶者」を選んでください。"
        )
        yield _wrong("householder", "EX-0204", message)
    if not married:
        for field in _OF_SPOUSE:
            if values.get(field) not in (None, False):
                yield _wrong(field, "EX-0204", "配偶者なしと記入されています。")
        for field in ("householder_status", "householder_before"):
            if values.get(field) == "spouse":
                yield _wrong(field, "EX-0204", "配偶者なしと記入されています。")
    for field in _OF_HOUSEHOLDER:
        other = values["householder_status"] in ("here", "elsewhere")
        if values.get(field) is not None and not other:
            message = "世帯主が申請者又は配偶者のときは、その人の欄に記入してください。"
            yield _wrong(field, "EX-0204", message)
    yield from _wrong_changes(values)


def _wrong_changes(values: Mapping[str, Value]) -> Iterator[FormError]:
    since, until = _told(values, "spouse_since"), _told(values, "spouse_until")
    if since and until and since.value and until.value and until.value < since.value:
        yield _wrong("spouse_until", "EX-0204", "離婚等の日が婚姻の日より前です。")
    before = values.get("householder_before")
    if before is not None and values.get("householder_since") is None:
        yield _wrong("householder_since", "EX-0204", "世帯主となった日を記入してください。")
    if before in ("applicant", "spouse") and before == values["householder_status"]:
        yield _wrong("householder_before", "EX-0204", "現在の世帯主と同じです。")


def _wrong_school(values: Mapping[str, Value]) -> Iterator[FormError]:
    if _day(values, "graduates_on") < _day(values, "enrolled_on"):
        yield _wrong("graduates_on", "EX-0205", "卒業予定年月日が入学年月日より前です。")


def _day(values: Mapping[str, Value], field: str) -> date:
    value = values[field]
    assert isinstance(value, UncertainDate)  # the form says so
    return value.require()


def _day_or_none(values: Mapping[str, Value], field: str) -> date | None:
    return None if values.get(field) is None else _day(values, field)


def _month(values: Mapping[str, Value], field: str) -> Month | None:
    value = values.get(field)
    return value if isinstance(value, Month) else None


def _told(values: Mapping[str, Value], field: str) -> UncertainDate | None:
    value = values.get(field)
    return value if isinstance(value, UncertainDate) else None


def _code(values: Mapping[str, Value], field: str) -> str | None:
    value = values.get(field)
    return None if value is None else str(value)


def _count(values: Mapping[str, Value], field: str) -> int | None:
    value = values.get(field)
    return None if value is None else int(str(value))


def _wrong(field: str, code: str, message: str) -> FormError:
    return FormError(field=f"values.{field}", code=code, message=message)
