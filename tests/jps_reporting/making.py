"""Items, answers and events of tests, made from what differs."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from contracts.codes import Sex
from contracts.dates import UncertainDate
from contracts.events import (
    InsuredCategory,
    LinkageAnswer,
    NoticeReportable,
    QualificationReportable,
    ReportItemKind,
    TransitionKind,
    TransitionOrigin,
)
from contracts.events.claims import ClaimantRelationship
from contracts.events.residents import Address, PersonName
from contracts.months import Month
from services.jps_reporting.domain.items import ItemOrigin, ItemSource, ReportItem
from services.jps_reporting.parameter_files import load

PARAMETERS = load()
LAYOUT = PARAMETERS.layout("tekiyo-todoke-2026")
TOKEN = "0123456789abcdef0123456789abcdef"
TODAY = date(2026, 10, 9)
Kind = ReportItemKind


def item(kind: ReportItemKind = Kind.ACQUISITION, **more: Any) -> ReportItem:
    """An item that no check finds fault with."""
    of_kind: dict[ReportItemKind, dict[str, Any]] = {
        Kind.ACQUISITION: {
            "reason": "moved-in-from-abroad",
            "origin": ItemOrigin.RESIDENT_REGISTER,
            "category_after": InsuredCategory.CATEGORY_1,
        },
        Kind.LOSS: {"reason": "moved-abroad", "origin": ItemOrigin.RESIDENT_REGISTER},
        Kind.CATEGORY_CHANGE: {
            "reason": "changed-to-category-1",
            "category_before": InsuredCategory.CATEGORY_2,
            "category_after": InsuredCategory.CATEGORY_1,
        },
        Kind.DEATH: {"reason": "death"},
        Kind.ADDITIONAL_PREMIUM_START: {"from_month": Month(2026, 10)},
        Kind.ADDITIONAL_PREMIUM_END: {"from_month": Month(2026, 10)},
        Kind.EXEMPTION_APPLICATION: {
            "from_month": Month(2026, 7),
            "reason": "application-of-2026",
        },
        Kind.STUDENT_APPLICATION: {
            "from_month": Month(2026, 4),
            "reason": "application-of-2026",
        },
        Kind.STATUTORY_EXEMPTION_START: {"from_month": Month(2026, 9), "reason": "assistance"},
        Kind.STATUTORY_EXEMPTION_END: {"from_month": Month(2026, 11), "reason": "disability"},
        Kind.MATERNITY_EXEMPTION: {"from_month": Month(2026, 9), "reason": "multiple"},
        Kind.CHILD_CARE_EXEMPTION: {"from_month": Month(2026, 10), "reason": "parent"},
        Kind.CHILD_CARE_EXEMPTION_END: {"from_month": Month(2026, 10), "reason": "apart"},
        Kind.VOLUNTARY_APPLICATION: {"reason": "aged_60_to_64"},
        Kind.SPECIAL_VOLUNTARY_APPLICATION: {"reason": "special_in_japan"},
        Kind.VOLUNTARY_WITHDRAWAL: {"reason": "aged_60_to_64"},
        Kind.NAME_CHANGE: {"reason": "name-changed"},
        Kind.ADDRESS_CHANGE: {"reason": "address-changed"},
        Kind.CATEGORY_3_NOTICE: {"reason": "no_longer_dependent"},
        Kind.PENSION_NUMBER_NOTICE_REISSUE: {"reason": "lost"},
        Kind.PAY_REQUEST: {"from_month": Month(2026, 11), "reason": "pay-request"},
        Kind.PAY_REQUEST_CHANGE: {"from_month": Month(2026, 9), "reason": "pay-request-change"},
        Kind.FARMERS_PENSION_START: {
            "from_month": Month(2026, 10),
            "reason": "farmers-pension-start",
        },
        Kind.FARMERS_PENSION_END: {"from_month": Month(2026, 10), "reason": "farmers-pension-end"},
        Kind.UNPAID_BENEFIT_CLAIM: {
            "pension_code": "1150",
            "claimant_relationship": ClaimantRelationship.SPOUSE,
        },
    }
    given: dict[str, Any] = {
        "item_id": uuid4(),
        "person_id": uuid4(),
        "kind": kind,
        "source": ItemSource.QUALIFICATION,
        "origin": ItemOrigin.NOTICE,
        "occurred_on": date(2026, 10, 1),
        "accepted_on": date(2026, 10, 5),
        "reason": "notice",
        "basic_pension_number": "2271174711",
        **of_kind[kind],
        **more,
    }
    return ReportItem(**given)


def answer(**more: Any) -> LinkageAnswer:
    """Identity's whole answer about a made-up person."""
    given: dict[str, Any] = {
        "name": PersonName(kanji="見本　花子", kana="ミホン　ハナコ"),
        "birth_date": UncertainDate.exact(date(2006, 4, 2)),
        "sex": Sex.FEMALE,
        "address": Address(
            text="見本市中央一丁目2番3号", building="コーポ見本101", postal_code="260-0026"
        ),
        "individual_number_token": TOKEN,
        **more,
    }
    return LinkageAnswer(**given)


def reportable(**more: Any) -> QualificationReportable:
    """An event of qualification: moved in from abroad, unless ``more`` says otherwise."""
    given: dict[str, Any] = {
        "item_id": uuid4(),
        "person_id": uuid4(),
        "transition": TransitionKind.ACQUISITION,
        "origin": TransitionOrigin.RESIDENT_REGISTER,
        "occurred_on": date(2026, 10, 1),
        "reason": "moved-in-from-abroad",
        "category_after": InsuredCategory.CATEGORY_1,
        "accepted_on": date(2026, 10, 5),
        **more,
    }
    return QualificationReportable(**given)


def person(number: int) -> UUID:
    """The person of that number in a test."""
    return UUID(int=number)


def of_notice(kind: ReportItemKind, **more: Any) -> NoticeReportable:
    """A settled notice of qualification's that is itself what is reported."""
    like = item(kind)
    given: dict[str, Any] = {
        "item_id": uuid4(),
        "person_id": uuid4(),
        "kind": kind.value,
        "notice_id": uuid4(),
        "occurred_on": like.occurred_on,
        "reason": like.reason,
        "accepted_on": like.accepted_on,
        **more,
    }
    return NoticeReportable(**given)
