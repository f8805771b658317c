"""The working day, step by step. Each step says what it did and what came of it."""

import asyncio
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import islice
from typing import Any

import pyzipper

from contracts.codes import ResidentChangeKind
from contracts.events import SupportMeasureRecorded
from contracts.sealing import PublicSealingKey
from contracts.topics import INBOUND_SUPPORT_MEASURES
from deploy.demo.console import Desk
from deploy.demo.counter import Counter
from deploy.demo.house import House
from deploy.demo.people import Secrets, command
from deploy.demo.staff import AUDITOR, CLERK, PROTECTION_CHIEF, PROTECTOR, REVIEWER
from deploy.demo.stops import Stops, change_block, stopped
from deploy.upstream.city import Resident, residents
from deploy.upstream.day import Change, death, snapshot, working_day
from deploy.upstream.feeds import feed_records
from deploy.upstream.measures import Protected, Story, protected, told_before, told_today
from deploy.upstream.publisher import Bus, Published, publish, publish_feeds

Say = Callable[[str], None]


@dataclass
class Summary:
    """What a day came to."""

    loaded: Published | None = None
    load_seconds: float = 0
    feeds: Published | None = None
    changes: Published | None = None
    measures_told: int = 0
    """How many records of support measures the register sent."""
    measures: tuple[int, int] = (0, 0)
    """Measures not ended, and those to be seen to: as who keeps them sees them."""
    trace_id: str | None = None
    night: str = ""
    medium: dict[str, Any] = field(default_factory=dict)
    apart: int = 0
    """Items on the medium of those under support measures."""
    page: dict[str, Any] = field(default_factory=dict)
    stops: Stops | None = None
    """What was stopped at the counter."""
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
        self.seed = 1 + secrets.days
        self.newcomers: list[Resident] = []
        self.deceased = ""
        self.protected_ids: tuple[str, ...] = ()
        # Each day another part of the city moves in: a stack can be played on again and again.
        first = secrets.days * (size + 1_000)
        self.city = list(residents(size, today=today, seed=self.seed, first=first))
        self.new = first + size
        self.clerk = self._desk(CLERK)
        self.reviewer = self._desk(REVIEWER)
        self.auditor = self._desk(AUDITOR)
        self.protector = self._desk(PROTECTOR)
        self.chief = self._desk(PROTECTION_CHIEF)
        self.measures = protected(self.city, today=today)

    def play(self) -> Summary:
        """All of it. Once begun its part of the city is used up: broken off and played again, it
        would wait for changes that the house has taken in already."""
        self.secrets.days += 1
        self.secrets.save()
        self.load()
        self.integrated_database()
        changes = self.register_changes()
        with self.clerk, self.reviewer:
            person = self.counter_work(changes)
            self.protected_work()
            self.stopped_work(changes)
            self.night()
            self.medium()
            self.medium_apart()
            self.look(person)
        self.verify()
        return self.summary

    def load(self) -> None:
        """全件連携: the register sends everybody; wait until qualification knows them.

        Whom it protects it tells first, so that nobody of them is ever seen.
        """
        # What a day that was broken off left under way would be counted as this one's.
        self.house.wait_until_quiet()
        self._tell(told_before(self.measures, self.today))
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
        records = feed_records(self.city, today=self.today, seed=self.seed)
        published = self.summary.feeds = asyncio.run(publish_feeds(records, self._bus))
        self.house.wait_until_quiet()
        self.say(
            f"{published.count:,} records of tax, welfare, health insurance and long-term care"
            " compared by the four attributes"
        )

    def register_changes(self) -> list[Change]:
        """The day's changes, every one traced."""
        self._tell(told_today(self.measures, self.today))
        hidden = {r.index for one in self.measures for r in one.persons}
        seen = [resident for resident in self.city if resident.index not in hidden]
        changes = list(working_day(seen, self.new, today=self.today))
        unseen = death(self._protected(Story.TERM_OVER).applicant, self.today)
        published = self._publish(iter([*changes, unseen]), trace_every=1)
        self.summary.changes = published
        self.house.wait_until_quiet()
        self.newcomers = [change.resident for change in changes]
        kinds = sorted({change.kind.label for change in changes})
        self.say(f"{published.count} changes of the day: {'・'.join(kinds)}")
        for (kind, _), trace_id in published.traces.items():
            if kind is ResidentChangeKind.MOVE_IN_FROM_ABROAD:
                self.summary.trace_id = trace_id
        return changes

    def counter_work(self, changes: list[Change]) -> str:
        """What comes to the counter of the ward office; returns whose page is looked at later."""
        counter = Counter(self.clerk, self.reviewer, self.today)
        resident = next(self._of_working_age(changes))
        person_id = counter.find(resident)
        self.say(f"{resident.record.name.kanji} found by kana and birth date")
        counter.resignation(person_id)
        self.say("種別変更届（退職）: accepted by one, settled by another")
        self.house.wait_until_quiet()
        counter.additional_premium(person_id)
        self.say("付加保険料納付申出: accepted by one, settled by another")
        died = self._death(changes)
        self.deceased = counter.find(died.resident)
        counter.unpaid_benefit(self.deceased, died.on)
        self.say("未支給年金請求: accepted by one, settled by another")
        return person_id

    def protected_work(self) -> None:
        """The same for those under support measures, by the two who keep them: to the ward office's
        own counter these people do not exist."""
        with self.protector, self.chief:
            counter = Counter(self.protector, self.chief, self.today)
            living = counter.find(self._protected(Story.IN_FORCE).applicant)
            counter.resignation(living)
            self.house.wait_until_quiet()
            counter.additional_premium(living)
            counter.exemption_application(living)
            deceased = counter.find(self._protected(Story.TERM_OVER).applicant)
            counter.unpaid_benefit(deceased, self.today)
            self.protected_ids = (living, deceased)
            due = self.protector.get("/measures")
            every = self.protector.get("/measures", due=False)
        self.house.wait_until_quiet()
        self.summary.measures = (every["total"], due["total"])
        # Said as what those see who may know: nobody else is told how many there are.
        self.say(
            f"支援措置 as {PROTECTOR} sees them: {every['total']} not ended, {due['total']} to be"
            f" seen to; {CLERK} is shown nobody of them"
        )

    def stopped_work(self, changes: list[Change]) -> None:
        """What the counter may not do: somebody is under 抑止, somebody else edited by a colleague.
        All of it is left standing, to be looked at and released."""
        counter = Counter(self.clerk, self.reviewer, self.today)
        _, *others = islice(self._of_working_age(changes), 4)
        blocked, warned, edited = map(counter.find, others)
        change_block(counter, blocked)
        self.house.wait_until_quiet()
        stops = self.summary.stops = stopped(counter, blocked, warned, edited)
        name = others[0].record.name.kanji
        self.say(f"異動抑止 on {name}: a notice is refused, {stops.notice_refused}")
        self.say(
            f"排他: {CLERK} edits {others[2].record.name.kanji} until {stops.edited_until:%H:%M};"
            f" {REVIEWER} is refused, {stops.lock_refused}"
        )

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

    def medium_apart(self) -> None:
        """別媒体: the reports on those under support measures go on a medium of their own."""
        with self.protector, self.chief:
            batch_id = self.protector.post("/batches", {"apart": True})["batch_id"]
            self.house.wait_until_quiet()
            batch = self.protector.get(f"/batches/{batch_id}")["batch"]
            if batch["with_errors"]:
                self.protector.post(f"/batches/{batch_id}/take-out", {"all_with_errors": True})
            self.chief.post(f"/batches/{batch_id}/seal")
            self.chief.bytes(f"/batches/{batch_id}/medium")
            sealed = self.protector.get(f"/batches/{batch_id}")["batch"]
            self.summary.apart = sealed["medium"]["record_count"]
            self.chief.post(f"/batches/{batch_id}/send")
        self.house.wait_until_quiet()
        self.say(f"medium apart as {PROTECTOR} sees it: {self.summary.apart} items")

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

    def _tell(self, measures: Iterable[SupportMeasureRecorded]) -> None:
        topic = INBOUND_SUPPORT_MEASURES.name
        before = self.house.handled("identity", topic)
        published = asyncio.run(publish_feeds(measures, self._bus))
        self.house.wait_for("identity", topic, before + published.count)
        self.summary.measures_told += published.count

    def _protected(self, story: Story) -> Protected:
        return next(one for one in self.measures if one.story is story)

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

    def _of_working_age(self, changes: list[Change]) -> Iterator[Resident]:
        """Of 30 to 50, whom nothing happened to today: the first comes to the counter."""
        touched = {change.resident.index for change in changes}
        hidden = {r.index for one in self.measures for r in one.persons}
        return (
            r for r in self.city
            if r.index not in touched | hidden and r.record.name.kana
            and 30 <= (self.today - r.record.birth_date.require()).days // 365 <= 50
        )  # fmt: skip

    @staticmethod
    def _death(changes: list[Change]) -> Change:
        return next(c for c in changes if c.kind is ResidentChangeKind.DEATH)
