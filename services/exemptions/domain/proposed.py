"""The work list of what facts call for: which proposals there are, and what becomes of each.

An entry is listed when facts call for something and nothing has come; staff tell the person of
it, and it ends by itself when the notice or application comes, or the facts no longer call for it.
Staff end it where nothing is to be done, and say why. What is on the list depends on what is known
and on the day alone, never on when or in which batches it was looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid5

from contracts.codes import Code, ResidentKind
from contracts.events import ExemptionNoticeKind, FactOutcome
from contracts.months import Month
from services.exemptions.domain.asked import ApplicationKind, cycle_months
from services.exemptions.domain.assistance import Proposal, ProposalKind, Told, proposals
from services.exemptions.domain.parameters import ByLaw
from services.exemptions.domain.recovered import Ending, endings, told_by
from services.exemptions.domain.statutory import Ground, Holding

_ENTRIES: Final = UUID("6a0c9d0e-5f2e-5f0b-9a55-0f0a2d1c7b93")


class Step(Code):
    """What happened to an entry."""

    LISTED = "listed", "把握"
    REMINDED = "reminded", "案内"
    REMINDED_AGAIN = "reminded_again", "再案内"
    CHECKED = "checked", "終了（確認済）"
    NOT_NEEDED = "not_needed", "終了（対応不要）"
    ENDED_BY_ENTRY = "ended_by_entry", "終了（届出・申請あり）"
    ENDED_BY_FACT = "ended_by_fact", "終了（事実の変更・確認）"

    @property
    def by_itself(self) -> bool:
        """Whether an entry ended with it without staff: what ended so can come back."""
        return self in (Step.ENDED_BY_ENTRY, Step.ENDED_BY_FACT)

    @property
    def needs_note(self) -> bool:
        """Whether staff have to say why."""
        return self in (Step.CHECKED, Step.NOT_NEEDED)


_TOLD: Final[Mapping[Step, frozenset[Step]]] = {
    Step.LISTED: frozenset({Step.REMINDED, Step.NOT_NEEDED}),
    Step.REMINDED: frozenset({Step.REMINDED_AGAIN, Step.NOT_NEEDED}),
    Step.REMINDED_AGAIN: frozenset({Step.NOT_NEEDED}),
}
_TO_LOOK_AT: Final = frozenset({ProposalKind.CORRECT, ProposalKind.LOOK})


def following(kind: ProposalKind, step: Step) -> frozenset[Step]:
    """What staff may do next. What is only to be looked at can be found in order."""
    steps = _TOLD.get(step, frozenset())
    return steps | {Step.CHECKED} if steps and kind in _TO_LOOK_AT else steps


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is to be done next with an entry, from which day on."""

    step: Step
    on: date


def next_step(kind: ProposalKind, step: Step, step_on: date, figures: ByLaw) -> NextStep | None:
    """What follows a step; None: the notice or application is awaited. Raises ``NoValue``."""
    if step is Step.LISTED:
        return NextStep(Step.CHECKED if kind in _TO_LOOK_AT else Step.REMINDED, step_on)
    if step is Step.REMINDED:
        days = figures.proposals.remind_again_days.on(step_on).value
        return NextStep(Step.REMINDED_AGAIN, step_on + timedelta(days=days))
    return None


