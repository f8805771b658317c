"""生活保護 other than 生活扶助 in the applicant's household (90条1項2号, 規則76条の2).

The item looks at the household of the insured person, so it holds for whoever is tested alike. A
month counts in which it is received on any day, certainty [unverified]: no article counts days.
生活扶助 itself is a ground of statutory exemption (89条1項2号). That of foreign nationals is not:
their protection is an administrative measure, and cities treat it here [V-page].
"""

from typing import Final

from contracts.events import FactOutcome
from contracts.events.welfare import AssistanceKind, AssistancePeriod
from contracts.law import Certainty
from contracts.months import Month
from services.exemptions.domain.application.facts import Assistance
from services.exemptions.domain.application.kinds import Ground, Question
from services.exemptions.domain.reasons import Answer, Found, Rule, Says, because

ASSISTED: Final = Rule(
    "assisted",
    "国民年金法施行規則76条の2",
    "世帯が{kind}を受けている月です。",
    Certainty.UNVERIFIED,
    says=Says.MET,
)
ASSISTED_FOREIGN: Final = Rule(
    "assisted-foreign",
    "国民年金法施行規則76条の2",
    "外国籍の方の{kind}（生活保護に準ずる保護）を受けている月です。法定免除ではなく申請免除として扱います。",
    Certainty.OFFICIAL_PAGE,
    says=Says.MET,
)
NOT_ASSISTED: Final = Rule(
    "not-assisted",
    "国民年金法施行規則76条の2",
    "生活扶助以外の扶助を受けている月ではありません。",
    says=Says.NOT_MET,
)
ASSISTANCE_NO_RECORD: Final = Rule(
    "other-assistance-no-record",
    "国民年金法施行規則76条の2",
    "生活保護の記録はなく、申立てもありません。",
    says=Says.NOT_MET,
)
ASSISTANCE_UNCLEAR: Final = Rule(
    "assistance-unclear",
    "国民年金法施行規則76条の2",
    "生活保護の記録が確定していません。福祉事務所に確認するか、受給証明書を求めてください。",
    says=Says.ASKS,
)

_NOT_SURE: Final = (FactOutcome.UNSETTLED, FactOutcome.MORE_THAN_ONE)


def by_assistance(assistance: Assistance, asked: Question) -> Found:
    """Whether the household receives such assistance in the month."""
    basis = asked.basis(Ground.ASSISTANCE)
    for period in assistance.periods:
        if not _in(period, asked.month):
            continue
        if period.kind is not AssistanceKind.LIVELIHOOD:
            return Answer.MET, (because(ASSISTED, basis=basis, kind=period.kind.label),)
        if assistance.foreign:
            return Answer.MET, (because(ASSISTED_FOREIGN, basis=basis, kind=period.kind.label),)
    none_known = assistance.outcome is FactOutcome.NO_RECORD
    if assistance.outcome in _NOT_SURE or (assistance.stated and none_known):
        return Answer.UNKNOWN, (because(ASSISTANCE_UNCLEAR, basis=basis),)
    rule = ASSISTANCE_NO_RECORD if none_known else NOT_ASSISTED
    return Answer.NOT_MET, (because(rule, basis=basis),)


def _in(period: AssistancePeriod, month: Month) -> bool:
    return period.first <= month.last_day and (
        period.last is None or month.first_day <= period.last
    )
