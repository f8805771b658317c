"""``/outside-persons`` and ``/nobodys-numbers``: people who are not on the register (住登外者)."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import outside_requests as requests
from services.gateway.domain.routing import GET, POST, Call, Route
from services.gateway.requests import Agreement

TAG = "住登外者"

ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="listNobodysNumbers",
        method=GET,
        path="/nobodys-numbers",
        tag=TAG,
        summary="他システムの記録のうち該当者のないものの一覧を表示する",
        description="Records of other systems whom nobody of the register comes near, the longest "
        "known first; `dismissed`: two of staff have said so.",
        functions=(Function.OUTSIDE_PROPOSE,),
        does=AuditOperation.SEARCH,
        calls=(Call("identity", GET, "/nobodys-numbers"),),
        query=requests.NobodysQuery,
    ),
    Route(
        operation_id="compareOutsidePerson",
        method=POST,
        path="/outside-persons/comparison",
        tag=TAG,
        summary="登録しようとする住登外者を既存の宛名と突合する",
        description="Who on record comes near, and in what.",
        functions=(Function.OUTSIDE_PROPOSE,),
        does=AuditOperation.SEARCH,
        calls=(Call("identity", POST, "/outside-persons/comparison"),),
        body=requests.EnteredPerson,
    ),
    Route(
        operation_id="proposeOutsidePerson",
        method=POST,
        path="/outside-persons",
        tag=TAG,
        summary="住登外者の登録を提案する（仮登録）",
        description="As entered, or taken over from another system's record that is nobody's. "
        "Those on record who come near have to be named as looked at.",
        functions=(Function.OUTSIDE_PROPOSE,),
        does=AuditOperation.ENTRY_PROVISIONAL,
        calls=(Call("identity", POST, "/outside-persons"),),
        body=requests.NewOutsidePerson,
        status=201,
    ),
    Route(
        operation_id="listOutsideEntries",
        method=GET,
        path="/outside-persons",
        tag=TAG,
        summary="確定待ちの住登外者の提案を表示する",
        description="The oldest first.",
        functions=(Function.OUTSIDE_PROPOSE,),
        does=AuditOperation.SEARCH,
        calls=(Call("identity", GET, "/outside-persons"),),
        query=requests.OutsideQuery,
    ),
    Route(
        operation_id="showOutsideEntry",
        method=GET,
        path="/outside-persons/{entry_id}",
        tag=TAG,
        summary="住登外者の提案の内容を表示する",
        description="With those on record who come near.",
        functions=(Function.OUTSIDE_PROPOSE,),
        calls=(Call("identity", GET, "/outside-persons/{entry_id}"),),
    ),
    Route(
        operation_id="settleOutsideEntry",
        method=POST,
        path="/outside-persons/{entry_id}/settlement",
        tag=TAG,
        summary="住登外者の提案を確定する（本登録）",
        description="By another staff member than the one who proposed.",
        functions=(Function.OUTSIDE_SETTLE,),
        does=AuditOperation.ENTRY_SETTLED,
        calls=(Call("identity", POST, "/outside-persons/{entry_id}/settlement"),),
        body=Agreement,
    ),
    Route(
        operation_id="listOutsideHistory",
        method=GET,
        path="/persons/{person_id}/outside-record",
        tag=TAG,
        summary="住登外者の登録の履歴を表示する",
        description="Every proposal about the person, and who settled it.",
        functions=(Function.OUTSIDE_PROPOSE,),
        calls=(Call("identity", GET, "/persons/{person_id}/outside-record"),),
    ),
    Route(
        operation_id="proposeOutsideChange",
        method=POST,
        path="/persons/{person_id}/outside-record",
        tag=TAG,
        summary="住登外者の訂正・死亡・取消しを提案する（仮登録）",
        description="One more version; nothing is overwritten.",
        functions=(Function.OUTSIDE_PROPOSE,),
        does=AuditOperation.ENTRY_PROVISIONAL,
        calls=(Call("identity", POST, "/persons/{person_id}/outside-record"),),
        body=requests.OutsideChange,
        status=201,
    ),
    Route(
        operation_id="proposeOutsideNumber",
        method=POST,
        path="/persons/{person_id}/outside-number",
        tag=TAG,
        summary="住登外者の個人番号の登録を提案する（仮登録）",
        description="The number is sealed in the browser like that of a search; the vault alone "
        "opens it, and identity gets its token. Shown is who on record bears it already.",
        functions=(Function.OUTSIDE_PROPOSE, Function.NUMBER_LOOKUP),
        does=AuditOperation.TOKENISE,
        calls=(
            Call("token_vault", POST, "/numbers/enter"),
            Call("identity", POST, "/persons/{person_id}/outside-number"),
        ),
        body=requests.OutsideNumber,
        status=201,
    ),
)
