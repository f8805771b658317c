"""``/findings``: numbers that are in doubt, persons who may be one, and one who may be two."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import requests
from services.gateway.domain.routing import GET, POST, Call, Route

TAG = "宛名の確認"

ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="listFindings",
        method=GET,
        path="/findings",
        tag=TAG,
        summary="個人番号・二重登録の確認事項の一覧を表示する",
        description="Numbers that changed or are borne twice, persons who may be one or two, "
        "oldest first.",
        functions=(Function.LINK_PROPOSE,),
        does=AuditOperation.SEARCH,
        calls=(Call("identity", GET, "/findings"),),
        query=requests.FindingsQuery,
    ),
    Route(
        operation_id="showFinding",
        method=GET,
        path="/findings/{finding_id}",
        tag=TAG,
        summary="確認事項の内容を表示する",
        description="Whom it is about and how they compare, what can be decided, what was done.",
        functions=(Function.LINK_PROPOSE,),
        calls=(Call("identity", GET, "/findings/{finding_id}"),),
    ),
    Route(
        operation_id="raiseFinding",
        method=POST,
        path="/findings",
        tag=TAG,
        summary="二重登録・統合の誤り・個人番号の誤りを申し立てる",
        description="Puts it on the list; what is done is proposed and settled there.",
        functions=(Function.LINK_PROPOSE,),
        does=AuditOperation.ENTRY_PROVISIONAL,
        calls=(Call("identity", POST, "/findings"),),
        body=requests.RaisedFinding,
    ),
    Route(
        operation_id="proposeDecision",
        method=POST,
        path="/findings/{finding_id}/proposal",
        tag=TAG,
        summary="確認事項への対応を提案する",
        description="Merge, keep apart, separate, a number wrong or right, or the register's turn.",
        functions=(Function.LINK_PROPOSE,),
        does=AuditOperation.ENTRY_PROVISIONAL,
        calls=(Call("identity", POST, "/findings/{finding_id}/proposal"),),
        body=requests.DecisionProposal,
    ),
    Route(
        operation_id="settleDecision",
        method=POST,
        path="/findings/{finding_id}/settlement",
        tag=TAG,
        summary="提案された対応を確定する",
        description="By another staff member than the one who proposed.",
        functions=(Function.LINK_SETTLE,),
        does=AuditOperation.ENTRY_SETTLED,
        calls=(Call("identity", POST, "/findings/{finding_id}/settlement"),),
        body=requests.Agreement,
    ),
)
