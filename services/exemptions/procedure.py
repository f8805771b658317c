"""What a procedure (手続) declares; all else of an entry's life is the same for every one of them.

A procedure is what is handed in at one path by forms that are examined and settled by the same
rules. `entry_life` leads its entries from receipt to JPS and asks the procedure what is its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from contracts.dates import UncertainDate
from contracts.events import Event
from contracts.forms import (
    Attachment,
    EntryState,
    Finding,
    Form,
    FormError,
    Submission,
    Value,
    outstanding,
    validate,
    values_of,
)
from contracts.months import Month
from contracts.values import value
from services.chassis.problems import Problem
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import deciding, exempting, months_concerned, problems
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.entry_views import (
    EntrySummary,
    NewEntry,
    NoticePage,
    NoticeSummary,
    NoticeView,
)
from services.exemptions.exempting import Desk
from services.exemptions.state import State
from services.exemptions.stores import entries, persons
from services.exemptions.stores.entries import NOTICES, Entry, Notice, Table
from services.exemptions.stores.take_backs import TakeBack
from services.exemptions.take_back_views import ConcernedMonths, TakeBackView

E = TypeVar("E", bound=Entry)
D = TypeVar("D")


@value
class Handed(Generic[E]):
    """A form as it was handed in, filled in without fault."""

    entry_id: UUID
    kind: str
    person_id: UUID
    form: Form
    submission: Submission
    kept: E | None = None
    """The entry; None: it is about to be accepted."""
    mends: UUID | None = None
    """The returned entry that it takes the place of."""

    @property
    def values(self) -> dict[str, Value]:
        """What the form says, for the rules."""
        return values_of(self.form, self.submission)

    @property
    def settled(self) -> E | None:
        """The entry where it is settled: its months are those that it was settled with, whatever
        is known by now. None: it is not yet."""
        kept = self.kept
        return kept if kept is not None and kept.settled_by is not None else None

    @property
    def received_on(self) -> date:
        """The day on which it came in (受付日)."""
        return self.submission.received_on

    @property
    def basic_pension_number(self) -> str | None:
        """The basic pension number that it was handed in with, if it was."""
        return entries.number_in(self.submission)

    def day(self, name: str) -> date:
        """A date of the form that is known to the day."""
        value = self.values[name]
        assert isinstance(value, UncertainDate)  # the form says so
        return value.require()


@value
class Effect:
    """What settling an entry brings about."""

    event: Event | None
    """What is told of it; None: nobody is told."""
    item_id: UUID | None
    """Of the report to JPS, by which it is heard of again; None: nothing is reported."""
    columns: Mapping[str, Any] = field(default_factory=dict)
    """Values of the table's own columns."""


class Procedure(ABC, Generic[E, D]):
    """A procedure. ``D`` is its desk: what an examination rests on."""

    path: ClassVar[str]
    """Where it is handed in; the audit record calls its lists by the same name."""
    forms_path: ClassVar[str]
    labels: ClassVar[Mapping[str, str]]
    """Its kinds, by the codes of their forms (``forms/*.toml``), with what staff call them."""
    table: Table[E]
    settled_columns: ClassVar[tuple[str, ...]]
    """Columns of the table's own that settling fills, and taking that back empties."""
    new: ClassVar[type[NewEntry]] = NewEntry

    @property
    def name(self) -> str:
        """What audit records call its entries."""
        return self.path.strip("/").replace("-", "_")

    def of(self, held: Iterable[E]) -> list[E]:
        """Those of entries that are of this procedure."""
        return [entry for entry in held if entry.kind in self.labels]

    @abstractmethod
    async def desk(self, uow: UnitOfWork, state: State, handed: Handed[E]) -> D:
        """What an examination rests on. Raises the problem where the person is not known."""

    @abstractmethod
    def examine(self, handed: Handed[E], desk: D) -> tuple[Finding, ...]:
        """What the examination finds now: refusals, what has to be looked at, notes."""

    @abstractmethod
    def effect(self, handed: Handed[E], desk: D, item_id: UUID) -> Effect:
        """What settling it brings about; ``item_id`` is free for the report to JPS. Of one that is
        settled: what it brought about, to be reported again."""

    @abstractmethod
    def own_columns(self, handed: Handed[E]) -> Mapping[str, Any]:
        """The table's own columns of an entry that is accepted."""

    @abstractmethod
    def notified_on(self, handed: Handed[E]) -> date:
        """届出日, 申出日, 申請日."""

    @abstractmethod
    async def hindrance(self, uow: UnitOfWork, handed: Handed[E], desk: D) -> Problem | None:
        """Why an entry cannot be accepted beside what is held already; None where it can."""

    @abstractmethod
    def summary(self, entry: E) -> EntrySummary:
        """An entry in a list."""

    @abstractmethod
    def view(self, entry: E, handed: Handed[E], desk: D) -> BaseModel:
        """An entry as staff see it."""

    @abstractmethod
    def page(self, entries: Sequence[E], total: int, following: int | None) -> BaseModel:
        """A page of a list."""

    def submissions(self, new: Any) -> list[Submission]:
        """What is handed in in one sitting, each an entry of its own; all of them or none."""
        return [new.submission]

    def faults(self, handed: Handed[E], today: date) -> list[FormError]:
        """What is wrong with how the form is filled in."""
        return validate(handed.form, handed.submission, today=today)

    def missing(self, handed: Handed[E]) -> Sequence[Attachment]:
        """Required documents that nobody has seen yet."""
        return outstanding(handed.form, handed.submission)

    def people(self, handed: Handed[E]) -> list[UUID]:
        """Whom it is about: where one of them is hidden it is numbered in a book apart."""
        return [handed.person_id]

    def details(self, entry: E) -> dict[str, str | int | bool]:
        """What every audit record says of an entry."""
        return {"of": str(entry.kind)}

    def accepted(self, views: Sequence[BaseModel]) -> BaseModel:
        """What the counter is shown once all of a sitting is accepted."""
        return views[0]

    async def after_acceptance(self, uow: UnitOfWork, handed: Handed[E]) -> None:
        """What follows from acceptance, in its transaction."""

    async def hold_back(
        self,
        uow: UnitOfWork,  # noqa: ARG002  for those who ask somebody
        handed: Handed[E],  # noqa: ARG002  the same
        desk: D,  # noqa: ARG002  the same
    ) -> Problem | None:
        """Why an entry that has nothing wrong cannot be settled yet; None where it can."""
        return None

    async def after_withdrawal(self, uow: UnitOfWork, entry: E) -> None:
        """What follows from withdrawal, in its transaction."""

    @abstractmethod
    def rests_on(self, other: E, entry: E) -> bool:
        """Whether another entry of the person keeps this one from being taken back: it was handed
        in, or settled, because this one stands."""

    @abstractmethod
    async def concerned(
        self, uow: UnitOfWork, state: State, handed: Handed[E]
    ) -> tuple[ConcernedMonths, ...]:
        """What becomes of which months if a settled entry is taken back now."""

    async def proposed(
        self, uow: UnitOfWork, state: State, handed: Handed[E], proposals: Sequence[TakeBack]
    ) -> tuple[TakeBackView, ...]:
        """Proposals to take an entry back, as staff see them: an open one with the months that it
        concerns."""
        assert handed.kept is not None  # it was accepted
        months: Sequence[ConcernedMonths] = ()
        if any(one.is_open for one in proposals):
            months = await self.concerned(uow, state, handed)
        return tuple(TakeBackView.of(one, handed.kept.state, months) for one in proposals)

    async def before_taking_back(self, uow: UnitOfWork, entry: E) -> None:
        """What has to be done before its settling is taken back, in that transaction."""


