"""Examining a claim for unpaid benefits against what is known (審査).

The municipality receives the claim and examines facts; whether and how much is paid is JPS's
decision (C40). A claim can be received only where the death is known, to the day.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from contracts.events import InsuredCategory, ResidencePeriod
from contracts.forms import Finding, FindingKind
from services.claims.domain.facts import PensionKind, PersonFacts, UnpaidBenefitClaim
from services.claims.domain.order import Certainty, ClaimantOrder

_ART_19 = "国民年金法19条"
_LIMIT_YEARS = 5


def examine(
    claim: UnpaidBenefitClaim,
    deceased: PersonFacts,
    claimant: PersonFacts | None,
    others: Sequence[UnpaidBenefitClaim],
    received_on: date,
    order: ClaimantOrder,
) -> tuple[Finding, ...]:
    """Everything found about a claim that is not settled yet, refusals first.

    ``claimant`` is what is known of the claimant, ``others`` the other claims on this death that
    were not withdrawn, ``received_on`` the day on which this one came in.
    """
    found = [
        *_about_the_death(claim, deceased, received_on),
        *_about_the_pension(claim),
        *_about_the_place(claim, deceased),
        *_about_the_claimant(claim, claimant),
        *_about_the_order(claim, others, order),
        *_about_the_rest(claim, deceased, received_on),
    ]
    kinds = list(FindingKind)
    return tuple(sorted(found, key=lambda finding: kinds.index(finding.kind)))


def resident_on(residence: Sequence[ResidencePeriod], day: date) -> bool | None:
    """Whether the person lived in the city on ``day``; None where the dates do not tell."""
    unclear = False
    for period in residence:
        ended = period.ended
        if not period.began.is_exact or (ended is not None and not ended.is_exact):
            unclear = True
        elif period.began.require() <= day and (ended is None or day <= ended.require()):
            return True
    return None if unclear else False


def limit_reached(died_on: date, day: date) -> bool:
    """Whether five years have passed since the death, so that payments may be barred by time.

    NPA art. 102(1) counts from each payment month, which is JPS's to know: from the death on is the
    earliest that it can be. The day of the death itself does not count (民法140条); five years end
    on the day before the one that corresponds to their first, or with the month where no day does
    (民法143条2項). Certainty [C].
    """
    first = died_on + timedelta(days=1)
    try:
        last = first.replace(year=first.year + _LIMIT_YEARS) - timedelta(days=1)
    except ValueError:  # a 29 February that the year does not have
        last = date(first.year + _LIMIT_YEARS, 2, 28)
    return day > last


def _refusal(code: str, message: str, action: str, article: str | None = None) -> Finding:
    return Finding(
        kind=FindingKind.REFUSAL, code=code, message=message, action=action, article=article
    )


def _review(code: str, message: str, action: str, article: str | None = None) -> Finding:
    return Finding(
        kind=FindingKind.REVIEW, code=code, message=message, action=action, article=article
    )


def _about_the_death(
    claim: UnpaidBenefitClaim, deceased: PersonFacts, received_on: date
) -> Iterator[Finding]:
    if deceased.died_on is None:
        yield _refusal(
            "not-known-dead",
            "受給権者の死亡が記録されていません。",
            "住民記録で死亡の登録を確認し、登録された後に受け付けてください。",
            f"{_ART_19}1項",
        )
    elif not deceased.died_on.is_exact:
        yield _refusal(
            "death-day-unknown",
            "受給権者の死亡年月日が確定していません。",
            "死亡診断書等で死亡年月日を確認し、住民記録の訂正の後に受け付けてください。",
            "国民年金法施行規則25条1項",
        )
    elif deceased.died_on.require() != claim.died_on:
        yield _refusal(
            "death-day-differs",
            "請求書の死亡年月日が住民記録と一致しません。",
            "請求書と住民記録のどちらが正しいか確認し、訂正の後に受け付けてください。",
            "国民年金法施行規則25条1項",
        )
    if received_on < claim.died_on:
        yield _refusal(
            "received-before-death",
            "受付日が死亡年月日より前です。",
            "受付日と死亡年月日を確認してください。",
        )


def _about_the_pension(claim: UnpaidBenefitClaim) -> Iterator[Finding]:
    article = "国民年金法施行令1条の2第4号"
    elsewhere = "年金事務所又は街角の年金相談センターへ案内してください。"
    if claim.pension is PensionKind.OTHER:
        yield _refusal(
            "not-received-here",
            "この年金の未支給の請求は市町村では受け付けません。",
            elsewhere,
            article,
        )
    elif claim.pension is PensionKind.DISABILITY_BASIC and not claim.first_visit_in_scope:
        yield _refusal(
            "first-visit-out-of-scope",
            "初診日が市町村で受け付ける範囲にありません。",
            elsewhere,
            f"{article}イ",
        )
    elif claim.pension is PensionKind.SURVIVORS_BASIC and claim.employees_pension:
        yield _refusal(
            "employees-pension",
            "同一の支給事由による遺族厚生年金があるため、市町村では受け付けません。",
            elsewhere,
            f"{article}ロ",
        )


def _about_the_place(claim: UnpaidBenefitClaim, deceased: PersonFacts) -> Iterator[Finding]:
    resident = resident_on(deceased.residence, claim.died_on)
    if resident is False:
        yield _refusal(
            "not-resident",
            "受給権者は死亡日に当市の住民ではありません。",
            "死亡日の住所地の市町村へ案内してください。",
            "国民年金法施行令2条",
        )
    elif resident is None:
        yield _review(
            "residence-unknown",
            "受給権者が死亡日に当市に住所があったか、記録からは判定できません。",
            "住民記録で住所の期間を確認してください。",
            "国民年金法施行令2条",
        )


def _about_the_claimant(
    claim: UnpaidBenefitClaim, claimant: PersonFacts | None
) -> Iterator[Finding]:
    if claim.claimant_id is None:
        return
    if claim.claimant_id == claim.deceased_id:
        yield _refusal(
            "claimant-is-deceased",
            "請求者と受給権者が同じ方です。",
            "請求者を選び直してください。",
            f"{_ART_19}1項",
        )
    elif claimant is None:
        # Who is sealed is nobody for the counter, and nobody can be waited for.
        yield _refusal(
            "claimant-unknown",
            "請求者が見つかりません。",
            "請求者を選び直してください。住民記録にない方は空欄のままとしてください。",
            f"{_ART_19}1項",
        )
    elif claimant.died_on is not None:
        yield _refusal(
            "claimant-dead",
            "請求者は死亡した記録があります。",
            "請求者を確認してください。",
            f"{_ART_19}1項",
        )


def _about_the_order(
    claim: UnpaidBenefitClaim, others: Sequence[UnpaidBenefitClaim], order: ClaimantOrder
) -> Iterator[Finding]:
    dated = order.on(claim.died_on)
    if dated is None:
        yield _review(
            "order-not-held",
            "死亡日当時の請求者の順位は登録されていません。",
            "当時の条文を年金事務所に確認してください。",
            order.article,
        )
        return
    if dated.certainty is not Certainty.VERIFIED:
        yield _review(
            "order-unverified",
            dated.note or "死亡日当時の請求者の順位は条文で確認していません。",
            "当時の条文を年金事務所に確認してください。",
            order.article,
        )
    rank = dated.rank(claim.relationship)
    prior = dated.rank(claim.prior) if claim.prior is not None else None
    if rank is None:
        yield _refusal(
            "not-a-claimant",
            "死亡日当時、この身分関係の方は未支給年金を請求できません。",
            "身分関係を確認し、本人に説明してください。",
            f"{_ART_19}1項",
        )
    elif claim.prior is not None and (prior is None or prior >= rank):
        yield _refusal(
            "prior-not-before",
            "先順位者の身分関係が、請求者より先の順位ではありません。",
            "先順位者の有無と身分関係を確認してください。",
            order.article,
        )
    elif claim.prior is not None:
        yield _review(
            "prior-claimant",
            "生計を同じくしていた先順位者がいる場合、請求者は受けることができません。",
            "先順位者が生計を同じくしていたか確認してください。",
            f"{order.article}・同法施行規則25条1項6号",
        )
    if any(other.pension is claim.pension for other in others):
        yield _review(
            "claimed-already",
            "この方の同じ年金について、他に請求があります。",
            "同順位者の一人の請求は全員のためにしたものとみなされます。重複を確認してください。",
            f"{_ART_19}5項",
        )
    if claim.same_rank_others:
        yield Finding(
            kind=FindingKind.NOTE,
            code="same-rank-others",
            message="同順位者がいます。一人のした請求は全員のため全額につきしたものとみなされます。",
            article=f"{_ART_19}5項",
        )


def _about_the_rest(
    claim: UnpaidBenefitClaim, deceased: PersonFacts, received_on: date
) -> Iterator[Finding]:
    if claim.basic_pension_number is None:
        yield _review(
            "basic-pension-number-missing",
            "受給権者の基礎年金番号がありません。",
            "年金証書等で確認してください。",
            "国民年金法施行規則25条1項4号",
        )
    if limit_reached(claim.died_on, received_on):
        yield _review(
            "time-limit",
            "死亡日から5年を経過しています。時効により消滅した支払期があるかは日本年金機構が決定します。",
            "請求者に説明してください。",
            "国民年金法102条1項",
        )
    category_1 = any(
        period.category is InsuredCategory.CATEGORY_1
        and period.acquired_on <= claim.died_on
        and (period.lost_on is None or claim.died_on < period.lost_on)
        for period in deceased.periods or ()
    )
    if category_1:
        yield Finding(
            kind=FindingKind.NOTE,
            code="other-claims",
            message="第１号被保険者の死亡です。遺族基礎年金・寡婦年金・死亡一時金の請求も確認してください。",
            article="国民年金法37条・49条・52条の2",
        )
    yield Finding(
        kind=FindingKind.NOTE,
        code="decided-by-jps",
        message="受給権の有無と額は日本年金機構が決定します。",
        article=_ART_19,
    )
