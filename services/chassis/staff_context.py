"""Who is acting: the gateway's signed word to the service that owns the data.

A compact JWS (Ed25519) that lives for seconds and is bound to one service, method and path; the
service takes each once. It travels over mutual TLS and is accepted from the gateway alone, so a
stolen one is of no use to another peer.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

HEADER = "Staff-Context"
LIFETIME_S = 30
_ISSUER = "gateway"
_ALGORITHM = "Ed25519"
_LEEWAY_S = 5


class BadContext(Exception):
    """The context does not hold; ``reason`` says why, in a word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StaffContext:
    """A staff member at work, as the gateway vouches for."""

    staff_id: str
    department: str
    functions: frozenset[str]
    session_id: str
    terminal: str
    request_id: str


class Signer:
    """Signs contexts; only the gateway has the key."""

    def __init__(self, private_key: Path) -> None:
        self._key = OKPKey.import_key(private_key.read_bytes())

    def sign(
        self,
        context: StaffContext,
        *,
        service: str,
        method: str,
        path: str,
        now: datetime,
    ) -> str:
        """The header's value for one call to one service."""
        issued = int(now.timestamp())
        claims = {
            "iss": _ISSUER,
            "aud": service,
            "sub": context.staff_id,
            "iat": issued,
            "exp": issued + LIFETIME_S,
            "jti": secrets.token_urlsafe(16),
            "dep": context.department,
            "fun": sorted(context.functions),
            "sid": context.session_id,
            "ter": context.terminal,
            "req": context.request_id,
            "htm": method.upper(),
            "htu": path,
        }
        return jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM])


class Verifier:
    """Checks contexts for one service, each once."""

    def __init__(self, public_key: Path, service: str) -> None:
        self._key = OKPKey.import_key(public_key.read_bytes())
        self._service = service
        self._seen: dict[str, int] = {}

    def verify(self, token: str, *, method: str, path: str, now: datetime) -> StaffContext:
        """The context, or ``BadContext``: forged, expired, foreign or used before."""
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
        except (JoseError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
            # The token is anybody's: joserfc reads its header before it knows that it holds.
            raise BadContext("signature") from None
        moment = int(now.timestamp())
        try:
            self._check(claims, method, path, moment)
            context = StaffContext(
                staff_id=str(claims["sub"]),
                department=str(claims["dep"]),
                functions=frozenset(map(str, claims["fun"])),
                session_id=str(claims["sid"]),
                terminal=str(claims["ter"]),
                request_id=str(claims["req"]),
            )
            self._once(str(claims["jti"]), int(claims["exp"]), moment)
        except (KeyError, TypeError, ValueError):
            raise BadContext("claims") from None
        return context

    def _check(self, claims: dict[str, Any], method: str, path: str, moment: int) -> None:
        if claims["iss"] != _ISSUER or claims["aud"] != self._service:
            raise BadContext("audience")
        if claims["exp"] <= moment or claims["iat"] > moment + _LEEWAY_S:
            raise BadContext("expired")
        if claims["exp"] - claims["iat"] > LIFETIME_S:
            raise BadContext("lifetime")
        if claims["htm"] != method.upper() or claims["htu"] != path:
            raise BadContext("request")

    def _once(self, token_id: str, expires: int, moment: int) -> None:
        if token_id in self._seen:
            raise BadContext("replayed")
        if len(self._seen) > 10_000:
            self._seen = {t: e for t, e in self._seen.items() if e > moment}
        self._seen[token_id] = expires
