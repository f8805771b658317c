"""What a route of the gateway declares: which function opens it, and who answers behind it."""

import re
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPMethod

from pydantic import BaseModel, ConfigDict

from contracts.events import AuditOperation
from contracts.functions import Function

GET, POST, PUT, DELETE = HTTPMethod.GET, HTTPMethod.POST, HTTPMethod.PUT, HTTPMethod.DELETE
JSON = "application/json"
_PARAMETER = re.compile(r"{([a-z_]+)}")


class Access(StrEnum):
    """Who may use a route."""

    ANYONE = "anyone"
    """No session is needed: only the sign-in itself."""
    SESSION = "session"
    """A session that is not over, locked or half-way too: to see it, unlock it, end it."""
    SIGNED_IN = "signed_in"
    """A live session, whatever its functions."""
    FUNCTION = "function"
    """A live session that holds the route's functions."""


class NoQuery(BaseModel):
    """A route without query parameters: any is refused (C02)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the service that owns the data. ``path`` has the route's parameters in braces."""

    service: str
    method: HTTPMethod
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route, as data. Everything that decides who may use it is here and nowhere else."""

    operation_id: str
    method: HTTPMethod
    path: str
    tag: str
    summary: str
    description: str
    access: Access = Access.FUNCTION
    functions: tuple[Function, ...] = ()
    """All of them are needed."""
    does: AuditOperation = AuditOperation.INQUIRY
    """What a refusal is recorded as."""
    calls: tuple[Call, ...] = ()
    query: type[BaseModel] = NoQuery
    body: type[BaseModel] | None = None
    body_optional: bool = False
    """Nothing at all is the same as an empty object."""
    upload: str | None = None
    """What file it takes as its body, passed on as it comes; None: it takes none."""
    status: int = 200
    media_types: tuple[str, ...] = (JSON,)
    """What the answer may be; empty where it has no body."""

    def __post_init__(self) -> None:
        if bool(self.functions) != (self.access is Access.FUNCTION):
            raise ValueError(f"{self.operation_id}: functions belong to access by function")
        if self.upload is not None and (self.body is not None or len(self.calls) != 1):
            raise ValueError(f"{self.operation_id}: a file is a body, for one service")
        for call in self.calls:
            if foreign := set(parameters(call.path)) - set(parameters(self.path)):
                raise ValueError(f"{self.operation_id}: the path has no {sorted(foreign)}")

    @property
    def is_file(self) -> bool:
        """Whether the answer is a file to be passed on as it comes, never held whole."""
        return bool(self.media_types) and self.media_types[0] not in (JSON, "text/plain")


def parameters(path: str) -> tuple[str, ...]:
    """The names in braces, in order."""
    return tuple(_PARAMETER.findall(path))
