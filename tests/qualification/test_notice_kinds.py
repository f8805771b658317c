"""Each kind of notice: its form, its deadline, its article, and what follows when it is settled."""

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.forms import NumberRule, outstanding, validate, values_of
from services.qualification.domain.facts import AcquisitionStatement, Fact
from services.qualification.domain.meanings import KINDS
from services.qualification.domain.notices import Expected, deadline, expected, tells
from services.qualification.domain.told import OldAgeStatement, VoluntaryStatement
from services.qualification.files import read_notice_forms
from services.qualification.notice_bodies import NoticeRequest
from tests.qualification.house import noon
from tests.qualification.people import FIRST_LOAD, LAW, Life, d, notice_id

FORMS = read_notice_forms()
ID = notice_id("this one")
DAY = "2026-11-05"
CARD = {"number": "individual_number_card", "person": "individual_number_card"}
SPOUSE = {"spouse_name": "甲野太郎", "spouse_birth_date": "1980-01-01"}

GIVEN: dict[str, dict[str, Any]] = {
    "acquisition": {"acquired_on": "2026-10-10", "acquisition_reason": "moved_in_from_abroad"},
    "loss": {"occurred_on": "2026-11-01", "loss_reason": "moved_abroad"},
    "death": {
        "died_on": "2026-11-01", "notifier_name": "甲野花子", "notifier_relationship": "relative",
    },
    "category_change_2_to_1": {
        "left_employment_on": "2026-10-31", "change_reason": "resignation",
    },
    "category_change_3_to_1": {"changed_on": "2026-10-16", "change_reason": "divorce"},
    "voluntary_application": {
        "item": "aged_60_to_64", "payment": "direct_debit", "not_early": True,
        "credited_months": "400", "other_periods": False,
    },
    "special_voluntary_application": {
        "item": "special_in_japan", "payment": "direct_debit", "no_right": True,
    },
    "voluntary_withdrawal": {},
    "name_change": {
        "changed_on": "2026-11-01", "name_before": "甲野花子", "name_after": "乙野花子",
        "name_after_kana": "オツノハナコ",
    },
    "address_change": {
        "changed_on": "2026-11-01", "address_before": "中央区", "address_after": "花見川区",
    },
    "pension_number_notice_reissue": {"reissue_reason": "lost"},
    "category_3_notice": {"notice_kind": "acquisition", "occurred_on": "2026-11-01", **SPOUSE},
}  # fmt: skip


def handed_in(kind: str, **changes: Any) -> NoticeRequest:
    """A notice in order, with every document checked; ``changes`` to its values."""
    form = FORMS.form(kind, d(DAY))
    values = {**GIVEN[kind], "attributes_match": True, **changes}
    attachments = [
        {"code": attachment.code, "state": "checked"}
        for attachment in form.attachments
        if attachment.is_required(values)
    ]
    return NoticeRequest.model_validate(
        {
            "form": kind,
            "person_id": str(ID),
            "received_on": DAY,
            "values": {name: value for name, value in values.items() if value is not None},
            "attachments": attachments,
            "identity_check": CARD,
        }
    )


def settled(kind: str, life: Life, **changes: Any) -> Expected:
    """What the notice would bring about for somebody."""
    form, request = FORMS.form(kind, d(DAY)), handed_in(kind, **changes)
    assert validate(form, request, today=d(DAY)) == []
    told = tells(kind, values_of(form, request), ID, d(DAY))
    return expected(kind, life.facts, told, ID, noon(DAY), d(DAY), LAW)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_form_takes_what_it_asks_for_and_refuses_the_rest(kind: str) -> None:
    form, request = FORMS.form(kind, d(DAY)), handed_in(kind)
    assert validate(form, request, today=d(DAY)) == []
    assert outstanding(form, request) == ()
    unknown = handed_in(kind, favourite_colour="青")
    assert [e.code for e in validate(form, unknown, today=d(DAY))] == ["CT-0610"]
    for field in form.fields:
        if field.required:
            codes = {
                e.code for e in validate(form, handed_in(kind, **{field.name: None}), today=d(DAY))
            }
            assert "CT-0611" in codes, field.name


