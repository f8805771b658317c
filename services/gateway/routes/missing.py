"""届出のない者の一覧: whose notice has not come, and what was done about it."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import notice_requests
from services.gateway.domain.routing import GET, POST, Call, Route

TAG = "届出のない者"
_ONE = "/missing-notices/{entry_id}"

ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="listMissingNotices",
        method=GET,
        path="/missing-notices",
        tag=TAG,
        summary="届出が必要と見込まれ、届出のない者の一覧を表示する",
        description="Open entries with the notice that is due, by when, and what to do next.",
        functions=(Function.NOTICE_ACCEPT,),
        does=AuditOperation.SEARCH,
        calls=(Call("qualification", GET, "/missing-notices"),),
        query=notice_requests.MissingNoticesQuery,
    ),
    Route(
        operation_id="showMissingNotice",
        method=GET,
        path=_ONE,
        tag=TAG,
        summary="届出のない者の経過を表示する",
        description="One entry with everything that happened to it.",
        functions=(Function.NOTICE_ACCEPT,),
        calls=(Call("qualification", GET, _ONE),),
    ),
    Route(
        operation_id="takeMissingNoticeStep",
        method=POST,
        path=f"{_ONE}/steps",
        tag=TAG,
        summary="勧奨・再勧奨・職権による処理への移行を記録する",
        description="A reminder that was sent, a second one, or that the city goes on ex officio.",
        functions=(Function.NOTICE_ACCEPT,),
        does=AuditOperation.ENTRY_PROVISIONAL,
        calls=(Call("qualification", POST, f"{_ONE}/steps"),),
        body=notice_requests.MissingNoticeStep,
        status=201,
    ),
)
