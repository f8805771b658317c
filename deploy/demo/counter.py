"""What two of the staff do at the counter: one accepts, the other settles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.demo.console import Desk
from deploy.upstream.city import Resident

_CYCLE_BEGINS_AFTER = 6
"""Cycles of exemptions begin in July."""


@dataclass(frozen=True)
class Counter:
    """Who accepts, who settles, and the day that it is."""

    accepting: Desk
    settling: Desk
    today: date

    def find(self, resident: Resident) -> str:
        """Look a person up by kana and birth date, open the page; returns the person id."""
        (person_id,) = matches(self.accepting, resident)
        self.accepting.get(f"/persons/{person_id}")
        return person_id

    def resignation(self, person_id: str) -> None:
        """退職: the category-change notice."""
        notice = self.accepting.post("/notices", self.resignation_notice(person_id))
        self.settling.post(f"/notices/{notice['summary']['notice_id']}/settle", {})

    def resignation_notice(self, person_id: str) -> dict[str, Any]:
        """The same as it is handed in."""
        left = self.today - timedelta(days=3)
        values = {
            "left_employment_on": left.isoformat(),
            "change_reason": "resignation",
            "category_2_since": "2015-04-01",
            "attributes_match": True,
            "basic_pension_number": "1234567890",
        }
        documents = ("loss-of-employees-pension", "basic-pension-number-document")
        handed_in = self._handed_in(values, documents)
        return {"form": "category_change_2_to_1", "person_id": person_id, **handed_in}

    def additional_premium(self, person_id: str) -> None:
        """付加保険料の申出."""
        values = {
            "notified_on": self.today.isoformat(),
            "insured_as": "category_1",
            "attributes_match": True,
            "not_exempt": True,
            "not_in_pension_fund": True,
        }
        notice = self._accept(
            "/additional-premium-notices", "additional_premium_start", person_id, values, ()
        )
        notice_id = notice["notice"]["notice_id"]
        self.settling.post(f"/additional-premium-notices/{notice_id}/settle", {})

    def exemption_application(self, person_id: str) -> None:
        """免除申請 for everything there is, as head of a household of one; it waits for review."""
        july = self.today.month > _CYCLE_BEGINS_AFTER
        wanted = ("full", "three_quarters", "half", "quarter", "deferment")
        values: dict[str, Any] = {
            "applied_on": self.today.isoformat(),
            "cycle": str(self.today.year if july else self.today.year - 1),
            **dict.fromkeys(wanted, True),
            "continuing": False,
            "spouse_status": "none",
            "householder_status": "applicant",
            "attributes_match": True,
        }
        self._accept(
            "/exemption-applications", "exemption_application", person_id, values,
            ("family-statement",),
        )  # fmt: skip

    def unpaid_benefit(self, deceased: str, died_on: date) -> None:
        """未支給年金: the receipt of a claim after a death, made by a child living elsewhere."""
        values = {
            "died_on": died_on.isoformat(),
            "pension_kind": "widow",
            "claimed_before_death": True,
            "pension_code": "5950",
            "basic_pension_number": "2345678901",
            "attributes_match": True,
            "claimant_name": "佐藤　恵子",
            "claimant_address": "東京都江東区豊洲１丁目２番３号",
            "relationship": "child",
            "same_rank_others": False,
            "livelihood": "different_address",
            "payment": "bank",
            "institution": "みらい銀行本店",
            "account_number": "1234567",
            "death_notice_omitted": False,
        }
        documents = ("relationship-document", "livelihood-statement", "account-document")
        claim = self._accept(
            "/unpaid-benefit-claims", "unpaid_benefit_claim", deceased, values, documents
        )
        claim_id = claim["claim"]["claim_id"]
        found = [finding["code"] for finding in claim["findings"]]
        self.settling.post(f"/unpaid-benefit-claims/{claim_id}/settle", {"acknowledged": found})

    def _accept(
        self, path: str, kind: str, person_id: str, values: dict[str, Any], documents: Sequence[str]
    ) -> Any:
        submission = self._handed_in(values, documents)
        return self.accepting.post(
            path, {"kind": kind, "person_id": person_id, "submission": submission}
        )

    def _handed_in(self, values: dict[str, Any], documents: Sequence[str]) -> dict[str, Any]:
        return {
            "received_on": self.today.isoformat(),
            "values": values,
            "attachments": [{"code": code, "state": "checked"} for code in documents],
            "identity_check": {
                "number": "individual_number_card", "person": "individual_number_card"
            },
        }  # fmt: skip


def matches(desk: Desk, resident: Resident) -> list[str]:
    """Person ids of whom a search by kana and birth date shows with this name and address."""
    name = resident.record.name
    criteria = {"kana": name.kana, "birth_date": resident.record.birth_date.notation}
    found = desk.post("/persons/search", criteria)
    return [
        str(person["person_id"]) for person in found["persons"]
        if person["name"]["kanji"] == name.kanji
        and person["address"]["text"] == resident.record.address.text
    ]  # fmt: skip
