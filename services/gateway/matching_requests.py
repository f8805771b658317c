"""What the gateway takes about whose records of other systems are (突合)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.gateway.requests import Body, Query, State


class NearMissesQuery(Query):
    """突合待ちの一覧の条件。"""

    system: Annotated[State | None, Field(description="送付元のシステム")] = None
    after: Annotated[UUID | None, Field(description="前の頁の最後の entry_id")] = None


class FeedNumberDoubt(Body):
    """紐付けに疑義のある宛名番号。"""

    system: Annotated[State, Field(description="送付元のシステム")]
    addressee_number: Annotated[
        str, Field(min_length=1, max_length=20, description="送付元のシステムでの宛名番号")
    ]


class NearMissProposal(Body):
    """誰の記録か。null は「住民記録に該当者なし」。"""

    person_id: UUID | None