def test_the_householder_gives_the_notices_of_art_12_1() -> None:
    assert {form.kind for form in FORMS if form.householder_notifies} == {
        "acquisition",
        "loss",
        "category_change_2_to_1",
        "category_change_3_to_1",
        "name_change",
        "address_change",
    }


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_form_names_its_articles(kind: str) -> None:
    form = FORMS.form(kind, d(DAY))
    assert "施行規則" in form.article or "附則" in form.article
    assert form.notes
    assert all(field.article for field in form.fields if field.required)
    # 規則4条 asks for the basic pension number of the deceased, no individual number.
    assert (form.number is NumberRule.NONE) == (kind == "death")


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("acquisition", "施行規則1条の4第1項"),
        ("loss", "施行規則3条1項"),
        ("death", "施行規則4条1項"),
        ("category_change_2_to_1", "施行規則6条の2第1項"),
        ("category_change_3_to_1", "施行規則6条の2第1項"),
        ("name_change", "施行規則7条1項"),
        ("address_change", "施行規則8条1項"),
        ("category_3_notice", "施行規則1条の4第2項"),
        ("voluntary_application", None),
        ("special_voluntary_application", None),
        ("voluntary_withdrawal", None),
        ("pension_number_notice_reissue", None),
    ],
)
def test_each_row_of_the_deadlines(kind: str, due: str | None) -> None:
    """Law README §3.2: 14 days, the day of the fact not counted; applications have none."""
    found = deadline(kind, d("2026-10-01"), d("2026-10-15"), LAW)
    if due is None:
        assert (found.due_on, found.late) == (None, False)
    else:
        assert (found.due_on, found.late) == (d("2026-10-15"), False)
        assert due in found.reason.sentence
        assert deadline(kind, d("2026-10-01"), d("2026-10-16"), LAW).late


HERE = Life("1981-03-03").moves_in_from_abroad("2026-10-10")
AGED = Life("1964-03-03").moves_in_from_abroad("2005-04-01")
OLDER = Life("1960-03-03").moves_in_from_abroad("2005-04-01")
UNKNOWN = Life("1981-03-03").loaded(FIRST_LOAD, since="2010-04-01")

EFFECTS = [
    ("acquisition", HERE, {}, "2026-10-10 acquisition moved-in-from-abroad"),
    ("acquisition", UNKNOWN, {}, "2026-10-10 acquisition acquired-by-notice"),
    ("acquisition", HERE, {"acquired_on": "2026-10-20"}, "acquisition-differs"),
    ("acquisition", HERE, {"acquired_on": "2026-10-09"}, "notice-without-effect"),
    (
        "acquisition",
        HERE.copy().gets_benefit("2026-10-15"),
        {
            "acquired_on": "2026-11-01",
            "acquisition_reason": "no_longer_recipient",
            "benefit_since": "2026-10-15",
        },
        "2026-11-01 acquisition no-longer-old-age-benefit",
    ),
    ("loss", HERE.copy().moves_abroad("2026-11-01"), {}, "2026-11-02 loss moved-abroad"),
    ("loss", HERE, {}, "notice-not-borne-out"),
    ("loss", HERE, {"loss_reason": "old_age_benefit"}, "2026-11-01 loss old-age-benefit"),
    ("death", HERE.copy().dies("2026-11-01"), {}, "2026-11-02 loss death"),
    ("death", HERE.copy().dies("2026-11-05"), {"died_on": "2026-11-05"}, "2026-11-06 loss death"),
    ("death", HERE, {}, "notice-not-borne-out"),
    ("category_change_2_to_1", UNKNOWN, {}, "2026-11-01 category_change changed-to-category-1"),
    ("category_change_3_to_1", UNKNOWN, {}, "2026-10-16 category_change changed-to-category-1"),
    ("voluntary_application", AGED, {}, "2026-11-05 acquisition voluntary-application"),
    ("voluntary_application", HERE, {}, "voluntary-not-allowed"),
    (
        "voluntary_application",
        AGED,
        {"item": "abroad", "family_register_prefecture": "千葉県"},
        "application-item-differs",
    ),
    (
        "voluntary_application",
        HERE,
        {"item": "recipient", "benefit_since": "2026-11-01"},
        "2026-11-05 acquisition voluntary-application",
    ),
    (
        "voluntary_application",
        HERE.copy().moves_abroad("2026-11-05"),
        {"item": "abroad", "family_register_prefecture": "千葉県", "payment": None},
        "2026-11-06 acquisition voluntary-application-on-leaving",
    ),
    (
        "special_voluntary_application",
        OLDER,
        {},
        "2026-11-05 acquisition special-voluntary-application",
    ),
    ("special_voluntary_application", AGED, {}, "application-item-differs"),
    (
        "voluntary_withdrawal",
        AGED.copy().applies("2026-10-01"),
        {},
        "2026-11-05 loss voluntary-withdrawn",
    ),
    ("voluntary_withdrawal", AGED, {}, None),
]


