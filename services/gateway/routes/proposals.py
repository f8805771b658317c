"""案内・確認の対象者: what facts call for in exemptions, and what was done about it."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import notice_requests
from services.gateway.domain.routing import GET, POST, Call, Route

TAG = "免除等の案内・確認の対象者"
_ONE = "/exemption-proposals/{entry_id}"

ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="listExemptionProposals",
        method=GET,
        path="/exemption-proposals",
        tag=TAG,
        summary="生活保護の開始・廃止等により、届出・申請の案内又は確認を要する者の一覧を表示する",
        description="Open entries with the fact, the month that would change, and what to do next.",
        functions=(Function.NOTICE_ACCEPT,),
        does=AuditOperation.SEARCH,
        calls=(Call("exemptions", GET, "/exemption-proposals"),),
        query=notice_requests.ExemptionProposalsQuery,
    ),
    Route(
        operation_id="showExemptionProposal",
        method=GET,
        path=_ONE,
        tag=TAG,
        summary="案内・確認の対象者の経過を表示する",
        description="One entry with everything that happened to it.",
        functions=(Function.NOTICE_ACCEPT,),
        calls=(Call("exemptions", GET, _ONE),),
    ),
    Route(
        operation_id="takeExemptionProposalStep",
        method=POST,
        path=f"{_ONE}/steps",
        tag=TAG,
        summary="案内・再案内・確認済・対応不要を記録する",
        description="The person was told, or nothing is to be done, and why. It changes no month.",
        functions=(Function.NOTICE_ACCEPT,),
        does=AuditOperation.ENTRY_PROVISIONAL,
        calls=(Call("exemptions", POST, f"{_ONE}/steps"),),
        body=notice_requests.ExemptionProposalStep,
        status=201,
    ),
)
