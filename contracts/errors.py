"""The errors of the contracts: numbered, and without any of the data that caused them.

A message may end up in a log or in a dead letter, so it says which rule was broken and never
repeats what was read. The numbers are listed in ``contracts/README.md``.
"""

from typing import ClassVar


class ContractError(ValueError):
    """A value breaks a contract. ``code`` is the number under which the README explains it.

    It is a ``ValueError`` so that pydantic reports it as an invalid field when it is raised while
    an event is read.
    """

    code: ClassVar[str]

    def __str__(self) -> str:
        return f"{self.code}: {super().__str__()}"
