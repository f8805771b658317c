"""The working day, step by step. Each step says what it did and what came of it."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pyzipper

from contracts.codes import ResidentChangeKind
from contracts.sealing import PublicSealingKey
from deploy.demo.console import Desk
from deploy.demo.house import House
from deploy.demo.people import Secrets, command
from deploy.demo.staff import AUDITOR, CLERK, REVIEWER
from deploy.upstream.city import Resident, residents
from deploy.upstream.day import Change, snapshot, working_day
from deploy.upstream.feeds import feed_records
from deploy.upstream.publisher import Bus, Published, publish, publish_feeds

Say = Callable[[str], None]


@dataclass
class Summary:
    """What a day came to."""

    loaded: Published | None = None
    load_seconds: float = 0
    feeds: Published | None = None
    changes: Published | None = None
    trace_id: str | None = None
    night: str = ""
    medium: dict[str, Any] = field(default_factory=dict)
    page: dict[str, Any] = field(default_factory=dict)
    deceased_page: dict[str, Any] = field(default_factory=dict)
    verified: str = ""


class Day:
    """One day of one part of the city, at the running house."""

    def __init__(self, house: House, secrets: Secrets, size: int, today: date, say: Say) -> None:
        self.house = house
        self.secrets = secrets
        self.today = today
        self.say = say
        self.summary = Summary()
        self.newcomers: list[Resident] = []
        self.deceased = ""
        # Each day another part of the city moves in: a stack can be played on again and again.
        first = secrets.days * (size + 1_000)
        self.city = list(residents(size, today=today, seed=1 + secrets.days, first=first))
        self.new = first + size
        self.clerk = self._desk(CLERK)
        self.reviewer = self._desk(REVIEWER)
        self.auditor = self._desk(AUDITOR)

    def play(self) -> Summary:
        """All of it."""
        self.load()
        self.integrated_database()
        changes = self.register_changes()
        with self.clerk, self.reviewer:
            person = self.find(self._somebody_of_working_age(changes))
            self.resignation(person)
            self.additional_premium(person)
            self.unpaid_benefit(self._death(changes))
            self.night()
            self.medium()
            self.look(person)
        self.verify()
        self.secrets.days += 1
        self.secrets.save()
        return self.summary

    def load(self) -> None:
        """全件連携: the register sends everybody; wait until qualification knows them."""
        before = self.house.handled("qualification", "persons.events")
        published = self._publish(snapshot(iter(self.city), self.today))
        seconds = published.seconds
        seconds += self.house.wait_for("qualification", "persons.events", before + len(self.city))
        self.summary.loaded, self.summary.load_seconds = published, seconds
        self.say(
            f"{published.count:,} residents loaded: sealed, tokenised, registered, concluded"
            f" in {seconds:.1f} s ({published.count / seconds:,.0f} a second)"
        )

    def integrated_database(self) -> None:
        """The other systems send what they know; each record is compared before it is anybody's."""
        records = feed_records(self.city, today=self.today, seed=1 + self.secrets.days)
        published = self.summary.feeds = asyncio.run(publish_feeds(records, self._bus))
        self.house.wait_until_quiet()
        self.say(
            f"{published.count:,} records of tax, welfare, health insurance and long-term care"
            " compared by the four attributes"
        )

    def register_changes(self) -> list[Change]:
        """The day's changes, every one traced."""
        changes = list(working_day(self.city, self.new, today=self.today))
        published = self.summary.changes = self._publish(iter(changes), trace_every=1)
        self.house.wait_until_quiet()
        self.newcomers = [change.resident for change in changes]
        kinds = sorted({change.kind.label for change in changes})
        self.say(f"{published.count} changes of the day: {'・'.join(kinds)}")
        for (kind, _), trace_id in published.traces.items():
            if kind is ResidentChangeKind.MOVE_IN_FROM_ABROAD:
                self.summary.trace_id = trace_id
        return changes

    def find(self, resident: Resident) -> str:
        """The clerk looks a person up, as at the counter; returns the person id."""
        name = resident.record.name
        criteria = {"kana": name.kana, "birth_date": resident.record.birth_date.notation}
        found = self.clerk.post("/persons/search", criteria)
        (match,) = [
            person for person in found["persons"]
            if person["name"]["kanji"] == name.kanji
            and person["address"]["text"] == resident.record.address.text
        ]  # fmt: skip
        page = self.clerk.get(f"/persons/{match['person_id']}")
        parts = "・".join(page)
        self.say(f"{name.kanji} found by kana and birth date; the page shows {parts}")
        return str(match["person_id"])

    def resignation(self, person_id: str) -> None:
        """退職: the category-change notice, accepted by one and settled by another."""
        left = self.today - timedelta(days=3)
        notice = self.clerk.post(
            "/notices",
            {
                "form": "category_change_2_to_1",
                "person_id": person_id,
                **self._handed_in(
                    {
                        "left_employment_on": left.isoformat(),
                        "change_reason": "resignation",
                        "category_2_since": "2015-04-01",
                        "attributes_match": True,
                        "basic_pension_number": "1234567890",
                    },
                    ("loss-of-employees-pension", "basic-pension-number-document"),
                ),
            },
        )
        self.reviewer.post(f"/notices/{notice['summary']['notice_id']}/settle", {})
        self.say("種別変更届（退職）: accepted by one, settled by another")

    def additional_premium(self, person_id: str) -> None:
        """付加保険料の申出."""
        self.house.wait_until_quiet()
        values = {
            "notified_on": self.today.isoformat(),
            "insured_as": "category_1",
            "attributes_match": True,
            "not_exempt": True,
            "not_in_pension_fund": True,
        }
        notice = self.clerk.post(
            "/additional-premium-notices",
            {
                "kind": "additional_premium_start",
                "person_id": person_id,
                "submission": self._handed_in(values, ()),
            },
        )
        notice_id = notice["notice"]["notice_id"]
        self.reviewer.post(f"/additional-premium-notices/{notice_id}/settle", {})
        self.say("付加保険料納付申出: accepted by one, settled by another")

    def unpaid_benefit(self, change: Change) -> None:
        """未支給年金: the receipt of a claim after a death, made by a child living elsewhere."""
        deceased = self.find(change.resident)
        values = {
            "died_on": change.on.isoformat(),
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
        claim = self.clerk.post(
            "/unpaid-benefit-claims",
            {
                "kind": "unpaid_benefit_claim",
                "person_id": deceased,
                "submission": self._handed_in(values, documents),
            },
        )
        claim_id = claim["claim"]["claim_id"]
        found = [finding["code"] for finding in claim["findings"]]
        self.reviewer.post(f"/unpaid-benefit-claims/{claim_id}/settle", {"acknowledged": found})
        self.deceased = deceased
        self.say("未支給年金請求: accepted by one, settled by another")

    def night(self) -> None:
        """The nightly run for tomorrow: who comes of age becomes insured."""
        tomorrow = (self.today + timedelta(days=1)).isoformat()
        text = command(self.house.stack, "qualification", "nightly", "--date", tomorrow)
        self.house.wait_until_quiet()
        self.summary.night = text.strip().splitlines()[-1]
        self.say(f"nightly run for {tomorrow}: {self.summary.night}")

    def medium(self) -> None:
        """Build a batch, have it sealed by another, open it as JPS would, send it."""
        batch = self.clerk.post("/batches", {})
        batch_id = batch["batch_id"]
        self.house.wait_until_quiet()
        batch = self.clerk.get(f"/batches/{batch_id}")["batch"]
        kinds = "・".join(f"{k['kind']['label']} {k['count']}" for k in batch["kinds"])
        self.say(
            f"batch: {kinds}; {batch['with_errors']} with errors, {batch['with_warnings']} noted"
        )
        if batch["with_errors"]:
            self.clerk.post(f"/batches/{batch_id}/take-out", {"all_with_errors": True})
        self.reviewer.post(f"/batches/{batch_id}/seal")
        sealed = self.reviewer.bytes(f"/batches/{batch_id}/medium")
        sealed_batch = self.clerk.get(f"/batches/{batch_id}")["batch"]
        self._open(sealed, sealed_batch["medium"]["record_count"])
        self.reviewer.post(f"/batches/{batch_id}/send")
        self.house.wait_until_quiet()

    def look(self, person_id: str) -> None:
        """The page at the end of the day."""
        page = self.summary.page = self.clerk.get(f"/persons/{person_id}")
        self.summary.deceased_page = self.clerk.get(f"/persons/{self.deceased}")
        for period in page["qualification"]["content"]["periods"]:
            why = period["acquired"]["sentence"]
            self.say(f"timeline: {period['category_label']} {period['acquired_on']}〜 {why}")
        for premium in page["exemptions"]["content"]["additional_premium"]:
            began = premium["began"]
            self.say(f"付加保険料 {premium['from_month']}〜 {began['label']}（{began['article']}）")

    def verify(self) -> None:
        """Walk the audit record's hash chains."""
        self.house.wait_until_quiet()
        self.summary.verified = command(self.house.stack, "audit", "verify").strip()
        self.say(f"audit: {self.summary.verified.splitlines()[-1]}")

    def _open(self, sealed: bytes, items: int) -> None:
        with pyzipper.AESZipFile(io.BytesIO(sealed)) as medium:
            medium.setpassword(self.secrets.medium.encode())
            (name,) = medium.namelist()
            text = medium.read(name).decode("cp932")
        known = {resident.number for resident in (*self.city, *self.newcomers)}
        rows = [row for row in text.split("\r\n") if row]
        with_number = sum(any(number in row for number in known) for row in rows)
        self.summary.medium = {
            "file": name, "bytes": len(sealed), "items": items, "with_number": with_number
        }  # fmt: skip
        self.say(
            f"medium: {len(sealed):,} bytes, opened with JPS's password: {name},"
            f" {len(rows)} lines, {with_number} with an individual number"
        )

    def _publish(self, changes: Any, trace_every: int = 0) -> Published:
        return asyncio.run(
            publish(changes, self._bus, self._key, reported_on=self.today, trace_every=trace_every)
        )

    @cached_property
    def _bus(self) -> Bus:
        stack = self.house.stack
        return Bus(stack.bootstrap, stack.layout.certs / "resident_register")

    @cached_property
    def _key(self) -> PublicSealingKey:
        return PublicSealingKey.model_validate_json(
            command(self.house.stack, "token_vault", "publish-key")
        )

    def _desk(self, user_id: str) -> Desk:
        authority = self.house.stack.layout.certs / "gateway" / "ca.pem"
        return Desk(self.house.gateway, authority, user_id, self.secrets.passwords[user_id])

    def _handed_in(self, values: dict[str, Any], documents: tuple[str, ...]) -> dict[str, Any]:
        return {
            "received_on": self.today.isoformat(),
            "values": values,
            "attachments": [{"code": code, "state": "checked"} for code in documents],
            "identity_check": {
                "number": "individual_number_card", "person": "individual_number_card"
            },
        }  # fmt: skip

    def _somebody_of_working_age(self, changes: list[Change]) -> Resident:
        touched = {change.resident.index for change in changes}
        return next(
            r for r in self.city
            if r.index not in touched and r.record.name.kana
            and 30 <= (self.today - r.record.birth_date.require()).days // 365 <= 50
        )  # fmt: skip

    @staticmethod
    def _death(changes: list[Change]) -> Change:
        return next(c for c in changes if c.kind is ResidentChangeKind.DEATH)
