"""``/audit``: the record of what was done."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import requests
from services.gateway.domain.routing import GET, Call, Route

TAG = "記録"

ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="listAuditRecords",
        method=GET,
        path="/audit/records",
        tag=TAG,
        summary="操作の記録を検索する",
        description="Newest first. Looking at the records is recorded too.",
        functions=(Function.AUDIT_REVIEW,),
        does=AuditOperation.INQUIRY,
        calls=(Call("audit", GET, "/records"),),
        query=requests.AuditQuery,
    ),
)
