"""免除・納付猶予・学生納付特例の申請 (規則77条以下): what is their own in an entry's life."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import BaseModel

from contracts.forms import Attachment, EntryState, Finding, FormError, Submission
from services.chassis.problems import Problem
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import (
    application_problems,
    applying,
    exempting,
    households,
    months_concerned,
    problems,
    reviewing,
)
from services.exemptions.application_views import (
    ApplicationList,
    ApplicationPage,
    ApplicationSummary,
    ApplicationView,
    DifferenceView,
    NewApplication,
    RequestView,
    inquiries,
)
from services.exemptions.domain.application.review import Result
from services.exemptions.domain.asked import ApplicationKind, contradictions
from services.exemptions.domain.facts import PersonFacts
from services.exemptions.domain.renewals import RenewalState
from services.exemptions.procedure import Effect, Handed, Procedure
from services.exemptions.review_again_views import ReviewedAgainView
from services.exemptions.review_views import reviewed_spans, settled_months
from services.exemptions.reviewing import AWAITED, Reviewed
from services.exemptions.state import State
from services.exemptions.stores import (
    answers,
    applications,
    entries,
    notes,
    persons,
    renewals,
    reviews_again,
)
from services.exemptions.stores.answers import Answer
from services.exemptions.stores.applications import APPLICATIONS, Kept
from services.exemptions.stores.entries import NOTICES
from services.exemptions.stores.notes import Note
from services.exemptions.stores.reviews_again import Found
from services.exemptions.take_back_views import Concern, ConcernedMonths

_WAITS_AGAIN: Final = "本登録待ち（日本年金機構に送付しない）"


@dataclass(frozen=True, slots=True)
class Review:
    """What an application's examination rests on: what was told, and what the rules say of it."""

    held: tuple[Kept, ...]
    told: tuple[Answer, ...] = ()
    found: Reviewed = AWAITED
    noted: tuple[Note, ...] = ()
    """取消申請・審査請求 about it."""
    again: Found | None = None
    """What a review found otherwise since it was settled."""


