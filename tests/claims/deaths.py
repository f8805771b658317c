"""Deaths and claims in the words of the counter."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from contracts.events.claims import ClaimantRelationship
from deploy.local.testing import TestStack
from services.chassis.clock import FixedClock
from services.chassis.service import Service
from services.claims.app import build
from services.claims.domain.facts import PensionKind, PersonFacts, UnpaidBenefitClaim
from services.claims.settings import Settings
from tests.exemptions import people

NOW = datetime(2026, 10, 15, 1, 0, tzinfo=UTC)
DECEASED = UUID("0b0e3f5c-54bf-4a5b-8d28-95f2d7c2d4ad")
CLAIMANT = UUID("6f0c3f3e-1f0c-4d53-9a59-0d4d0b0f6c11")


def claims_service(stack: TestStack, **more: str) -> Service:
    """Claims as it is built for this stack; the clock stands at 2026-10-15 10:00 in Japan."""
    service = build(stack.settings(Settings, "claims", HTTP_PORT="0", **more))
    service.clock = FixedClock(NOW)
    service.intake._clock = service.clock
    return service


def known(
    *, died: str | None = None, lived: tuple[str, str | None] = ("2000-01-01", None), **more: Any
) -> PersonFacts:
    """Somebody who lives here unless said otherwise."""
    facts = people.person(residence=[people.lived(*lived)], died=died)
    return PersonFacts(residence=facts.residence or (), died_on=facts.died_on, **more)


def claim(**said: Any) -> UnpaidBenefitClaim:
    """A faultless claim of the spouse, unless told otherwise."""
    return UnpaidBenefitClaim.model_validate(
        {
            "claim_id": CLAIMANT,
            "deceased_id": DECEASED,
            "died_on": date(2026, 10, 1),
            "pension": PensionKind.WIDOW,
            "relationship": ClaimantRelationship.SPOUSE,
            "claimant_id": CLAIMANT,
            "basic_pension_number": "1234567890",
            **said,
        }
    )


def a_claim(
    deceased: UUID,
    claimant: UUID | None,
    *,
    values: dict[str, Any] | None = None,
    documents: list[dict[str, str]] | None = None,
    identity: dict[str, Any] | None = None,
    received_on: str = "2026-10-15",
    kind: str = "unpaid_benefit_claim",
) -> dict[str, Any]:
    """A claim as the counter sends it: of the child, on a disability pension, faultless."""
    entered: dict[str, Any] = {
        "died_on": "R8.10.1",
        "pension_kind": "disability_basic",
        "first_visit_in_scope": True,
        "claimed_before_death": True,
        "pension_code": "5350",
        "basic_pension_number": "1234-567890",
        "attributes_match": True,
        "claimant_person": str(claimant) if claimant else None,
        "relationship": "child",
        "same_rank_others": False,
        "livelihood": "same_household",
        "payment": "bank",
        "institution": "千葉みなと銀行 本店",
        "account_number": "1234567",
        "death_notice_omitted": False,
    }
    card = "individual_number_card"
    return {
        "person_id": str(deceased),
        "kind": kind,
        "submission": {
            "received_on": received_on,
            "channel": "counter",
            "values": entered | (values or {}),
            "attachments": documents
            or [
                {"code": "relationship-document", "state": "checked"},
                {"code": "household-document", "state": "waived", "waiver": "register"},
                {"code": "account-document", "state": "checked"},
            ],
            "identity_check": identity or {"number": card, "person": card},
        },
    }
