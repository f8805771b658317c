"""One good request for every route that is passed on, in the words of the counter."""

from typing import Any, Final
from uuid import UUID

from contracts.sealing import PrivateSealingKey, SealingSuite, seal
from services.gateway.domain.routing import Route, parameters

ID: Final = "0b4f8a53-8f0e-4c1c-9d3f-0d2a0f6a1c01"
OTHER_ID: Final = "0b4f8a53-8f0e-4c1c-9d3f-0d2a0f6a1c02"
SEAL_EVENT: Final = UUID("7d5a6f2e-2c55-4a0b-8f57-3a3f4f0c9e02")
_KEY: Final = PrivateSealingKey.generate("inbound-2026-10", SealingSuite.X25519)
_SEALED: Final = seal("999900000019", _KEY.public, sender="gateway", event_id=SEAL_EVENT)

SUBMISSION: Final[dict[str, Any]] = {
    "received_on": "2026-10-01",
    "channel": "counter",
    "values": {"occurred_on": "R8.9.30", "reason": "retired", "explained": True},
    "attachments": [{"code": "loss-certificate", "state": "checked"}],
    "identity_check": {"number": "individual_number_card", "person": "individual_number_card"},
}

_OUTSIDE: Final[dict[str, Any]] = {
    "name": {"kanji": "海野　渡"},
    "address": {"text": "銚子市本町1-1"},
    "birth_date": "昭和40年1月1日",
    "sex": "1",
}

_NUMBER: Final[dict[str, Any]] = {
    "event_id": str(SEAL_EVENT),
    "sealed_number": _SEALED.model_dump(mode="json"),
}
_VERIFIED: Final = {
    "number_verification": "individual_number_card",
    "person_verification": "individual_number_card",
}

FILES: Final[dict[str, bytes]] = {
    "takeJpsFile": "媒体通番,記録番号\r\n1,1\r\n".encode("cp932"),
}
"""What goes in the body's place where a route takes a file."""

