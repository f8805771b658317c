"""The four attributes (4情報, controls C01 and C06): 氏名, 住所, 生年月日, 性別.

What comes in or is entered is a person's only after these were compared with the register. Nothing
here looks anything up: a record's attributes are held against those of persons that were found.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from contracts.codes import Code, Sex
from contracts.dates import DatePrecision, UncertainDate
from contracts.events.feeds import FourAttributes
from contracts.events.residents import Address, PersonName, ResidentRecord
from services.identity.domain.addresses import fold_address, plain, whole_key
from services.identity.domain.folding import Folding


class Agreement(Code):
    """Whether one attribute agrees, and after which folding."""

    EXACT = "exact", "一致"
    FOLDED = "folded", "空白・全半角などの違いを除いて一致"
    VARIANT = "variant", "異体字を同一視して一致"
    NOTATION = "notation", "丁目・番地などの書き方の違いを除いて一致"
    NO_BUILDING = "no_building", "一方にない方書を除いて一致"
    ALIAS = "alias", "通称と一致"
    KANA = "kana", "フリガナのみ一致"
    FORMER = "former", "以前の氏名・住所と一致"
    PART = "part", "一部が一致"
    DIFFERS = "differs", "不一致"
    UNKNOWN = "unknown", "比較できない"

    @property
    def agrees(self) -> bool:
        """Whether it is the same attribute, written in whatever way."""
        return self in _AGREE

    @property
    def speaks_for(self) -> bool:
        """Whether it agrees, or comes so close that staff should look."""
        return self in _AGREE or self in _CLOSE


_AGREE: Final = frozenset(
    {
        Agreement.EXACT,
        Agreement.FOLDED,
        Agreement.VARIANT,
        Agreement.NOTATION,
        Agreement.NO_BUILDING,
        Agreement.ALIAS,
    }
)
_CLOSE: Final = frozenset({Agreement.KANA, Agreement.FORMER, Agreement.PART})


@dataclass(frozen=True, slots=True)
class Bearer:
    """A person of the register as the comparison sees them."""

    person_id: UUID
    record: ResidentRecord
    former_name_keys: frozenset[str] = frozenset()
    """Kanji keys of names borne before."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing a record with one person."""

    name: Agreement
    address: Agreement
    birth_date: Agreement
    sex: Agreement

    @property
    def all_agree(self) -> bool:
        """All four: the record is this person's."""
        return self.without_address and self.address.agrees

    @property
    def agreeing(self) -> int:
        """How many of the four agree."""
        return sum(one.agrees for one in (self.name, self.address, self.birth_date, self.sex))

    @property
    def without_address(self) -> bool:
        """The three that do not change with a move."""
        return self.name.agrees and self.birth_date.agrees and self.sex.agrees

    @property
    def near(self) -> bool:
        """Whether staff should look: two of name, address and birth date speak for it. Sex alone
        tells nothing, and members of a household share an address."""
        return (self.name.speaks_for + self.address.speaks_for + self.birth_date.speaks_for) >= 2


def compare(told: FourAttributes, bearer: Bearer, folding: Folding) -> Comparison:
    """Compare attribute by attribute. Unknown is never agreement."""
    record = bearer.record
    return Comparison(
        name=_name(told.name, bearer, folding),
        address=_address(told.address, record, folding),
        birth_date=_birth_date(told.birth_date, record.birth_date),
        sex=_sex(told.sex, record.sex),
    )


def _name(told: PersonName, bearer: Bearer, folding: Folding) -> Agreement:
    borne, alias = bearer.record.name, bearer.record.alias
    written = _written(told.kanji, borne.kanji, folding)
    if written is None and borne.latin is not None:
        written = _written(told.kanji, borne.latin, folding)
    if written is not None:
        return written
    if alias is not None and any(
        _written(told.kanji, text, folding) for text in (alias.kanji, alias.latin) if text
    ):
        return Agreement.ALIAS
    if folding.kanji(told.kanji) in bearer.former_name_keys:
        return Agreement.FORMER
    if told.kana and borne.kana and folding.kana(told.kana) == folding.kana(borne.kana):
        return Agreement.KANA
    return Agreement.DIFFERS


def _written(told: str, known: str, folding: Folding) -> Agreement | None:
    if told == known:
        return Agreement.EXACT
    if folding.latin(told) == folding.latin(known):
        return Agreement.FOLDED if folding.latin(told) else None
    key = folding.kanji(told)
    return Agreement.VARIANT if key and key == folding.kanji(known) else None


def _address(told: Address, record: ResidentRecord, folding: Folding) -> Agreement:
    found = _same_place(told, record.address, folding)
    if found.agrees or record.previous_address is None:
        return found
    before = _same_place(told, record.previous_address, folding)
    return Agreement.FORMER if before.agrees else found


