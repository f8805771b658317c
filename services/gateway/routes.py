"""Every route of the gateway, as data: who may use it, what it takes, who answers behind it.

Access control, the API description, the README's table and the tests are all made from this table.
A route that is not in it cannot be served (`services.gateway.guard`).
"""

from http import HTTPMethod

from contracts.events import AuditOperation
from contracts.functions import Function
from services.gateway import requests
from services.gateway.domain.routing import Access, Call, Route

GET, POST, PUT, DELETE = HTTPMethod.GET, HTTPMethod.POST, HTTPMethod.PUT, HTTPMethod.DELETE

SESSION = "セッション"
PERSONS = "個人照会"
NOTICES = "届書"
JPS = "報告データ"
AUDIT = "記録"

_SESSION_ROUTES = (
    Route(
        operation_id="createSession",
        method=POST,
        path="/session",
        tag=SESSION,
        summary="サインインする",
        description="User id and password; the answer sets the session cookie. Attempts are "
        "counted per user id and per address, with growing waits and a lock-out (GW-0102).",
        access=Access.ANYONE,
    ),
    Route(
        operation_id="showSession",
        method=GET,
        path="/session",
        tag=SESSION,
        summary="サインイン中の職員と利用できる機能を表示する",
        description="Who is signed in, which functions they hold (the menu, C16), and when the "
        "session locks and ends. Asking does not count as activity.",
        access=Access.SESSION,
    ),
    Route(
        operation_id="unlockSession",
        method=POST,
        path="/session/unlock",
        tag=SESSION,
        summary="画面ロックを解除する",
        description="Re-authentication after the idle lock (C19). The session goes on under a new "
        "cookie; its absolute end stays where it was.",
        access=Access.SESSION,
    ),
    Route(
        operation_id="changePassword",
        method=PUT,
        path="/session/password",
        tag=SESSION,
        summary="自分のパスワードを変更する",
        description="Ends every other session of the same person.",
        access=Access.SIGNED_IN,
    ),
    Route(
        operation_id="deleteSession",
        method=DELETE,
        path="/session",
        tag=SESSION,
        summary="サインアウトする",
        description="Ends the session on the server and takes the cookie back.",
        access=Access.SESSION,
        status=204,
        media_type=None,
    ),
)

_PERSON_ROUTES = (
    Route(
        operation_id="searchPersons",
        method=POST,
        path="/persons/search",
        tag=PERSONS,
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
        tag=PERSONS,
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
        tag=PERSONS,
        summary="個人の内容を表示する",
        description="Identity's record with the qualification timeline, additional premium and "
        "claims. A part whose service does not answer is `unavailable` with its problem; without "
        "identity there is no page.",
        functions=(Function.PERSON_VIEW,),
        does=AuditOperation.INQUIRY,
        calls=(
            Call("identity", GET, "/persons/{person_id}"),
            Call("qualification", GET, "/persons/{person_id}/qualification"),
            Call("exemptions", GET, "/persons/{person_id}/exemptions"),
            Call("claims", GET, "/persons/{person_id}/claims"),
        ),
        query=requests.PersonPageQuery,
    ),
    Route(
        operation_id="showSealingKey",
        method=GET,
        path="/sealing-key",
        tag=PERSONS,
        summary="個人番号の封緘用公開鍵を取得する",
        description="The public key to which a number keyed in is sealed in the browser.",
        access=Access.SIGNED_IN,
        calls=(Call("token_vault", GET, "/sealing-key"),),
    ),
)

_AUDIT_ROUTES = (
    Route(
        operation_id="listAuditRecords",
        method=GET,
        path="/audit/records",
        tag=AUDIT,
        summary="操作の記録を検索する",
        description="Newest first. Looking at the records is recorded too.",
        functions=(Function.AUDIT_REVIEW,),
        does=AuditOperation.INQUIRY,
        calls=(Call("audit", GET, "/records"),),
        query=requests.AuditQuery,
    ),
)

ROUTES: tuple[Route, ...] = (*_SESSION_ROUTES, *_PERSON_ROUTES, *_AUDIT_ROUTES)

BY_OPERATION: dict[str, Route] = {route.operation_id: route for route in ROUTES}
