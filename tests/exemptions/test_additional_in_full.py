"""The additional premium: Fund, farmers' pension, exempt persons, the months it is paid for."""

from datetime import date

import pytest

from contracts.forms import FindingKind
from contracts.months import Month
from services.exemptions.domain.additional_months import (
    Base,
    Verdict,
    additional_months,
    additional_pension,
    after_exemption,
    may_notify,
)
from services.exemptions.domain.additional_premium import Cause, periods, start_month
from services.exemptions.domain.examination import examine
from services.exemptions.domain.facts import Insured, Notified, PersonFacts
from services.exemptions.domain.kinds import ExemptionKind
from tests.exemptions.law import VECTORS, d, m
from tests.exemptions.people import end, farmer, member, period, person, start

ALWAYS = period(1, "2010-04-01")
Kind = ExemptionKind


def test_the_worked_cases() -> None:
    begun = VECTORS["fuka-04"]
    assert str(start_month(d(begun["input"]["applied"]))) == begun["expected"]["from_month"]
    paid = VECTORS["fuka-01"]
    assert additional_pension(paid["input"]["fuka_months"], 200) == paid["expected"]["annual"]


def outline(facts: PersonFacts, *notices: Notified) -> list[tuple[str, str, str | None]]:
    return [
        (p.began.cause.value, str(p.from_month), str(p.until) if p.until else None)
        for p in periods(notices, facts)
    ]


PAYS, FARMS = Cause.NOTICE_TO_PAY.value, Cause.FARMERS_PENSION.value

