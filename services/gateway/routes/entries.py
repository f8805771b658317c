"""What is entered at the counter: accepted by one, settled by another (promise 9)."""

from pydantic import BaseModel

from contracts.events import AuditOperation
from contracts.exemption_what_if import ExemptionWhatIf
from contracts.functions import Function
from contracts.retroactive_what_if import RetroactiveWhatIf
from contracts.what_if import WhatIf
from services.gateway import exemption_requests, notice_requests, requests
from services.gateway.domain.routing import GET, POST, Call, Route

TAG = "届書"


def _entry_routes(
    *,
    noun: str,
    path: str,
    service: str,
    forms: tuple[str, str],
    accept: type[BaseModel],
    settle: type[BaseModel],
    words: str,
    lists: Function,
) -> tuple[Route, ...]:
    """The routes of one kind of entry: forms, acceptance, work list, settling, withdrawal.

    The services that take entries agree on these; they differ in their bodies and their words.
    """
    one = f"{path}/{{entry_id}}"
    return (
        Route(
            operation_id=f"list{noun}Forms",
            method=GET,
            path=forms[0],
            tag=TAG,
            summary=f"{words}の様式を表示する",
            description="The forms accepted today: fields, documents, how identity is verified.",
            functions=(Function.NOTICE_ACCEPT,),
            calls=(Call(service, GET, forms[1]),),
        ),
        Route(
            operation_id=f"accept{noun}",
            method=POST,
            path=path,
            tag=TAG,
            summary=f"{words}を受け付ける（仮登録）",
            description="Provisional until another staff member settles it.",
            functions=(Function.NOTICE_ACCEPT,),
            does=AuditOperation.ENTRY_PROVISIONAL,
            calls=(Call(service, POST, path),),
            body=accept,
            status=201,
        ),
        Route(
            operation_id=f"list{noun}s",
            method=GET,
            path=path,
            tag=TAG,
            summary=f"{words}の一覧を表示する",
            description="In one state, in the order of receipt: `received` wait to be settled.",
            functions=(lists,),
            does=AuditOperation.SEARCH,
            calls=(Call(service, GET, path),),
            query=requests.NoticesQuery,
        ),
        Route(
            operation_id=f"show{noun}",
            method=GET,
            path=one,
            tag=TAG,
            summary=f"{words}の内容を表示する",
            description="As it was handed in, with what it brings about.",
            functions=(Function.PERSON_VIEW,),
            calls=(Call(service, GET, one),),
        ),
        Route(
            operation_id=f"settle{noun}",
            method=POST,
            path=f"{one}/settle",
            tag=TAG,
            summary=f"{words}を審査して本登録する",
            description="By another staff member than the one who accepted it, documents complete.",
            functions=(Function.NOTICE_SETTLE,),
            does=AuditOperation.ENTRY_SETTLED,
            calls=(Call(service, POST, f"{one}/settle"),),
            body=settle,
            body_optional=True,
        ),
        Route(
            operation_id=f"withdraw{noun}",
            method=POST,
            path=f"{one}/withdraw",
            tag=TAG,
            summary=f"{words}を取り下げる",
            description="Only before it is settled; with the reason.",
            functions=(Function.NOTICE_ACCEPT,),
            does=AuditOperation.ENTRY_CANCELLED,
            calls=(Call(service, POST, f"{one}/withdraw"),),
            body=requests.Withdrawal,
        ),
    )


ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="askWhatIf",
        method=POST,
        path="/what-if",
        tag=TAG,
        summary="資格を試算する（個人を特定しない窓口試算）",
        description="Facts keyed in, nobody named: timeline, months and notices due, with reasons. "
        "Nothing is kept but that it was asked.",
        functions=(Function.NOTICE_ACCEPT,),
        calls=(Call("qualification", POST, "/what-if"),),
        body=WhatIf,
    ),
    Route(
        operation_id="askExemptionWhatIf",
        method=POST,
        path="/exemption-what-if",
        tag=TAG,
        summary="免除・納付猶予・学生納付特例等を試算する（個人を特定しない窓口試算）",
        description="Figures keyed in, nobody named: which kinds would pass for which months, what "
        "each costs and what it does to the pension, with reasons. Nothing is kept but that it was "
        "asked.",
        functions=(Function.NOTICE_ACCEPT,),
        calls=(Call("exemptions", POST, "/what-if"),),
        body=ExemptionWhatIf,
    ),
    Route(
        operation_id="askRetroactiveWhatIf",
        method=POST,
        path="/retroactive-payment-what-if",
        tag=TAG,
        summary="追納の額と順序を試算する（個人を特定しない窓口試算）",
        description="Exempt months keyed in, nobody named: which can be paid later, for how much "
        "by the announced amounts, in which order. Nothing is kept but that it was asked.",
        functions=(Function.NOTICE_ACCEPT,),
        calls=(Call("exemptions", POST, "/what-if/retroactive"),),
        body=RetroactiveWhatIf,
    ),
    *_entry_routes(
        noun="Notice",
        path="/notices",
        service="qualification",
        forms=("/notice-forms", "/notice-forms"),
        accept=requests.NewNotice,
        settle=requests.SettleNotice,
        words="届書",
        lists=Function.NOTICE_SETTLE,
    ),
    Route(
        operation_id="listReceipts",
        method=GET,
        path="/receipts",
        tag=TAG,
        summary="届書の受付処理簿を表示する",
        description="What an office took in during a fiscal year, in the order of receipt numbers, "
        "which have no gaps.",
        functions=(Function.NOTICE_SETTLE,),
        does=AuditOperation.SEARCH,
        calls=(Call("qualification", GET, "/receipts"),),
        query=requests.ReceiptsQuery,
    ),
    Route(
        operation_id="printReceipts",
        method=GET,
        path="/receipts/print",
        tag=TAG,
        summary="届書の受付処理簿を印刷する（PDF）",
        description="From one receipt number to another, A4 landscape. Who printed is recorded.",
        functions=(Function.NOTICE_SETTLE,),
        does=AuditOperation.SEARCH,
        calls=(Call("qualification", GET, "/receipts/print"),),
        query=notice_requests.ReceiptsPrintQuery,
        media_types=("application/pdf",),
    ),
    *_entry_routes(
        noun="ExemptionNotice",
        path="/exemption-notices",
        service="exemptions",
        forms=("/exemption-notice-forms", "/exemption-notice-forms"),
        accept=requests.NewExemptionNotice,
        settle=requests.SettleWithFindings,
        words="法定免除・産前産後免除・育児免除の届出",
        lists=Function.PERSON_VIEW,
    ),
    *_entry_routes(
        noun="PremiumStatement",
        path="/premium-statements",
        service="exemptions",
        forms=("/premium-statement-forms", "/premium-statement-forms"),
        accept=exemption_requests.NewPremiumStatement,
        settle=requests.SettleWithFindings,
        words="納付の申出・農業者年金・国民年金基金・障害の程度の届出と記録",
        lists=Function.PERSON_VIEW,
    ),
    *_entry_routes(
        noun="AdditionalPremiumNotice",
        path="/additional-premium-notices",
        service="exemptions",
        forms=("/additional-premium-notice-forms", "/notice-forms"),
        accept=requests.NewAdditionalPremiumNotice,
        settle=requests.SettleWithFindings,
        words="付加保険料の申出",
        lists=Function.PERSON_VIEW,
    ),
    *_entry_routes(
        noun="ExemptionApplication",
        path="/exemption-applications",
        service="exemptions",
        forms=("/exemption-application-forms", "/application-forms"),
        accept=exemption_requests.NewExemptionApplication,
        settle=requests.SettleWithFindings,
        words="免除等の申請",
        lists=Function.PERSON_VIEW,
    ),
    Route(
        operation_id="showExemptionRenewal",
        method=GET,
        path="/exemption-renewals",
        tag=TAG,
        summary="継続審査の進み具合と要確認の一覧を表示する",
        description="Continuing applications of a cycle (年度): how many wait for what, and those "
        "whose review came to one state.",
        functions=(Function.PERSON_VIEW,),
        does=AuditOperation.SEARCH,
        calls=(Call("exemptions", GET, "/exemption-renewals"),),
        query=exemption_requests.RenewalQuery,
    ),
    Route(
        operation_id="settleExemptionRenewals",
        method=POST,
        path="/exemption-renewals/settle",
        tag=TAG,
        summary="継続審査で確認事項のないものを本登録する",
        description="500 at a time, each by the review of this moment; repeat until none is left.",
        functions=(Function.NOTICE_SETTLE,),
        does=AuditOperation.ENTRY_SETTLED,
        calls=(Call("exemptions", POST, "/exemption-renewals/settle"),),
        body=exemption_requests.SettleRenewals,
    ),
    Route(
        operation_id="listExemptionConsequences",
        method=GET,
        path="/exemption-consequences",
        tag=TAG,
        summary="資格の変更により免除等の対象でなくなった月の一覧を表示する",
        description="Months of settled entries that the qualification took away, or that lie after "
        "a break; by default those that staff have to do something about.",
        functions=(Function.PERSON_VIEW,),
        does=AuditOperation.SEARCH,
        calls=(Call("exemptions", GET, "/exemption-consequences"),),
        query=exemption_requests.ConsequencesQuery,
    ),
    Route(
        operation_id="noteExemptionConsequence",
        method=POST,
        path="/exemption-consequences/{consequence_id}/note",
        tag=TAG,
        summary="資格の変更による免除等の異動への対応を記録する",
        description="Notes what was done; the list of what is to be done is shorter by one.",
        functions=(Function.NOTICE_ACCEPT,),
        does=AuditOperation.ENTRY_SETTLED,
        calls=(Call("exemptions", POST, "/exemption-consequences/{consequence_id}/note"),),
        body=exemption_requests.NoteConsequence,
    ),
    *_entry_routes(
        noun="UnpaidBenefitClaim",
        path="/unpaid-benefit-claims",
        service="claims",
        forms=("/unpaid-benefit-claim-forms", "/claim-forms"),
        accept=requests.NewUnpaidBenefitClaim,
        settle=requests.SettleWithFindings,
        words="未支給年金の請求",
        lists=Function.PERSON_VIEW,
    ),
)
