"""What is said of a form's faults, and what free text may hold."""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from contracts.numbers import ascii_digits, is_individual_number

ONE_LINE: Final = r"^[^\x00-\x1f\x7f]*$"
"""One line of text: no list, print or file to JPS takes control characters."""
FreeText = Annotated[str, Field(min_length=1, max_length=200, pattern=ONE_LINE)]
"""What a staff member says in their own words: a reason, what was done, a note."""
_TWELVE_DIGITS = re.compile(r"(?<![0-9])[0-9](?:[\s\-‐‑–—―−ー]?[0-9]){11}(?![0-9])")


class FormError(BaseModel):
    """One thing wrong with a submission, as an entry of a problem's ``errors`` (RFC 9457)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    """``values.<field>``, ``attachments.<code>``, ``identity_check.<part>`` or ``received_on``."""
    code: str
    message: str


def form_error(where: str, code: str, message: str) -> FormError:
    """One thing wrong, at a place."""
    return FormError(field=where, code=code, message=message)


def holds_individual_number(text: str) -> bool:
    """Whether somewhere in ``text`` stands what is, by its check digit, an individual number.

    Free text is where a number would slip past the vault: such a text is refused at the door.
    """
    folded = unicodedata.normalize("NFKC", text)
    return any(
        is_individual_number(ascii_digits(run.group())) for run in _TWELVE_DIGITS.finditer(folded)
    )


def is_text(text: str) -> bool:
    """Whether ``text`` is text: no controls, and nothing that turns it around."""
    # Controls, format characters (which could turn a text around) and surrogates are no text.
    # Private-use and unassigned characters are: names hold them.
    return all(
        character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
        for character in text
    )
