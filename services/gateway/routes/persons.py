"""``/persons`` and the key to which a number is sealed."""

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import requests
from services.gateway.domain.routing import GET, POST, Access, Call, Route

TAG = "個人照会"

ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="searchPersons",
        method=POST,
        path="/persons/search",
        tag=TAG,
        summary="氏名・フリガナ・生年月日・宛名番号で検索する",
        description="Criteria go in the body: a URL would bear names. Recorded with the count.",
        functions=(Function.PERSON_SEARCH,),
        does=AuditOperation.SEARCH,
        calls=(Call("identity", POST, "/persons/search"),),
        body=requests.PersonSearch,
    ),
    Route(
        operation_id="findPersonByNumber",
        method=POST,
        path="/persons/by-number",
        tag=TAG,
        summary="個人番号で検索する",
        description="The number is sealed in the browser to the key of `/sealing-key` (sender "
        "`gateway`); the vault alone opens it. An unknown number is an empty result.",
        functions=(Function.NUMBER_LOOKUP, Function.PERSON_SEARCH),
        does=AuditOperation.NUMBER_LOOKUP,
        calls=(
            Call("token_vault", POST, "/numbers/lookup"),
            Call("identity", POST, "/persons/search"),
        ),
        body=requests.NumberSearch,
    ),
    Route(
        operation_id="showPerson",
        method=GET,
        path="/persons/{person_id}",
        tag=TAG,
        summary="個人の内容を表示する",
        description="Identity's record with the qualification timeline, additional premium, "
        "claims and report items. A part whose service does not answer is `unavailable`, one that "
        "knows nothing of the person `absent`, both with the problem told; without identity "
        "there is no page.",
        functions=(Function.PERSON_VIEW,),
        does=AuditOperation.INQUIRY,
        calls=(
            Call("identity", GET, "/persons/{person_id}"),
            Call("qualification", GET, "/persons/{person_id}/qualification"),
            Call("exemptions", GET, "/persons/{person_id}/exemptions"),
            Call("claims", GET, "/persons/{person_id}/claims"),
            Call("jps_reporting", GET, "/persons/{person_id}/items"),
        ),
        query=requests.PersonPageQuery,
    ),
    Route(
        operation_id="showSealingKey",
        method=GET,
        path="/sealing-key",
        tag=TAG,
        summary="個人番号の封緘用公開鍵を取得する",
        description="The public key to which a number keyed in is sealed in the browser.",
        access=Access.SIGNED_IN,
        calls=(Call("token_vault", GET, "/sealing-key"),),
    ),
)
