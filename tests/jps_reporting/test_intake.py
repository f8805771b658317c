"""From the owners' events to classified items."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from contracts.events import (
    AdditionalPremiumChanged,
    Event,
    ExemptionNoticeKind,
    ExemptionNotified,
    QualificationChanged,
    ReportItemKind,
    TransitionKind,
    TransitionOrigin,
    UnpaidBenefitClaimReceived,
)
from contracts.events.claims import ClaimantRelationship
from contracts.events.exemptions import AdditionalPremiumChange
from contracts.months import Month
from services.chassis.received import Received
from services.jps_reporting.domain.items import (
    DECIDED,
    MOVES,
    IllegalMove,
    ItemOrigin,
    ItemSource,
    ItemState,
    require_move,
)
from services.jps_reporting.intake import UnknownKind, classified, digest, item_of
from services.jps_reporting.stores.items import NewItem
from tests.jps_reporting.making import PARAMETERS, Kind, item, of_notice, reportable

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def taken_in(event: Event) -> NewItem:
    received: Received[Any] = Received(
        event=event,
        key="k",
        event_id=uuid4(),
        type=event.TYPE,
        source="qualification",
        time=datetime.now(UTC),
        topic=event.TOPIC.name,
        shard=0,
        trace=TRACE,
    )
    found = item_of(event, PARAMETERS)
    assert found is not None
    return classified(received, found, PARAMETERS)


@pytest.mark.parametrize(
    ("transition", "reason", "kind"),
    [
        (TransitionKind.ACQUISITION, "moved-in-from-abroad", Kind.ACQUISITION),
        (TransitionKind.LOSS, "moved-abroad", Kind.LOSS),
        (TransitionKind.LOSS, "death", Kind.DEATH),
        (TransitionKind.CATEGORY_CHANGE, "resigned", Kind.CATEGORY_CHANGE),
    ],
)
def test_transitions(transition: TransitionKind, reason: str, kind: ReportItemKind) -> None:
    found = item_of(reportable(transition=transition, reason=reason), PARAMETERS)
    assert found is not None
    assert (found.kind, found.source) == (kind, ItemSource.QUALIFICATION)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (AdditionalPremiumChange.START, Kind.ADDITIONAL_PREMIUM_START),
        (AdditionalPremiumChange.END, Kind.ADDITIONAL_PREMIUM_END),
    ],
)
def test_additional_premium(change: AdditionalPremiumChange, kind: ReportItemKind) -> None:
    new = taken_in(
        AdditionalPremiumChanged(
            item_id=uuid4(),
            notice_id=uuid4(),
            person_id=uuid4(),
            change=change,
            from_month=Month(2026, 11),
            notified_on=date(2026, 10, 5),
            accepted_on=date(2026, 10, 6),
        )
    )
    assert new.item.kind is kind
    assert new.item.origin is ItemOrigin.NOTICE
    assert new.item.from_month == Month(2026, 11)
    assert new.item.occurred_on == date(2026, 10, 5)
    assert new.state is ItemState.WAITING
    assert new.due is not None
    assert (new.due.on, new.due.statutory) == (date(2026, 10, 20), False)


@pytest.mark.parametrize("kind", list(ExemptionNoticeKind))
def test_exemption_by_notice(kind: ExemptionNoticeKind) -> None:
    new = taken_in(
        ExemptionNotified(
            item_id=uuid4(),
            notice_id=uuid4(),
            person_id=uuid4(),
            kind=kind,
            reason="assistance",
            occurred_on=date(2026, 10, 1),
            from_month=Month(2026, 9),
            notified_on=date(2026, 10, 5),
            accepted_on=date(2026, 10, 6),
        )
    )
    assert new.item.kind.label == kind.label
    assert new.item.origin is ItemOrigin.NOTICE
    assert new.item.source is ItemSource.EXEMPTIONS
    assert (new.item.occurred_on, new.item.reason) == (date(2026, 10, 1), "assistance")
    assert new.state is ItemState.WAITING
    assert new.due is not None
    assert (new.due.on, new.due.statutory) == (date(2026, 10, 20), False)


def test_unpaid_benefit_claim() -> None:
    new = taken_in(
        UnpaidBenefitClaimReceived(
            item_id=uuid4(),
            claim_id=uuid4(),
            person_id=uuid4(),
            died_on=date(2026, 9, 1),
            claimant_person_id=None,
            claimant_relationship=ClaimantRelationship.SIBLING,
            pension_code="1150",
            basic_pension_number="2271174711",
            accepted_on=date(2026, 10, 6),
        )
    )
    assert new.item.kind is Kind.UNPAID_BENEFIT_CLAIM
    assert new.item.claimant_relationship is ClaimantRelationship.SIBLING
    assert new.item.occurred_on == date(2026, 9, 1)
    assert new.state is ItemState.WAITING


def test_a_changed_timeline_is_no_item() -> None:
    event = QualificationChanged(
        person_id=uuid4(), timeline_version=1, basic_pension_number_known=False, periods=()
    )
    assert item_of(event, PARAMETERS) is None


@pytest.mark.parametrize(
    ("facts", "state", "code"),
    [
        ({}, ItemState.WAITING, None),
        (
            {"origin": TransitionOrigin.AGE, "reason": "age-20"},
            ItemState.NOT_NEEDED,
            None,
        ),
        ({"reason": "unheard-of"}, ItemState.BLOCKED, "JR-1201"),
        (
            {"occurred_on": date(2009, 1, 1), "accepted_on": date(2009, 1, 2)},
            ItemState.NOT_NEEDED,  # the system before this one reported it
            None,
        ),
    ],
)
def test_the_state_an_item_starts_in(
    facts: dict[str, Any], state: ItemState, code: str | None
) -> None:
    new = taken_in(reportable(**facts))
    assert (new.state, new.blocked_code) == (state, code)
    assert new.classification.reason
    assert new.trace == TRACE


def test_without_a_deadline_nothing_waits() -> None:
    table = PARAMETERS.reportability
    rules = tuple(
        r.model_copy(update={"valid_from": date(2000, 1, 1)}) for r in table.rule if r.id != "RP-90"
    )
    older = PARAMETERS.reportability.model_copy(update={"rule": rules})
    event = reportable(occurred_on=date(2009, 1, 1), accepted_on=date(2009, 1, 2))
    found = item_of(event, PARAMETERS)
    assert found is not None
    assert older.classify(found).rule == "RP-11"
    received: Any = Received(
        event=event,
        key="k",
        event_id=uuid4(),
        type=event.TYPE,
        source="qualification",
        time=datetime.now(UTC),
        topic=event.TOPIC.name,
        shard=0,
        trace=None,
    )
    old = replace(PARAMETERS, reportability=older)
    new = classified(received, found, old)
    assert (new.state, new.blocked_code, new.due) == (ItemState.BLOCKED, "JR-1202", None)


def test_the_digest_tells_one_fact_from_another() -> None:
    one = item()
    assert digest(one) == digest(replace(one, basic_pension_number="1234567890"))
    for other in (
        replace(one, person_id=uuid4()),
        replace(one, occurred_on=date(2026, 10, 2)),
        replace(one, reason="age-20"),
        replace(one, kind=Kind.LOSS),
    ):
        assert digest(one) != digest(other)


def test_what_was_sealed_or_sent_never_comes_back() -> None:
    for sent in (ItemState.SENT, *DECIDED):
        # JPS decides on it, or what was taken for its decision was another's, and no more happens.
        after = {after for before, after in MOVES if before is sent}
        assert after == {ItemState.SENT, *DECIDED} - {sent}
    # What is on a medium goes with it, or comes back where the whole of it is voided.
    assert {after for before, after in MOVES if before is ItemState.SEALED} == {
        ItemState.SENT, ItemState.WAITING, ItemState.BLOCKED, ItemState.WITHDRAWN,
    }  # fmt: skip
    assert not [move for move in MOVES if ItemState.NOT_NEEDED in move]
    require_move(ItemState.WAITING, ItemState.IN_BATCH)
    with pytest.raises(IllegalMove):
        require_move(ItemState.SENT, ItemState.WAITING)


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (Kind.NAME_CHANGE, "RP-25"),
        (Kind.ADDRESS_CHANGE, "RP-26"),
        (Kind.VOLUNTARY_APPLICATION, "RP-37"),
        (Kind.SPECIAL_VOLUNTARY_APPLICATION, "RP-37"),
        (Kind.VOLUNTARY_WITHDRAWAL, "RP-38"),
        (Kind.CATEGORY_3_NOTICE, "RP-39"),
        (Kind.PENSION_NUMBER_NOTICE_REISSUE, "RP-40"),
    ],
)
def test_a_notice_that_is_itself_reported(kind: ReportItemKind, rule: str) -> None:
    event = of_notice(kind)
    new = taken_in(event)
    found = new.item
    assert (found.kind, found.source, found.origin) == (
        kind, ItemSource.QUALIFICATION, ItemOrigin.NOTICE,
    )  # fmt: skip
    assert found.document_id == event.notice_id
    assert (new.classification.rule, new.state) == (rule, ItemState.WAITING)


def test_a_kind_of_report_that_is_not_known_here() -> None:
    event = of_notice(Kind.NAME_CHANGE).model_copy(update={"kind": "of_later"})
    with pytest.raises(UnknownKind):
        item_of(event, PARAMETERS)