@dataclass(frozen=True, slots=True)
class Came:
    """An application as far as it may answer a proposal: not one that was withdrawn."""

    application_id: UUID
    kind: ApplicationKind
    cycle: int

    @property
    def last(self) -> Month:
        """The last month of its cycle."""
        return cycle_months(self.kind, self.cycle)[1]


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of statutory exemption by assistance: not one that was withdrawn."""

    notice_id: UUID
    kind: ExemptionNoticeKind


@dataclass(frozen=True, slots=True)
class Known:
    """What a person's proposals rest on. ``told`` None: nothing is kept of what was told."""

    told: Told | None
    held: tuple[Holding, ...]
    """The grounds that notices gave, settled or waiting."""
    nationality: ResidentKind | None
    insured: frozenset[Month]
    notices: tuple[Notice, ...] = ()
    applications: tuple[Came, ...] = ()
    grounds: tuple[Holding, ...] = ()
    """Every ground that settled notices and changes of a disability gave, where one gave some."""
    endings: tuple[Ending, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """An entry as far as it decides what follows."""

    entry_id: UUID
    kind: ProposalKind
    step: Step
    is_open: bool
    occurred_on: date | None


@dataclass(frozen=True, slots=True)
class Change:
    """A step that follows by itself. ``proposal``: of what is listed; None of what ends."""

    entry_id: UUID
    step: Step
    proposal: Proposal | None = None
    answered_by: UUID | None = None


def entry_id(person_id: UUID, proposal: Proposal) -> UUID:
    """The id of a proposal on the work list: the same whenever it is worked out again."""
    day = proposal.on.isoformat() if proposal.on else "-"
    return uuid5(_ENTRIES, f"{person_id}/{proposal.reason.code}/{day}")


def called_for(known: Known, figures: ByLaw) -> tuple[Proposal, ...]:
    """What the facts call for, the future included. Raises ``NoValue``.

    That the welfare system tells nothing of somebody says nothing where no assistance is held.
    """
    told = known.told
    if told is None or not concerns(known):
        return ()
    value = told.outcome is FactOutcome.VALUE
    nothing = told.outcome is FactOutcome.NO_RECORD or (value and not told.periods)
    if nothing and not _assisted(known.held):
        return ()
    found = proposals(told, known.held, known.nationality, known.insured, figures.statutory)
    return tuple(p for p in found if _application_for(p, known) is None)


def ended_by_recovery(known: Known, figures: ByLaw) -> tuple[Proposal, ...]:
    """Ends of 法定免除 that nobody gave notice of. Of assistance nothing is asked for it. Raises
    ``NoValue``."""
    return endings(known.grounds, known.endings, known.insured, figures.statutory)


def shown(found: Sequence[Proposal], day: date) -> tuple[Proposal, ...]:
    """Those that are on the list on a day: of what is yet to come nobody is told."""
    return tuple(proposal for proposal in found if proposal.on is None or proposal.on <= day)


def next_shown(found: Sequence[Proposal], day: date) -> date | None:
    """The next day after ``day`` on which another is on the list."""
    return min((p.on for p in found if p.on is not None and p.on > day), default=None)


def concerns(known: Known) -> bool:
    """Whether assistance bears on a month to pay or on a ground that is held: else it is nobody's
    business here (C11)."""
    return bool(known.insured) or bool(_assisted(known.held))


def still_listed(held: Sequence[Held], came: Sequence[Change]) -> bool:
    """Whether something is on the list once these changes have come."""
    touched = {change.entry_id for change in came}
    return any(change.proposal is not None for change in came) or any(
        entry.is_open and entry.entry_id not in touched for entry in held
    )


def goes_on(held: Sequence[Holding]) -> bool:
    """Whether a ground by assistance is held that has not ended."""
    return any(holding.ceased is None for holding in _assisted(held))


def ask_since(held: Sequence[Holding], day: date, figures: ByLaw) -> date:
    """From which day on assistance matters: premiums that can still be claimed or exempted, and
    the earliest ground that is held. Raises ``NoValue``."""
    months = figures.proposals.look_back_months.on(day).value
    days = [holding.since.sort_date for holding in _assisted(held)]
    return min([(Month.of(day) - months).first_day, *(each for each in days if each)])


def ask_again(day: date, figures: ByLaw) -> date:
    """From when on to ask once more about whom something is held. Raises ``NoValue``."""
    return day + timedelta(days=figures.proposals.ask_again_days.on(day).value)


def changes(
    ids: Sequence[UUID], found: Sequence[Proposal], held: Sequence[Held], known: Known
) -> list[Change]:
    """What follows for a person's entries from what is called for now.

    ``ids``: those of the person, first the one that answers for all. What staff ended under any of
    them stays ended.
    """
    person_id, *others = ids
    entries = {entry.entry_id: entry for entry in held}
    following: list[Change] = []
    for proposal in found:
        which = entry_id(person_id, proposal)
        entry = entries.pop(which, None)
        ended = any(
            (before := entries.get(entry_id(other, proposal))) is not None
            and before.step.needs_note
            for other in others
        )
        if (entry is None or entry.step.by_itself) and not ended:
            following.append(Change(which, Step.LISTED, proposal))
    following += _over([entry for entry in entries.values() if entry.is_open], known)
    return following


def _over(entries: Sequence[Held], known: Known) -> Iterator[Change]:
    """Entries that the facts no longer call for: by the notice or application, or by themselves."""
    for entry in entries:
        answer = _answer(entry, known)
        step = Step.ENDED_BY_FACT if answer is None else Step.ENDED_BY_ENTRY
        yield Change(entry.entry_id, step, answered_by=answer)


def _answer(entry: Held, known: Known) -> UUID | None:
    if entry.kind is ProposalKind.APPLY:
        return _applied_for(entry.occurred_on, known.applications)
    if entry.kind is ProposalKind.RECOVERED:
        return told_by(entry.occurred_on, known.endings)
    kinds = {
        ProposalKind.BEGIN: ExemptionNoticeKind.STATUTORY_START,
        ProposalKind.END: ExemptionNoticeKind.STATUTORY_END,
    }
    kind = kinds.get(entry.kind)
    came = [notice.notice_id for notice in known.notices if notice.kind is kind]
    return came[-1] if came else None


def _application_for(proposal: Proposal, known: Known) -> UUID | None:
    if proposal.kind is not ProposalKind.APPLY:
        return None
    return _applied_for(proposal.on, known.applications)


def _applied_for(on: date | None, applications: Sequence[Came]) -> UUID | None:
    """The first application of a cycle that has months since that day."""
    if on is None:
        return None
    return next((a.application_id for a in applications if a.last >= Month.of(on)), None)


def _assisted(held: Sequence[Holding]) -> list[Holding]:
    return [holding for holding in held if holding.ground is Ground.ASSISTANCE]
