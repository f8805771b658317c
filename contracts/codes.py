"""Code tables of the resident register, with their official Japanese labels.

Where the register publishes a code, the value is that code; where it publishes only a wording
(異動事由), the value is an English word. The tables are closed: a new member is a new version of
the events that carry it. Those made of `OpenCode` may grow.
"""

from typing import Self

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from contracts.enums import StrEnum


class Code(StrEnum):
    """A code with the label that staff read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        # Whoever implements the schema in another language reads the meaning of the codes in it.
        json_schema = handler.resolve_ref_schema(handler(schema))
        json_schema["description"] = ", ".join(f"{code.value} {code.label}" for code in cls)
        return json_schema


class OpenCode(Code):
    """A table that may grow within a version, and says so to all who read it (``x-open``).

    For codes by which no reader decides anything. Who does not know a value yet keeps it as it is
    (outside), or parks the event until the release that knows it (here).
    """

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return super().__get_pydantic_json_schema__(schema, handler) | {OPEN: True}


OPEN = "x-open"
"""The keyword of a schema that says that a set of values may grow."""


class Sex(Code):
    """性別"""

    UNKNOWN = "0", "不明（未記入）"
    MALE = "1", "男"
    FEMALE = "2", "女"


class ResidentKind(Code):
    """住民種別"""

    JAPANESE = "1", "日本人"
    FOREIGN = "2", "外国人"


class ResidentStatus(Code):
    """住民状態"""

    RESIDENT = "1", "住民"
    MOVED_OUT = "2", "転出者"
    DECEASED = "3", "死亡者"
    OTHERWISE_REMOVED = "9", "その他消除者"


class Relationship(Code):
    """続柄コード: one step of a relationship to the householder; 子の妻 is ``CHILD``, ``WIFE``."""

    HOUSEHOLDER = "02", "世帯主"
    HUSBAND = "11", "夫"
    WIFE = "12", "妻"
    HUSBAND_UNREGISTERED = "13", "夫（未届）"
    WIFE_UNREGISTERED = "14", "妻（未届）"
    CHILD = "20", "子"
    FATHER = "51", "父"
    MOTHER = "52", "母"
    ELDER_BROTHER = "71", "兄"
    YOUNGER_BROTHER = "74", "弟"
    ELDER_SISTER = "81", "姉"
    YOUNGER_SISTER = "84", "妹"
    RELATIVE = "96", "縁故者"
    LODGER = "99", "同居人"


class ResidentChangeKind(Code):
    """異動事由: why the register sends a record. What holds now is in the record itself."""

    MOVE_IN = "move_in", "国内転入"
    MOVE_IN_FROM_ABROAD = "move_in_from_abroad", "国外転入等"
    MOVE_OUT = "move_out", "国内転出"
    MOVE_ABROAD = "move_abroad", "国外転出"
    BIRTH = "birth", "出生"
    DEATH = "death", "死亡"
    NAME_CHANGE = "name_change", "氏名変更"
    ADDRESS_CHANGE = "address_change", "転居"
    HOUSEHOLD_CHANGE = "household_change", "世帯変更"
    NUMBER_CHANGE = "number_change", "個人番号の変更"
    OFFICIAL_ENTRY = "official_entry", "職権記載"
    OFFICIAL_REMOVAL = "official_removal", "職権消除"
    CORRECTION = "correction", "職権修正"
    CANCELLATION = "cancellation", "異動の取消し"
    SNAPSHOT = "snapshot", "全件連携"


class BecameResidentReason(Code):
    """記載の事由: how a person came to be in the register."""

    MOVE_IN = "move_in", "国内転入"
    MOVE_IN_FROM_ABROAD = "move_in_from_abroad", "国外転入等"
    BIRTH = "birth", "出生"
    NATURALISATION = "naturalisation", "職権記載（帰化等）"
    LOSS_OF_NATIONALITY = "loss_of_nationality", "職権記載（国籍喪失）"
    OFFICIAL = "official", "職権記載"
    REWRITTEN = "rewritten", "改製"
    REMADE = "remade", "再製"
    REMOVAL_CANCELLED = "removal_cancelled", "異動の取消し（増）"


class RemovalReason(Code):
    """消除の事由: how a person left the register."""

    MOVE_OUT = "move_out", "国内転出"
    MOVE_ABROAD = "move_abroad", "国外転出"
    DEATH = "death", "死亡"
    NATURALISATION = "naturalisation", "職権消除（帰化等）"
    LOSS_OF_NATIONALITY = "loss_of_nationality", "職権消除（国籍喪失）"
    OFFICIAL = "official", "職権消除"
    REWRITTEN = "rewritten", "改製"
    REMADE = "remade", "再製"
    ENTRY_CANCELLED = "entry_cancelled", "異動の取消し（減）"