@pytest.mark.parametrize(("kind", "life", "changes", "found"), EFFECTS)
def test_what_follows(kind: str, life: Life, changes: dict[str, Any], found: str | None) -> None:
    result = settled(kind, life, **changes)
    if result.transition is not None:
        t = result.transition
        assert f"{t.occurred_on} {t.kind} {t.reason}" == found
    else:
        reviews = [review.code for review in result.timeline.reviews]
        assert found in reviews if found else result.transition is None


@pytest.mark.parametrize(
    ("kind", "changes", "codes"),
    [
        (
            "acquisition",
            {"acquisition_reason": "no_longer_recipient", "benefit_since": "2026-10-10"},
            ["QU-0111"],
        ),
        ("category_change_3_to_1", {"category_3_since": "2026-10-16"}, ["QU-0111"]),
        ("category_change_3_to_1", {"category_3_since": "2020-10-16"}, []),
    ],
)
def test_what_cannot_be(kind: str, changes: dict[str, Any], codes: list[str]) -> None:
    form, request = FORMS.form(kind, d(DAY)), handed_in(kind, **changes)
    wrong = KINDS[kind].contradictions(values_of(form, request), d(DAY))
    assert [error.code for error in wrong] == codes


def test_a_death_that_the_register_bears_out_is_settled_whatever_the_category() -> None:
    result = settled("death", UNKNOWN.copy().dies("2026-11-01"))
    assert (result.transition, result.takes_effect) == (None, True)
    assert not settled("death", UNKNOWN).takes_effect
    # Past 60 there is no qualification that death could end.
    past_60 = Life("1961-03-03").loaded(FIRST_LOAD, since="2010-04-01").dies("2026-11-01")
    assert not settled("death", past_60).takes_effect


def test_a_benefit_ends_days_of_which_the_category_is_not_known() -> None:
    result = settled("loss", UNKNOWN, loss_reason="old_age_benefit")
    assert (result.transition, result.takes_effect) == (None, True)


def test_documents_follow_from_what_is_told() -> None:
    """C07: what 規則2条2項 and 1条の4第3項 ask for, where they ask for it."""
    abroad = FORMS.form("voluntary_application", d(DAY))
    request = handed_in(
        "voluntary_application", item="abroad", family_register_prefecture="千葉県",
        payment=None, other_periods=True, basic_pension_number="1234567890",
    )  # fmt: skip
    assert {record.code for record in request.attachments} == {
        "family-register", "other-periods", "basic-pension-number-document",
    }  # fmt: skip
    assert validate(abroad, request, today=d(DAY)) == []


def test_a_special_application_tells_that_there_is_no_right() -> None:
    form, request = (
        FORMS.form("special_voluntary_application", d(DAY)),
        handed_in("special_voluntary_application"),
    )
    told = tells("special_voluntary_application", values_of(form, request), ID, d(DAY))
    none, applied = told.contents
    assert isinstance(none, OldAgeStatement)
    assert (none.entitled_on, none.told_on) == (None, d(DAY))
    assert isinstance(applied, VoluntaryStatement)


@pytest.mark.parametrize("kind", [k for k, v in KINDS.items() if not v.changes_timeline])
def test_what_says_nothing_of_qualification_changes_nothing(kind: str) -> None:
    form, request = FORMS.form(kind, d(DAY)), handed_in(kind)
    assert tells(kind, values_of(form, request), ID, d(DAY)).contents == ()


def test_a_notice_establishes_what_was_presumed() -> None:
    life = HERE.copy()
    assert life.on(DAY).segments[0].presumed
    at = noon(DAY) + timedelta(hours=1)
    life.facts.append(Fact(at, AcquisitionStatement(date(2026, 10, 10), ID, d(DAY))))
    (held,) = life.on(DAY).segments
    assert (held.presumed, held.first.notice_id, held.first.accepted_on) == (False, ID, d(DAY))
