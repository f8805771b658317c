"""Special circumstances (90条1項4号, 規則77条の7): disaster, job loss, violence, and the like.

Disaster and job loss hold for months of the year in which they happen and of the next, and for
January to June (students: to March) of the year after that. The statute does not say from which
month; the parameter ``unemployment_lead`` does [2nd]. Whether the day of a job loss is the last
day at work or the one after is [unverified]: where it makes a difference, somebody has to look.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from contracts.events import Whose
from contracts.law import Certainty
from contracts.months import Month
from services.exemptions.domain.application.facts import APPLICANT, Case, JobLoss, Tested
from services.exemptions.domain.application.kinds import Ground, Question
from services.exemptions.domain.application.parameters import Parameters
from services.exemptions.domain.kinds import ExemptionKind as Kind
from services.exemptions.domain.reasons import Answer, Found, Reason, Rule, Says, because

_DAY: Final = timedelta(days=1)
_ITEM_1: Final = "国民年金法施行規則77条の7第1号"
_ITEM_2: Final = "国民年金法施行規則77条の7第2号"
_ITEM_3: Final = "国民年金法施行規則77条の7第3号"
_ITEM_4: Final = "国民年金法施行規則77条の7第4号"

JOB_LOST: Final = Rule(
    "job-lost", _ITEM_2, "{left_on}の失業等により、納付が困難と認められる期間です。", says=Says.MET
)
JOB_LOSS_EDGE: Final = Rule(
    "job-loss-edge",
    _ITEM_2,
    "離職日（{left_on}）とその翌日のどちらを失業の日とするか、又は失業の前月に当たるかにより、この月の判定が分かれます。",
    Certainty.UNVERIFIED,
    says=Says.ASKS,
)
JOB_LOSS_NOT_SHOWN: Final = Rule(
    "job-loss-not-shown",
    _ITEM_2,
    "{left_on}の失業等を明らかにする書類（離職票等）を確認してください。過去の申請で提出済みなら不要です。",
    says=Says.ASKS,
)
JOB_LOSS_DAY_UNKNOWN: Final = Rule(
    "job-loss-day-unknown",
    _ITEM_2,
    "失業等の年月日（{notation}）が確定していません。離職票等で確認してください。",
    says=Says.ASKS,
)
JOB_LOSS_OTHER_MONTHS: Final = Rule(
    "job-loss-other-months",
    _ITEM_2,
    "{left_on}の失業等の特例を受けられる月ではありません。",
    says=Says.NOT_MET,
)
DISASTER: Final = Rule(
    "disaster",
    _ITEM_1,
    "{on}の災害により、財産のおおむね2分の1以上の損害を受けています。",
    says=Says.MET,
)
DISASTER_NOT_SHOWN: Final = Rule(
    "disaster-not-shown",
    _ITEM_1,
    "{on}の災害による損害が、保険金等を除いて財産の価格のおおむね2分の1以上か、罹災証明書等で確認してください。",
    says=Says.ASKS,
)
DISASTER_DAY_UNKNOWN: Final = Rule(
    "disaster-day-unknown",
    _ITEM_1,
    "災害の年月日（{notation}）が確定していません。罹災証明書等で確認してください。",
    says=Says.ASKS,
)
DISASTER_EDGE: Final = Rule(
    "disaster-edge",
    _ITEM_1,
    "{on}の災害の前年の月です。この月から特例を受けられるか確認してください。",
    Certainty.UNVERIFIED,
    says=Says.ASKS,
)
DISASTER_TOO_SMALL: Final = Rule(
    "disaster-too-small",
    _ITEM_1,
    "{on}の災害による損害は、おおむね2分の1に達していません。",
    says=Says.NOT_MET,
)
VIOLENCE: Final = Rule(
    "violence", _ITEM_3, "配偶者からの暴力を受け、納付が困難と認められます。", says=Says.MET
)
VIOLENT_SPOUSE: Final = Rule(
    "violent-spouse", _ITEM_3, "暴力を行った配偶者のため、所得は問いません。", says=Says.MET
)
VIOLENCE_NOT_JUDGED: Final = Rule(
    "violence-not-judged",
    _ITEM_3,
    "配偶者からの暴力による申請です。納付が困難と認められるか確認してください。",
    says=Says.ASKS,
)
VIOLENCE_DAY_UNKNOWN: Final = Rule(
    "violence-day-unknown",
    _ITEM_3,
    "配偶者からの暴力を受けた時期（{notation}）が確定していません。証明書等で確認してください。",
    says=Says.ASKS,
)
SPECIAL_BENEFIT: Final = Rule(
    "special-disability-benefit",
    "特定障害者に対する特別障害給付金の支給に関する法律施行令10条",
    "特別障害給付金の受給者のため、該当するものとみなし、世帯主・配偶者は問いません。",
    says=Says.MET,
)
OTHER_HARDSHIP: Final = Rule(
    "other-hardship",
    _ITEM_4,
    "準ずる事由による申請です。納付が困難と認められるか、年金事務所に確認してください。",
    says=Says.ASKS,
)


def look_at(tested: Tested, asked: Question, case: Case, figures: Parameters) -> Found:
    """Whether special circumstances hold for one person and month. Raises ``NoValue``."""
    reasons = list(_reasons(tested, asked, case, figures))
    for answer, says in ((Answer.MET, Says.MET), (Answer.UNKNOWN, Says.ASKS)):
        if of_kind := tuple(reason for reason in reasons if reason.rule.says is says):
            return answer, of_kind
    return Answer.NOT_MET, tuple(reasons)


def proviso_waived(month: Month, case: Case) -> bool:
    """Whether householder and spouse are not looked at (特別障害給付金法施行令10条)."""
    return any(month in months for months in case.special_disability_benefit)


def reaches(event: date, asked: Question, figures: Parameters) -> Answer:
    """Whether something that happened on a day counts for the month (規則77条の7第1号・2号).

    `Answer.UNKNOWN` for a month of the year before it: the article knows only its own year and
    later ones, practice the month before it. Raises ``NoValue``.
    """
    student = asked.kind is Kind.STUDENT
    of_kind = figures.student_early_until if student else figures.early_until
    first = Month.of(event) - figures.unemployment_lead.on(event).value
    last = Month(event.year + 2, of_kind.on(asked.day).value)
    if not first <= asked.month <= last:
        return Answer.NOT_MET
    return Answer.MET if asked.month.year >= event.year else Answer.UNKNOWN


def _reasons(tested: Tested, asked: Question, case: Case, figures: Parameters) -> Iterator[Reason]:
    law, month, of_applicant = asked.basis(Ground.SPECIAL), asked.month, tested.key == APPLICANT
    if of_applicant and proviso_waived(month, case):
        yield because(SPECIAL_BENEFIT, tested.role, basis=law)
    for loss in case.person(tested.key).job_losses:
        yield _of_job_loss(loss, tested.role, asked, figures)
    yield from _of_disasters(tested.role, asked, case, figures)
    yield from _of_violence(tested, asked, case)
    if of_applicant and any(month in months for months in case.other_hardship):
        yield because(OTHER_HARDSHIP, tested.role, basis=law)


def _of_job_loss(loss: JobLoss, whose: Whose, asked: Question, figures: Parameters) -> Reason:
    law, left_on = asked.basis(Ground.SPECIAL), loss.left_on.value
    if left_on is None:
        notation = loss.left_on.notation
        return because(JOB_LOSS_DAY_UNKNOWN, whose, basis=law, notation=notation)
    on_the_day = reaches(left_on, asked, figures)
    the_day_after = reaches(left_on + _DAY, asked, figures)
    if on_the_day is the_day_after is Answer.NOT_MET:
        return because(JOB_LOSS_OTHER_MONTHS, whose, basis=law, left_on=left_on)
    if on_the_day is not the_day_after or on_the_day is Answer.UNKNOWN:
        return because(JOB_LOSS_EDGE, whose, basis=law, left_on=left_on)
    if not loss.shown:
        return because(JOB_LOSS_NOT_SHOWN, whose, basis=law, left_on=left_on)
    doubt, note = _lead_doubt(left_on, asked.month, figures)
    return because(JOB_LOST, whose, doubt=doubt, note=note, basis=law, left_on=left_on)


def _of_disasters(
    whose: Whose, asked: Question, case: Case, figures: Parameters
) -> Iterator[Reason]:
    law = asked.basis(Ground.SPECIAL)
    for disaster in case.disasters:
        on = disaster.on.value
        if on is None:
            notation = disaster.on.notation
            yield because(DISASTER_DAY_UNKNOWN, whose, basis=law, notation=notation)
            continue
        answer = reaches(on, asked, figures)
        if answer is Answer.NOT_MET:
            continue
        if disaster.half_lost is False:
            yield because(DISASTER_TOO_SMALL, whose, basis=law, on=on)
        elif answer is Answer.UNKNOWN:
            yield because(DISASTER_EDGE, whose, basis=law, on=on)
        elif disaster.half_lost is None:
            yield because(DISASTER_NOT_SHOWN, whose, basis=law, on=on)
        else:
            doubt, note = _lead_doubt(on, asked.month, figures)
            yield because(DISASTER, whose, doubt=doubt, note=note, basis=law, on=on)


def _of_violence(tested: Tested, asked: Question, case: Case) -> Iterator[Reason]:
    law, month = asked.basis(Ground.SPECIAL), asked.month
    for violence in case.violence:
        since = violence.since.value
        if since is None:
            notation = violence.since.notation
            yield because(VIOLENCE_DAY_UNKNOWN, tested.role, basis=law, notation=notation)
            continue
        over = violence.until is not None and violence.until < month
        if month < Month.of(since) or over:
            continue
        if tested.key == violence.spouse:
            yield because(VIOLENT_SPOUSE, tested.role, basis=law)
            continue
        if Whose.SPOUSE in tested.roles:
            continue
        of_applicant = tested.key == APPLICANT
        difficult = (
            violence.applicant_in_difficulty if of_applicant else violence.householder_in_difficulty
        )
        if difficult is None:
            yield because(VIOLENCE_NOT_JUDGED, tested.role, basis=law)
        elif difficult:
            yield because(VIOLENCE, tested.role, basis=law)


def _lead_doubt(
    event: date, month: Month, figures: Parameters
) -> tuple[Certainty | None, str | None]:
    """The doubt about the first month, where it is this month."""
    lead = figures.unemployment_lead.on(event)
    return (lead.doubt, lead.note) if month < Month.of(event) else (None, None)