BODIES: Final[dict[str, Any]] = {
    "searchPersons": {"kana": "サトウ", "birth_date": "昭和60年5月"},
    "findPersonByNumber": {
        "event_id": str(SEAL_EVENT),
        "sealed_number": _SEALED.model_dump(mode="json"),
    },
    "settleUnmatchedResult": {"done": "年金事務所に照会し、他市の被保険者であることを確認"},
    "proposeMatch": {"item_id": ID, "reason": "媒体の控えと照合"},
    "settleMatch": {"agree": True},
    "proposeUndoMatch": {"reason": "同姓同名の別人の結果"},
    "settleUndoMatch": {"agree": True},
    "proposeCorrection": {"reason": "転入の届出が取り消された"},
    "settleCorrection": {"agree": True},
    "proposeGivingUpCorrection": {"reason": "訂正の対象を取り違えていた"},
    "settleGivingUpCorrection": {"agree": True},
    "proposeMediumVoid": {"reason": "記載された方に発行抑止が設定されたため"},
    "settleMediumVoid": {"agree": True},
    "askWhatIf": {
        "birth_date": "1985-05-02",
        "stays_in_japan": [{"began": "1985-05-02", "came": "birth"}],
    },
    "askExemptionWhatIf": {
        "birth_date": "1985-05-02",
        "first": "2026-07",
        "last": "2027-06",
        "applicant": {"incomes": [{"income_year": 2025, "total_income": 670000}]},
    },
    "comparePerson": {
        "name": {"kanji": "山田　花子"},
        "address": {"text": "千葉市中央区中央1-1-1"},
        "birth_date": "昭和60年5月2日",
        "sex": "2",
    },
    "showFacts": {
        "purpose": "exemption_review",
        "items": ["total_income"],
        "levy_years": [2026],
    },
    "doubtFeedNumber": {"system": "tax_system", "addressee_number": "T00001"},
    "proposeNearMiss": {"person_id": ID},
    "settleNearMiss": {"agree": True},
    "enterMeasure": {
        "ground": "domestic_violence",
        "applied_on": "2026-10-01",
        "persons": [ID],
    },
    "confirmMeasure": {"started_on": "2026-10-02"},
    "liftMeasure": {"reason": "not_confirmed"},
    "proposeMeasure": {"what": "end", "reason": "requested"},
    "settleMeasure": {"agree": True},
    "raiseFinding": {"kind": "same_person", "person_id": ID, "other_person_id": OTHER_ID},
    "proposeDecision": {"decision": "number_wrong", "person_id": ID},
    "settleDecision": {"agree": True},
    "proposeBlock": {
        "person_id": ID,
        "kind": "change",
        "reason": "own_request",
        "first": "2026-10-01",
    },
    "compareOutsidePerson": {**_OUTSIDE},
    "proposeOutsidePerson": {"person": {**_OUTSIDE}, "looked_at": [ID]},
    "compareOutsidePersonAndNumber": {**_OUTSIDE, "number": _NUMBER},
    "proposeNumberedOutsidePerson": {
        "person": {**_OUTSIDE},
        "looked_at": [ID],
        "number": {**_NUMBER, **_VERIFIED},
    },
    "settleOutsideEntry": {"agree": True},
    "proposeOutsideNumber": {**_NUMBER, **_VERIFIED},
    "proposeOutsideChange": {"step": "death", "died_on": "2026-09-01"},
    "settleBlock": {"agree": True},
    "liftBlock": {"minutes": 30},
    "takeEditLock": {"take_over": True},
    "acceptNotice": {"form": "category_change", "person_id": ID, **SUBMISSION},
    "settleNotice": {"attachments": [{"code": "loss-certificate", "state": "checked"}]},
    "withdrawNotice": {"reason": "本人の申出による"},
    "takeExemptionProposalStep": {
        "step": "not_needed",
        "taken_on": "2026-10-01",
        "note": "転出予定のため",
    },
    "takeMissingNoticeStep": {"step": "reminded", "taken_on": "2026-10-01", "note": "文書による"},
    "proposeTakingBack": {"reason": "別人の届出だったため"},
    "settleTakingBack": {"agree": True},
    **{
        f"{what}TakingBack{noun}": body
        for noun in (
            "ExemptionNotice",
            "PremiumStatement",
            "AdditionalPremiumNotice",
            "ExemptionApplication",
        )
        for what, body in (
            ("propose", {"reason": "別人の届出だったため"}),
            ("settle", {"agree": True}),
        )
    },
    "settleJpsDifference": {"done": "年金事務所へ照会した"},
    "settleReturnedReport": {"done": "機構へ照会し、記録の訂正を確認した"},
    "acceptAdditionalPremiumNotice": {
        "person_id": ID,
        "kind": "additional_premium_start",
        "submission": SUBMISSION,
    },
    "settleAdditionalPremiumNotice": {"acknowledged": ["qualification-unknown"]},
    "withdrawAdditionalPremiumNotice": {"reason": "本人の申出による"},
    "acceptExemptionApplication": {
        "person_id": ID,
        "kind": "exemption_application",
        "submission": SUBMISSION,
        "also_cycles": [2025],
    },
    "settleExemptionApplication": {"acknowledged": ["spouse-not-told"]},
    "withdrawExemptionApplication": {"reason": "本人の申出による"},
    "noteExemptionRequest": {"kind": "cancellation", "made_on": "2026-10-01"},
    "settleExemptionDecision": {"done": "年金事務所へ照会し、本人に説明した"},
    "settleExemptionRenewals": {"cycle": 2026, "limit": 100},
    "noteExemptionReviewAgain": {"note": "申請者が修正申告を予定している。"},
    "settleExemptionApplicationAnew": {"acknowledged": ["income-not-declared-applicant"]},
    "noteExemptionConsequence": {"note": "改めて申請書の提出を案内した。"},
    "acceptExemptionNotice": {
        "person_id": ID,
        "kind": "maternity",
        "submission": SUBMISSION,
    },
    "settleExemptionNotice": {"acknowledged": ["qualification-unknown"]},
    "withdrawExemptionNotice": {"reason": "本人の申出による"},
    "askRetroactiveWhatIf": {
        "paid_on": "2026-10-15",
        "exempt": [{"kind": "full", "first": "2020-04", "last": "2021-03"}],
    },
    "acceptPremiumStatement": {
        "person_id": ID,
        "kind": "pay_request",
        "submission": SUBMISSION,
    },
    "settlePremiumStatement": {"acknowledged": ["statutory-not-held"]},
    "withdrawPremiumStatement": {"reason": "本人の申出による"},
    "acceptUnpaidBenefitClaim": {
        "person_id": ID,
        "kind": "unpaid_benefit",
        "submission": SUBMISSION,
    },
    "settleUnpaidBenefitClaim": {"acknowledged": ["same-rank-others"]},
    "withdrawUnpaidBenefitClaim": {"reason": "本人の申出による"},
    "buildBatch": {"kinds": ["category_change"], "due_before": "2026-10-14", "limit": 100},
    "takeOutOfBatch": {"all_with_errors": True},
}
"""By operation id; a route without one takes no body."""

QUERIES: Final[dict[str, dict[str, str]]] = {
    "showPerson": {"as_of": "2026-09-30"},
    "listAuditRecords": {
        "operation": "inquiry",
        "number_accessed": "true",
        "since": "2026-10-01T00:00:00+09:00",
        "limit": "10",
    },
    "listFindings": {"kind": "number_shared", "state": "open", "after": ID},
    "listNearMisses": {"system": "tax_system", "after": ID},
    "listReportItems": {"state": "waiting", "due_before": "2026-10-14"},
    "listBatches": {"state": "collecting"},
    "showBatch": {"only": "findings"},
    "showCoverSheet": {"format": "text"},
    "listNotices": {"state": "received", "limit": "20"},
    "showExemptionRenewal": {"cycle": "2026", "renewal": "clear"},
    "listExemptionConsequences": {"state": "open"},
    "listExemptionReviewsAgain": {"state": "noted"},
    "listExemptionTakeBacks": {"state": "agreed", "procedure": "exemption_notices"},
    "listExemptionReceipts": {"office": "保険年金課", "fiscal_year": "2026", "after": "12"},
    "listClaimReceipts": {"office": "保険年金課", "fiscal_year": "2026", "after": "12"},
    "listReceipts": {"office": "保険年金課", "fiscal_year": "2026", "after": "12"},
}
"""By operation id."""


def path_of(route: Route) -> str:
    """The route's path with its parameters in place."""
    return "/api" + route.path.format(**dict.fromkeys(parameters(route.path), ID))


def body_of(route: Route) -> dict[str, Any]:
    """What a good request to a route is made with, for httpx."""
    if route.upload is None:
        return {"json": BODIES.get(route.operation_id)}
    return {
        "content": FILES[route.operation_id],
        "headers": {"content-type": "text/csv"},
    }
