"""What the gateway takes about the register of receipts on paper, and about missing notices."""

from typing import Annotated

from pydantic import Field

from contracts.days import Day
from services.gateway.requests import Body, Query, State


class ReceiptsPrintQuery(Query):
    """印刷する受付処理簿の範囲。"""

    office: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=200,
            pattern=r"^[^\x00-\x1f\x7f]+$",
            description="受付部署（省略時は自部署）",
        ),
    ] = None
    fiscal_year: Annotated[
        int | None, Field(ge=1961, le=9999, description="受付年度（省略時は今年度）")
    ] = None
    first: Annotated[int, Field(ge=1, le=2**31 - 1, description="最初の受付番号")] = 1
    last: Annotated[int, Field(ge=1, le=2**31 - 1, description="最後の受付番号")] = 2000


class MissingNoticesQuery(Query):
    """届出のない者の一覧の条件。"""

    kind: Annotated[str | None, Field(pattern=r"^[a-z0-9_]{1,40}$", description="把握の事由")] = (
        None
    )
    after: Annotated[int, Field(ge=0, le=2**53, description="前の頁の最後の通し番号")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class MissingNoticeStep(Body):
    """勧奨などの記録。"""

    step: State
    taken_on: Annotated[Day, Field(description="行った日")]
    note: Annotated[str | None, Field(min_length=1, max_length=200, description="方法・応対")] = (
        None
    )


class ExemptionProposalsQuery(Query):
    """案内・確認の対象者の一覧の条件。"""

    kind: Annotated[str | None, Field(pattern=r"^[a-z_]{1,40}$", description="案内・確認の別")] = (
        None
    )
    after: Annotated[int, Field(ge=0, le=2**53, description="前の頁の最後の通し番号")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ExemptionProposalStep(Body):
    """案内・確認などの記録。"""

    step: State
    taken_on: Annotated[Day, Field(description="行った日")]
    note: Annotated[
        str | None,
        Field(min_length=1, max_length=200, description="方法、又は不要の理由"),
    ] = None
