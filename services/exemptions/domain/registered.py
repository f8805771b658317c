"""Householder and spouse of an applicant: as stated, and by the register today.

Whoever hands in a form states who belongs together, and a spouse in fact or one who lives elsewhere
is in no register: what differs is for a person to look at, never a refusal (`differing`).

Nobody fills a form for a continuing application, so that nobody states who belongs together
(規則77条1項3号); a marriage or divorce is to be notified (77条の7の2), and another householder is
not. The register is compared instead. What agrees with the statement, or with what the register
said when the last cycle was reviewed, goes on; what does not, and what the register does not tell,
is for a person.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

from contracts.events import RegisteredAs, RegisteredHousehold, RegisterOutcome, Whose
from services.exemptions.domain.asked import Relative, Said
from services.exemptions.domain.reasons import Reason, Rule, Says, because

_ASK: Final = "申請書の提出又は届出を求め、確認のうえ審査してください。"
_ARTICLE: Final = "国民年金法90条1項、同法施行規則77条1項3号・3項・77条の7の2"

SPOUSE_CAME: Final = Rule(
    "household-spouse-came",
    _ARTICLE,
    f"前回の申請では配偶者なしですが、住民票の世帯に配偶者の記載があります。婚姻の届出がないか{_ASK}",
    says=Says.ASKS,
)
SPOUSE_GONE: Final = Rule(
    "household-spouse-gone",
    _ARTICLE,
    "前回の申請の配偶者が、住民票の同じ世帯に配偶者として記載されていません（離婚・別居・世帯分離・死亡等）。"
    + _ASK,
    says=Says.ASKS,
)
SPOUSE_OTHER: Final = Rule(
    "household-spouse-other",
    _ARTICLE,
    f"住民票の配偶者が、前回の申請の配偶者と異なります。{_ASK}",
    says=Says.ASKS,
)
SPOUSE_UNCERTAIN: Final = Rule(
    "household-spouse-uncertain",
    _ARTICLE,
    f"配偶者の有無・異動を住民票から確認できません。{_ASK}",
    says=Says.ASKS,
)
HOUSEHOLDER_OTHER: Final = Rule(
    "household-householder-other",
    _ARTICLE,
    "住民票の世帯主が、前回の申請（{before}）と異なります（現在は{now}）。" + _ASK,
    says=Says.ASKS,
)
HOUSEHOLDER_UNCERTAIN: Final = Rule(
    "household-householder-uncertain",
    _ARTICLE,
    f"世帯主を住民票から確認できません。{_ASK}",
    says=Says.ASKS,
)
_LOOK: Final = "申請者に確認し、申請書の記載が正しければそのまま審査してください。"
STATED_WITHOUT_SPOUSE: Final = Rule(
    "stated-without-spouse",
    _ARTICLE,
    f"申請書では配偶者なしですが、住民票の世帯に配偶者の記載があります。{_LOOK}",
    says=Says.ASKS,
)
STATED_SPOUSE_NOT_THERE: Final = Rule(
    "stated-spouse-not-registered",
    _ARTICLE,
    "申請書の配偶者が、住民票の同じ世帯に配偶者として記載されていません（別居・事実婚・離婚等）。"
    + _LOOK,
    says=Says.ASKS,
)
STATED_SPOUSE_OTHER: Final = Rule(
    "stated-spouse-other",
    _ARTICLE,
    f"申請書の配偶者が、住民票の配偶者と異なります。{_LOOK}",
    says=Says.ASKS,
)
STATED_HOUSEHOLDER_OTHER: Final = Rule(
    "stated-householder-other",
    _ARTICLE,
    "申請書の世帯主（{stated}）が、住民票の世帯主（{now}）と異なります。" + _LOOK,
    says=Says.ASKS,
)
_UNTOLD: Final = RegisteredAs(outcome=RegisterOutcome.UNCERTAIN)


def compared(
    said: Said,
    applicant_id: UUID,
    today: RegisteredHousehold | None,
    before: RegisteredHousehold | None,
    answers_for: Mapping[UUID, UUID],
) -> tuple[Reason, ...]:
    """What a person has to look at; nothing where the household is as it was.

    ``today``, ``before``: what the register said for this application and for the one that it
    continues; None: it was not asked, or told nothing. ``answers_for``: who answers today for ids
    of ``said`` that were merged.
    """
    untold = RegisteredHousehold(householder=_UNTOLD, spouse=_UNTOLD)
    now, then = today or untold, before or untold
    stated = _Stated(said, applicant_id, answers_for)
    same = _same(now.householder, then.householder)
    found = [] if same else list(_householder(stated, now.householder or _UNTOLD))
    if not _same(now.spouse, then.spouse):
        found += _spouse(stated, now.spouse or _UNTOLD)
    return tuple(found)


def differing(
    said: Said,
    applicant_id: UUID,
    today: RegisteredHousehold | None,
    answers_for: Mapping[UUID, UUID],
) -> tuple[Reason, ...]:
    """In what a form that was handed in differs from the register. What the register does not tell
    differs from nothing. See `compared` for the arguments."""
    if today is None:
        return ()
    stated = _Stated(said, applicant_id, answers_for)
    now, spouse = today.householder or _UNTOLD, today.spouse or _UNTOLD
    found = []
    if now.outcome is RegisterOutcome.PERSON and now.person_id != stated.householder:
        found.append(
            because(
                STATED_HOUSEHOLDER_OTHER,
                Whose.HOUSEHOLDER,
                stated=stated.called(stated.householder),
                now=stated.called(now.person_id, somebody_else="別の者"),
            )
        )
    rule = _spouse_differs(stated, spouse)
    return (*found, because(rule, Whose.SPOUSE)) if rule is not None else tuple(found)


def _spouse_differs(stated: "_Stated", now: RegisteredAs) -> Rule | None:
    if now.outcome is RegisterOutcome.PERSON:
        if not stated.has_spouse:
            return STATED_WITHOUT_SPOUSE
        return None if now.person_id == stated.spouse else STATED_SPOUSE_OTHER
    # A spouse of whom the city has no record lives elsewhere: not to be in it says nothing.
    nobody = now.outcome is RegisterOutcome.NOBODY and stated.spouse is not None
    return STATED_SPOUSE_NOT_THERE if nobody else None


def _same(now: RegisteredAs | None, before: RegisteredAs | None) -> bool:
    """Whether the register says of one what it said before; not where it never told."""
    return now is not None and now.outcome is not RegisterOutcome.UNCERTAIN and now == before


class _Stated:
    """Who householder and spouse are by the form, under the ids that are theirs today."""

    def __init__(self, said: Said, applicant_id: UUID, answers_for: Mapping[UUID, UUID]) -> None:
        self._answers_for = answers_for
        self.applicant = answers_for.get(applicant_id, applicant_id)
        self.has_spouse = said.spouse is not None
        self.spouse = self._person(said.spouse)
        self.householder = self._person(said.householder)
        if said.householder is None:
            self.householder = self.spouse if said.spouse_is_householder else self.applicant

    def _person(self, relative: Relative | None) -> UUID | None:
        """None: nobody, or somebody of whom the city has no record."""
        if relative is None or relative.person_id is None:
            return None
        return self._answers_for.get(relative.person_id, relative.person_id)

    def called(self, person_id: UUID | None, somebody_else: str = "その他の者") -> str:
        """Who somebody is to the applicant, without a name."""
        if person_id is None:
            return "本市の宛名に記録のない者"
        if person_id == self.applicant:
            return "申請者本人"
        if person_id == self.spouse:
            return "配偶者"
        return somebody_else


def _householder(stated: _Stated, now: RegisteredAs) -> Iterator[Reason]:
    if now.outcome is not RegisterOutcome.PERSON:
        yield because(HOUSEHOLDER_UNCERTAIN, Whose.HOUSEHOLDER)
    elif now.person_id != stated.householder:
        yield because(
            HOUSEHOLDER_OTHER,
            Whose.HOUSEHOLDER,
            before=stated.called(stated.householder),
            now=stated.called(now.person_id, somebody_else="別の者"),
        )


def _spouse(stated: _Stated, now: RegisteredAs) -> Iterator[Reason]:
    if now.outcome is RegisterOutcome.UNCERTAIN:
        yield because(SPOUSE_UNCERTAIN, Whose.SPOUSE)
    elif now.outcome is RegisterOutcome.PERSON:
        if not stated.has_spouse:
            yield because(SPOUSE_CAME, Whose.SPOUSE)
        elif now.person_id != stated.spouse:
            yield because(SPOUSE_OTHER, Whose.SPOUSE)
    elif stated.spouse is not None:
        # A spouse of whom the city has no record lives elsewhere: not to be in it says nothing.
        yield because(SPOUSE_GONE, Whose.SPOUSE)
