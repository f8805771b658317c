"""Blocks (抑止): what may not be done for a person now, until somebody releases it.

Who set a block, why, and on which household stays in identity. A stop comes into force and comes
back after a release for a while by the calendar and the clock: no event marks the moment.
"""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from contracts.codes import Code
from contracts.days import Day, Moment
from contracts.events.base import Data, Event
from contracts.numbers import SmallVersion
from contracts.topics import PERSONS_BLOCKS, Topic


class BlockKind(Code):
    """What is blocked."""

    ISSUE = "issue", "発行抑止"
    """Documents and reports about the person leave no more."""
    CHANGE = "change", "異動抑止"
    """Staff enter nothing about the person. What the register tells is kept all the same."""
    INQUIRY = "inquiry", "照会抑止"
    """Neither staff nor services are shown the person's page or facts of other systems."""


class Stop(Data):
    """One thing that is stopped (エラー); what only warns is told to nobody."""

    kind: BlockKind
    since: Day
    lifted_until: Moment | None = None
    """Released for a while (一時解除): it comes back then."""


class PersonBlocksChanged(Event):
    """All that is stopped for a person, from their own blocks and those of their household.

    State-carrying: a later ``blocks_version`` of the person replaces an earlier one.
    """

    TYPE: ClassVar[str] = "nenkin.person.blocks_changed.v1"
    TOPIC: ClassVar[Topic] = PERSONS_BLOCKS

    person_id: UUID
    blocks_version: SmallVersion
    stops: Annotated[tuple[Stop, ...], Field(max_length=100)] = ()

    @property
    def record_key(self) -> str:
        return str(self.person_id)
