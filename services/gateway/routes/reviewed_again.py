"""What was settled and is looked at again before it is sent: 再審査, 本登録取消."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import exemption_requests
from services.gateway.domain.routing import GET, POST, Call, Route

TAG = "届書"
_ONE = "/exemption-applications/{entry_id}/review-again"

ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="listExemptionReviewsAgain",
        method=GET,
        path="/exemption-reviews-again",
        tag=TAG,
        summary="本登録後の所得の更正等により審査が異なることとなった申請の一覧を表示する",
        description="Settled applications with the months before and after, and why; by default "
        "those that staff have to do something about.",
        functions=(Function.PERSON_VIEW,),
        does=AuditOperation.SEARCH,
        calls=(Call("exemptions", GET, "/exemption-reviews-again"),),
        query=exemption_requests.ReviewsAgainQuery,
    ),
    Route(
        operation_id="noteExemptionReviewAgain",
        method=POST,
        path=f"{_ONE}/note",
        tag=TAG,
        summary="再審査で見つかった相違への対応を記録する",
        description="What it was settled with stands; the list is shorter by one.",
        functions=(Function.NOTICE_ACCEPT,),
        does=AuditOperation.ENTRY_SETTLED,
        calls=(Call("exemptions", POST, f"{_ONE}/note"),),
        body=exemption_requests.NoteReviewAgain,
    ),
    Route(
        operation_id="settleExemptionApplicationAnew",
        method=POST,
        path=f"{_ONE}/settle",
        tag=TAG,
        summary="免除等の申請の審査をやり直して本登録する（再本登録）",
        description="Before it is sent, by another than who accepted it, by the facts of the day.",
        functions=(Function.NOTICE_SETTLE,),
        does=AuditOperation.ENTRY_SETTLED,
        calls=(Call("exemptions", POST, f"{_ONE}/settle"),),
        body=exemption_requests.SettleAnew,
    ),
    Route(
        operation_id="listExemptionTakeBacks",
        method=GET,
        path="/exemption-take-backs",
        tag=TAG,
        summary="付加保険料・免除等の本登録取消の提案の一覧を表示する",
        description="What somebody proposes to take back before it is sent, with the months that "
        "would be something else; by default those that wait for a second staff member.",
        functions=(Function.NOTICE_SETTLE,),
        does=AuditOperation.SEARCH,
        calls=(Call("exemptions", GET, "/exemption-take-backs"),),
        query=exemption_requests.TakeBacksQuery,
    ),
)
