"""The bus side: what persons and qualification tell, and which items JPS was sent."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from contracts.events import (
    AnsweredAbout,
    AnsweredHousehold,
    AssistanceChanged,
    AuditOperation,
    DecisionTakenBack,
    ExemptionsFactsAnswered,
    ExemptionsHouseholdFactsAnswered,
    ExemptionsManyHouseholdFactsAnswered,
    IncomeCorrected,
    IncomeTold,
    ItemDecided,
    ItemForwarded,
    OwnedItemForwarded,
    PersonChanged,
    QualificationChanged,
    ReportItemForwarded,
    ReportItemKind,
    ReportOwner,
)
from services.chassis import audit, media, merges
from services.chassis.received import Handler, Received, Rejected, Rejection
from services.chassis.unit_of_work import UnitOfWork
from services.exemptions import applying, deciding, following, proposing, renewing, reviewing_again
from services.exemptions.state import State
from services.exemptions.stores import (
    answers,
    applications,
    assistance,
    corrections,
    decisions,
    entries,
    persons,
    registered,
    reviews_again,
    take_backs,
)
from services.exemptions.stores.answers import Answer
from services.exemptions.stores.applications import APPLICATIONS
from services.exemptions.stores.entries import NOTICES

_OURS = (
    ReportItemKind.ADDITIONAL_PREMIUM_START,
    ReportItemKind.ADDITIONAL_PREMIUM_END,
    ReportItemKind.EXEMPTION_APPLICATION,
    ReportItemKind.STUDENT_APPLICATION,
    ReportItemKind.STATUTORY_EXEMPTION_START,
    ReportItemKind.STATUTORY_EXEMPTION_END,
    ReportItemKind.MATERNITY_EXEMPTION,
    ReportItemKind.CHILD_CARE_EXEMPTION,
    ReportItemKind.CHILD_CARE_EXEMPTION_END,
    ReportItemKind.PAY_REQUEST,
    ReportItemKind.PAY_REQUEST_CHANGE,
    ReportItemKind.FARMERS_PENSION_START,
    ReportItemKind.FARMERS_PENSION_END,
)
_TABLES = (NOTICES, APPLICATIONS)


async def on_persons(batch: Sequence[Received[PersonChanged]], uow: UnitOfWork) -> None:
    """Keep what the examination of notices needs: residence and death."""
    await persons.keep_persons(uow.connection, [received.event for received in batch])


def on_qualification(state: State) -> Handler:
    """The handler of timelines: they are kept, and what they do to settled entries is found. What
    is reportable of them concerns JPS alone."""

    async def handle(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        changed = [r.event for r in batch if isinstance(r.event, QualificationChanged)]
        if changed:
            await persons.keep_qualifications(uow.connection, changed)
            people = {event.person_id for event in changed}
            await assistance.look_again(uow.connection, people, uow.today)
            await following.follow(uow, people, state.forms)

    return handle


def on_merges(state: State) -> Handler:
    """The handler of who answers for whom; who is watched goes on being. The timeline of who
    answers may have come before: what it does to settled entries of the other id is found now."""

    async def handle(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        concerned = await merges.follow(batch, uow)
        await assistance.follow(uow.connection, concerned, uow.today)
        await following.follow(uow, concerned, state.forms)

    return handle


def on_jps(state: State) -> Handler:
    """The handler of what JPS was sent and decided.

    Notices and applications are marked as forwarded; what was told for the review of an application
    is emptied. Refuses an item of ours that nothing is behind (EX-1001). Then what JPS decided on
    ours is kept (EX-1004 where nothing was sent), and followed; and what it was told about ours
    since (EX-1006).
    """

    async def handle(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        decided = [
            received
            for received in batch
            if isinstance(received.event, ItemDecided)
            and received.event.owner is ReportOwner.EXEMPTIONS
        ]
        await _on_media(batch, uow)
        await _forwarded(batch, uow)
        if decided:
            await following.follow(uow, await deciding.take(decided, uow), state.forms)
        await corrections.KEPT.take(batch, uow, corrections.sent, "EX-1006")
        gone = [
            received
            for received in batch
            if isinstance(received.event, DecisionTakenBack)
            and received.event.owner is ReportOwner.EXEMPTIONS
        ]
        if gone:
            await following.follow(uow, await deciding.take_back(gone, uow), state.forms)

    return handle


async def _on_media(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    """Note which reports are on a medium. Of what was taken back meanwhile nobody is told."""
    if serials := media.serials(batch, ReportOwner.EXEMPTIONS):
        for table in _TABLES:
            await entries.keep_on_media(uow.connection, table, serials)


async def _forwarded(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
    told = [
        received
        for received in batch
        if isinstance(received.event, ItemForwarded | ReportItemForwarded | OwnedItemForwarded)
    ]
    ours = [received for received in told if received.event.kind in _OURS]
    if not ours:
        return
    first: dict[UUID, date] = {}
    for received in ours:
        first.setdefault(received.event.item_id, received.event.forwarded_on)
    items = list(first)
    known = {i for t in _TABLES for i in await entries.known_items(uow.connection, t, items)}
    known |= (await decisions.owners(uow.connection, items)).keys()  # reported again since
    known |= await take_backs.sent(uow.connection, first)
    unknown = [received for received in ours if received.event.item_id not in known]
    if unknown:
        reason = "no settled notice or application has this item id"
        raise Rejected([Rejection(received, "EX-1001", reason) for received in unknown])
    await entries.forward(uow.connection, NOTICES, first)
    sent = await entries.forward(uow.connection, APPLICATIONS, first)
    await applications.forget(uow.connection, sent)
    await reviews_again.forget(uow.connection, sent)
    await applying.review_is_over(uow, sent)


_OF_INCOME: Final = (IncomeCorrected, IncomeTold)
"""Upon these is asked again: it was told otherwise, or it was not there."""


def on_replies(state: State) -> Handler:
    """The handler of what identity tells exemptions alone: its answers, and of whom it has news."""

    async def handle(batch: Sequence[Received[Any]], uow: UnitOfWork) -> None:
        news = [r.event.person_id for r in batch if isinstance(r.event, AssistanceChanged)]
        if news:
            await assistance.watch(uow.connection, dict.fromkeys(news, uow.today))
        corrected = [r.event for r in batch if isinstance(r.event, _OF_INCOME)]
        if corrected:
            which = {(event.person_id, event.levy_year) for event in corrected}
            await reviewing_again.ask_of(uow, state, which)
        answered = [r for r in batch if not isinstance(r.event, (AssistanceChanged, *_OF_INCOME))]
        if answered:
            await _on_facts(answered, uow, state)

    return handle


async def _on_facts(batch: Sequence[Received[Any]], uow: UnitOfWork, state: State) -> None:
    """Keep the answers of the integrated database while a review or a proposal needs them.

    Refuses an answer to a request that was never made (EX-1002), or about another person than was
    asked about (EX-1003); of an answer about several all of it.
    """
    told = [(received, _about(received.event)) for received in batch]
    requests = [answer.request_id for _, answers_ in told for answer in answers_]
    for_review = await answers.asked_of(uow.connection, requests)
    others = [request for request in requests if request not in for_review]
    for_proposals = await assistance.asked_of(uow.connection, others) if others else {}
    asked = {one: question.person_id for one, (question, _) in for_review.items()} | for_proposals
    rejected = []
    for received, of_one in told:
        # Of households is asked for reviews alone.
        known = asked if isinstance(received.event, ExemptionsFactsAnswered) else for_review
        if any(answer.request_id not in known for answer in of_one):
            rejected.append(Rejection(received, "EX-1002", "nobody asked for this"))
        elif any(asked[answer.request_id] != answer.person_id for answer in of_one):
            rejected.append(Rejection(received, "EX-1003", "it is about another person than asked"))
    if rejected:
        raise Rejected(rejected)
    every = [one for _, of_one in told for one in of_one]
    kept = await answers.answer(uow.connection, every, for_review, uow.now)
    households = [there for r in batch for there in _registered(r.event, for_review)]
    if households:
        await registered.keep(uow.connection, households, uow.now)
    if kept:
        await _reviewed(uow, state, kept)
    compared = [one for one in every if one.request_id in for_proposals]
    if compared:
        await assistance.answer(uow.connection, compared, uow.now)
        await proposing.work_out(uow, [answer.person_id for answer in compared], state)


async def _reviewed(uow: UnitOfWork, state: State, told: Mapping[UUID, Sequence[Answer]]) -> None:
    """Review the renewals of which this was awaited, and again what is settled and waits to be
    sent. What waits to be settled is reviewed when it is."""
    for cycle, count in (await renewing.answered(uow, state, told)).items():
        audit.record(
            uow,
            AuditOperation.BATCH_JOB,
            count=count,
            details={"job": "renewal_reviewed", "cycle": cycle},
        )
    await reviewing_again.review(uow, state, told.keys())


_Together = ExemptionsHouseholdFactsAnswered | ExemptionsManyHouseholdFactsAnswered


def _about(
    event: ExemptionsFactsAnswered | _Together,
) -> Sequence[ExemptionsFactsAnswered | AnsweredAbout]:
    if isinstance(event, ExemptionsManyHouseholdFactsAnswered):
        return [one for household in event.households for one in household.people]
    return event.people if isinstance(event, ExemptionsHouseholdFactsAnswered) else (event,)


def _registered(
    event: ExemptionsFactsAnswered | _Together, asked: Mapping[UUID, answers.Question]
) -> Iterator[registered.Told]:
    """The households that an answer tells of by the register, each for the application that its
    questions were ``asked`` for."""
    if isinstance(event, ExemptionsFactsAnswered) or event.registered_on is None:
        return
    households: Sequence[AnsweredHousehold | ExemptionsHouseholdFactsAnswered] = (
        event.households if isinstance(event, ExemptionsManyHouseholdFactsAnswered) else (event,)
    )
    for one in households:
        if one.registered is not None:
            question, _ = asked[one.people[0].request_id]
            yield registered.Told(question.application_id, event.registered_on, one.registered)
