"""The application for staff frontends: routes from the table, the API description, protection."""

import logging
from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from services.chassis import uploads
from services.chassis.http import equip
from services.chassis.problems import MEDIA_TYPE
from services.chassis.service import Service
from services.gateway import docs, forwards, outside_persons, persons, session_api
from services.gateway.answers import PersonPage, ProblemDocument, SessionView
from services.gateway.domain.routing import JSON, Access, Route
from services.gateway.domain.second_factor import SecondFactorPolicy
from services.gateway.guard import COOKIE, GuardedRoute
from services.gateway.protection import SecurityHeaders
from services.gateway.routes import ROUTES
from services.gateway.state import gateway_of

log = logging.getLogger(__name__)

PREFIX: Final = "/api"
_OWN: Final[dict[str, Callable[..., Any]]] = {
    **session_api.ENDPOINTS,
    **persons.ENDPOINTS,
    **outside_persons.ENDPOINTS,
}
_PROBLEM: Final = {"$ref": "#/components/schemas/ProblemDocument"}
_TELLS: Final = {
    400: "送信された内容を読み取れない（CH-0002）",
    401: "サインインしていない、ロック中、または認証できない（GW-0101、GW-0103～GW-0105）",
    403: "権限がない、または画面以外からの操作（CH-0006、GW-0201）",
    404: "該当するデータがない（CH-0003）",
    409: "現在の状態ではできない操作（業務サービスの番号）",
    413: "送信された内容が大きすぎる（CH-0007）",
    415: "JSON またはファイル以外の内容（GW-0202、GW-0203）",
    422: "入力内容の誤り（CH-0001、業務サービスの番号）",
    429: "認証の失敗が続いた、または利用回数の上限（GW-0102、業務サービスの番号）",
    500: "障害（CH-0008）",
    502: "業務サービスの応答を処理できない（GW-0303、GW-0304）",
    503: "業務サービスまたはデータベースに接続できない（GW-0301、CH-0009）",
    504: "時間内に応答がない（GW-0302、GW-0305）",
}
_DESCRIPTION: Final = """国民年金システムの職員用 API。

`POST /api/session` でサインインすると、Cookie `__Host-nenkin_session` が設定されます。
変更を伴う操作（GET 以外）では、ブラウザーの Origin が一致するか、ヘッダー
`X-Nenkin-Request: 1` が必要です。エラーは RFC 9457（application/problem+json）で、番号は
README の一覧にあります。
"""


def create_app(service: Service) -> FastAPI:
    """The application. Raises ``OSError`` where the key for staff contexts is missing."""
    gateway = gateway_of(service)
    _ = gateway.signer
    if gateway.settings.second_factor is SecondFactorPolicy.NONE:
        log.warning("no second factor is asked for at sign-in: control C03 is not met")
    app = FastAPI(
        title="国民年金システム",
        version="1",
        description=_DESCRIPTION,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    router = APIRouter(prefix=PREFIX, route_class=GuardedRoute)
    for route in ROUTES:
        _add(router, route)
    app.include_router(router)
    docs.add(app)
    app.openapi = lambda: _description(app)  # type: ignore[method-assign] # FastAPI's own way
    equip(app, service)
    app.add_middleware(SecurityHeaders)
    return app


def _add(router: APIRouter, route: Route) -> None:
    own = _OWN.get(route.operation_id)
    extra: dict[str, Any] = {
        "x-nenkin-functions": [
            {"code": function.value, "label": function.label} for function in route.functions
        ]
    }
    if route.upload is not None:
        extra |= uploads.described(route.upload)
    if route.access is not Access.ANYONE:
        extra["security"] = [{"session": []}]
    router.add_api_route(
        route.path,
        own or forwards.endpoint(route),
        methods=[route.method.value],
        operation_id=route.operation_id,
        summary=route.summary,
        description=route.description,
        tags=[route.tag],
        status_code=route.status,
        response_model=_answer(route),
        responses=_responses(route),
        openapi_extra=extra,
    )


def _answer(route: Route) -> Any:
    if route.path.startswith("/session") and route.media_types:
        return SessionView
    return PersonPage if route.operation_id == "showPerson" else None


def _responses(route: Route) -> dict[int | str, dict[str, Any]]:
    told = set(_TELLS) if route.calls else {400, 401, 403, 413, 415, 422, 429, 500, 503, 504}
    if route.body is None and route.upload is None and route.calls:
        told -= {400, 413, 415}
    responses: dict[int | str, dict[str, Any]] = {
        status: {
            "description": text,
            "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
        }
        for status, text in _TELLS.items()
        if status in told
    }
    if _answer(route) is None and route.media_types:
        responses[route.status] = {
            "description": "業務サービスの応答をそのまま返します。",
            "content": {
                media_type: {"schema": {"type": "object"} if media_type == JSON else {}}
                for media_type in route.media_types
            },
        }
    return responses


def _description(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        components = made.setdefault("components", {})
        problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = components.setdefault("schemas", {})
        schemas.update(problem.pop("$defs", {}))
        schemas["ProblemDocument"] = problem
        components["securitySchemes"] = {
            "session": {"type": "apiKey", "in": "cookie", "name": COOKIE}
        }
        app.openapi_schema = made
    return app.openapi_schema
