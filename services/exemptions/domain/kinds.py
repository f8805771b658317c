"""The kinds of exemption from the premium, and what an application came to, month by month."""

from collections.abc import Mapping
from datetime import date

from contracts.codes import Code
from contracts.months import Month
from contracts.values import value
from services.exemptions.domain.reasons import Reason


class ExemptionKind(Code):
    """免除種類, in the order in which they go before one another (see `combination`)."""

    MATERNITY = "maternity", "産前産後期間の保険料免除"
    """88条の2."""
    CHILD_CARE = "child_care", "育児期間の保険料免除"
    """88条の3."""
    STATUTORY = "statutory", "法定免除"
    """89条1項."""
    FULL = "full", "全額免除"
    """90条1項."""
    THREE_QUARTERS = "three_quarters", "４分の３免除"
    """90条の2第1項."""
    HALF = "half", "半額免除"
    """90条の2第2項."""
    QUARTER = "quarter", "４分の１免除"
    """90条の2第3項."""
    DEFERMENT = "deferment", "納付猶予"
    """平16法104附則19条, 平26法64附則14条."""
    STUDENT = "student", "学生納付特例"
    """90条の3第1項."""

    @property
    def by_application(self) -> bool:
        """Whether it stands by an application that was approved, and not by law and notice."""
        return self not in _BY_LAW

    @property
    def is_partial(self) -> bool:
        """Whether a part stays to be paid (一部免除)."""
        return self in _PARTIAL

    @property
    def counts_as_paid(self) -> bool:
        """Whether its months are months of paid premiums (法5条1項)."""
        return self in _PAID

    @property
    def is_deferred(self) -> bool:
        """Whether its months do not count for the amount of the pension (27条, 90条の3)."""
        return self in _DEFERRED


_PAID = frozenset({ExemptionKind.MATERNITY, ExemptionKind.CHILD_CARE})
_BY_LAW = _PAID | {ExemptionKind.STATUTORY}
_PARTIAL = frozenset({ExemptionKind.THREE_QUARTERS, ExemptionKind.HALF, ExemptionKind.QUARTER})
_DEFERRED = frozenset({ExemptionKind.DEFERMENT, ExemptionKind.STUDENT})


@value
class AppliedMonth:
    """What the applications of a person came to for one month: one kind, and why.

    Which of several applications stands for a month is decided where they are examined
    (``domain/application``); here a month has one outcome by application or none.
    Raises ``ValueError`` for a kind that no application gives.
    """

    kind: ExemptionKind
    reasons: tuple[Reason, ...] = ()
    applied_on: date | None = None
    """申請日: a notice that is held to cancel it comes later. None: nobody told."""

    def __post_init__(self) -> None:
        if not self.kind.by_application:
            raise ValueError(f"{self.kind.value} is not given by application")


Applied = Mapping[Month, AppliedMonth]
"""The outcome of a person's applications: months without an entry are not exempt by any."""
