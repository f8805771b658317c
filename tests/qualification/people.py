"""People as the tests tell of them: lives in the register's words, notices in the counter's."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Self
from uuid import UUID, uuid5

from contracts.codes import BecameResidentReason, RemovalReason, ResidentChangeKind, ResidentKind
from contracts.dates import UncertainDate
from contracts.eras import parse_date
from contracts.events import FactOutcome, InsuredCategory, PersonChanged, ResidencePeriod
from services.qualification.domain.categories import Insurance
from services.qualification.domain.city import records_begin
from services.qualification.domain.facts import (
    CategoryStatement,
    Content,
    Fact,
    PensionNumberStatement,
    RegisterStatement,
)
from services.qualification.domain.health_insurance import (
    HealthInsuranceStatement,
    HealthInsuranceStay,
)
from services.qualification.domain.timeline import AsOf, Timeline, timeline
from services.qualification.domain.told import (
    JpsStatement,
    JpsStay,
    OldAgeBenefit,
    OldAgeStatement,
    OverseasReason,
    OverseasStatement,
    VoluntaryEvent,
    VoluntaryStatement,
)
from services.qualification.files import read_parameters

LAW = read_parameters()
FIRST_LOAD = "2026-10-01"
_NOTICES = UUID("00000000-0000-4000-8000-000000000000")

Change = ResidentChangeKind
Became = BecameResidentReason
Left = RemovalReason


def d(text: str) -> date:
    return date.fromisoformat(text)


def when(text: str) -> UncertainDate:
    """A date as the register writes it: ISO, or one of the notations of a date known in part."""
    try:
        return UncertainDate.exact(date.fromisoformat(text))
    except ValueError:
        return parse_date(text)


def notice_id(name: str) -> UUID:
    return uuid5(_NOTICES, name)


@dataclass
class Life:
    """What the register says of one person, version by version, and what notices told.

    Each method is one thing that happened; ``told`` is the day on which it was reported, by
    default the day of the event. Facts are recorded at noon (UTC) of the day they were told.
    """

    birth: str
    kind: ResidentKind = ResidentKind.JAPANESE
    status: str | None = None
    status_until: str | None = None
    stays: tuple[ResidencePeriod, ...] = ()
    died_on: UncertainDate | None = None
    facts: list[Fact] = field(default_factory=list)
    _version: int = 0

    def _say(self, change: Change, on: str, told: str | None) -> Self:
        self._version += 1
        changed_on = when(on)
        if told is not None:
            reported_on = d(told)
        else:
            assert changed_on.value is not None, "tell when an uncertain date was reported"
            reported_on = changed_on.value
        begin = records_begin(change, reported_on) if self._version == 1 else None
        statement = RegisterStatement(
            version=self._version,
            change=change,
            changed_on=changed_on,
            reported_on=reported_on,
            birth_date=when(self.birth),
            resident_kind=self.kind,
            residence_status_code=self.status,
            residence=self.stays,
            died_on=self.died_on,
            residence_status_until=d(self.status_until) if self.status_until else None,
            records_begin=begin,
        )
        return self._record(statement, reported_on)

    def _record(self, content: Content, on: date) -> Self:
        noon = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
        self.facts.append(Fact(noon + timedelta(seconds=len(self.facts)), content))
        return self

    def _arrive(self, reason: Became, on: str, note: bool | None = None) -> None:
        stay = ResidencePeriod(began=when(on), began_reason=reason, pension_note=note)
        self.stays = (*self.stays, stay)

    def _leave(self, reason: Left, on: str) -> None:
        *before, last = self.stays
        self.stays = (*before, last.model_copy(update={"ended": when(on), "ended_reason": reason}))

    def loaded(self, on: str, *, since: str, came: Became = Became.MOVE_IN) -> Self:
        """Is in the first load (全件連携), a resident since long ago."""
        self._arrive(came, since)
        return self._say(Change.SNAPSHOT, on, on)

    def born_here(self) -> Self:
        self._arrive(Became.BIRTH, self.birth)
        return self._say(Change.BIRTH, self.birth, None)

    def moves_in(self, on: str, told: str | None = None) -> Self:
        self._arrive(Became.MOVE_IN, on)
        return self._say(Change.MOVE_IN, on, told)

    def moves_in_from_abroad(
        self, on: str, told: str | None = None, *, note: bool | None = None
    ) -> Self:
        """``note``: whether the notice bore the note on the National Pension (法12条3項)."""
        self._arrive(Became.MOVE_IN_FROM_ABROAD, on, note)
        return self._say(Change.MOVE_IN_FROM_ABROAD, on, told)

    def enters_ex_officio(self, on: str, reason: Became = Became.OFFICIAL) -> Self:
        self._arrive(reason, on)
        return self._say(Change.OFFICIAL_ENTRY, on, None)

    def moves_out(self, on: str, told: str | None = None) -> Self:
        self._leave(Left.MOVE_OUT, on)
        return self._say(Change.MOVE_OUT, on, told)

    def moves_abroad(self, on: str, told: str | None = None) -> Self:
        self._leave(Left.MOVE_ABROAD, on)
        return self._say(Change.MOVE_ABROAD, on, told)

    def is_removed(self, on: str, reason: Left = Left.OFFICIAL) -> Self:
        self._leave(reason, on)
        return self._say(Change.OFFICIAL_REMOVAL, on, None)

    def dies(self, on: str, told: str | None = None) -> Self:
        self.died_on = when(on)
        self._leave(Left.DEATH, on)
        return self._say(Change.DEATH, on, told)

    def has_status(self, status: str, on: str, change: Change = Change.CORRECTION) -> Self:
        self.status = status
        return self._say(change, on, None)

    def is_corrected(self, on: str, *, birth: str) -> Self:
        self.birth = birth
        return self._say(Change.CORRECTION, on, None)

    def changes_household(self, on: str) -> Self:
        return self._say(Change.HOUSEHOLD_CHANGE, on, None)

    def leaves_work(
        self, last_day: str, *, settled: str, since: str | None = None, name: str = "change"
    ) -> Self:
        """A settled notice of change from category 2: left work on ``last_day``."""
        return self.was_insured_elsewhere(
            since, str(d(last_day) + timedelta(days=1)), settled=settled, name=name
        )

    def was_insured_elsewhere(
        self,
        began: str | None,
        ended: str | None,
        *,
        settled: str,
        name: str = "stay",
        category: InsuredCategory = InsuredCategory.CATEGORY_2,
    ) -> Self:
        statement = CategoryStatement(
            category=category,
            began=d(began) if began else None,
            ended=d(ended) if ended else None,
            notice_id=notice_id(name),
            accepted_on=d(settled),
        )
        return self._record(statement, d(settled))

    def has_number(self, number: str, *, settled: str) -> Self:
        statement = PensionNumberStatement(number, notice_id("number"), d(settled))
        return self._record(statement, d(settled))

    def applies(
        self,
        on: str,
        *,
        months: int | None = 100,
        event: VoluntaryEvent = VoluntaryEvent.APPLIED,
        name: str = "",
    ) -> Self:
        """Applies to be insured by choice, with so many months before; or another of its events."""
        credited = months if event is VoluntaryEvent.APPLIED else None
        name = name or f"{event.value} {on}"
        said = VoluntaryStatement(event, d(on), d(on), notice_id(name), credited)
        return self._record(said, d(on))

    def happens(self, event: VoluntaryEvent, on: str) -> Self:
        """An event of insurance by choice that JPS tells."""
        return self._record(VoluntaryStatement(event, d(on), d(on)), d(on))

    def gets_benefit(
        self,
        on: str,
        until: str | None = None,
        *,
        told: str | None = None,
        benefit: OldAgeBenefit = OldAgeBenefit.EMPLOYEES,
        notice: bool = False,
    ) -> Self:
        told_on = d(told or until or on)
        said = OldAgeStatement(
            benefit, d(on), d(until) if until else None, told_on,
            notice_id("benefit") if notice else None,
        )  # fmt: skip
        return self._record(said, told_on)

    def has_no_right(self, on: str) -> Self:
        """JPS told that on this day there is no right to any old-age pension."""
        return self._record(OldAgeStatement(OldAgeBenefit.BASIC, None, None, d(on)), d(on))

    def lives_abroad_for(
        self, reason: OverseasReason, since: str, until: str | None = None, told: str | None = None
    ) -> Self:
        """An exception of 規則1条の3."""
        day = d(told or until or since)
        said = OverseasStatement(
            reason, d(since), d(until) if until else None, day, notice_id("overseas")
        )
        return self._record(said, day)

    def jps_tells(
        self, as_of: str, *stays: tuple[int, str, str | None], complete_since: str | None = None
    ) -> Self:
        """JPS's record as of a day: (category, began, ended)."""
        said = JpsStatement(
            d(as_of),
            tuple(
                JpsStay(InsuredCategory(category), d(began), d(ended) if ended else None)
                for category, began, ended in stays
            ),
            d(complete_since) if complete_since else None,
        )
        return self._record(said, d(as_of))

    def has_status_until(self, day: str | None, on: str) -> Self:
        """The register tells the last day of the period of stay (在留期間の満了日)."""
        self.status_until = day
        return self._say(Change.CORRECTION, on, None)

    def joined_health_insurance(
        self,
        *joined: tuple[str, str | None],
        told: str,
        outcome: FactOutcome = FactOutcome.VALUE,
    ) -> Self:
        """Identity answers when, and why, somebody joined 国民健康保険."""
        stays = tuple(HealthInsuranceStay(d(on), why, None) for on, why in joined)
        return self._record(HealthInsuranceStatement(d(told), outcome, stays), d(told))

    def on(self, day: str, *, known: str | None = None) -> Timeline:
        """The timeline of a day, as known at the end of the day ``known`` (default: now)."""
        moment = None
        if known is not None:
            moment = datetime.fromisoformat(f"{known}T23:59:59+00:00")
        return timeline(self.facts, LAW, AsOf(d(day), moment))

    def events(self, person_id: UUID) -> Iterator[PersonChanged]:
        """The person events that identity would have sent."""
        for fact in self.facts:
            said = fact.content
            if isinstance(said, RegisterStatement):
                yield PersonChanged(
                    person_id=person_id,
                    person_version=said.version,
                    change=said.change,
                    changed_on=said.changed_on,
                    reported_on=said.reported_on,
                    birth_date=said.birth_date,
                    resident_kind=said.resident_kind,
                    residence_status_code=said.residence_status_code,
                    residence=said.residence,
                    died_on=said.died_on,
                    residence_status_until=said.residence_status_until,
                    household_id=None,
                    is_householder=False,
                )

    def copy(self) -> "Life":
        return replace(self, facts=list(self.facts))


def rows(line: Timeline) -> list[str]:
    """A timeline as a clerk would read it out: ``1: 2026-10-01 age-20 → 2026-12-02 death``."""
    shown = []
    for segment in line.segments:
        category = str(segment.category.value) if segment.category else "?"
        row = f"{category}: {segment.first.day} {segment.first.reason.code} →"
        if segment.past is not None:
            row += f" {segment.past.day} {segment.past.reason.code}"
        shown.append(row)
    return shown


def happened(line: Timeline) -> list[str]:
    """Its transitions: ``2026-10-01 acquisition 0→1 age-20``."""
    return [
        f"{t.occurred_on} {t.kind} {_code(t.before)}→{_code(t.after)} {t.reason}"
        for t in line.transitions
    ]


def _code(insurance: Insurance | None) -> str:
    return "0" if insurance is None else str(insurance.value)
