"""Values that are made by the hundred thousand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, ParamSpec, TypeVar, cast, dataclass_transform

from pydantic import BaseModel

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
P = ParamSpec("P")


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


_SET: Final = object.__setattr__


def unchecked(constructor: Callable[P, M]) -> Callable[P, M]:
    """What makes a model of parts that hold its contract already, and does not look at them again.

    For events that are made of what was validated when it came in, or computed by code that the
    type checker has seen: checking them costs three times what making them does, and whoever
    receives them checks them in any case. Takes what the model's own constructor takes, and is that
    constructor where values are frozen really: in tests each is checked. Raises ``TypeError`` for a
    model whose defaults have to be made, or that checks more than its fields one by one.
    """
    model: Any = constructor
    fields = model.model_fields
    checks = model.__pydantic_decorators__
    of_its_own = checks.model_validators or checks.field_validators or checks.validators
    if of_its_own or any(f.default_factory for f in fields.values()):
        raise TypeError(f"{model.__name__} cannot be made unchecked")
    if _Freezing.really:
        return constructor
    new = model.__new__
    # In the order of the fields, which is that in which they are written.
    blank = {name: None if f.is_required() else f.default for name, f in fields.items()}
    given = set(fields)

    def make(*_: P.args, **parts: P.kwargs) -> M:
        made = new(model)
        values: dict[str, Any] = blank.copy()
        values.update(parts)
        _SET(made, "__dict__", values)
        _SET(made, "__pydantic_fields_set__", given)
        _SET(made, "__pydantic_extra__", None)
        _SET(made, "__pydantic_private__", None)
        return cast(M, made)

    return make
