"""What staff frontends send about applications for exemption. Descriptions are in Japanese."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from contracts.days import Day
from services.gateway.requests import Body, HandedIn, Query


class NewExemptionApplication(Body):
    """受け付ける免除・納付猶予・学生納付特例の申請（様式は `/exemption-application-forms`）。"""

    person_id: UUID
    kind: Annotated[str, Field(max_length=60)]
    submission: HandedIn
    also_cycles: Annotated[
        tuple[Annotated[int, Field(ge=2000, le=2200)], ...],
        Field(max_length=5, description="同じ申請を行う他の年度（西暦）"),
    ] = ()
    mends: Annotated[UUID | None, Field(description="再提出する返戻された申請")] = None


class NewExemptionRequest(Body):
    """免除等の申請について記録する取消申請・審査請求。"""

    kind: Annotated[
        Literal["cancellation", "appeal"],
        Field(description="cancellation 取消申請・appeal 審査請求"),
    ]
    made_on: Annotated[Day, Field(description="申請・請求の年月日")]


class DecisionsQuery(Query):
    """対応を要する日本年金機構の決定の一覧の条件。"""

    after: Annotated[UUID | None, Field(description="前の頁の最後の decision_id")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class NewPremiumStatement(Body):
    """受け付ける納付の申出等の届出・記録（様式は `/premium-statement-forms`）。"""

    person_id: UUID
    kind: Annotated[str, Field(max_length=60)]
    submission: HandedIn
    mends: Annotated[UUID | None, Field(description="再提出する返戻された届書")] = None


class SettleRenewals(Body):
    """本登録する継続審査（確認事項のないもの）。"""

    cycle: Annotated[int, Field(ge=2000, le=2200, description="年度（7月に始まる年。西暦）")]
    limit: Annotated[int, Field(ge=1, le=500, description="一度に本登録する件数")] = 500


class RenewalQuery(Query):
    """継続審査の一覧の条件。"""

    cycle: Annotated[int, Field(ge=2000, le=2200, description="年度（7月に始まる年。西暦）")]
    renewal: Annotated[
        Literal["asked", "clear", "to_look_at"],
        Field(description="asked 照会中・clear 該当（確認事項なし）・to_look_at 要確認"),
    ] = "to_look_at"
    after: Annotated[int, Field(ge=0, le=2**53, description="前の頁の最後の番号")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class ConsequencesQuery(Query):
    """資格の変更による免除等の異動の一覧の条件。"""

    state: Annotated[
        Literal["open", "noted", "shown", "gone"],
        Field(description="open 要対応・noted 対応済・shown 対応不要・gone 解消"),
    ] = "open"
    after: Annotated[int, Field(ge=0, le=2**53, description="前の頁の最後の番号")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class NoteConsequence(Body):
    """資格の変更による免除等の異動への対応。"""

    note: Annotated[str, Field(min_length=1, max_length=200, description="対応した内容")]


class ReviewsAgainQuery(Query):
    """再審査で相違が見つかった申請の一覧の条件。"""

    state: Annotated[
        Literal["open", "noted", "settled_anew", "gone"],
        Field(description="open 要対応・noted 対応済・settled_anew 再本登録済・gone 解消"),
    ] = "open"
    after: Annotated[int, Field(ge=0, le=2**53, description="前の頁の最後の番号")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class TakeBacksQuery(Query):
    """本登録取消の提案の一覧の条件。"""

    state: Annotated[
        Literal["open", "agreed", "declined"],
        Field(description="open 決定待ち・agreed 取消し・declined 取り消さない"),
    ] = "open"
    procedure: Annotated[
        Literal[
            "additional_premium_notices",
            "exemption_notices",
            "exemption_applications",
            "premium_statements",
        ]
        | None,
        Field(
            description="additional_premium_notices 付加保険料の申出・exemption_notices 法定免除・"
            "産前産後免除・育児免除の届出・exemption_applications 免除等の申請・"
            "premium_statements 納付の申出など"
        ),
    ] = None
    after: Annotated[int, Field(ge=0, le=2**53, description="前の頁の最後の番号")] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class NoteReviewAgain(Body):
    """再審査で見つかった相違への対応、又は本登録の審査のままとする理由。"""

    note: Annotated[str, Field(min_length=1, max_length=200, description="対応した内容・理由")]


class SettleAnew(Body):
    """審査をやり直して本登録する申請について確認した事項。"""

    acknowledged: Annotated[
        tuple[Annotated[str, Field(max_length=60)], ...],
        Field(max_length=50, description="確認した要確認事項のコード"),
    ] = ()
