"""Good events of JPS reporting: what was sent, decided, and told of persons."""

from collections.abc import Callable
from uuid import UUID, uuid4

from contracts.events import (
    CorrectionDecided,
    CorrectionForwarded,
    CorrectionGivenUp,
    DecisionTakenBack,
    Event,
    ExemptionReportHeld,
    ExemptionReportStands,
    InsuredCategory,
    ItemDecided,
    ItemForwarded,
    ItemOnMedium,
    ItemOutcome,
    NoticeReportable,
    OwnedItemForwarded,
    PersonTakenBack,
    PersonTold,
    QualificationReportable,
    QualificationReportStands,
    ReportItemForwarded,
    ReportItemKind,
    ReportOwner,
    ReportProcessing,
    TransitionKind,
    TransitionOrigin,
    item_forwarded,
)
from tests.garbage.basics import BATCH, DAY, person, submitted
from tests.garbage.house import House


def forwarded(kind: ReportItemKind, item_id: UUID, n: int) -> Event:
    """An item that left on a medium."""
    return item_forwarded(
        kind, ReportOwner.QUALIFICATION, item_id=item_id, person_id=person(n), batch_id=BATCH,
        medium_serial=1, forwarded_on=DAY,
    )  # fmt: skip


def forwarded_sample(house: House, n: int, _version: int, _event_id: UUID) -> Event:
    item_id = uuid4()
    house.execute(
        "qualification",
        "insert into qualification.transitions (item_id, person_id, kind, occurred_on, reason,"
        " origin, accepted_on, reported_at) values ($1, $2, 'acquisition', $3, 'age-20', 'age',"
        " $3, now())",
        item_id, person(n), DAY,
    )  # fmt: skip
    return forwarded(ReportItemKind.ACQUISITION, item_id, n)


def decided(owner: ReportOwner, item_id: UUID, n: int) -> ItemDecided:
    """What JPS decided on an item."""
    return ItemDecided(
        decision_id=uuid4(), item_id=item_id, person_id=person(n), owner=owner, kind="acquisition",
        outcome=ItemOutcome.ACCEPTED, decided_on=DAY, medium_serial=1,
    )  # fmt: skip


def decided_sample(house: House, n: int, version: int, event_id: UUID) -> Event:
    sent = forwarded_sample(house, n, version, event_id)
    assert isinstance(sent, ItemForwarded)
    marked = "update qualification.transitions set forwarded_on = $2, batch_id = $3"
    house.execute("qualification", f"{marked} where item_id = $1", sent.item_id, DAY, BATCH)
    return decided(ReportOwner.QUALIFICATION, sent.item_id, n)


def corrected_sample(house: House, n: int, version: int, event_id: UUID) -> Event:
    decision = decided_sample(house, n, version, event_id)
    assert isinstance(decision, ItemDecided)
    return CorrectionForwarded(
        correction_id=uuid4(), item_id=decision.item_id, person_id=person(n),
        owner=ReportOwner.QUALIFICATION, kind="acquisition",
        processing=ReportProcessing.CANCELLATION, batch_id=BATCH, medium_serial=2,
        forwarded_on=DAY,
    )  # fmt: skip


def on_medium_sample(house: House, n: int, version: int, event_id: UUID) -> Event:
    reported = forwarded_sample(house, n, version, event_id)
    assert isinstance(reported, ItemForwarded)
    return ItemOnMedium(
        item_id=reported.item_id, person_id=person(n), owner=ReportOwner.QUALIFICATION,
        kind="acquisition", batch_id=BATCH, medium_serial=1, on_medium=True, since=DAY,
    )  # fmt: skip


def given_up_sample(house: House, n: int, version: int, event_id: UUID) -> Event:
    decision = decided_sample(house, n, version, event_id)
    assert isinstance(decision, ItemDecided)
    return CorrectionGivenUp(
        correction_id=uuid4(), item_id=decision.item_id, person_id=person(n),
        owner=ReportOwner.QUALIFICATION, kind="acquisition",
        processing=ReportProcessing.CANCELLATION, given_up_on=DAY,
    )  # fmt: skip


def correction_decided_sample(house: House, n: int, version: int, event_id: UUID) -> Event:
    sent = corrected_sample(house, n, version, event_id)
    assert isinstance(sent, CorrectionForwarded)
    house.execute(
        "qualification",
        "insert into qualification.corrections values ($1, $2, 'cancellation', $3, 2, now())",
        sent.correction_id, sent.item_id, DAY,
    )  # fmt: skip
    return CorrectionDecided(
        decision_id=uuid4(), correction_id=sent.correction_id, item_id=sent.item_id,
        person_id=person(n), owner=ReportOwner.QUALIFICATION, kind="acquisition",
        outcome=ItemOutcome.ACCEPTED, decided_on=DAY, medium_serial=2,
    )  # fmt: skip


def decision_taken_back_sample(house: House, n: int, version: int, event_id: UUID) -> Event:
    told = decided_sample(house, n, version, event_id)
    assert isinstance(told, ItemDecided)
    house.execute(
        "qualification",
        "insert into qualification.decisions (decision_id, item_id, person_id, outcome, decided_on,"
        " recorded_at) values ($1, $2, $3, 'accepted', $4, now())",
        told.decision_id, told.item_id, person(n), DAY,
    )  # fmt: skip
    return DecisionTakenBack(
        decision_id=told.decision_id, item_id=told.item_id, person_id=person(n),
        owner=ReportOwner.QUALIFICATION, kind="acquisition", decided_on=DAY,
    )  # fmt: skip


