"""The kinds of facts that call for a notice, with their articles and the sentences staff read."""

from typing import Final

from contracts.codes import Code
from services.qualification.domain.reasons import Certainty, Effect, Rule


class MissingKind(Code):
    """Which fact calls for a notice."""

    TURNED_20 = "turned_20", "20歳到達"
    CAME_FROM_ABROAD = "came_from_abroad", "国外からの転入（国民年金の付記なし）"
    LEFT_EMPLOYMENT = "left_employment", "被用者保険の離脱（退職等）"
    LOST_CATEGORY_3 = "lost_category_3", "第３号被保険者でなくなった"
    OLD_AGE_BENEFIT = "old_age_benefit", "老齢給付等の受給権の取得・消滅"
    RESIDENCE_STATUS = "residence_status", "在留資格の変更（適用除外）"
    RESIDENCE_PERIOD = "residence_period", "在留期間の満了"


def _rule(
    code: str, article: str, sentence: str, certainty: Certainty = Certainty.VERIFIED
) -> Rule:
    return Rule(code, article, sentence, Effect.NOTHING, 99, certainty)


TURNED_20: Final = _rule(
    "missing-age-20",
    "国民年金法8条1号・12条1項、施行規則1条の4第1項ただし書",
    "{day}に20歳に到達。{days}日を過ぎても、日本年金機構が確認したことが分かる記録（基礎年金番号等）が届いていません。",
)
CAME_FROM_ABROAD: Final = _rule(
    "missing-moved-in",
    "国民年金法8条2号・12条1項・3項、住民基本台帳法29条",
    "{day}に国外から転入。転入届の国民年金の付記又は資格取得届の受付が記録されていません。",
)
JOINED_HEALTH_INSURANCE: Final = _rule(
    "missing-left-insurance",
    "国民年金法12条1項、施行規則6条の2第1項",
    "{day}に国民健康保険に加入（事由：{why}）。種別変更届の受付が記録されていません。",
)
LEFT_PER_JPS: Final = _rule(
    "missing-left-employment",
    "国民年金法12条1項、施行規則6条の2第1項",
    "日本年金機構の記録（{told}現在）では{day}に第２号被保険者でなくなっています。種別変更届の受付が記録されていません。",
)
NO_LONGER_3_PER_JPS: Final = _rule(
    "missing-lost-category-3",
    "国民年金法12条1項、施行規則6条の2第1項",
    "日本年金機構の記録（{told}現在）では{day}に第３号被保険者でなくなっています。種別変更届の受付が記録されていません。",
)
BENEFIT_CHANGED: Final = _rule(
    "missing-old-age-benefit",
    "国民年金法8条3号・9条4号・12条1項、施行規則1条の4・3条1項",
    "{day}に老齢給付等の受給権に変動があります。資格取得届・資格喪失届の受付が記録されていません。",
)
STATUS_CHANGED: Final = _rule(
    "missing-residence-status",
    "国民年金法8条3号・9条4号・12条1項、施行規則1条の2",
    "{day}に在留資格の変更による資格の得喪があります。資格取得届・資格喪失届の受付が記録されていません。",
)
STAY_EXPIRED: Final = _rule(
    "missing-residence-period",
    "国民年金法7条1項1号・9条2号・12条1項",
    "在留期間が{day}に満了し、{days}日を過ぎても更新が住民記録に反映されていません。在留の継続を確認してください。",
    Certainty.UNVERIFIED,
)
