"""Asking the vault to fill in the numbers and encrypt the file. No number ever comes back."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx

from services.chassis.problems import Problem
from services.jps_reporting import problems
from services.jps_reporting.domain.layout import Layout
from services.jps_reporting.domain.rendering import Field

_TOO_LONG_S = 120


async def seal(
    client: httpx.AsyncClient,
    *,
    batch_id: UUID,
    staff_id: str,
    department: str,
    sees_sealed: bool,
    file_name: str,
    layout: Layout,
    rows: Sequence[Sequence[Field]],
) -> bytes:
    """The encrypted ZIP with the one file ``file_name``.

    Raises ``Problem``: JR-3008 where the vault refuses, JR-3009 where it cannot be reached or its
    answer is damaged. Both leave nothing behind here; asking again is safe.
    """
    order = {
        "batch_id": str(batch_id),
        "staff_id": staff_id,
        "department": department,
        "sees_sealed": sees_sealed,
        "file_name": file_name,
        "encoding": layout.encoding,
        "line_ending": layout.line_ending,
        "separator": layout.separator,
        "quoting": layout.quoting,
        "rows": [[_field(field) for field in row] for row in rows],
    }
    try:
        response = await client.post("/media/seal", json=order, timeout=_TOO_LONG_S)
    except httpx.HTTPError as error:
        raise problems.vault_unreachable() from error
    if response.status_code != httpx.codes.OK:
        raise _refusal(response)
    content = response.content
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    if response.headers.get("Repr-Digest") != f"sha-256=:{digest}:":
        raise problems.vault_unreachable()
    return content


def _field(field: Field) -> str | dict[str, str]:
    return field if isinstance(field, str) else {"token": field.token, "format": "digits"}


def _refusal(response: httpx.Response) -> Problem:
    try:
        document: Any = response.json()
    except ValueError:
        document = {}
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or "code" not in document:
        return problems.vault_unreachable()
    return problems.vault_refused(str(document["code"]), str(document.get("title", "")))
