"""Values that are made by the hundred thousand."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """``dataclass(frozen=True, slots=True)`` to whoever reads it and to the type checker, which
    refuses every assignment; at a third of what making one costs.

    A frozen dataclass calls a function for each of its fields when one is made. For what every
    record of the bus is made of, some dozens of objects a record, that is a tenth of the work.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
