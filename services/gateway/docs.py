"""The API page under ``/api/docs``: Swagger UI from our own files (C09), nothing inline."""

from pathlib import Path
from typing import Final

import fastapi_offline
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

_FILES: Final = Path(fastapi_offline.__file__).parent / "static"
_PAGE: Final = """<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<title>国民年金システム API</title>
<link rel="icon" href="/api/docs/files/favicon.png">
<link rel="stylesheet" href="/api/docs/files/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/api/docs/files/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
"""
_START: Final = """SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#api",
  validatorUrl: null,
  deepLinking: true,
  requestInterceptor: (request) => {
    request.headers["X-Nenkin-Request"] = "1";
    return request;
  },
});
"""


async def _page(_request: Request) -> Response:
    return HTMLResponse(_PAGE)


async def _start(_request: Request) -> Response:
    return Response(_START, media_type="text/javascript")


def add(app: FastAPI) -> None:
    """Serve the page. It shows how the API is built, and no data: no session is needed."""
    app.add_route("/api/docs", _page, include_in_schema=False)
    app.add_route("/api/docs/start.js", _start, include_in_schema=False)
    app.mount("/api/docs/files", StaticFiles(directory=_FILES), name="docs-files")
