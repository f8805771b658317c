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
)