def person_taken_back_sample(house: House, n: int, version: int, event_id: UUID) -> Event:
    told = told_sample(house, n, version, event_id)
    assert isinstance(told, PersonTold)
    house.execute(
        "qualification",
        "insert into qualification.jps_records values ($1, $2, $3, now())",
        told.told_id, person(n), DAY,
    )  # fmt: skip
    return PersonTakenBack.model_validate(told.model_dump())


def told_sample(house: House, n: int, version: int, event_id: UUID) -> Event:
    house.execute(
        "qualification",
        "insert into qualification.persons (person_id, person_version) values ($1, 1)"
        " on conflict do nothing", person(n),
    )  # fmt: skip
    return PersonTold(told_id=uuid4(), person_id=person(n), as_of=DAY, credited_months=1)


def of_later_kind_sample(house: House, n: int, _version: int, _event_id: UUID) -> Event:
    item_id = uuid4()
    house.execute(
        "exemptions",
        "with person as (insert into exemptions.persons (person_id, person_version, residence)"
        " values ($1, 1, '[]') on conflict do nothing)"
        " insert into exemptions.applications (application_id, kind, person_id, cycle,"
        " fiscal_year, office, receipt_number, state, submission, received_on, applied_on,"
        " accepted_by, accepted_at, settled_by, settled_at, item_id, reviewed) values ($2,"
        " 'student_application', $1, 2026, 2025, 'o',"
        " 1 + (select count(*) from exemptions.applications), 'settled', $4::text::jsonb,"
        " '2026-10-15', '2026-10-15', 's', now(), 't', now(), $3, '[]')",
        person(n), uuid4(), item_id, submitted(person(n)),
    )  # fmt: skip
    return ReportItemForwarded(
        item_id=item_id, person_id=person(n), kind=ReportItemKind.STUDENT_APPLICATION,
        batch_id=BATCH, medium_serial=1, forwarded_on=DAY,
    )  # fmt: skip


def notice_sample(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return NoticeReportable(
        item_id=uuid4(), person_id=person(n), kind="name_change", notice_id=uuid4(),
        occurred_on=DAY, reason="name-changed", accepted_on=DAY,
    )  # fmt: skip


def reportable_sample(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    return QualificationReportable(
        item_id=uuid4(), person_id=person(n), transition=TransitionKind.ACQUISITION,
        origin=TransitionOrigin.RESIDENT_REGISTER, occurred_on=DAY,
        reason="moved-in-from-abroad", category_after=InsuredCategory.CATEGORY_1, accepted_on=DAY,
    )  # fmt: skip


def of_owner_sample(_house: House, n: int, _version: int, _event_id: UUID) -> Event:
    """Of a kind and an owner of whom nobody reads by this event yet."""
    return OwnedItemForwarded(
        item_id=uuid4(), person_id=person(n), owner=ReportOwner.CLAIMS, kind="of_later",
        batch_id=BATCH, medium_serial=1, forwarded_on=DAY,
    )  # fmt: skip


def stands_sample(house: House, n: int, _version: int, _event_id: UUID) -> Event:
    item_id = uuid4()
    house.execute(
        "jps_reporting",
        "insert into jps_reporting.items (item_id, person_id, kind, source, origin, occurred_on,"
        " accepted_on, reason, content_digest, rule, article, rule_reason, may_precede, state,"
        " received_at, state_since) values ($1, $2, 'acquisition', 'qualification', 'age', $3, $3,"
        " 'age-20', $4, '', '', '', false, 'not_needed', now(), now())",
        item_id, person(n), DAY, bytes(32),
    )  # fmt: skip
    return QualificationReportStands(item_id=item_id, person_id=person(n), stands=False, since=DAY)


def exemption_stands_sample(house: House, n: int, version: int, event_id: UUID) -> Event:
    of = stands_sample(house, n, version, event_id).model_dump(include={"item_id", "person_id"})
    return ExemptionReportStands(**of, stands=False, since=DAY)


def held_sample(house: House, n: int, version: int, event_id: UUID) -> Event:
    of = stands_sample(house, n, version, event_id).model_dump(include={"item_id", "person_id"})
    return ExemptionReportHeld(**of, held=True, since=DAY)


SAMPLES: dict[type[Event], Callable[[House, int, int, UUID], Event]] = {
    QualificationReportable: reportable_sample,
    ItemForwarded: forwarded_sample,
    ReportItemForwarded: of_later_kind_sample,
    OwnedItemForwarded: of_owner_sample,
    NoticeReportable: notice_sample,
    ItemDecided: decided_sample,
    CorrectionForwarded: corrected_sample,
    CorrectionDecided: correction_decided_sample,
    CorrectionGivenUp: given_up_sample,
    ItemOnMedium: on_medium_sample,
    DecisionTakenBack: decision_taken_back_sample,
    PersonTakenBack: person_taken_back_sample,
    PersonTold: told_sample,
    QualificationReportStands: stands_sample,
    ExemptionReportStands: exemption_stands_sample,
    ExemptionReportHeld: held_sample,
}