class Applications(Procedure[Kept, Review]):
    """Applications: reviewed by the city, decided by JPS (C40)."""

    path = "/exemption-applications"
    forms_path = "/application-forms"
    labels: ClassVar = {kind.value: kind.label for kind in ApplicationKind}
    table = APPLICATIONS
    settled_columns: ClassVar = ("reviewed", "continues_kind", "continues_ground")
    new = NewApplication

    def submissions(self, new: NewApplication) -> list[Submission]:
        """One form for each cycle."""
        return applying.of_cycles(new.submission, new.also_cycles)

    def faults(self, handed: Handed[Kept], today: date) -> list[FormError]:
        """As it is filled in, then as an application. Of a continuing one nothing is handed in
        (規則77条3項)."""
        if handed.kept is not None:
            return [] if handed.kept.continued else super().faults(handed, today)
        kind = ApplicationKind(handed.kind)
        return super().faults(handed, today) or contradictions(
            kind, handed.values, handed.person_id, handed.received_on
        )

    def missing(self, handed: Handed[Kept]) -> Sequence[Attachment]:
        """The documents of what was handed in."""
        if handed.kept is not None and handed.kept.continued:
            return ()
        return super().missing(handed)

    def notified_on(self, handed: Handed[Kept]) -> date:
        """申請日."""
        return reviewing.said_by(handed).applied_on

    def own_columns(self, handed: Handed[Kept]) -> Mapping[str, Any]:
        """Its cycle (年度)."""
        return {"cycle": reviewing.said_by(handed).cycle}

    def people(self, handed: Handed[Kept]) -> list[UUID]:
        """The applicant, and whom the form names by their person."""
        return [handed.person_id, *applying.named(handed.values)]

    def details(self, entry: Kept) -> dict[str, str | int | bool]:
        """With the cycle."""
        return super().details(entry) | {"cycle": entry.cycle}

    async def desk(self, uow: UnitOfWork, state: State, handed: Handed[Kept]) -> Review:
        """What was told, and the review by it; the months that settled notices exempt left out."""
        known = await persons.facts(uow.connection, handed.person_id)
        if known is None:
            raise problems.person_unknown()
        held = tuple(await entries.of_person(uow.connection, APPLICATIONS, handed.person_id))
        if handed.kept is None:
            return Review(held)
        if handed.kept.state is not EntryState.RECEIVED:
            told = (await answers.latest(uow.connection, [handed.entry_id]))[handed.entry_id]
            noted = await notes.of(uow.connection, [handed.entry_id])
            again = await reviews_again.last(uow.connection, handed.entry_id)
            return Review(
                held, tuple(told), noted=tuple(noted.get(handed.entry_id, ())), again=again
            )
        return await self.now(uow, state, handed, known, held)

    async def now(
        self,
        uow: UnitOfWork,
        state: State,
        handed: Handed[Kept],
        known: PersonFacts,
        held: tuple[Kept, ...] = (),
    ) -> Review:
        """The review by what is known now, whatever state it is in."""
        assert handed.kept is not None  # it was accepted
        told = (await answers.latest(uow.connection, [handed.entry_id]))[handed.entry_id]
        notices = await entries.of_person(uow.connection, NOTICES, handed.person_id)
        through = reviewing.said_by(handed).last
        taken = exempting.taken(known, notices, state.forms, state.by_law, through)
        registers = await households.of(uow.connection, [handed.kept])
        found = reviewing.reviewed(handed, known, told, state.figures, taken, registers)
        return Review(held, tuple(told), found)

    async def hindrance(
        self, uow: UnitOfWork, handed: Handed[Kept], desk: Review
    ) -> Problem | None:
        """Nobody is there whom it names, or one of the kind and cycle waits already. Who is sealed
        is nobody for the counter, and nobody can be waited for."""
        if await persons.unknown(uow.connection, applying.named(handed.values)):
            return application_problems.nobody_named()
        cycle = reviewing.said_by(handed).cycle
        for kept in desk.held:
            same = (kept.kind, kept.cycle) == (handed.kind, cycle)
            if same and kept.state is EntryState.RECEIVED:
                return application_problems.another_open(cycle)
        return None

    def examine(
        self,
        handed: Handed[Kept],  # noqa: ARG002  the desk has its review
        desk: Review,
    ) -> tuple[Finding, ...]:
        """What of the review somebody has to look at."""
        return desk.found.findings

    async def hold_back(
        self, uow: UnitOfWork, handed: Handed[Kept], desk: Review
    ) -> Problem | None:
        """Answers are awaited, or are not of today: then they are asked for again (EX-0208)."""
        if desk.found.outcomes is None:
            return application_problems.waits_for_answers()
        if reviewing.is_of_today(desk.told, uow.now):
            return None
        await self.after_acceptance(uow, handed)
        return application_problems.asked_again()

    async def after_acceptance(self, uow: UnitOfWork, handed: Handed[Kept]) -> None:
        """Identity is asked about everybody whom the review tests, and who they are by the
        register."""
        about = (handed.entry_id, handed.person_id, reviewing.said_by(handed))
        if handed.kept is not None and handed.kept.continued_from is not None:
            await applying.ask_households(uow, [about])
        else:
            await applying.ask(uow, *about)

    async def after_withdrawal(self, uow: UnitOfWork, entry: Kept) -> None:
        """What was told for it is emptied."""
        await applying.review_is_over(uow, [entry.entry_id])

    def rests_on(self, other: Kept, entry: Kept) -> bool:
        """One that continues it, or one of its kind and cycle that waits."""
        if other.state is EntryState.RECEIVED and (other.kind, other.cycle) == (
            entry.kind,
            entry.cycle,
        ):
            return True
        return other.continued_from == entry.entry_id and other.state is not EntryState.WITHDRAWN

    async def concerned(
        self,
        uow: UnitOfWork,  # noqa: ARG002  its review is kept
        state: State,  # noqa: ARG002  the same
        handed: Handed[Kept],
    ) -> tuple[ConcernedMonths, ...]:
        """The months of the review that it was settled with. JPS, which decides (C40), has not
        been told of them yet, and is not."""
        assert handed.kept is not None  # it was settled
        before = {
            month.month: f"{month.result_label}（{month.kind_label}）"
            if month.kind_label
            else month.result_label
            for month in settled_months(handed.kept) or ()
            if month.result is not Result.EXCLUDED
        }
        waits = dict.fromkeys(before, _WAITS_AGAIN)
        return tuple(months_concerned.concerned(Concern.REVIEW, before, waits, None))

    async def before_taking_back(self, uow: UnitOfWork, entry: Kept) -> None:
        """What was told is not kept with what it was settled with; what a review found otherwise
        is gone; a continued one is for a person to look at."""
        ids = [entry.entry_id]
        await applications.forget(uow.connection, ids)
        await reviews_again.forget(uow.connection, ids)
        standing = await reviews_again.standing(uow.connection, ids)
        await reviews_again.is_gone(uow.connection, [one.review_id for one in standing.values()])
        if entry.renewal is not None:
            await renewals.note(uow.connection, [(entry.entry_id, RenewalState.TO_LOOK_AT)])

    def effect(self, handed: Handed[Kept], desk: Review, item_id: UUID) -> Effect:
        """The review stands as the city's; the application goes to JPS."""
        return reviewing.effect(handed, desk.found, item_id)

    def summary(self, entry: Kept) -> ApplicationSummary:
        """An application in a list."""
        return ApplicationSummary.of_kept(entry)

    def view(self, entry: Kept, handed: Handed[Kept], desk: Review) -> ApplicationView:
        """An application as staff see it."""
        waits = entry.state is EntryState.RECEIVED
        missing = self.missing(handed) if waits else ()
        outcomes = desk.found.outcomes
        return ApplicationView(
            application=self.summary(entry),
            submission=entry.submission,
            withdrawn_reason=entry.withdrawn_reason,
            acknowledged=entry.acknowledged,
            inquiries=inquiries(desk.told),
            missing_documents=tuple(attachment.code for attachment in missing),
            review=None if outcomes is None else reviewed_spans(outcomes),
            settled_review=settled_months(entry),
            findings=desk.found.findings,
            differences=DifferenceView.all_of(entry),
            requests=tuple(map(RequestView.of, desk.noted)),
            reviewed_again=desk.again and ReviewedAgainView.of(desk.again, entry),
        )

    def page(self, entries: Sequence[Kept], total: int, following: int | None) -> ApplicationPage:
        """Applications in a state."""
        shown = tuple(map(self.summary, entries))
        return ApplicationPage(applications=shown, total=total, following=following)

    def accepted(self, views: Sequence[BaseModel]) -> ApplicationList:
        """All that were accepted in one sitting."""
        return ApplicationList.model_validate({"applications": views})
