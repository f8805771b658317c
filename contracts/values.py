"""Values that are made by the hundred thousand."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


class _Freezing:
    """Whether values refuse an assignment when they run, too."""

    really = False


def freeze_really() -> None:
    """From here on what is declared as a value is a frozen dataclass. Tests call it before they
    import anything: an assignment that a type checker cannot see fails there."""
    _Freezing.really = True


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """``dataclass(frozen=True, slots=True)`` to whoever reads it and to the type checker, which
    refuses every assignment; at a third of what making one costs.

    A frozen dataclass calls a function for each of its fields when one is made. For what every
    record of the bus is made of, some dozens of objects a record, that is a tenth of the work. So
    nothing refuses an assignment in operation; in tests all values are frozen (`freeze_really`).
    What would freeze them in operation was measured: setting the slots past the class (2.1 times
    the time), making one of an open subclass and closing it (1.8), a frozen dataclass (3.5).
    """
    if _Freezing.really:
        return dataclass(frozen=True, slots=True)(cls)
    return dataclass(slots=True, unsafe_hash=True)(cls)
