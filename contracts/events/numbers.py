"""Individual numbers that may be nobody's: the vault asks identity, and erases what is (C28).

A number that staff enter for somebody who is not on the register (住登外者) may be sent back, or
its entry never be made. The vault does not know persons, and identity knows no number: so the
vault asks about tokens, and identity says which no record and no entry bears.
"""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.days import Moment
from contracts.events.base import Event
from contracts.topics import NUMBERS_ANSWERS, NUMBERS_QUESTIONS, Topic

Token = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""The vault's token of an individual number: random, and nothing about the number follows."""
MOST_TOKENS = 500


class NumbersQuestioned(Event):
    """The vault asks which of these tokens are borne by nobody. They were entered by staff some
    time ago, and the resident register has told of none of them."""

    TYPE: ClassVar[str] = "nenkin.numbers.questioned.v1"
    TOPIC: ClassVar[Topic] = NUMBERS_QUESTIONS

    question_id: UUID
    entered_before: Moment
    """Staff entered each of them before that, and none of them since."""
    tokens: Annotated[tuple[Token, ...], Field(min_length=1, max_length=MOST_TOKENS)]

    @property
    def record_key(self) -> str:
        return str(self.question_id)


class NumbersUnborne(Event):
    """Identity's answer: those of the tokens that no record, no version of one, and no entry bears
    that waits or was settled. One that is entered again meanwhile is not meant."""

    TYPE: ClassVar[str] = "nenkin.numbers.unborne.v1"
    TOPIC: ClassVar[Topic] = NUMBERS_ANSWERS

    question_id: UUID
    entered_before: Moment
    """As it was asked."""
    tokens: Annotated[tuple[Token, ...], Field(min_length=1, max_length=MOST_TOKENS)]

    @property
    def record_key(self) -> str:
        return str(self.question_id)
