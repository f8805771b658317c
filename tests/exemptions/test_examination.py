"""What the examination of a notice on the additional premium finds."""

from datetime import date

import pytest

from contracts.forms import Finding, FindingKind
from services.exemptions.domain.examination import examine
from services.exemptions.domain.facts import Insured, Notified, PersonFacts
from tests.exemptions.people import end, lived, period, person, start

ALWAYS = period(1, "2010-04-01")
RECEIVED = date(2026, 10, 15)
TO_PAY = start("2026-10-15")
TO_STOP = end("2026-10-15")


def found(
    notified: Notified,
    facts: PersonFacts,
    *settled: Notified,
    received_on: date = RECEIVED,
) -> list[tuple[str, str]]:
    return [
        (finding.kind.value, finding.code)
        for finding in examine(notified, facts, settled, received_on)
        if finding.kind is not FindingKind.NOTE
    ]


TABLE = [
    ("faultless", TO_PAY, person(ALWAYS), [], []),
    (
        "not category 1: employed",
        TO_PAY,
        person(period(2, "2015-04-01")),
        [],
        [("refusal", "not-category-1")],
    ),
    (
        "not category 1 any more on the very day of the loss",
        TO_PAY,
        person(period(1, "2010-04-01", "2026-10-15")),
        [],
        [("refusal", "not-category-1")],
    ),
    (
        "category 1 from this very day",
        TO_PAY,
        person(period(1, "2026-10-15")),
        [],
        [],
    ),
    (
        "no timeline has come: said, not guessed",
        TO_PAY,
        PersonFacts(residence=(lived("2000-01-01"),)),
        [],
        [("review", "qualification-unknown")],
    ),
    (
        "the timeline itself has to be looked at",
        TO_PAY,
        person(ALWAYS, review=("birth-date-unknown",)),
        [],
        [("review", "qualification-under-review")],
    ),
    (
        "voluntarily insured: not held, so somebody looks",
        start("2026-10-15", Insured.VOLUNTARY),
        person(),
        [],
        [("review", "voluntary-not-held")],
    ),
    (
        "specially voluntarily insured: cannot",
        start("2026-10-15", Insured.SPECIAL_VOLUNTARY),
        person(),
        [],
        [("refusal", "special-voluntary")],
    ),
    (
        "already paying",
        TO_PAY,
        person(ALWAYS),
        [start("2026-05-31")],
        [("refusal", "already-paying")],
    ),
    (
        "stopped before, so may begin again",
        TO_PAY,
        person(ALWAYS),
        [start("2026-05-31"), end("2026-08-10")],
        [],
    ),
    (
        "category lost later in the same month: no month is left",
        TO_PAY,
        person(period(1, "2010-04-01", "2026-10-20"), period(2, "2026-10-20")),
        [],
        [("review", "no-month")],
    ),
    (
        "moved away before",
        TO_PAY,
        person(ALWAYS, residence=[lived("2000-01-01", "2026-09-30")]),
        [],
        [("refusal", "not-resident")],
    ),
    (
        "moves on the very day",
        TO_PAY,
        person(ALWAYS, residence=[lived("2000-01-01", "2026-10-15")]),
        [],
        [],
    ),
    (
        "the day of moving in is not known",
        TO_PAY,
        person(ALWAYS, residence=[lived("令和8年 月日不詳".replace(" ", ""))]),
        [],
        [("review", "residence-unknown")],
    ),
    (
        "an old stay of unknown days does not matter beside the present one",
        TO_PAY,
        person(ALWAYS, residence=[lived("昭和60年月日不詳", "平成2年頃"), lived("2020-01-01")]),
        [],
        [],
    ),
    (
        "died before the notice",
        TO_PAY,
        person(ALWAYS, died="2026-10-14"),
        [],
        [("refusal", "deceased"), ("review", "no-month")],
    ),
    (
        "died on an unknown day",
        TO_PAY,
        person(ALWAYS, died="令和8年10月 日不詳"),
        [],
        [("review", "death-day-unknown")],
    ),
    ("to stop: faultless", TO_STOP, person(ALWAYS), [start("2026-05-31")], []),
    (
        "to stop what is not held here",
        TO_STOP,
        person(ALWAYS),
        [],
        [("review", "start-not-held")],
    ),
    (
        "to stop what has ended",
        TO_STOP,
        person(period(1, "2010-04-01", "2026-08-20")),
        [start("2026-05-31")],
        [("refusal", "already-stopped")],
    ),
    (
        "to stop from too early a month",
        end("2026-10-15", "2026-08"),
        person(ALWAYS),
        [start("2026-05-31")],
        [("refusal", "stop-too-early")],
    ),
    (
        "to stop from a month to come",
        end("2026-10-15", "2027-04"),
        person(ALWAYS),
        [start("2026-05-31")],
        [],
    ),
    (
        "whoever does not live here stops elsewhere",
        TO_STOP,
        person(ALWAYS, residence=[]),
        [start("2026-05-31")],
        [("refusal", "not-resident")],
    ),
]


@pytest.mark.parametrize(
    ("notified", "facts", "settled", "expected"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_findings(
    notified: Notified,
    facts: PersonFacts,
    settled: list[Notified],
    expected: list[tuple[str, str]],
) -> None:
    assert found(notified, facts, *settled) == expected


def test_the_day_of_the_notice_is_held_against_the_day_of_receipt() -> None:
    facts = person(ALWAYS)
    assert found(TO_PAY, facts, received_on=date(2026, 10, 14)) == [
        ("refusal", "notified-after-receipt")
    ]
    assert found(TO_PAY, facts, received_on=date(2026, 10, 19)) == [
        ("review", "notified-before-receipt")
    ]


def every_finding() -> list[Finding]:
    findings: list[Finding] = []
    for _, notified, facts, settled, _ in TABLE:
        findings += examine(notified, facts, settled, RECEIVED)
    return findings


def test_every_refusal_and_review_says_what_to_do() -> None:
    for finding in every_finding():
        assert finding.action or finding.kind is FindingKind.NOTE, finding.code


def test_what_is_not_held_is_said() -> None:
    notes = {finding.code for finding in every_finding() if finding.kind is FindingKind.NOTE}
    assert notes == {"exemptions-not-held", "paid-months-excepted"}
