"""``/session``: the way in and out."""

from services.gateway.domain.routing import DELETE, GET, POST, PUT, Access, Route

TAG = "セッション"

ROUTES: tuple[Route, ...] = (
    Route(
        operation_id="createSession",
        method=POST,
        path="/session",
        tag=TAG,
        summary="サインインする",
        description="User id and password; the answer sets the session cookie. Attempts are "
        "counted per user id and per address, with growing waits and a lock-out (GW-0102).",
        access=Access.ANYONE,
    ),
    Route(
        operation_id="showSession",
        method=GET,
        path="/session",
        tag=TAG,
        summary="サインイン中の職員と利用できる機能を表示する",
        description="Who is signed in, which functions they hold (the menu, C16), and when the "
        "session locks and ends. Asking does not count as activity.",
        access=Access.SESSION,
    ),
    Route(
        operation_id="unlockSession",
        method=POST,
        path="/session/unlock",
        tag=TAG,
        summary="画面ロックを解除する",
        description="Re-authentication after the idle lock (C19). The session goes on under a new "
        "cookie; its absolute end stays where it was.",
        access=Access.SESSION,
    ),
    Route(
        operation_id="changePassword",
        method=PUT,
        path="/session/password",
        tag=TAG,
        summary="自分のパスワードを変更する",
        description="Ends every other session of the same person.",
        access=Access.SIGNED_IN,
    ),
    Route(
        operation_id="deleteSession",
        method=DELETE,
        path="/session",
        tag=TAG,
        summary="サインアウトする",
        description="Ends the session on the server and takes the cookie back.",
        access=Access.SESSION,
        status=204,
        media_types=(),
    ),
)
