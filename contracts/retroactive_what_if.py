"""A question about retroactive payment without a person (追納の窓口試算, 法94条).

What the counter keys in is used for the answer and kept nowhere.
"""

from typing import Annotated, Literal

from pydantic import Field

from contracts.days import Day
from contracts.exemption_what_if import Keyed
from contracts.months import Month


class ExemptKeyed(Keyed):
    """免除等を受けた期間（両端を含む）。"""

    kind: Annotated[
        Literal[
            "statutory", "full", "three_quarters", "half", "quarter", "deferment", "student",
            "maternity", "child_care",
        ],
        Field(description="免除等の種類"),
    ]  # fmt: skip
    first: Month
    last: Month
    rest_paid: Annotated[
        bool | None,
        Field(description="一部免除の残余の額を納付したか。分からなければ空欄"),
    ] = None


class RetroactiveWhatIf(Keyed):
    """追納の試算の前提。"""

    paid_on: Annotated[Day | None, Field(description="承認・納付を見込む日（省略時は本日）")] = None
    recipient: Annotated[
        bool | None,
        Field(description="老齢基礎年金の受給権者か。分からなければ空欄"),
    ] = None
    exempt: Annotated[tuple[ExemptKeyed, ...], Field(min_length=1, max_length=40)]
    chosen: Annotated[
        tuple[Month, ...],
        Field(max_length=200, description="追納を希望する月（省略時は追納できるすべての月）"),
    ] = ()
    older_first: Annotated[
        bool,
        Field(description="納付猶予・学特より古い免除の月を先にする（94条2項ただし書）"),
    ] = False
