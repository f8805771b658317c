"""All kinds of exemption together: one stands a month, and the others say why they do not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.events import QualificationPeriod, VoluntaryInsurance, VoluntaryPeriod
from contracts.months import Month
from services.exemptions.domain.child_care import Carer, Child, child_care_of_others
from services.exemptions.domain.combination import Combined, Exemptible, combine
from services.exemptions.domain.kinds import AppliedMonth, ExemptionKind
from services.exemptions.domain.maternity import MaternityNotice, maternity_exemption
from services.exemptions.domain.months import in_category_1, months_in_category_1
from services.exemptions.domain.paid_all_the_same import Asked, Months, PayRequest, asked_to_pay
from services.exemptions.domain.reasons import Rule, because
from services.exemptions.domain.spells import Found, Spell
from services.exemptions.domain.statutory import Ground, Holding, statutory_exemption
from tests.exemptions.law import d, figures, m, u
from tests.exemptions.people import period

Kind = ExemptionKind
THROUGH = m("2028-03")
ALWAYS = frozenset(m("2020-01") + n for n in range(120))


def maternity(due: str) -> Found:
    return maternity_exemption(MaternityNotice(d(due), born_on=u(due)), figures().maternity)


def child_care(born: str) -> Found:
    return child_care_of_others(Child(u(born), u(born)), Carer.PARENT, figures().child_care)


def statutory(since: str, ceased: str | None = None) -> Found:
    holding = Holding(Ground.ASSISTANCE, u(since), u(ceased) if ceased else None)
    return statutory_exemption([holding], figures().statutory)


def asked(on: str, first: str, last: str | None = None) -> Asked:
    request = PayRequest(d(on), (Months(m(first), m(last) if last else None),))
    return asked_to_pay([request], figures().statutory)[0]


def applied(
    kind: ExemptionKind, first: str, last: str, on: str | None = None
) -> dict[Month, AppliedMonth]:
    of_month = AppliedMonth(kind, applied_on=d(on) if on else None)
    return {m(first) + n: of_month for n in range(m(last) - m(first) + 1)}


def outline(found: Combined) -> list[str]:
    """Runs of one kind: "statutory 2026-04..2026-08"."""
    runs: list[list[Month]] = []
    kinds = found.kinds
    for month, kind in kinds.items():
        if runs and runs[-1][-1] + 1 == month and kinds[runs[-1][-1]] is kind:
            runs[-1].append(month)
        else:
            runs.append([month])
    return [f"{kinds[run[0]].value} {run[0]}..{run[-1]}" for run in runs]


NOVEMBER = maternity("2026-11-10")  # October to January
YEAR = applied(Kind.FULL, "2026-07", "2027-06")

TABLE: list[tuple[str, Exemptible, list[str]]] = [
    ("nothing told", Exemptible(ALWAYS), []),
    ("maternity before full exemption", Exemptible(ALWAYS, NOVEMBER, YEAR),
     ["full 2026-07..2026-09", "maternity 2026-10..2027-01", "full 2027-02..2027-06"]),
    ("maternity before statutory", Exemptible(ALWAYS, NOVEMBER + statutory("2026-05-10")),
     ["statutory 2026-04..2026-09", "maternity 2026-10..2027-01", "statutory 2027-02..2028-03"]),
    ("child-care before statutory, and after another child's maternity",
     Exemptible(ALWAYS, child_care("2026-12-10") + maternity("2027-11-20")
                + statutory("2026-05-10", "2027-12-05")),
     ["statutory 2026-04..2026-11", "child_care 2026-12..2027-09", "maternity 2027-10..2028-01"]),
    ("statutory before full exemption", Exemptible(ALWAYS, statutory("2026-09-10"), YEAR),
     ["full 2026-07..2026-07", "statutory 2026-08..2028-03"]),
    ("statutory before deferment", Exemptible(ALWAYS, statutory("2026-09-10", "2026-12-01"),
                                              applied(Kind.DEFERMENT, "2026-07", "2027-06")),
     ["deferment 2026-07..2026-07", "statutory 2026-08..2026-12", "deferment 2027-01..2027-06"]),
    ("statutory before students", Exemptible(ALWAYS, statutory("2026-09-10"),
                                             applied(Kind.STUDENT, "2026-04", "2027-03")),
     ["student 2026-04..2026-07", "statutory 2026-08..2028-03"]),
    ("part exemption before statutory, while nobody gave notice",
     Exemptible(ALWAYS, statutory("2026-09-10"), applied(Kind.HALF, "2026-07", "2027-06")),
     ["half 2026-07..2027-06", "statutory 2027-07..2028-03"]),
    ("until the notice: from the month before it",
     Exemptible(ALWAYS, statutory("2026-09-10"), applied(Kind.HALF, "2026-07", "2027-06"),
                switched_on=(d("2026-12-05"),)),
     ["half 2026-07..2026-10", "statutory 2026-11..2028-03"]),
    ("what was applied for after the notice is not cancelled by it",
     Exemptible(ALWAYS, statutory("2026-09-10"),
                applied(Kind.HALF, "2026-07", "2027-06", "2027-01-10"),
                switched_on=(d("2026-12-05"),)),
     ["half 2026-07..2027-06", "statutory 2027-07..2028-03"]),
    ("and what was before stays cancelled behind the ground",
     Exemptible(ALWAYS, statutory("2026-09-10", "2027-01-20"),
                applied(Kind.HALF, "2026-07", "2027-06", "2026-07-10"),
                switched_on=(d("2026-12-05"),)),
     ["half 2026-07..2026-10", "statutory 2026-11..2027-01"]),
    ("asked to pay", Exemptible(ALWAYS, statutory("2026-05-10"),
                                asked=asked("2026-06-01", "2026-09", "2026-12")),
     ["statutory 2026-04..2026-08", "statutory 2027-01..2028-03"]),
    ("asked to pay: part exemption is over too",
     Exemptible(ALWAYS, statutory("2026-05-10"), applied(Kind.QUARTER, "2026-07", "2027-06"),
                asked("2026-10-01", "2026-07")),
     ["statutory 2026-04..2026-06", "quarter 2026-07..2026-08"]),
    ("maternity although asked to pay", Exemptible(ALWAYS, NOVEMBER + statutory("2026-05-10"),
                                                   asked=asked("2026-06-01", "2026-05")),
     ["statutory 2026-04..2026-04", "maternity 2026-10..2027-01"]),
    ("months that are not of category 1",
     Exemptible(frozenset({m("2026-05"), m("2026-11")}), NOVEMBER + statutory("2026-05-10")),
     ["statutory 2026-05..2026-05", "maternity 2026-11..2026-11"]),
    ("paid months stay paid, except for maternity",
     Exemptible(ALWAYS, NOVEMBER + statutory("2026-05-10", "2026-12-01"),
                paid=frozenset({m("2026-06"), m("2026-11")})),
     ["statutory 2026-04..2026-05", "statutory 2026-07..2026-09", "maternity 2026-10..2027-01"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "person", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_which_stands(what: str, person: Exemptible, expected: list[str]) -> None:
    assert outline(combine(person, THROUGH)) == expected


def aside(person: Exemptible, month: str) -> dict[str, str]:
    found = combine(person, THROUGH).months[m(month)].aside
    return {kind.value: reason.code for kind, reason in found.items()}


def test_what_does_not_stand_says_why() -> None:
    half = applied(Kind.HALF, "2026-07", "2027-06")
    assisted = statutory("2026-05-10")
    assert aside(Exemptible(ALWAYS, NOVEMBER + assisted, half), "2026-10") == {
        "statutory": "after-maternity",
        "half": "after-maternity",
    }
    assert aside(Exemptible(ALWAYS, assisted, half), "2026-10") == {
        "statutory": "after-part-exemption"
    }
    given_notice = Exemptible(ALWAYS, assisted, half, switched_on=(d("2026-11-01"),))
    assert aside(given_notice, "2026-10") == {"half": "part-exemption-cancelled"}
    assert aside(Exemptible(ALWAYS, assisted, YEAR), "2026-10") == {"full": "after-statutory"}
    assert aside(Exemptible(ALWAYS, child_care("2026-10-05"), YEAR), "2026-10") == {
        "full": "after-child-care"
    }
    assert aside(Exemptible(ALWAYS, assisted, paid=frozenset({m("2026-06")})), "2026-06") == {
        "statutory": "paid-already"
    }
    assert aside(Exemptible(frozenset(), assisted), "2026-06") == {"statutory": "not-category-1"}
    to_pay = Exemptible(ALWAYS, assisted, asked=asked("2026-06-01", "2026-06"))
    assert aside(to_pay, "2026-06") == {"statutory": "pay-all-the-same"}


def test_a_month_carries_the_reasons_of_what_stands() -> None:
    found = combine(Exemptible(ALWAYS, statutory("2026-05-10", "2026-08-01")), THROUGH)
    assert [reason.code for reason in found.months[m("2026-06")].reasons] == [
        "statutory-begins",
        "statutory-ends",
    ]
    found = combine(Exemptible(ALWAYS, NOVEMBER, paid=frozenset({m("2026-11")})), THROUGH)
    assert [reason.code for reason in found.months[m("2026-11")].reasons] == [
        "maternity",
        "paid-and-returned",
    ]
    assert found.months[m("2026-11")].reasons[1].certainty.needs_check


def test_asked_to_pay_and_exempt_by_application_is_to_be_looked_at() -> None:
    person = Exemptible(ALWAYS, statutory("2026-05-10"), YEAR, asked=asked("2026-06-01", "2026-06"))
    found = combine(person, THROUGH)
    assert [review.code for review in found.reviews] == ["asked-and-exempt"]
    assert found.reviews[0].since == m("2026-07")
    assert found.months[m("2026-07")].kind is Kind.FULL


def test_the_reviews_of_the_kinds_are_kept() -> None:
    unknown = statutory("令和8年5月頃")
    assert [r.code for r in combine(Exemptible(ALWAYS, unknown), THROUGH).reviews] == [
        "statutory-start-unknown"
    ]


# ── what must always hold ────────────────────────────────────────────────────────────────────────

_MONTHS = st.integers(0, 35).map(lambda n: m("2026-01") + n)
_RULE = Rule("r", "", "")


@st.composite
def spells(draw: st.DrawFn, kind: ExemptionKind) -> Spell:
    first = draw(_MONTHS)
    last = draw(st.one_of(st.none(), st.integers(0, 20).map(lambda n: first + n)))
    return Spell(kind, first, last, because(_RULE))


@st.composite
def people(draw: st.DrawFn) -> Exemptible:
    by_law = [
        spell
        for kind in (Kind.MATERNITY, Kind.CHILD_CARE, Kind.STATUTORY)
        for spell in draw(st.lists(spells(kind), max_size=3))
    ]
    kinds = st.sampled_from([kind for kind in Kind if kind.by_application])
    days = st.dates(date(2026, 1, 1), date(2028, 12, 31))
    outcomes = st.builds(AppliedMonth, kinds, applied_on=st.one_of(st.none(), days))
    requests = draw(
        st.lists(
            st.builds(
                PayRequest,
                days,
                st.lists(_MONTHS, max_size=4).map(lambda ms: tuple(Months(x, x) for x in ms)),
                st.booleans(),
            ),
            max_size=3,
        )
    )
    return Exemptible(
        frozenset(draw(st.sets(_MONTHS))),
        Found(tuple(by_law)),
        draw(st.dictionaries(_MONTHS, outcomes)),
        asked_to_pay(requests, figures().statutory)[0],
        tuple(draw(st.lists(days, max_size=2))),
        frozenset(draw(st.sets(_MONTHS, max_size=5))),
    )


@given(people())
def test_one_of_the_kinds_told_stands_and_every_other_says_why(person: Exemptible) -> None:
    for month, outcome in combine(person, THROUGH).months.items():
        told = {spell.kind for spell in person.by_law.spells if spell.covers(month)}
        if month in person.applied:
            told.add(person.applied[month].kind)
        assert told == set(outcome.aside) | ({outcome.kind} if outcome.kind else set())
        assert outcome.kind not in outcome.aside
        assert all(reason.article for reason in outcome.aside.values() if reason.rule is not _RULE)


@given(people())
def test_no_month_is_exempt_that_is_not_of_category_1(person: Exemptible) -> None:
    assert combine(person, THROUGH).kinds.keys() <= person.insured


@given(people(), st.randoms(use_true_random=False))
def test_the_order_of_what_was_told_does_not_matter(person: Exemptible, order: object) -> None:
    spells = list(person.by_law.spells)
    order.shuffle(spells)  # type: ignore[attr-defined]  # Hypothesis's Random has no stub here
    turned = Exemptible(
        person.insured,
        Found(tuple(spells)),
        dict(reversed(list(person.applied.items()))),
        person.asked,
        tuple(reversed(person.switched_on)),
        person.paid,
    )
    assert combine(turned, THROUGH).kinds == combine(person, THROUGH).kinds


@given(people(), spells(Kind.MATERNITY))
def test_a_birth_told_later_changes_its_own_months_and_no_others(
    person: Exemptible, birth: Spell
) -> None:
    more = Exemptible(
        person.insured,
        person.by_law + Found((birth,)),
        person.applied,
        person.asked,
        person.switched_on,
        person.paid,
    )
    before, after = combine(person, THROUGH).kinds, combine(more, THROUGH).kinds
    for month in person.insured:
        if month <= THROUGH and birth.covers(month):
            assert after[month] is Kind.MATERNITY
        else:
            assert after.get(month) is before.get(month)


@given(people())
def test_what_is_not_looked_ahead_to_is_not_told(person: Exemptible) -> None:
    near = combine(person, THROUGH - 12).kinds
    far = combine(person, THROUGH).kinds
    assert near == {month: kind for month, kind in far.items() if month <= THROUGH - 12}


# ── the months of category 1 ─────────────────────────────────────────────────────────────────────


def by_choice(acquired: str, lost: str | None = None) -> VoluntaryPeriod:
    return VoluntaryPeriod(
        kind=VoluntaryInsurance.RECIPIENT,
        acquired_on=d(acquired),
        acquisition_reason="r",
        lost_on=d(lost) if lost else None,
    )


CATEGORIES: list[tuple[str, list[QualificationPeriod], list[VoluntaryPeriod], str]] = [
    ("from the month of acquisition to the one before the loss",
     [period(1, "2026-02-28", "2026-05-01")], [], "2 3 4"),
    ("acquired and lost within a month", [period(1, "2026-02-03", "2026-02-20")], [], "2"),
    ("and acquired again in it", [period(1, "2026-02-03", "2026-02-20"),
                                  period(1, "2026-02-25", "2026-04-01")], [], "2 3"),
    ("lost in a month, and for part of it insured again",
     [period(1, "2025-12-03", "2026-02-05"), period(1, "2026-02-10", "2026-02-20")], [], "1 2"),
    ("the last category of a month", [period(1, "2026-01-03", "2026-02-10"),
                                      period(2, "2026-02-10", "2026-04-20"),
                                      period(1, "2026-04-20", "2026-06-01")], [], "1 4 5"),
    ("category 2 for days within a month", [period(1, "2026-01-03", "2026-02-10"),
                                            period(2, "2026-02-10", "2026-02-25"),
                                            period(1, "2026-02-25", "2026-04-01")], [], "1 2 3"),
    ("changed and lost within a month: the month of the loss",
     [period(2, "2026-01-03", "2026-02-10"), period(1, "2026-02-10", "2026-02-25")], [], ""),
    ("begun as category 2 and ended as 1 within a month",
     [period(2, "2026-02-03", "2026-02-10"), period(1, "2026-02-10", "2026-02-25")], [], "2"),
    ("goes on", [period(1, "2026-11-03")], [], "11 12"),
    ("by choice from the month of the loss on", [period(1, "2026-01-03", "2026-03-10")],
     [by_choice("2026-03-20")], "1 2"),
    ("lost within its month, and by choice in it", [period(1, "2026-03-03", "2026-03-10")],
     [by_choice("2026-03-20")], ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "periods", "voluntary", "expected"), CATEGORIES, ids=[row[0] for row in CATEGORIES]
)
def test_months_of_category_1(
    what: str,
    periods: list[QualificationPeriod],
    voluntary: list[VoluntaryPeriod],
    expected: str,
) -> None:
    found = months_in_category_1(periods, m("2026-12"), voluntary)
    assert " ".join(str(month.month) for month in sorted(found) if month.year == 2026) == expected


@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), unique=True, max_size=8))
def test_whoever_is_in_category_1_on_a_months_last_day_has_that_month(days: list[date]) -> None:
    ordered = sorted(days)
    periods = [
        QualificationPeriod(
            category=1,
            acquired_on=first,
            acquisition_reason="r",
            lost_on=last,
        )
        for first, last in zip(ordered[::2], ordered[1::2], strict=False)
    ]
    found = months_in_category_1(periods, m("2027-01"))
    for month in [m("2026-01") + n for n in range(13)]:
        every_day = [month.first_day + timedelta(days=n) for n in range(month.last_day.day)]
        if in_category_1(periods, month.last_day):
            assert month in found
        elif not any(in_category_1(periods, day) for day in every_day):
            assert month not in found
