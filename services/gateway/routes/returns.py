"""What JPS sent back of qualification's reports, and what staff do about it."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import requests
from services.gateway.domain.routing import GET, POST, Call, Route

TAG = "機構からの返戻等"

ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="listReturnedReports",
        method=GET,
        path="/returned-reports",
        tag=TAG,
        summary="機構から返戻された報告の一覧を表示する",
        description="Those about which nothing was done yet, the earliest told first. A notice "
        "behind one is mended by `acceptNotice` with `mends`.",
        functions=(Function.NOTICE_SETTLE,),
        does=AuditOperation.SEARCH,
        calls=(Call("qualification", GET, "/returned-reports"),),
        query=requests.ReturnedReportsQuery,
    ),
    Route(
        operation_id="reportAgain",
        method=POST,
        path="/returned-reports/{item_id}/report-again",
        tag=TAG,
        summary="返戻された報告を再報告する",
        description="As it is, under a new item.",
        functions=(Function.NOTICE_SETTLE,),
        does=AuditOperation.ENTRY_SETTLED,
        calls=(Call("qualification", POST, "/returned-reports/{item_id}/report-again"),),
        status=201,
    ),
    Route(
        operation_id="settleReturnedReport",
        method=POST,
        path="/returned-reports/{item_id}/settle",
        tag=TAG,
        summary="返戻の処理内容を記録する（再報告しない）",
        description="Nothing is reported again; what was done is kept.",
        functions=(Function.NOTICE_SETTLE,),
        does=AuditOperation.ENTRY_SETTLED,
        calls=(Call("qualification", POST, "/returned-reports/{item_id}/settle"),),
        body=requests.WhatWasDone,
        status=204,
        media_types=(),
    ),
    Route(
        operation_id="listJpsDifferences",
        method=GET,
        path="/jps-differences",
        tag=TAG,
        summary="機構の記録と市の記録との相違の一覧を表示する",
        description="Those about which nobody has said yet what was done, the earliest first.",
        functions=(Function.NOTICE_SETTLE,),
        does=AuditOperation.SEARCH,
        calls=(Call("qualification", GET, "/jps-differences"),),
        query=requests.DifferencesQuery,
    ),
    Route(
        operation_id="settleJpsDifference",
        method=POST,
        path="/jps-differences/{difference_id}/settle",
        tag=TAG,
        summary="相違の処理内容を記録する",
        description="What was done about it is kept.",
        functions=(Function.NOTICE_SETTLE,),
        does=AuditOperation.ENTRY_SETTLED,
        calls=(Call("qualification", POST, "/jps-differences/{difference_id}/settle"),),
        body=requests.WhatWasDone,
        status=204,
        media_types=(),
    ),
    Route(
        operation_id="listSharedPensionNumbers",
        method=GET,
        path="/shared-pension-numbers",
        tag=TAG,
        summary="複数人に記録された基礎年金番号の一覧を表示する（重複付番の疑い）",
        description="Numbers that are told to be more than one person's.",
        functions=(Function.NOTICE_SETTLE,),
        does=AuditOperation.SEARCH,
        calls=(Call("qualification", GET, "/shared-pension-numbers"),),
        query=requests.SharedNumbersQuery,
    ),
)
