"""What every event is."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from contracts.topics import Topic

REGISTRY: dict[str, type["Event"]] = {}
"""Event type (the CloudEvents ``type``) to its class."""


class Data(BaseModel):
    """A part of an event: immutable, and refusing what it does not know (fail closed)."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, use_attribute_docstrings=True
    )


class Event(Data):
    """One event type. Its version is part of ``TYPE``: an incompatible change is a new type."""

    TYPE: ClassVar[str]
    TOPIC: ClassVar[Topic]

    @property
    def record_key(self) -> str | None:
        """The key of the record that carries it: what keeps the events about one person in order.

        None: the name of whoever sends it.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say its key")

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "TYPE" not in cls.__dict__:
            return
        if cls.TYPE in REGISTRY:
            raise TypeError(f"two events of type {cls.TYPE}")
        REGISTRY[cls.TYPE] = cls
