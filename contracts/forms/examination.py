"""What the municipality found when it examined an entry against what it knows (審査).

The municipality examines facts and forwards; JPS decides (C40). A finding is therefore one of
three: the entry cannot be accepted as it is, a person has to look before it is settled, or it is
worth saying.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.codes import Code
from contracts.forms.declaration import Label

FindingCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]


class FindingKind(Code):
    """What a finding asks for."""

    REFUSAL = "refusal", "受付不可"
    REVIEW = "review", "要確認"
    """Not known, or not certain, to this system: whoever settles says that they looked."""
    NOTE = "note", "参考"


class Finding(BaseModel):
    """One thing found, with the article it rests on. No personal data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FindingKind
    code: FindingCode
    message: Label
    """What was found, for staff."""
    action: Annotated[str, Field(max_length=200)] | None = None
    """What staff can do about it."""
    article: Annotated[str, Field(max_length=200)] | None = None


def refusals(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those for which the entry cannot be accepted, or settled."""
    return tuple(finding for finding in findings if finding.kind is FindingKind.REFUSAL)


def unacknowledged(findings: Iterable[Finding], acknowledged: Sequence[str]) -> tuple[Finding, ...]:
    """Those that a person has to look at and that are not among the codes acknowledged."""
    return tuple(
        finding
        for finding in findings
        if finding.kind is FindingKind.REVIEW and finding.code not in acknowledged
    )
