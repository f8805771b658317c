"""What the gateway takes on ``/blocks`` and for the editing lock: no field beside these (C02)."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool

from contracts.days import Day
from services.gateway.requests import Body, Query, State


class NewBlock(Body):
    """抑止の設定。個人または世帯のどちらか一方を指定します。"""

    person_id: Annotated[UUID | None, Field(description="個人")] = None
    household_id: Annotated[UUID | None, Field(description="世帯")] = None
    kind: Annotated[
        State,
        Field(description="issue（発行抑止）、change（異動抑止）または inquiry（照会抑止）"),
    ]
    level: Annotated[
        State, Field(description="stop（エラー、処理不可）または warn（アラート、警告表示）")
    ] = "stop"
    reason: Annotated[State, Field(description="抑止の理由", examples=["own_request"])]
    first: Annotated[Day, Field(description="抑止を始める日")]
    last: Annotated[Day | None, Field(description="見直す日。過ぎても自動では解除されません")] = (
        None
    )


class BlocksQuery(Query):
    """抑止の一覧の条件。"""

    due: Annotated[bool, Field(description="確定待ち・期限経過のものだけ")] = True
    after: Annotated[UUID | None, Field(description="前の頁の最後の block_id")] = None


class BlockLifting(Body):
    """一時解除する時間。0 なら一時解除を終えます。"""

    minutes: Annotated[int, Field(strict=True, ge=0, le=480, description="分")]


class EditLockRequest(Body):
    """編集を始めます。"""

    take_over: Annotated[StrictBool, Field(description="他の職員が編集中でも引き継ぐ")] = False