class NoticeProcedure(Procedure[Notice, Desk]):
    """A procedure without a table of its own: a further one declares path, labels, `examine` and
    `effect`, and its forms."""

    table = NOTICES
    settled_columns: ClassVar = ("from_month", "to_month")

    def rests_on(self, other: Notice, entry: Notice) -> bool:
        """One of the same subject that waits, or a later one that counts: an end of what it begins,
        for one."""
        later = other.counts and other.sequence > entry.sequence
        return other.subject == entry.subject and (later or other.state is EntryState.RECEIVED)

    async def concerned(
        self, uow: UnitOfWork, state: State, handed: Handed[Notice]
    ) -> tuple[ConcernedMonths, ...]:
        """By all that is settled with and without it."""
        entry = handed.kept
        assert entry is not None  # it was settled
        known = await persons.facts(uow.connection, entry.person_id) or PersonFacts()
        held = await entries.of_person(uow.connection, NOTICES, entry.person_id)
        stands = await deciding.standing_of(uow, entry.person_id)
        before, after = (
            exempting.desk(
                known, notices, state.forms, state.by_law, Month.of(uow.today), stands.months
            )
            for notices in (held, months_concerned.without(held, entry))
        )
        return months_concerned.between(before, after)

    def subject(self, kind: str) -> str:  # noqa: ARG002  for those with several
        """What a kind is about: one of a subject and a person waits at a time, as the next relies
        on it."""
        return self.name

    async def desk(self, uow: UnitOfWork, state: State, handed: Handed[Notice]) -> Desk:
        """The person as known, and all of their other notices: what it mends is left out."""
        known = await persons.facts(uow.connection, handed.person_id)
        if known is None:
            raise problems.person_unknown()
        own = (handed.entry_id, handed.mends)
        held = await entries.of_person(uow.connection, NOTICES, handed.person_id)
        beside = [notice for notice in held if notice.entry_id not in own]
        stands = await deciding.standing_of(uow, handed.person_id)
        return exempting.desk(
            known, beside, state.forms, state.by_law, Month.of(uow.today), stands.months
        )

    def notified_on(self, handed: Handed[Notice]) -> date:
        """The form's ``notified_on``."""
        return handed.day("notified_on")

    def own_columns(self, handed: Handed[Notice]) -> Mapping[str, Any]:
        """What it is about."""
        return {"subject": self.subject(handed.kind)}

    async def hindrance(
        self,
        uow: UnitOfWork,  # noqa: ARG002  for those who look further
        handed: Handed[Notice],
        desk: Desk,
    ) -> Problem | None:
        """Another one of the same subject waits."""
        subject = self.subject(handed.kind)
        waiting = [notice for notice in desk.held if notice.state is EntryState.RECEIVED]
        return problems.another_open() if any(n.subject == subject for n in waiting) else None

    def summary(self, entry: Notice) -> NoticeSummary:
        """A notice in a list."""
        return NoticeSummary.of(entry, self.labels[entry.kind])

    def view(self, entry: Notice, handed: Handed[Notice], desk: Desk) -> NoticeView:
        """A notice as staff see it; findings only while it waits to be settled."""
        waits = entry.state is EntryState.RECEIVED
        missing = self.missing(handed) if waits else ()
        return NoticeView(
            notice=self.summary(entry),
            submission=entry.submission,
            withdrawn_reason=entry.withdrawn_reason,
            acknowledged=entry.acknowledged,
            findings=self.examine(handed, desk) if waits else (),
            missing_documents=tuple(attachment.code for attachment in missing),
        )

    def page(self, entries: Sequence[Notice], total: int, following: int | None) -> NoticePage:
        """Notices in a state."""
        shown = tuple(map(self.summary, entries))
        return NoticePage(notices=shown, total=total, following=following)
