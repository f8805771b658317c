"""Who may claim unpaid benefits, and what the examination of a claim finds (法19条)."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.events.claims import ClaimantRelationship
from contracts.forms import Finding, FindingKind
from services.claims.domain.examination import examine, limit_reached
from services.claims.domain.facts import PensionKind, PersonFacts, UnpaidBenefitClaim
from services.claims.domain.order import ClaimantOrder
from services.claims.parameters import claimant_order
from tests.claims.deaths import DECEASED, claim, known
from tests.exemptions.people import period

ORDER = claimant_order()
RECEIVED = date(2026, 10, 15)
DEAD = known(died="2026-10-01", lived=("2000-01-01", "2026-10-01"))
ALIVE = known()


def test_the_order_of_claimants_is_that_of_the_statute() -> None:
    order = ORDER.on(date(2026, 10, 1))
    assert order is not None
    ranks = {relationship: order.rank(relationship) for relationship in ClaimantRelationship}
    assert ranks == {
        ClaimantRelationship.SPOUSE: 1,
        ClaimantRelationship.CHILD: 2,
        ClaimantRelationship.PARENT: 3,
        ClaimantRelationship.GRANDCHILD: 4,
        ClaimantRelationship.GRANDPARENT: 5,
        ClaimantRelationship.SIBLING: 6,
        ClaimantRelationship.RELATIVE: 7,
    }


@pytest.mark.parametrize(
    ("died_on", "rank"),
    [(date(2014, 4, 1), 7), (date(2014, 3, 31), None), (date(1986, 4, 1), None)],
)
def test_other_relatives_may_claim_on_deaths_from_april_2014(
    died_on: date, rank: int | None
) -> None:
    order = ORDER.on(died_on)
    assert order is not None
    assert order.rank(ClaimantRelationship.RELATIVE) == rank


def test_a_day_before_the_first_value_has_none() -> None:
    assert ORDER.on(date(1986, 3, 31)) is None


def test_a_parameter_file_is_held_to_its_shape(tmp_path: Path) -> None:
    document = ORDER.model_dump()
    document["values"] = list(reversed(document["values"]))
    with pytest.raises(ValidationError):
        ClaimantOrder.model_validate(document)
    (tmp_path / "claimant_order.toml").write_text("[claimant_order]\ntitle = 1\n")
    with pytest.raises(ValidationError):
        claimant_order(tmp_path)


TABLE: list[tuple[str, dict[str, Any], PersonFacts, PersonFacts | None, list[tuple[str, str]]]] = [
    ("faultless", {}, DEAD, ALIVE, []),
    ("not known to be dead", {}, known(), ALIVE, [("refusal", "not-known-dead")]),
    (
        "the day of death is not known",
        {},
        known(died="令和8年10月1日頃"),
        ALIVE,
        [("refusal", "death-day-unknown")],
    ),
    (
        "the claim says another day than the register",
        {"died_on": date(2026, 10, 2)},
        known(died="2026-10-01"),
        ALIVE,
        [("refusal", "death-day-differs")],
    ),
    (
        "lived elsewhere",
        {},
        known(died="2026-10-01", lived=("2000-01-01", "2026-09-30")),
        ALIVE,
        [("refusal", "not-resident")],
    ),
    (
        "nobody knows since when they lived here",
        {},
        known(died="2026-10-01", lived=("昭和60年月日不詳", None)),
        ALIVE,
        [("review", "residence-unknown")],
    ),
    (
        "an old-age pension: not received by the municipality",
        {"pension": PensionKind.OTHER},
        DEAD,
        ALIVE,
        [("refusal", "not-received-here")],
    ),
    (
        "a disability pension of the municipality's kind",
        {"pension": PensionKind.DISABILITY_BASIC, "first_visit_in_scope": True},
        DEAD,
        ALIVE,
        [],
    ),
    (
        "and one that is not",
        {"pension": PensionKind.DISABILITY_BASIC, "first_visit_in_scope": False},
        DEAD,
        ALIVE,
        [("refusal", "first-visit-out-of-scope")],
    ),
    (
        "a survivors' pension alone",
        {"pension": PensionKind.SURVIVORS_BASIC, "employees_pension": False},
        DEAD,
        ALIVE,
        [],
    ),
    (
        "one with an employees' survivors' pension",
        {"pension": PensionKind.SURVIVORS_BASIC, "employees_pension": True},
        DEAD,
        ALIVE,
        [("refusal", "employees-pension")],
    ),
    ("the claimant lives elsewhere", {"claimant_id": None}, DEAD, None, []),
    (
        "the claimant is nobody known",
        {},
        DEAD,
        None,
        [("refusal", "claimant-unknown")],
    ),
    (
        "the claimant died as well",
        {},
        DEAD,
        known(died="2026-10-10"),
        [("refusal", "claimant-dead")],
    ),
    (
        "the claimant is the deceased",
        {"claimant_id": DECEASED},
        DEAD,
        DEAD,
        [("refusal", "claimant-is-deceased")],
    ),
    (
        "somebody comes before the claimant",
        {"relationship": "parent", "prior": "child"},
        DEAD,
        ALIVE,
        [("review", "prior-claimant")],
    ),
    (
        "who comes before does not come before",
        {"relationship": "child", "prior": "parent"},
        DEAD,
        ALIVE,
        [("refusal", "prior-not-before")],
    ),
    (
        "of the same rank is not before either",
        {"relationship": "child", "prior": "child"},
        DEAD,
        ALIVE,
        [("refusal", "prior-not-before")],
    ),
    (
        "no basic pension number",
        {"basic_pension_number": None},
        DEAD,
        ALIVE,
        [("review", "basic-pension-number-missing")],
    ),
    (
        "a nephew, on a death of 2013",
        {"died_on": date(2013, 10, 1), "relationship": "relative"},
        known(died="2013-10-01"),
        ALIVE,
        [
            ("refusal", "not-a-claimant"),
            ("review", "order-unverified"),
            ("review", "time-limit"),
        ],
    ),
    (
        "a death of 1980",
        {"died_on": date(1980, 10, 1)},
        known(died="1980-10-01", lived=("1970-01-01", None)),
        ALIVE,
        [("review", "order-not-held"), ("review", "time-limit")],
    ),
]


def found(
    said: UnpaidBenefitClaim,
    deceased: PersonFacts,
    claimant: PersonFacts | None,
    *others: UnpaidBenefitClaim,
    received_on: date = RECEIVED,
) -> list[tuple[str, str]]:
    findings = examine(said, deceased, claimant, others, received_on, ORDER)
    return [(f.kind.value, f.code) for f in findings if f.kind is not FindingKind.NOTE]


@pytest.mark.parametrize(
    ("said", "deceased", "claimant", "expected"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_findings(
    said: dict[str, Any],
    deceased: PersonFacts,
    claimant: PersonFacts | None,
    expected: list[tuple[str, str]],
) -> None:
    assert found(claim(**said), deceased, claimant) == expected


def test_a_claim_is_not_received_before_the_death() -> None:
    codes = found(claim(), DEAD, ALIVE, received_on=date(2026, 9, 30))
    assert codes == [("refusal", "received-before-death")]


def test_a_second_claim_to_the_same_pension_is_looked_at() -> None:
    other = claim(claim_id=DECEASED, relationship="child", claimant_id=None)
    assert found(claim(), DEAD, ALIVE, other) == [("review", "claimed-already")]
    another_pension = other.model_copy(update={"pension": PensionKind.SURVIVORS_BASIC})
    assert found(claim(), DEAD, ALIVE, another_pension) == []


def notes(said: UnpaidBenefitClaim, deceased: PersonFacts) -> set[str]:
    findings = examine(said, deceased, ALIVE, (), RECEIVED, ORDER)
    return {finding.code for finding in findings if finding.kind is FindingKind.NOTE}


def test_notes() -> None:
    assert notes(claim(), DEAD) == {"decided-by-jps"}
    assert "same-rank-others" in notes(claim(same_rank_others=True), DEAD)
    insured = DEAD.model_copy(update={"periods": (period(1, "1990-01-01", "2026-10-02"),)})
    assert "other-claims" in notes(claim(), insured)
    employed = DEAD.model_copy(update={"periods": (period(2, "1990-01-01", "2026-10-02"),)})
    assert "other-claims" not in notes(claim(), employed)


def test_every_refusal_and_review_says_what_to_do() -> None:
    for _, said, deceased, claimant, _ in TABLE:
        findings: tuple[Finding, ...] = examine(
            claim(**said), deceased, claimant, (), RECEIVED, ORDER
        )
        for finding in findings:
            assert finding.action or finding.kind is FindingKind.NOTE, finding.code


@pytest.mark.parametrize(
    ("died_on", "last_day"),
    [
        (date(2021, 10, 15), date(2026, 10, 15)),
        (date(2020, 12, 31), date(2025, 12, 31)),
        (date(2024, 2, 29), date(2029, 2, 28)),
        (date(2024, 2, 28), date(2029, 2, 28)),
        (date(2023, 2, 28), date(2028, 2, 29)),
    ],
)
def test_five_years_end_as_the_civil_code_says(died_on: date, last_day: date) -> None:
    assert not limit_reached(died_on, last_day)
    assert limit_reached(died_on, last_day + timedelta(days=1))


@given(died_on=st.dates(date(1990, 1, 1), date(2090, 1, 1)), later=st.integers(0, 4000))
def test_the_limit_is_reached_once_and_stays(died_on: date, later: int) -> None:
    day = died_on + timedelta(days=later)
    if limit_reached(died_on, day):
        assert later >= 5 * 365
        assert limit_reached(died_on, day + timedelta(days=1))
    else:
        assert later <= 5 * 366


@given(
    relationship=st.sampled_from(ClaimantRelationship),
    prior=st.none() | st.sampled_from(ClaimantRelationship),
    died_on=st.dates(date(2014, 4, 1), date(2026, 10, 15)),
)
def test_exactly_one_thing_is_said_of_whoever_comes_before(
    relationship: ClaimantRelationship, prior: ClaimantRelationship | None, died_on: date
) -> None:
    said = claim(relationship=relationship, prior=prior, died_on=died_on)
    codes = {code for _, code in found(said, known(died=died_on.isoformat()), ALIVE)}
    about = codes & {"prior-claimant", "prior-not-before", "not-a-claimant"}
    assert len(about) == (0 if prior is None else 1)
