"""What public assistance calls for: proposals, never a silent change."""

from collections.abc import Sequence

import pytest

from contracts.codes import ResidentKind
from contracts.events.facts import FactOutcome
from contracts.events.welfare import AssistanceKind, AssistancePeriod
from contracts.months import Month
from services.exemptions.domain.assistance import Proposal, Told, proposals
from services.exemptions.domain.statutory import Ground, Holding
from tests.exemptions.law import d, figures, m, u

STATUTORY = figures().statutory
JAPANESE, FOREIGN = ResidentKind.JAPANESE, ResidentKind.FOREIGN
LIVELIHOOD, HOUSING, MEDICAL = (
    AssistanceKind.LIVELIHOOD,
    AssistanceKind.HOUSING,
    AssistanceKind.MEDICAL,
)
ALWAYS = frozenset(m("2020-01") + n for n in range(120))


def told(*periods: tuple[AssistanceKind, str, str | None]) -> Told:
    return Told(
        FactOutcome.VALUE,
        tuple(
            AssistancePeriod(kind=kind, first=d(first), last=d(last) if last else None)
            for kind, first, last in periods
        ),
    )


def held(since: str, ceased: str | None = None, ground: Ground = Ground.ASSISTANCE) -> Holding:
    return Holding(ground, u(since), u(ceased) if ceased else None)


def called_for(
    facts: Told,
    known: Sequence[Holding] = (),
    nationality: ResidentKind | None = JAPANESE,
    insured: frozenset[Month] = ALWAYS,
) -> list[str]:
    return [
        f"{p.kind.value} {p.reason.code} {p.on} {p.month}"
        for p in proposals(facts, known, nationality, insured, STATUTORY)
    ]


def one(found: tuple[Proposal, ...]) -> Proposal:
    (proposal,) = found
    return proposal


TABLE: list[tuple[str, list[str], list[str]]] = [
    ("begins", called_for(told((LIVELIHOOD, "2026-05-10", None))),
     ["begin assistance-begins 2026-05-10 2026-04"]),
    ("begins, and is held",
     called_for(told((LIVELIHOOD, "2026-05-10", None)), [held("2026-05-10")]), []),
    ("ends", called_for(told((LIVELIHOOD, "2026-05-10", "2027-02-02")), [held("2026-05-10")]),
     ["end assistance-ended 2027-02-03 2027-03"]),
    ("ends with a month: which day was the first without is to be checked",
     called_for(told((LIVELIHOOD, "2026-05-10", "2027-02-28")), [held("2026-05-10")]),
     ["end assistance-ended-at-month-end 2027-03-01 2027-04"]),
    ("begun and over, nothing held", called_for(told((LIVELIHOOD, "2026-05-10", "2027-02-02"))),
     ["begin assistance-begins 2026-05-10 2026-04", "end assistance-ended 2027-02-03 2027-03"]),
    ("both held", called_for(told((LIVELIHOOD, "2026-05-10", "2027-02-02")),
                             [held("2026-05-10", "2027-02-03")]), []),
    ("two periods without a gap are one",
     called_for(told((LIVELIHOOD, "2026-05-10", "2026-08-31"), (LIVELIHOOD, "2026-09-01", None)),
                [held("2026-05-10")]), []),
    ("again after a break, the first still held open",
     called_for(told((LIVELIHOOD, "2026-05-10", "2026-08-20"), (LIVELIHOOD, "2027-01-05", None)),
                [held("2026-05-10")]),
     ["end assistance-ended 2026-08-21 2026-09", "begin assistance-begins 2027-01-05 2026-12"]),
    ("began on another day", called_for(told((LIVELIHOOD, "2026-05-01", None)),
                                        [held("2026-06-10")]),
     ["correct assistance-other-start 2026-05-01 2026-04"]),
    ("ended on another day", called_for(told((LIVELIHOOD, "2026-05-10", "2027-02-02")),
                                        [held("2026-05-10", "2027-01-31")]),
     ["correct assistance-other-end 2027-02-03 None"]),
    ("goes on although held to be over", called_for(told((LIVELIHOOD, "2026-05-10", None)),
                                                    [held("2026-05-10", "2027-01-31")]),
     ["correct assistance-goes-on 2027-01-31 None"]),
    ("held, and not told", called_for(told(), [held("2026-05-10")]),
     ["look assistance-not-told 2026-05-10 None"]),
    ("another ground is nothing to welfare",
     called_for(told(), [held("2026-05-10", ground=Ground.DISABILITY)]), []),
    ("a foreign resident applies", called_for(told((LIVELIHOOD, "2026-05-10", None)),
                                              nationality=FOREIGN),
     ["apply assistance-foreign 2026-05-10 None"]),
    ("a foreign resident for whom it is held",
     called_for(told((LIVELIHOOD, "2026-05-10", None)), [held("2026-05-10")], FOREIGN),
     ["apply assistance-foreign 2026-05-10 None", "look assistance-foreign-held 2026-05-10 None"]),
    ("nationality unknown", called_for(told((LIVELIHOOD, "2026-05-10", None)), nationality=None),
     ["look assistance-nationality-unknown 2026-05-10 None"]),
    ("housing and medical alone: an application",
     called_for(told((HOUSING, "2026-05-10", None), (MEDICAL, "2026-06-01", None))),
     ["apply assistance-other-kind 2026-05-10 None"]),
    ("housing beside livelihood: no application",
     called_for(told((HOUSING, "2026-05-10", None), (LIVELIHOOD, "2026-05-10", None)),
                [held("2026-05-10")]), []),
    ("not insured of category 1 at all",
     called_for(told((LIVELIHOOD, "2026-05-10", None), (HOUSING, "2026-01-01", "2026-02-01")),
                insured=frozenset()), []),
    ("category 1 was over before it ended: no notice changes a month",
     called_for(told((LIVELIHOOD, "2026-05-10", "2027-02-02")), [held("2026-05-10")],
                insured=frozenset({m("2026-05"), m("2026-06")})), []),
    ("category 1 in the month before alone",
     called_for(told((LIVELIHOOD, "2026-05-10", None)), insured=frozenset({m("2026-04")})),
     ["begin assistance-begins 2026-05-10 2026-04"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "found", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_what_it_calls_for(what: str, found: list[str], expected: list[str]) -> None:
    assert found == expected


@pytest.mark.parametrize("outcome", [o for o in FactOutcome if o is not FactOutcome.VALUE])
def test_what_is_not_known_is_asked_for_and_nothing_else(outcome: FactOutcome) -> None:
    assert called_for(Told(outcome), [held("2026-05-10")]) == [
        f"look assistance-{outcome.value.replace('_', '-')} None None"
    ]


def test_the_line_says_what_to_do_until_when() -> None:
    proposal = one(
        proposals(told((LIVELIHOOD, "2026-05-10", None)), [], JAPANESE, ALWAYS, STATUTORY)
    )
    assert proposal.due == d("2026-05-24")
    assert proposal.reason.sentence == (
        "令和8年5月10日から生活扶助を受けているため、令和8年4月分から法定免除に該当する見込み。"
        "該当届が出ていません。"
    )


def test_the_end_of_a_month_is_marked_to_be_checked() -> None:
    facts = told((LIVELIHOOD, "2026-05-10", "2027-02-28"))
    proposal = one(proposals(facts, [held("2026-05-10")], JAPANESE, ALWAYS, STATUTORY))
    assert proposal.reason.certainty.needs_check
    assert proposal.due == d("2027-03-15")