TABLE = [
    ("joined the Fund: from the month before on (deemed notice)",
     outline(person(ALWAYS, fund=(member("2026-10-01"),)), start("2026-05-31")),
     [(PAYS, "2026-05", "2026-09")]),
    ("left the Fund again: a new notice is needed",
     outline(person(ALWAYS, fund=(member("2026-10-01", "2027-03-31"),)), start("2026-05-31")),
     [(PAYS, "2026-05", "2026-09")]),
    ("and with it", outline(person(ALWAYS, fund=(member("2026-10-01", "2027-03-31"),)),
                            start("2026-05-31"), start("2027-04-01")),
     [(PAYS, "2026-05", "2026-09"), (PAYS, "2027-04", None)]),
    ("a member who never paid it", outline(person(ALWAYS, fund=(member("2026-10-01"),))), []),
    ("a farmer, without a notice", outline(person(ALWAYS, farmers=(farmer("2026-05-31"),))),
     [(FARMS, "2026-05", None)]),
    ("a farmer until the month before the loss",
     outline(person(ALWAYS, farmers=(farmer("2026-05-31", "2026-10-20"),))),
     [(FARMS, "2026-05", "2026-10")]),
    ("a farmer for part of a month: that month",
     outline(person(ALWAYS, farmers=(farmer("2026-05-02", "2026-05-20"),))),
     [(FARMS, "2026-05", "2026-06")]),
    ("a farmer cannot stop it", outline(person(ALWAYS, farmers=(farmer("2026-05-31"),)),
                                        end("2026-08-01")), [(FARMS, "2026-05", None)]),
    ("nor does the Fund", outline(person(ALWAYS, farmers=(farmer("2026-05-31"),),
                                         fund=(member("2026-08-01"),))),
     [(FARMS, "2026-05", None)]),
    ("paying by notice, then a farmer: it ends with the farmers' pension",
     outline(person(ALWAYS, farmers=(farmer("2026-05-31", "2026-10-20"),)), start("2026-01-10")),
     [(PAYS, "2026-01", "2026-10")]),
    ("a farmer who died: death ends it",
     outline(person(ALWAYS, farmers=(farmer("2026-05-31", "2026-10-21", by_death=True),),
                    died="2026-10-20")), [(FARMS, "2026-05", "2026-10")]),
    ("a farmer employed elsewhere: category 1 ends it",
     outline(person(period(1, "2010-04-01", "2026-10-20"), period(2, "2026-10-20"),
                    farmers=(farmer("2026-05-31", "2026-10-20"),))),
     [(FARMS, "2026-05", "2026-10")]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "found", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_the_periods(
    what: str,
    found: list[tuple[str, str, str | None]],
    expected: list[tuple[str, str, str | None]],
) -> None:
    assert found == expected


def test_why_it_ended_is_told() -> None:
    (by_fund,) = periods([start("2026-05-31")], person(ALWAYS, fund=(member("2026-10-01"),)))
    assert by_fund.ended is not None
    assert by_fund.ended.article == "国民年金法87条の2第4項・第3項"
    (farms,) = periods([], person(ALWAYS, farmers=(farmer("2026-05-31", "2026-10-20"),)))
    assert farms.ended is not None
    assert farms.ended.cause is Cause.FARMERS_PENSION_LOST
    assert farms.ended.on == date(2026, 10, 20)


@pytest.mark.parametrize("kind", list(ExemptionKind))
def test_who_is_exempt_may_not_notify_it_except_by_maternity_and_child_care(
    kind: ExemptionKind,
) -> None:
    known = person(ALWAYS).model_copy(update={"exempt": {m("2026-10"): kind}})
    found = examine(start("2026-10-15"), known, [], date(2026, 10, 15))
    refused = [finding.code for finding in found if finding.kind is FindingKind.REFUSAL]
    assert refused == ([] if kind in (Kind.MATERNITY, Kind.CHILD_CARE) else ["exempt"])
    assert may_notify(kind) is (refused == [])


def test_an_exemption_of_another_month_stands_in_nobodys_way() -> None:
    exempt = {m("2026-09"): Kind.FULL, m("2026-11"): Kind.STATUTORY}
    known = person(ALWAYS).model_copy(update={"exempt": exempt})
    found = examine(start("2026-10-15"), known, [], date(2026, 10, 15))
    assert [finding.code for finding in found] == ["exemptions-not-held"]
    assert found[0].message.startswith("申請による免除・猶予の決定")


def test_a_member_of_the_fund_and_a_farmer_are_told() -> None:
    in_fund = person(ALWAYS, fund=(member("2026-10-01", "2027-03-31"),))
    found = examine(start("2027-03-30"), in_fund, [], date(2027, 3, 30))
    assert found[0].code == "in-pension-fund"
    found = examine(start("2027-03-31"), in_fund, [], date(2027, 3, 31))
    assert "in-pension-fund" not in [finding.code for finding in found]
    farms = person(ALWAYS, farmers=(farmer("2026-05-31"),))
    found = examine(end("2026-10-15"), farms, [], date(2026, 10, 15))
    assert found[0].code == "farmers-pension"


MONTHS = [
    ("paid", {"2026-05": Base.PAID}, {}, Verdict.PAYABLE, "additional-with-premium"),
    ("not paid", {"2026-05": Base.UNPAID}, {}, Verdict.WITH_BASE, "additional-not-yet-paid"),
    ("not known", {}, {}, Verdict.ASKS, "additional-base-unknown"),
    ("paid later", {"2026-05": Base.PAID_LATER}, {}, Verdict.NOT_PAYABLE, "additional-paid-later"),
    ("maternity, nothing paid", {"2026-05": Base.UNPAID}, {"2026-05": Kind.MATERNITY},
     Verdict.PAYABLE, "additional-alone"),
    ("child-care", {}, {"2026-05": Kind.CHILD_CARE}, Verdict.PAYABLE, "additional-alone"),
    ("statutory", {"2026-05": Base.UNPAID}, {"2026-05": Kind.STATUTORY}, Verdict.NOT_PAYABLE,
     "additional-exempt"),
    ("half, the rest paid", {"2026-05": Base.PAID}, {"2026-05": Kind.HALF}, Verdict.NOT_PAYABLE,
     "additional-exempt"),
    ("full, paid later", {"2026-05": Base.PAID_LATER}, {"2026-05": Kind.FULL},
     Verdict.NOT_PAYABLE, "additional-exempt"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "base", "exempt", "verdict", "why"), MONTHS, ids=[row[0] for row in MONTHS]
)
def test_the_verdict_on_a_month(
    what: str,
    base: dict[str, Base],
    exempt: dict[str, ExemptionKind],
    verdict: Verdict,
    why: str,
) -> None:
    given = periods([start("2026-05-31"), end("2026-07-10", "2026-06")], person(ALWAYS))
    found = additional_months(
        given,
        {m(month): kind for month, kind in exempt.items()},
        {m(month): paid for month, paid in base.items()},
        date(2026, 8, 1),
        2,
    )
    assert list(found) == [m("2026-05")]
    assert (found[m("2026-05")].verdict, found[m("2026-05")].reason.code) == (verdict, why)


@pytest.mark.parametrize(
    ("on", "verdict"), [("2028-06-30", Verdict.PAYABLE), ("2028-07-01", Verdict.NOT_PAYABLE)]
)
@pytest.mark.parametrize("exempt", [{}, {m("2026-05"): Kind.MATERNITY}])
def test_it_lapses_two_years_after_the_due_date(
    on: str, verdict: Verdict, exempt: dict[Month, ExemptionKind]
) -> None:
    given = periods([start("2026-05-31")], person(ALWAYS))
    found = additional_months(given, exempt, {m("2026-05"): Base.PAID}, d(on), 2)
    assert found[m("2026-05")].verdict is verdict
    assert max(found) == m(on[:7])


def test_what_goes_on_behind_an_exemption_is_to_be_checked() -> None:
    given = periods([start("2026-05-31")], person(ALWAYS))
    reason = after_exemption(given, {m("2026-07"): Kind.FULL})
    assert reason is not None
    assert reason.certainty.needs_check
    assert after_exemption(given, {m("2026-07"): Kind.MATERNITY}) is None
    assert after_exemption(given, {}) is None
    assert after_exemption(given, {m("2026-04"): Kind.FULL}) is None
    stopped = periods([start("2026-05-31"), end("2026-07-10", "2026-07")], person(ALWAYS))
    assert after_exemption(stopped, {m("2026-06"): Kind.FULL}) is None


def test_a_farmer_insured_by_choice_pays_it_too() -> None:
    """附則5条's insured are held to be category 1 for this purpose."""
    facts = person(
        farmers=(farmer("2026-05-31").model_copy(update={"insured": Insured.VOLUNTARY}),)
    )
    assert outline(facts) == [(FARMS, "2026-05", None)]
