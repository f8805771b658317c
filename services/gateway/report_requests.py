"""What the gateway takes on ``/items`` and ``/batches``: no other field (C02)."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictBool

from contracts.days import Day, Moment
from contracts.events import ReportItemKind
from contracts.forms import FreeText
from services.gateway.requests import Body, Query, State


class ItemsQuery(Query):
    """報告項目一覧の条件。"""

    state: State | None = None
    kind: ReportItemKind | None = None
    due_before: Annotated[Day | None, Field(description="この日までに期限が来るもの")] = None
    after: Annotated[UUID | None, Field(description="前の頁の next")] = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100
    fell_away: Annotated[bool, Field(description="元の事実が取り消されたものに限る")] = False


class CorrectionsQuery(Query):
    """訂正を要する報告の一覧の条件。"""

    after: Annotated[UUID | None, Field(description="前の頁の next")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Correction(Body):
    """機構に報告した内容を取り消す、または改めて報告する理由。"""

    reason: FreeText


class MediumVoid(Body):
    """受渡し前の媒体を取り消す理由。取り出した媒体があるときは、廃棄したことも示す。"""

    reason: FreeText
    copies_destroyed: Annotated[
        StrictBool, Field(description="取り出した媒体と複製をすべて廃棄した")
    ] = False


class NewBatch(Body):
    """送付単位に入れる報告項目の条件。指定しない場合は待機中のすべて。"""

    kinds: Annotated[tuple[ReportItemKind, ...], Field(min_length=1)] | None = None
    due_before: Annotated[Day | None, Field(description="この日までに期限が来るもの")] = None
    limit: Annotated[int | None, Field(ge=1)] = None
    apart: Annotated[StrictBool, Field(description="支援措置対象者の項目だけを入れる")] = False


class BatchesQuery(Query):
    """送付単位の一覧の条件。"""

    state: State | None = None
    before: Annotated[Moment | None, Field(description="前の頁の最後の built_at")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class BatchQuery(Query):
    """送付単位の内容の条件。"""

    only: Literal["all", "findings", "substitutions"] = "all"
    after: Annotated[UUID | None, Field(description="前の頁の next")] = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 200


class TakeOut(Body):
    """外す報告項目（item_ids）、またはエラーのあるものすべて（all_with_errors）。"""

    item_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=1_000)] | None = None
    all_with_errors: Literal[True] | None = None


class CoverSheetQuery(Query):
    """送付書の形式。"""

    format: Literal["json", "text"] = "json"
