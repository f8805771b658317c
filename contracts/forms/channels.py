"""By whom and on which way a form comes in, and what is verified there (C05, C07): dated data.

What holds for every form on a channel is in ``channels.toml``; a form says which channels it is
accepted on, and since when.
"""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.codes import Code
from contracts.days import Day
from contracts.forms.verification import NumberVerification, PersonVerification

_RULES = Path(__file__).with_name("channels.toml")


class Channel(Code):
    """How a form reached the municipality."""

    COUNTER = "counter", "窓口"
    POST = "post", "郵送"
    ELECTRONIC = "electronic", "電子申請（マイナポータル）"
    RESIDENT_REGISTER = "resident_register", "住民基本台帳の届出への付記（国民年金法12条3項）"
    EX_OFFICIO = "ex_officio", "職権"


class Notifier(Code):
    """Who hands a form in (届出人)."""

    PERSON = "person", "本人"
    HOUSEHOLDER = "householder", "世帯主"
    PROXY = "proxy", "代理人"
    DEATH_NOTIFIER = "death_notifier", "戸籍法の死亡届出義務者"
    """国民年金法105条4項: the relatives and others whom the Family Register Act obliges."""


class ExOfficioGround(Code):
    """Why the city acts without a notice (職権の事由)."""

    NOT_NOTIFIED = "not_notified", "届出の勧奨をしても届出がないため"
    FROM_JPS = "from_jps", "日本年金機構からの依頼・通知による"
    FROM_RECORDS = "from_records", "住民記録・公簿等で事実を確認したため"
    WRONG_ENTRY = "wrong_entry", "記録の誤りの訂正"


class ExOfficio(BaseModel):
    """職権による処理: the ground, what was looked at, and who ordered it (起案・決裁)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    ground: ExOfficioGround
    evidence: Annotated[str, Field(min_length=1, max_length=200)]
    """What the fact is known from: a record, a letter of JPS, an inspection."""
    ordered_by: Annotated[str, Field(min_length=1, max_length=100)]
    """職・氏名 of whoever ordered it (決裁者)."""
    ordered_on: Day


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ChannelUse(_Declared):
    """That a form is accepted on a channel; without days, as long as the form is valid."""

    channel: Channel
    valid_from: Day | None = None
    valid_to: Day | None = None
    article: str | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it is accepted on ``day``."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


class ChannelRule(_Declared):
    """What is verified of a form on a channel, as long as this is the rule."""

    channel: Channel
    valid_from: Day
    valid_to: Day | None = None
    article: str
    """The articles it rests on; where it does not, what it rests on."""
    unverified: str | None = None
    """What of it was not read in a source, for staff to check."""
    numbers: tuple[NumberVerification, ...] = ()
    """How the number may be verified (C05). None: no identity check is made on this way."""
    persons: tuple[PersonVerification, ...] = ()
    """How it may be verified who acts (C05)."""
    documents: bool = True
    """Whether the form's documents are asked for (C07)."""
    notified: bool = True
    """Whether somebody notifies. False: the city acts by itself, on a ground."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if bool(self.numbers) != bool(self.persons):
            raise ValueError("number and person are verified, or neither is")
        return self

    @property
    def checks_identity(self) -> bool:
        """Whether number and person are verified here."""
        return bool(self.numbers)


@cache
def channel_rules() -> tuple[ChannelRule, ...]:
    """The rules of every channel, as declared in ``channels.toml``."""
    declared = tomllib.loads(_RULES.read_text(encoding="utf-8"))
    return tuple(ChannelRule.model_validate(rule) for rule in declared["channels"])


def channel_rule(channel: Channel, day: date) -> ChannelRule | None:
    """What holds on a channel on ``day``. None: the channel was not, or is no longer, there."""
    for rule in channel_rules():
        ended = rule.valid_to is not None and rule.valid_to < day
        if rule.channel is channel and rule.valid_from <= day and not ended:
            return rule
    return None
