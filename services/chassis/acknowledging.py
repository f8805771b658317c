"""Telling the group how far this instance has come.

What a batch has done is in the database, its marks with it: what the group knows only decides where
whoever comes next begins to read, and what it reads once more is dropped as a duplicate. So it is
told a moment later, once for all batches since: a request less for each batch, whose answer nobody
waits for.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from aiokafka.structs import TopicPartition

from services.chassis.records import Record

log = logging.getLogger(__name__)

EVERY_S: Final = 0.5
"""What is read once more after a crash is at most what came in such a time."""


class Acknowledgements:
    """``done`` after a commit; ``tell`` now and then, and before leaving."""

    def __init__(self) -> None:
        self._next: dict[TopicPartition, int] = {}
        self._telling = asyncio.Lock()

    def done(self, records: Iterable[Record]) -> None:
        """These were committed to the database."""
        last = {(record.topic, record.shard): record.offset for record in records}
        for place, offset in last.items():
            self._next[TopicPartition(*place)] = offset + 1

    async def tell(self, consumer: AIOKafkaConsumer) -> None:
        """Tell the group what it does not know yet; what fails is told with the next."""
        async with self._telling:
            assignment = consumer.assignment()
            # What has moved to another instance begins there at what the group was told before.
            for place in self._next.keys() - assignment:
                del self._next[place]
            offsets = dict(self._next)
            if not offsets:
                return
            try:
                await consumer.commit(offsets)
            except (ConsumerStoppedError, IllegalStateError, KafkaError):
                log.warning("what was taken in could not be acknowledged", exc_info=True)
                return
            for place, offset in offsets.items():
                if self._next.get(place) == offset:
                    del self._next[place]

    async def keep_telling(self, consumer: Callable[[], AIOKafkaConsumer | None]) -> None:
        """``tell`` whatever consumer there is by then, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                if (present := consumer()) is not None:
                    await self.tell(present)
            except Exception:  # whatever it is: without this task nothing is ever told again
                log.error("what was taken in could not be acknowledged", exc_info=True)