def _same_place(told: Address, known: Address, folding: Folding) -> Agreement:
    if told.abroad != known.abroad:
        return Agreement.DIFFERS
    if (told.text, told.building or "") == (known.text, known.building or ""):
        return Agreement.EXACT
    if plain(told.text + (told.building or "")) == plain(known.text + (known.building or "")):
        return Agreement.FOLDED
    ours, theirs = whole_key(known, folding), whole_key(told, folding)
    if ours and ours == theirs:
        return Agreement.NOTATION
    if _says_less(told, theirs, ours) or _says_less(known, ours, theirs):
        return Agreement.NO_BUILDING
    lot = fold_address(known.text, folding)
    if lot and lot == fold_address(told.text, folding):
        return Agreement.PART
    return Agreement.DIFFERS


def _says_less(shorter: Address, short: str, long: str) -> bool:
    """Whether one says where, and the other says the same and a building."""
    if shorter.building or not short or not short[-1].isdigit() or not long.startswith(short):
        return False
    rest = long[len(short) :]
    # 1-1-12 does not begin like 1-1-1, and a further number may be that of the lot.
    return not rest[:1].isdigit() and not rest.startswith("~")


def _birth_date(told: UncertainDate, known: UncertainDate) -> Agreement:
    if DatePrecision.UNKNOWN in (told.precision, known.precision):
        return Agreement.UNKNOWN
    if told.value is not None and known.value is not None:
        if told.value == known.value:
            return Agreement.EXACT
        return Agreement.PART if _one_part_off(told.value, known.value) else Agreement.DIFFERS
    if told.precision is known.precision and told.sort_date == known.sort_date:
        return Agreement.FOLDED
    if told.sort_date and known.sort_date and told.sort_date.year == known.sort_date.year:
        return Agreement.PART
    return Agreement.DIFFERS


def _one_part_off(told: date, known: date) -> bool:
    """A slip of the pen: year, month or day is another, or month and day are exchanged."""
    same = (told.year == known.year) + (told.month == known.month) + (told.day == known.day)
    return same == 2 or (told.year, told.month, told.day) == (known.year, known.day, known.month)


def _sex(told: Sex, known: Sex) -> Agreement:
    if Sex.UNKNOWN in (told, known):
        return Agreement.UNKNOWN
    return Agreement.EXACT if told is known else Agreement.DIFFERS


class Outcome(Code):
    """What a record's comparison came to."""

    AGREED = "agreed", "4情報一致"
    BY_LINK = "by_link", "紐付け済（住所のみ不一致、または前回と同じ4情報）"
    NEAR = "near", "一部不一致"
    AMBIGUOUS = "ambiguous", "複数該当"
    NOBODY = "nobody", "該当者なし"
    DISMISSED = "dismissed", "該当者なしと確定済"
    PROPOSED = "proposed", "職員が提案"
    SETTLED = "settled", "職員が確定"
    DOUBTED = "doubted", "紐付けに疑義あり"

    @property
    def attaches(self) -> bool:
        """Whether the record is the person's from now on."""
        return self in (Outcome.AGREED, Outcome.BY_LINK)

    @property
    def queues(self) -> bool:
        """Whether staff have to look."""
        return self in (Outcome.NEAR, Outcome.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome, whose the record is, and the comparisons that say so."""

    outcome: Outcome
    person_id: UUID | None = None
    compared: tuple[tuple[UUID, Comparison], ...] = ()


def compare_all(
    told: FourAttributes, bearers: Iterable[Bearer], folding: Folding
) -> dict[UUID, Comparison]:
    """The comparison with each person; where several records are one person's, the best."""
    compared: dict[UUID, Comparison] = {}
    for bearer in bearers:
        found = compare(told, bearer, folding)
        known = compared.get(bearer.person_id)
        if known is None or (found.all_agree, found.near) > (known.all_agree, known.near):
            compared[bearer.person_id] = found
    return compared


def judge(compared: Mapping[UUID, Comparison]) -> Judgement:
    """Whose a record is that nobody's number stands for yet: the one with whom all agree."""
    order = sorted(compared.items())
    same = [(person_id, found) for person_id, found in order if found.all_agree]
    if len(same) == 1:
        return Judgement(Outcome.AGREED, same[0][0], tuple(same))
    if same:
        return Judgement(Outcome.AMBIGUOUS, None, tuple(same))
    near = tuple((person_id, found) for person_id, found in order if found.near)
    return Judgement(Outcome.NEAR if near else Outcome.NOBODY, None, near)


def judge_linked(person_id: UUID, found: Comparison, *, as_before: bool) -> Judgement:
    """Whether a record still is the one's whose number it bears.

    A move reaches the systems at different times, so the address alone takes nobody's record away;
    nor does anything that was compared or settled before (``as_before``).
    """
    if found.all_agree:
        outcome = Outcome.AGREED
    elif found.without_address or as_before:
        outcome = Outcome.BY_LINK
    else:
        outcome = Outcome.NEAR
    held = None if outcome is Outcome.NEAR else person_id
    return Judgement(outcome, held, ((person_id, found),))
