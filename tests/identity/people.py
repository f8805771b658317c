"""Records of the register as tests tell them: what is not said is ordinary."""

from datetime import date
from typing import Any

from contracts.codes import (
    BecameResidentReason,
    Relationship,
    RemovalReason,
    ResidentChangeKind,
    ResidentKind,
    ResidentStatus,
    Sex,
)
from contracts.dates import UncertainDate
from contracts.eras import parse_date
from contracts.events import ResidentTokenised
from contracts.events.residents import (
    Address,
    BecameResident,
    PersonName,
    Removal,
    ResidentRecord,
)
from contracts.keys import resident_key

Kind = ResidentChangeKind
SYSTEM = "resident_register"
HANAKO = "000000000000011"

_BECAME = {
    Kind.MOVE_IN: BecameResidentReason.MOVE_IN,
    Kind.MOVE_IN_FROM_ABROAD: BecameResidentReason.MOVE_IN_FROM_ABROAD,
    Kind.BIRTH: BecameResidentReason.BIRTH,
    Kind.OFFICIAL_ENTRY: BecameResidentReason.OFFICIAL,
}
_GONE = {
    Kind.MOVE_OUT: (RemovalReason.MOVE_OUT, ResidentStatus.MOVED_OUT),
    Kind.MOVE_ABROAD: (RemovalReason.MOVE_ABROAD, ResidentStatus.MOVED_OUT),
    Kind.DEATH: (RemovalReason.DEATH, ResidentStatus.DECEASED),
    Kind.OFFICIAL_REMOVAL: (RemovalReason.OFFICIAL, ResidentStatus.OTHERWISE_REMOVED),
}


def day(text: str) -> UncertainDate:
    """A date in any notation."""
    return parse_date(text)


def token(n: int) -> str:
    """The ``n``-th token."""
    return f"{n:032x}"


def key_of(event: ResidentTokenised) -> str:
    """The record key that the event comes under."""
    return resident_key(event.source, event.record.addressee_number)


def record(number: str = HANAKO, **items: Any) -> ResidentRecord:
    """A resident's record: 山田花子, householder, born 1985-05-02, here since 2020-04-01."""
    ordinary: dict[str, Any] = {
        "addressee_number": number,
        "household_number": "000000000000901",
        "name": PersonName(kanji="山田　花子", kana="ヤマダ　ハナコ"),
        "birth_date": day("1985-05-02"),
        "sex": Sex.FEMALE,
        "relationship": (Relationship.HOUSEHOLDER,),
        "resident_kind": ResidentKind.JAPANESE,
        "resident_status": ResidentStatus.RESIDENT,
        "became_resident": BecameResident(
            reason=BecameResidentReason.MOVE_IN, on=day("2020-04-01")
        ),
        "address": Address(text="千葉市中央区中央一丁目１番１号", municipality_code="121011"),
    }
    return ResidentRecord(**{**ordinary, **items})


def told(
    change: Kind,
    on: str = "2026-04-01",
    *,
    version: int = 1,
    number_token: str | None = token(1),
    became: BecameResident | str | None = "as the change says",
    removal: Removal | str | None = "as the change says",
    reported: date = date(2026, 4, 3),
    number: str = HANAKO,
    **items: Any,
) -> ResidentTokenised:
    """What the register tells of a change: a move in begins a stay, a move out ends it."""
    if isinstance(became, str):
        if change in _BECAME:
            items["became_resident"] = BecameResident(reason=_BECAME[change], on=day(on))
    else:
        items["became_resident"] = became
    if isinstance(removal, str):
        if change in _GONE:
            reason, status = _GONE[change]
            items.setdefault("resident_status", status)
            items["removal"] = Removal(reason=reason, on=day(on))
    else:
        items["removal"] = removal
    return ResidentTokenised(
        record_version=version,
        change=change,
        changed_on=day(on),
        reported_on=reported,
        record=record(number, **items),
        individual_number_token=number_token,
    )


def became(
    on: str,
    reason: BecameResidentReason = BecameResidentReason.MOVE_IN,
    *,
    note: bool | None = None,
) -> BecameResident:
    """住民となった事由 and its date, with the note on the National Pension where it is told."""
    return BecameResident(reason=reason, on=day(on), pension_note=note)


def removed(on: str, reason: RemovalReason) -> Removal:
    """消除の事由 and its date."""
    return Removal(reason=reason, on=day(on))
