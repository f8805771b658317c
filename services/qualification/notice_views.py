"""Notices as staff are shown them, with their state."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from contracts.forms import (
    DECIDED,
    Channel,
    EntryState,
    Form,
    Notifier,
    Submission,
    is_apart,
    receipt_text,
)
from services.chassis.corrections import Correction, CorrectionView
from services.qualification.domain.decisions import known_by
from services.qualification.domain.notices import Deadline, Expected
from services.qualification.shown import (
    DecisionView,
    ReasonView,
    ReviewView,
    TransitionView,
    View,
    transition_view,
)
from services.qualification.stores.notices import Came, Notice

_SENT: Final = DECIDED | {EntryState.FORWARDED, EntryState.TAKEN_BACK}


class NoticeSummary(View):
    """A notice as a list shows it."""

    notice_id: UUID
    kind: str
    title: str
    person_id: UUID
    receipt: str
    """受付番号, e.g. ``2026-00123``: fiscal year and the office's number."""
    office: str
    """The office that took it in; 全庁: before numbers were counted by office."""
    channel: Channel
    channel_label: str
    notifier: Notifier | None
    """Who handed it in. None: nobody did, the city acted by itself (職権)."""
    notifier_label: str | None
    state: EntryState
    state_label: str
    received_on: date
    occurred_on: date
    due_on: date | None
    late: bool
    accepted_by: str
    accepted_by_me: bool
    """Whoever accepts a notice may not settle it."""
    forwarded_on: date | None
    on_medium: int | None
    """媒体通番 of the medium that its report is on, while that is not handed over: taken back, it
    goes all the same, and has to be corrected."""
    correction: CorrectionView | None
    """What JPS was told last since about its report (訂正の報告): that it does not stand, or does
    after all."""


class CameView(View):
    """A state that a notice came into."""

    at: datetime
    state: EntryState
    state_label: str
    on_day: date | None
    """送付日 or 処理年月日."""
    staff_id: str | None
    """None: told by jps_reporting or JPS."""

    @classmethod
    def of(cls, came: Came) -> "CameView":
        """A line of a notice's history."""
        return cls(
            at=came.at,
            state=came.state,
            state_label=came.state.label,
            on_day=came.on_day,
            staff_id=came.staff_id,
        )


class NoticeView(View):
    """One notice, whole."""

    summary: NoticeSummary
    submission: Submission
    outstanding: tuple[str, ...]
    """Labels of the required documents that are still missing: with any it cannot be settled."""
    deadline: ReasonView
    expected: "ExpectedView | None"
    """What it would bring about, while it is not settled."""
    accepted_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    history: tuple[CameView, ...]
    decisions: tuple[DecisionView, ...]
    """What JPS decided on it, the earliest first; the last one counts."""
    corrections: tuple[CorrectionView, ...]
    """What JPS was told since about its report, the earliest first."""
    mends: UUID | None
    """The returned notice that this one puts right."""
    mended_by: UUID | None
    taken_back_by: str | None
    taken_back_at: datetime | None
    taken_back_reason: str | None


class ExpectedView(View):
    """What a notice would bring about. ``takes_effect`` false: nothing, and ``reviews`` say why."""

    takes_effect: bool
    transition: TransitionView | None
    reviews: tuple[ReviewView, ...]

    @classmethod
    def of(cls, person_id: UUID, expected: Expected) -> "ExpectedView":
        """What is expected, as it is shown."""
        found = expected.transition
        return cls(
            takes_effect=expected.takes_effect,
            transition=None if found is None else transition_view(person_id, found, None),
            reviews=tuple(ReviewView.of(review) for review in expected.timeline.reviews),
        )


def notice_summary(
    notice: Notice,
    title: str,
    staff_id: str,
    moment: datetime | None = None,
    *,
    corrections: Sequence[Correction] = (),
) -> NoticeSummary:
    """A notice in a list, in the state that it was in at ``moment``; ``corrections``: as they were
    known then."""
    state = state_at(notice, moment)
    return NoticeSummary(
        notice_id=notice.notice_id,
        kind=notice.kind,
        title=title,
        person_id=notice.surviving_id,
        receipt=receipt_text(
            notice.fiscal_year, notice.receipt_number, apart=is_apart(notice.office)
        ),
        office=notice.office,
        channel=notice.submission.channel,
        channel_label=notice.submission.channel.label,
        notifier=notice.notifier,
        notifier_label=notice.notifier.label if notice.notifier else None,
        state=state,
        state_label=state.label,
        received_on=notice.received_on,
        occurred_on=notice.occurred_on,
        due_on=notice.due_on,
        late=notice.due_on is not None and notice.received_on > notice.due_on,
        accepted_by=notice.accepted_by,
        accepted_by_me=notice.accepted_by == staff_id,
        forwarded_on=_forwarded_on(notice, moment),
        on_medium=notice.on_medium if moment is None else None,
        correction=CorrectionView.last_of(corrections),
    )


def notice_view(
    notice: Notice,
    form: Form,
    staff_id: str,
    missing: Sequence[str],
    due: Deadline,
    expected: Expected | None,
    corrections: Sequence[Correction] = (),
) -> NoticeView:
    """One notice, whole."""
    return NoticeView(
        summary=notice_summary(notice, form.title, staff_id, corrections=corrections),
        submission=notice.submission,
        outstanding=tuple(missing),
        deadline=ReasonView.of(due.reason),
        expected=None if expected is None else ExpectedView.of(notice.surviving_id, expected),
        accepted_at=notice.accepted_at,
        settled_by=notice.settled_by,
        settled_at=notice.settled_at,
        withdrawn_by=notice.withdrawn_by,
        withdrawn_at=notice.withdrawn_at,
        withdrawn_reason=notice.withdrawn_reason,
        history=tuple(map(CameView.of, notice.history)),
        decisions=tuple(DecisionView.of(d) for d in known_by(notice.decisions, None)),
        corrections=CorrectionView.all_of(corrections),
        mends=notice.mends,
        mended_by=notice.mended_by,
        taken_back_by=notice.taken_back_by,
        taken_back_at=notice.taken_back_at,
        taken_back_reason=notice.taken_back_reason,
    )


def state_at(notice: Notice, moment: datetime | None) -> EntryState:
    """The state that a notice was in at a moment after its acceptance; None: now."""
    came = _came(notice, moment)
    return came[-1].state if came else EntryState.RECEIVED


def _came(notice: Notice, moment: datetime | None) -> Sequence[Came]:
    return [came for came in notice.history if moment is None or came.at <= moment]


def _forwarded_on(notice: Notice, moment: datetime | None) -> date | None:
    """送付日, of what it was sent under last."""
    if state_at(notice, moment) not in _SENT:
        return None
    days = [c.on_day for c in _came(notice, moment) if c.state is EntryState.FORWARDED]
    return days[-1] if days else None
