"""Stays in the city (住民である期間), derived from the versions of a register record.

Each version says how the latest stay began and, once it is over, how it ended; earlier stays are
known from the versions that told of them while they lasted. So the residence is a fold over the
versions in their order, and `follow` is its one step.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Final, Protocol

from pydantic import ConfigDict, TypeAdapter, with_config

from contracts.codes import (
    BecameResidentReason,
    RemovalReason,
    ResidentChangeKind,
    ResidentStatus,
)
from contracts.dates import DatePrecision, UncertainDate
from contracts.events.persons import ResidencePeriod
from contracts.events.residents import ResidentRecord
from contracts.values import unchecked, value

_STRICT: Final = ConfigDict(extra="forbid")
_period: Final = unchecked(ResidencePeriod)


class Told(Protocol):
    """One version of a register record, as `contracts.events.ResidentTokenised` carries it."""

    @property
    def change(self) -> ResidentChangeKind: ...
    @property
    def changed_on(self) -> UncertainDate: ...
    @property
    def record(self) -> ResidentRecord: ...


@with_config(_STRICT)
@value
class Stay:
    """One stay. A cancelled one (異動の取消し（減）) never was; it is kept so that being
    told of the cancellation again changes nothing."""

    began: UncertainDate
    began_reason: BecameResidentReason | None
    ended: UncertainDate | None = None
    ended_reason: RemovalReason | None = None
    cancelled: bool = False
    pension_note: bool | None = None


@with_config(_STRICT)
@value
class Residence:
    """Every stay that the register told of, oldest first, and the death if there was one."""

    stays: tuple[Stay, ...] = ()
    died_on: UncertainDate | None = None

    @classmethod
    def read(cls, text: str) -> "Residence":
        """What `written` wrote. Raises ``ValidationError`` for anything else."""
        return _KEPT.validate_json(text)

    def written(self) -> str:
        """As JSON, to be kept."""
        return _KEPT.serializer.to_json(self, exclude_defaults=True).decode()

    @property
    def periods(self) -> tuple[ResidencePeriod, ...]:
        """The stays that were, in the form that eligibility works on."""
        return tuple(
            _period(
                began=stay.began,
                began_reason=stay.began_reason,
                ended=stay.ended,
                ended_reason=stay.ended_reason,
                pension_note=stay.pension_note,
            )
            for stay in self.stays
            if not stay.cancelled
        )


_KEPT: Final = TypeAdapter(Residence)


def without_stay(died_on: UncertainDate | None) -> Residence:
    """The residence of somebody who is not on the register (住登外者): none."""
    return Residence(stays=(), died_on=died_on)


NOBODY: Final = Residence()
"""Before the register told of anything."""

_UNKNOWN: Final = UncertainDate(precision=DatePrecision.UNKNOWN, notation="年月日不詳")

_ENTRIES: Final = {
    ResidentChangeKind.MOVE_IN: BecameResidentReason.MOVE_IN,
    ResidentChangeKind.MOVE_IN_FROM_ABROAD: BecameResidentReason.MOVE_IN_FROM_ABROAD,
    ResidentChangeKind.BIRTH: BecameResidentReason.BIRTH,
    ResidentChangeKind.OFFICIAL_ENTRY: BecameResidentReason.OFFICIAL,
}
_EXITS: Final = {
    ResidentChangeKind.MOVE_OUT: RemovalReason.MOVE_OUT,
    ResidentChangeKind.MOVE_ABROAD: RemovalReason.MOVE_ABROAD,
    ResidentChangeKind.DEATH: RemovalReason.DEATH,
    ResidentChangeKind.OFFICIAL_REMOVAL: RemovalReason.OFFICIAL,
}
_MENDS: Final = frozenset({ResidentChangeKind.CORRECTION, ResidentChangeKind.CANCELLATION})
"""What such a version says is about the stay known already, even where its dates have moved."""

_SHEET_REPLACED: Final = frozenset({RemovalReason.REWRITTEN, RemovalReason.REMADE})
"""改製, 再製: a sheet of the register was replaced; nobody went anywhere."""
_CARRIED_ON: Final = _SHEET_REPLACED | {
    RemovalReason.NATURALISATION,
    RemovalReason.LOSS_OF_NATIONALITY,
}
"""Removals after which the same person goes on living there under a new sheet."""
_CARRYING_ON: Final = frozenset(
    {
        BecameResidentReason.REWRITTEN,
        BecameResidentReason.REMADE,
        BecameResidentReason.NATURALISATION,
        BecameResidentReason.LOSS_OF_NATIONALITY,
        BecameResidentReason.REMOVAL_CANCELLED,
    }
)
"""Entries that continue a stay: the day the person became a resident is that of the sheet before
(住民記録システム標準仕様書 4.5.3: 外国人住民となった年月日 is taken over)."""

_Began = tuple[BecameResidentReason | None, UncertainDate]
_Ended = tuple[RemovalReason | None, UncertainDate]


def residence_of(versions: Iterable[Told]) -> Residence:
    """The residence after these versions, oldest first: what `follow` gives step by step."""
    return reduce(follow, versions, NOBODY)


def follow(known: Residence, told: Told) -> Residence:
    """The residence after one more version of the record.

    What holds now comes from the record; the reason for the change only decides where the record
    itself leaves open whether it speaks of the known stay or of a new one.
    """
    began, ended = _began(told), _ended(told)
    last = known.stays[-1] if known.stays else None
    if last is None or _starts_anew(last, began, told.change):
        earlier = known.stays
        reason, day = began or (None, _UNKNOWN)
        stay = Stay(began=day, began_reason=reason, pension_note=_note(told.record))
        stay = _close(stay, ended)
    else:
        earlier = known.stays[:-1]
        stay = _restate(last, began, ended, told)
    return Residence(stays=(*earlier, stay), died_on=_died(told))


def _began(told: Told) -> _Began | None:
    if told.record.became_resident is not None:
        return told.record.became_resident.reason, told.record.became_resident.on
    if told.change in _ENTRIES:
        return _ENTRIES[told.change], told.changed_on
    return None


def _ended(told: Told) -> _Ended | None:
    removal, status = told.record.removal, told.record.resident_status
    if removal is not None:
        return None if removal.reason in _SHEET_REPLACED else (removal.reason, removal.on)
    if status is ResidentStatus.RESIDENT:
        return None
    if told.change in _EXITS:
        return _EXITS[told.change], told.changed_on
    return (RemovalReason.DEATH if status is ResidentStatus.DECEASED else None), _UNKNOWN


def _died(told: Told) -> UncertainDate | None:
    removal = told.record.removal
    if removal is not None and removal.reason is RemovalReason.DEATH:
        return removal.on
    if told.record.resident_status is not ResidentStatus.DECEASED:
        return None
    return told.changed_on if told.change is ResidentChangeKind.DEATH else _UNKNOWN


def _starts_anew(last: Stay, began: _Began | None, change: ResidentChangeKind) -> bool:
    """Whether the record speaks of another stay than the last one known."""
    if last.ended is None or began is None or change in _MENDS:
        return False
    reason, day = began
    if day == last.began or reason is BecameResidentReason.REMOVAL_CANCELLED:
        return False
    if reason in _CARRYING_ON and last.ended_reason in _CARRIED_ON:
        return False
    if day.sort_date is None or last.ended.sort_date is None:
        return change in _ENTRIES
    return day.sort_date >= last.ended.sort_date


def _restate(last: Stay, began: _Began | None, ended: _Ended | None, told: Told) -> Stay:
    """The same stay as the record has it now. A note that was told once stays with it."""
    note = _note(told.record)
    if began is None or began[0] in _CARRYING_ON:
        began, note = (last.began_reason, last.began), None
    note = last.pension_note if note is None else note
    stay = Stay(began=began[1], began_reason=began[0], pension_note=note)
    if told.change not in _MENDS and _died_elsewhere(last, ended):
        ended = last.ended_reason, last.ended or _UNKNOWN
    return _close(stay, ended)


def _died_elsewhere(last: Stay, ended: _Ended | None) -> bool:
    """Whether the end that is told is the death of someone who had left before."""
    return (
        ended is not None
        and ended[0] is RemovalReason.DEATH
        and last.ended is not None
        and last.ended_reason is not RemovalReason.DEATH
        and not last.cancelled
    )


def _close(stay: Stay, ended: _Ended | None) -> Stay:
    if ended is None:
        return stay
    reason, day = ended
    return Stay(
        began=stay.began,
        began_reason=stay.began_reason,
        ended=day,
        ended_reason=reason,
        cancelled=reason is RemovalReason.ENTRY_CANCELLED,
        pension_note=stay.pension_note,
    )


def _note(record: ResidentRecord) -> bool | None:
    return record.became_resident.pension_note if record.became_resident else None
