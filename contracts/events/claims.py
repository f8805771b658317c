"""Claim events. Narrow for now: the receipt of a claim for unpaid benefits (NPA art. 19)."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.codes import Code
from contracts.days import Day
from contracts.events.base import Event
from contracts.topics import CLAIMS_EVENTS, Topic


class ClaimantRelationship(Code):
    """Who may claim, in order (令4条の3の2)."""

    SPOUSE = "spouse", "配偶者"
    CHILD = "child", "子"
    PARENT = "parent", "父母"
    GRANDCHILD = "grandchild", "孫"
    GRANDPARENT = "grandparent", "祖父母"
    SIBLING = "sibling", "兄弟姉妹"
    RELATIVE = "relative", "その他の三親等内の親族"


class UnpaidBenefitClaimReceived(Event):
    """A settled receipt of a claim for unpaid benefits; keyed by the deceased person."""

    TYPE: ClassVar[str] = "nenkin.unpaid_benefit_claim.received.v1"
    TOPIC: ClassVar[Topic] = CLAIMS_EVENTS

    item_id: UUID
    claim_id: UUID
    person_id: UUID
    """The deceased, whose pension was unpaid."""
    died_on: Day
    claimant_person_id: UUID | None
    """None where the claimant is not known to identity (lives elsewhere)."""
    claimant_relationship: ClaimantRelationship
    pension_code: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None = None
    basic_pension_number: Annotated[str, Field(pattern=r"^[0-9]{10}$")] | None = None
    accepted_on: Day

    @property
    def record_key(self) -> str:
        return str(self.person_id)
