"""A staff member at the gateway's API, as a frontend would be."""

import ssl
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx


class Refused(Exception):
    """The gateway answered with a problem; the text is its code and title."""


class NotRefused(Exception):
    """The gateway took what it was to refuse."""


class Desk:
    """One signed-in staff member. Use it as a context: leaving signs out."""

    def __init__(self, url: str, authority: Path, user_id: str, password: str) -> None:
        self.user_id = user_id
        self._password = password
        self._url = url
        self._context = ssl.create_default_context(cafile=str(authority))

    def __enter__(self) -> Self:
        self._client = httpx.Client(
            base_url=f"{self._url}/api", verify=self._context, timeout=60, trust_env=False,
            headers={"Origin": self._url},
        )  # fmt: skip
        self.post("/session", {"user_id": self.user_id, "password": self._password})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.delete("/session")
        self._client.close()

    def get(self, path: str, **query: Any) -> Any:
        """GET as JSON. Raises ``Refused`` with the problem's code and title."""
        return self._answer(self._client.get(path, params=query)).json()

    def ask(self, path: str, **query: Any) -> httpx.Response:
        """GET, and whatever comes back: a refusal too."""
        return self._client.get(path, params=query)

    def bytes(self, path: str) -> bytes:
        """GET a file."""
        return self._answer(self._client.get(path)).content

    def post(self, path: str, body: Any = None) -> Any:
        """POST JSON, get JSON. Raises ``Refused``."""
        return self._answer(self._client.post(path, json=body)).json()

    def refused(self, path: str, body: Any = None) -> str:
        """POST what is to be refused; the problem's code and title. Raises ``NotRefused``."""
        try:
            self.post(path, body)
        except Refused as refusal:
            return str(refusal)
        raise NotRefused(f"POST {path} was to be refused")

    @staticmethod
    def _answer(answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            return answer
        problem = answer.json()
        fields = ", ".join(f"{e['field']}: {e['message']}" for e in problem.get("errors", ()))
        raise Refused(f"{problem['code']} {problem['title']} {fields}".strip())
