"""``/blocks`` (抑止): what may not be done; ``/persons/{person_id}/lock`` (排他): who edits."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import block_requests as requests
from services.gateway.domain.routing import DELETE, GET, POST, Call, Route
from services.gateway.requests import Agreement

BLOCKS = "抑止"
LOCK = "排他"

ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="proposeBlock",
        method=POST,
        path="/blocks",
        tag=BLOCKS,
        summary="抑止の設定を提案する",
        description="On a person or a household, from a day on. It stops nothing before another "
        "staff member has settled it, and does not end by itself.",
        functions=(Function.BLOCK_PROPOSE,),
        does=AuditOperation.ENTRY_PROVISIONAL,
        calls=(Call("identity", POST, "/blocks"),),
        body=requests.NewBlock,
        status=201,
    ),
    Route(
        operation_id="listBlocks",
        method=GET,
        path="/blocks",
        tag=BLOCKS,
        summary="抑止の一覧を表示する",
        description="Those that are not over; `due`: with a proposal that waits, or with a last "
        "day that has passed.",
        functions=(Function.BLOCK_PROPOSE,),
        does=AuditOperation.SEARCH,
        calls=(Call("identity", GET, "/blocks"),),
        query=requests.BlocksQuery,
    ),
    Route(
        operation_id="listBlocksOfPerson",
        method=GET,
        path="/persons/{person_id}/blocks",
        tag=BLOCKS,
        summary="個人と世帯の抑止を表示する",
        description="Those that are over too, each with its steps.",
        functions=(Function.PERSON_VIEW,),
        calls=(Call("identity", GET, "/persons/{person_id}/blocks"),),
    ),
    Route(
        operation_id="proposeBlockRelease",
        method=POST,
        path="/blocks/{block_id}/release",
        tag=BLOCKS,
        summary="抑止の解除を提案する",
        description="The block goes on until another staff member has settled that.",
        functions=(Function.BLOCK_PROPOSE,),
        does=AuditOperation.ENTRY_PROVISIONAL,
        calls=(Call("identity", POST, "/blocks/{block_id}/release"),),
    ),
    Route(
        operation_id="settleBlock",
        method=POST,
        path="/blocks/{block_id}/settlement",
        tag=BLOCKS,
        summary="抑止の設定または解除を確定する",
        description="By another staff member than the one who proposed.",
        functions=(Function.BLOCK_SETTLE,),
        does=AuditOperation.ENTRY_SETTLED,
        calls=(Call("identity", POST, "/blocks/{block_id}/settlement"),),
        body=Agreement,
    ),
    Route(
        operation_id="liftBlock",
        method=POST,
        path="/blocks/{block_id}/lifting",
        tag=BLOCKS,
        summary="抑止を一時解除する",
        description="For so many minutes; it comes back by itself, at once with 0.",
        functions=(Function.BLOCK_LIFT,),
        does=AuditOperation.ENTRY_SETTLED,
        calls=(Call("identity", POST, "/blocks/{block_id}/lifting"),),
        body=requests.BlockLifting,
    ),
    Route(
        operation_id="showEditLock",
        method=GET,
        path="/persons/{person_id}/lock",
        tag=LOCK,
        summary="編集中の職員の有無を表示する",
        description="By department, since when and until when at the latest.",
        functions=(Function.PERSON_VIEW,),
        calls=(Call("identity", GET, "/persons/{person_id}/lock"),),
    ),
    Route(
        operation_id="takeEditLock",
        method=POST,
        path="/persons/{person_id}/lock",
        tag=LOCK,
        summary="編集を始める、続ける、または引き継ぐ",
        description="While one edits, others may only look. It expires by itself.",
        functions=(Function.PERSON_EDIT,),
        does=AuditOperation.ENTRY_PROVISIONAL,
        calls=(Call("identity", POST, "/persons/{person_id}/lock"),),
        body=requests.EditLockRequest,
    ),
    Route(
        operation_id="giveBackEditLock",
        method=DELETE,
        path="/persons/{person_id}/lock",
        tag=LOCK,
        summary="編集を終える",
        description="Others may edit again.",
        functions=(Function.PERSON_EDIT,),
        does=AuditOperation.ENTRY_PROVISIONAL,
        calls=(Call("identity", DELETE, "/persons/{person_id}/lock"),),
    ),
)
