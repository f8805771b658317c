"""What the gateway takes on files that JPS sends back, and on what of them fits no item."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.days import Moment
from contracts.forms import FreeText
from services.gateway.requests import Body, Query


class JpsFilesQuery(Query):
    """取り込んだファイルの一覧の条件。"""

    before: Annotated[Moment | None, Field(description="前の頁の最後の started_at")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class BadRowsQuery(Query):
    """取り込めなかった行の頁。"""

    after: Annotated[int, Field(ge=0, le=2**53, description="前の頁の next（行番号）")] = 0
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100


class TakeFileQuery(BadRowsQuery):
    """ファイルの取込方法。"""

    check: Annotated[
        bool, Field(description="確認だけを行う（取り込めない行を表示し、何も取り込まない）")
    ] = False


class UnmatchedQuery(Query):
    """不一致の一覧の条件。"""

    settled: Annotated[bool, Field(description="処理済みの行を表示する")] = False
    after: Annotated[UUID | None, Field(description="前の頁の next")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class UnmatchedDone(Body):
    """突合しない行について行った処理。"""

    done: Annotated[FreeText, Field(description="処理した内容")]


class UnmatchedMatch(Body):
    """行の突合先。処理結果の行は報告項目、被保険者記録等の行は個人を指定する。"""

    item_id: Annotated[UUID | None, Field(description="報告項目")] = None
    person_id: Annotated[UUID | None, Field(description="個人")] = None
    reason: Annotated[FreeText, Field(description="突合の根拠")]


class UnmatchedUndo(Body):
    """突合を取り消す理由。"""

    reason: Annotated[FreeText, Field(description="取り消す理由")]
