"""What the gateway takes on files that JPS sends back, and on what of them fits no item."""

from typing import Annotated

from pydantic import Field

from contracts.days import Moment
from services.gateway.requests import Query


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
