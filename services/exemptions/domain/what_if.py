"""A question about exemption without a person, as facts: what the counter keys in, and what of it
cannot be."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from contracts.dates import UncertainDate
from contracts.events import FactOutcome
from contracts.events.income import (
    DeductibleSpouse,
    Income,
    SelfDisability,
    WidowOrSingleParent,
)
from contracts.events.welfare import AssistanceKind, AssistancePeriod
from contracts.exemption_what_if import (
    BirthKeyed,
    ExemptionWhatIf,
    IncomeKeyed,
    PersonKeyed,
    SpanKeyed,
)
from contracts.forms import FormError
from contracts.months import Month
from services.exemptions.domain.application.cycles import Months
from services.exemptions.domain.application.facts import (
    APPLICANT,
    Application,
    Assistance,
    Case,
    Disaster,
    Enrolment,
    JobLoss,
    Someone,
    Spell,
    Violence,
    day_before,
)
from services.exemptions.domain.application.income import YearIncome
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.child_care import (
    Carer,
    Child,
    child_care_of_mother,
    child_care_of_others,
)
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.maternity import MaternityNotice, maternity_exemption
from services.exemptions.domain.parameters import ByLaw
from services.exemptions.domain.spells import Found, together
from services.exemptions.domain.statutory import begins_with

MOST_MONTHS: Final = 60
_SPOUSE: Final = "spouse"
_OTHER: Final = "householder"
_OUTCOMES: Final = {
    "not_declared": FactOutcome.NOT_DECLARED,
    "no_record": FactOutcome.NO_RECORD,
}


def wrong(question: ExemptionWhatIf, today: date) -> list[FormError]:
    """What of a question cannot be."""
    return list(_wrong(question, today))


def _wrong(question: ExemptionWhatIf, today: date) -> Iterator[FormError]:
    if question.last < question.first:
        yield _error("last", "最後の月が最初の月より前です。")
    elif question.last - question.first >= MOST_MONTHS:
        yield _error("last", f"試算できるのは{MOST_MONTHS}月以内です。")
    if question.birth_date > (question.applied_on or today):
        yield _error("birth_date", "生年月日が申請日より後です。")
    if len(set(question.order)) != len(question.order):
        yield _error("order", "同じ区分が二度あります。")
    people = {"applicant": question.applicant, "spouse": question.spouse}
    people["householder"] = question.householder
    for name, person in people.items():
        if person is not None:
            yield from _wrong_incomes(name, person)
    spouse = question.spouse
    if spouse is None:
        if question.householder_is == "spouse":
            yield _error("householder_is", "配偶者がいません。")
    elif spouse.since is not None and spouse.until is not None and spouse.until < spouse.since:
        yield _error("spouse.until", "終わりの日が始まりの日より前です。")
    if (question.householder is not None) != (question.householder_is == "other"):
        yield _error("householder", "世帯主がその他の方の場合に限り入力してください。")
    for n, birth in enumerate(question.births):
        if birth.due_on is None and birth.born_on is None:
            yield _error(f"births.{n}", "予定日か出産日を入力してください。")
    for n, ground in enumerate(question.statutory):
        if ground.until is not None and ground.until < ground.since:
            yield _error(f"statutory.{n}.until", "該当しなくなった日が該当した日より前です。")
    for n, school in enumerate(question.schools):
        if school.last is not None and school.last < school.first:
            yield _error(f"schools.{n}.last", "終わりの日が始まりの日より前です。")
    spans = ("not_category_1", "paid", "assistance", "special_disability_benefit")
    for name in spans:
        for n, span in enumerate(getattr(question, name)):
            if span.last is not None and span.last < span.first:
                yield _error(f"{name}.{n}.last", "最後の月が最初の月より前です。")


def _wrong_incomes(name: str, person: PersonKeyed) -> Iterator[FormError]:
    seen: set[int] = set()
    for n, year in enumerate(person.incomes):
        place = f"{name}.incomes.{n}"
        if year.income_year in seen:
            yield _error(f"{place}.income_year", "同じ年の所得が二度あります。")
        seen.add(year.income_year)
        if (year.aged_16_to_18 or 0) > year.dependants_general:
            yield _error(f"{place}.aged_16_to_18", "一般扶養の数を超えています。")


def application_of(question: ExemptionWhatIf, order: tuple[Kind, ...], today: date) -> Application:
    """The application that the question asks about."""
    return Application(question.applied_on or today, Months(question.first, question.last), order)


def order_of(question: ExemptionWhatIf, figures: Parameters, today: date) -> tuple[Kind, ...]:
    """The kinds in the order in which they are wanted. Raises ``NoValue``."""
    if question.order:
        return tuple(Kind(kind) for kind in question.order)
    return figures.review_order.on(question.applied_on or today).value


def by_law(question: ExemptionWhatIf, today: date, figures: ByLaw) -> Found:
    """Months exempt by law or notice: maternity and child-care, with their reasons."""
    on = question.applied_on or today
    return together(_of_birth(birth, on, figures) for birth in question.births)


def _of_birth(birth: BirthKeyed, on: date, figures: ByLaw) -> Found:
    due, born = _told(birth.due_on), _told(birth.born_on)
    base = born or due
    assert base is not None  # `wrong` says otherwise
    child = Child(born_on=born or base, since=born or base)
    if not birth.mother:
        if not birth.raises_child:
            return Found()
        return child_care_of_others(child, Carer.PARENT, figures.child_care)
    notice = MaternityNotice(
        notified_on=max(on, birth.born_on) if birth.born_on else on,
        due_on=due,
        born_on=born,
        multiple=birth.multiple,
    )
    found = maternity_exemption(notice, figures.maternity)
    children = [child] if birth.raises_child else []
    return found + child_care_of_mother(base, children, figures.child_care)


def taken_of(question: ExemptionWhatIf, found: Found, figures: ByLaw) -> dict[Month, Kind]:
    """The kind that each month asked about has by law or notice (88条の2, 88条の3, 89条の順)."""
    taken: dict[Month, Kind] = {}
    for ground in question.statutory:
        first = begins_with(ground.since, figures.statutory)
        last = Month.of(ground.until) if ground.until else question.last
        for month in Months(max(first, question.first), min(last, question.last)).all():
            taken[month] = Kind.STATUTORY
    for kind in (Kind.CHILD_CARE, Kind.MATERNITY):
        for spell in found.spells:
            if spell.kind is kind:
                taken |= dict.fromkeys(spell.months(question.last), kind)
    return {month: kind for month, kind in taken.items() if month >= question.first}


def case_of(question: ExemptionWhatIf, taken: dict[Month, Kind]) -> Case:
    """The household that the question describes; it has no faults."""
    people = {APPLICANT: _someone(question.applicant)}
    if question.spouse is not None:
        people[_SPOUSE] = _someone(question.spouse)
    if question.householder is not None:
        people[_OTHER] = _someone(question.householder)
    heads = {"applicant": APPLICANT, "spouse": _SPOUSE, "other": _OTHER}
    head = heads.get(question.householder_is)
    asked = set(Months(question.first, question.last).all())
    return Case(
        birth_date=UncertainDate.exact(question.birth_date),
        people=people,
        householders=(Spell(head),) if head else (),
        spouses=_spouses(question),
        category_1=frozenset(asked - _months(question.not_category_1, question)),
        paid=frozenset(_months(question.paid, question)),
        taken=taken,
        enrolments=tuple(Enrolment(school.first, school.last) for school in question.schools),
        assistance=_assistance(question),
        disasters=_disasters(question),
        violence=_violence(question),
        special_disability_benefit=tuple(
            Months(span.first, span.last or question.last)
            for span in question.special_disability_benefit
        ),
    )


def _someone(person: PersonKeyed) -> Someone:
    losses: tuple[JobLoss, ...] = ()
    if person.left_work_on is not None:
        left_on = UncertainDate.exact(person.left_work_on)
        losses = (JobLoss(left_on, person.left_work_shown),)
    incomes = {year.income_year: _income(year) for year in person.incomes}
    return Someone(incomes=incomes, job_losses=losses)


def _income(year: IncomeKeyed) -> YearIncome:
    if year.standing != "told":
        return YearIncome(_OUTCOMES[year.standing])
    items = year.model_dump(
        exclude={"income_year", "standing", "aged_16_to_18", "other_deductions", "spouse"}
    )
    items |= {
        "deductible_spouse": DeductibleSpouse(year.spouse),
        "self_disability": SelfDisability(year.self_disability),
        "self_widow_or_single_parent": WidowOrSingleParent(year.self_widow_or_single_parent),
    }
    told = Income(**items)
    return YearIncome(FactOutcome.VALUE, told, year.aged_16_to_18, year.other_deductions)


def _spouses(question: ExemptionWhatIf) -> tuple[Spell, ...]:
    spouse = question.spouse
    if spouse is None:
        return ()
    return (Spell(_SPOUSE, _told(spouse.since), day_before(_told(spouse.until))),)


def _assistance(question: ExemptionWhatIf) -> Assistance:
    periods = tuple(
        AssistancePeriod(
            kind=AssistanceKind.MEDICAL,
            first=span.first.first_day,
            last=span.last.last_day if span.last else None,
        )
        for span in question.assistance
    )
    return Assistance(FactOutcome.VALUE, periods)


def _disasters(question: ExemptionWhatIf) -> tuple[Disaster, ...]:
    if question.disaster_on is None:
        return ()
    return (Disaster(UncertainDate.exact(question.disaster_on), half_lost=True),)


def _violence(question: ExemptionWhatIf) -> tuple[Violence, ...]:
    if question.violence_since is None:
        return ()
    violent = question.spouse is not None and question.spouse.violent
    return (
        Violence(
            _SPOUSE if violent else "",
            UncertainDate.exact(question.violence_since),
            None,
            question.in_difficulty,
            question.in_difficulty,
        ),
    )


def _months(spans: Iterable[SpanKeyed], question: ExemptionWhatIf) -> set[Month]:
    return {
        month
        for span in spans
        for month in Months(span.first, span.last or question.last).all()
        if question.first <= month <= question.last
    }


def _told(day: date | None) -> UncertainDate | None:
    return UncertainDate.exact(day) if day else None


def _error(field: str, message: str) -> FormError:
    return FormError(field=field, code="EX-0401", message=message)
