"""Forms as data: what is read, what is accepted, and what is told of what is not."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts.dates import UncertainDate
from contracts.forms import (
    Form,
    FormError,
    Forms,
    InvalidForm,
    NumberRule,
    Submission,
    UnknownForm,
    outstanding,
    read_forms,
    validate,
    values_of,
)
from contracts.months import Month
from contracts.numbers import synthetic_individual_number

TODAY = date(2026, 10, 15)
NUMBER = synthetic_individual_number(42)

FORM = """
kind = "moving_notice"
title = "移動届"
article = "規則○条"
valid_from = 2020-04-01
number = "or_basic_pension_number"
basic_pension_number_field = "basic_pension_number"

[[fields]]
name = "moved_on"
label = "移動日"
kind = "date"

[[fields]]
name = "since"
label = "発生日"
kind = "date"
uncertain = true
required = false

[[fields]]
name = "from_month"
label = "開始月"
kind = "month"
future = true
required = false

[[fields]]
name = "why"
label = "理由"
kind = "choice"
choices = [{ code = "work", label = "就職" }, { code = "other", label = "その他" }]

[[fields]]
name = "why_other"
label = "その他の理由"
kind = "text"
max_length = 10
required = false
required_when = { field = "why", one_of = ["other"] }

[[fields]]
name = "four_attributes"
label = "４情報の一致"
kind = "confirmation"

[[fields]]
name = "basic_pension_number"
label = "基礎年金番号"
kind = "digits"
digits = 10
required = false

[[fields]]
name = "other_person"
label = "相手方"
kind = "person"
required = false

[[attachments]]
code = "letter"
label = "通知書"
waivers = [{ code = "known", label = "公簿等で確認" }]

[[attachments]]
code = "pension-number-document"
label = "基礎年金番号を明らかにする書類"
required_when = { field = "basic_pension_number" }
"""

PERSON = "6f0c3f3e-1f0c-4d53-9a59-0d4d0b0f6c11"


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Forms:
    folder = tmp_path_factory.mktemp("forms")
    (folder / "moving.toml").write_text(FORM, encoding="utf-8")
    return read_forms(folder)


@pytest.fixture(scope="module")
def form(forms: Forms) -> Form:
    return forms.form("moving_notice", TODAY)


def submission(
    values: dict[str, Any] | None = None,
    *,
    attachments: list[dict[str, str]] | None = None,
    identity: dict[str, Any] | bool | None = True,
    received_on: date = TODAY,
) -> Submission:
    """A faultless notice, with the values given in place of its own."""
    return Submission.model_validate(
        {
            "received_on": received_on,
            "values": {"moved_on": "R8.10.1", "why": "work", "four_attributes": True}
            | (values or {}),
            "attachments": (
                [{"code": "letter", "state": "checked"}] if attachments is None else attachments
            ),
            "identity_check": (
                {"number": "individual_number_card", "person": "individual_number_card"}
                if identity is True
                else identity
            ),
        }
    )


def codes(errors: list[FormError]) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in errors]


def test_a_faultless_notice_is_accepted_and_read(form: Form) -> None:
    entered = submission(
        {
            "since": "令和8年9月 日不詳",
            "from_month": "2026-11",
            "basic_pension_number": "１２３４-567890",
            "other_person": PERSON,
            "why_other": "  ",
        },
        attachments=[
            {"code": "letter", "state": "waived", "waiver": "known"},
            {"code": "pension-number-document", "state": "checked"},
        ],
    )
    assert validate(form, entered, today=TODAY) == []
    values = values_of(form, entered)
    moved_on, since = values["moved_on"], values["since"]
    assert isinstance(moved_on, UncertainDate)
    assert isinstance(since, UncertainDate)
    assert moved_on.require() == date(2026, 10, 1)
    assert moved_on.notation == "R8.10.1"
    assert not since.is_exact
    assert values["from_month"] == Month(2026, 11)
    assert values["basic_pension_number"] == "1234567890"
    assert values["other_person"] == UUID(PERSON)
    assert values["four_attributes"] is True
    assert "why_other" not in values


@pytest.mark.parametrize(
    ("values", "where", "code"),
    [
        ({"name_of_cat": "x"}, "values", "CT-0610"),
        ({"moved_on": None}, "values.moved_on", "CT-0611"),
        ({"moved_on": ""}, "values.moved_on", "CT-0611"),
        ({"why": "other"}, "values.why_other", "CT-0611"),
        ({"moved_on": "soon"}, "values.moved_on", "CT-0612"),
        ({"moved_on": True}, "values.moved_on", "CT-0612"),
        ({"why": "holiday"}, "values.why", "CT-0612"),
        ({"why_other": "あ" * 11}, "values.why_other", "CT-0612"),
        ({"why_other": "a\u202eb"}, "values.why_other", "CT-0612"),
        ({"why_other": "a\x00"}, "values.why_other", "CT-0612"),
        ({"from_month": "2026-13"}, "values.from_month", "CT-0612"),
        ({"basic_pension_number": "123456789"}, "values.basic_pension_number", "CT-0612"),
        ({"other_person": "42"}, "values.other_person", "CT-0612"),
        ({"four_attributes": "true"}, "values.four_attributes", "CT-0612"),
        ({"four_attributes": False}, "values.four_attributes", "CT-0613"),
        ({"moved_on": "令和8年10月 日不詳"}, "values.moved_on", "CT-0614"),
        ({"moved_on": "2026-10-16"}, "values.moved_on", "CT-0616"),
    ],
)
def test_a_field_is_refused(form: Form, values: dict[str, Any], where: str, code: str) -> None:
    entered = submission(values)
    if "basic_pension_number" in values:
        entered = submission(
            values,
            attachments=[
                {"code": "letter", "state": "checked"},
                {"code": "pension-number-document", "state": "missing"},
            ],
        )
    assert codes(validate(form, entered, today=TODAY)) == [(where, code)]


def test_an_individual_number_in_a_text_is_refused_and_not_repeated(form: Form) -> None:
    wide = NUMBER.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for written in (NUMBER, f"{NUMBER[:4]}-{NUMBER[4:8]} {NUMBER[8:]}", wide):
        [error] = validate(longer_text(form), submission({"why_other": written}), today=TODAY)
        assert (error.field, error.code) == ("values.why_other", "CT-0617")
        assert written not in error.model_dump_json()
        assert NUMBER not in error.model_dump_json()


def longer_text(form: Form) -> Form:
    fields = tuple(
        field.model_copy(update={"max_length": 40}) if field.name == "why_other" else field
        for field in form.fields
    )
    return form.model_copy(update={"fields": fields})


def test_a_variation_selector_is_not_counted_as_a_character(form: Form) -> None:
    assert validate(form, submission({"why_other": "辻\U000e0100" * 10}), today=TODAY) == []


@pytest.mark.parametrize(
    ("attachments", "where", "code"),
    [
        ([], "attachments.letter", "CT-0621"),
        ([{"code": "letter", "state": "waived"}], "attachments.letter", "CT-0623"),
        (
            [{"code": "letter", "state": "waived", "waiver": "lost"}],
            "attachments.letter",
            "CT-0623",
        ),
        (
            [{"code": "letter", "state": "missing", "waiver": "known"}],
            "attachments.letter",
            "CT-0624",
        ),
        (
            [{"code": "letter", "state": "checked"}, {"code": "photo", "state": "checked"}],
            "attachments",
            "CT-0620",
        ),
        ([{"code": "letter", "state": "checked"}] * 2, "attachments", "CT-0620"),
        (
            [
                {"code": "letter", "state": "checked"},
                {"code": "pension-number-document", "state": "waived", "waiver": "known"},
            ],
            "attachments.pension-number-document",
            "CT-0622",
        ),
    ],
)
def test_a_document_is_checked_missing_or_waived_with_a_reason(
    form: Form, attachments: list[dict[str, str]], where: str, code: str
) -> None:
    entered = submission(attachments=attachments)
    assert codes(validate(form, entered, today=TODAY)) == [(where, code)]


def test_a_missing_document_prevents_settling_and_not_acceptance(form: Form) -> None:
    entered = submission(
        {"basic_pension_number": "1234567890"},
        attachments=[
            {"code": "letter", "state": "missing"},
            {"code": "pension-number-document", "state": "missing"},
        ],
    )
    assert validate(form, entered, today=TODAY) == []
    assert [item.code for item in outstanding(form, entered)] == [
        "letter",
        "pension-number-document",
    ]
    without_number = submission(
        attachments=[
            {"code": "letter", "state": "checked"},
            {"code": "pension-number-document", "state": "missing"},
        ]
    )
    assert outstanding(form, without_number) == ()


def test_a_form_that_bears_a_number_needs_the_identity_check(form: Form) -> None:
    entered = submission(identity=None)
    assert codes(validate(form, entered, today=TODAY)) == [("identity_check", "CT-0630")]


def test_without_the_number_the_basic_pension_number_stands_in(form: Form) -> None:
    check = {"number": "not_given", "person": "passport"}
    entered = submission(identity=check)
    assert codes(validate(form, entered, today=TODAY)) == [("identity_check.number", "CT-0632")]
    entered = submission(
        {"basic_pension_number": "1234-567890"},
        identity=check,
        attachments=[
            {"code": "letter", "state": "checked"},
            {"code": "pension-number-document", "state": "checked"},
        ],
    )
    assert validate(form, entered, today=TODAY) == []
    required = form.model_copy(
        update={"number": NumberRule.REQUIRED, "basic_pension_number_field": None}
    )
    assert ("identity_check.number", "CT-0631") in codes(validate(required, entered, today=TODAY))
    abroad = submission(identity={"number": "not_assigned", "person": "passport"})
    assert validate(required, abroad, today=TODAY) == []
    assert codes(validate(form, abroad, today=TODAY)) == [("identity_check.number", "CT-0632")]


def test_a_proxy_is_recorded_and_can_be_excluded(form: Form) -> None:
    check = {
        "number": "register_inquiry",
        "person": "driving_licence",
        "proxy": {"name": "甲野太郎", "relationship": "子", "authority": "power_of_attorney"},
    }
    assert validate(form, submission(identity=check), today=TODAY) == []
    in_person = form.model_copy(update={"proxy_allowed": False})
    assert codes(validate(in_person, submission(identity=check), today=TODAY)) == [
        ("identity_check.proxy", "CT-0633")
    ]
    check["proxy"] = {"name": NUMBER, "relationship": "子", "authority": "power_of_attorney"}
    assert codes(validate(form, submission(identity=check), today=TODAY)) == [
        ("identity_check.proxy.name", "CT-0617")
    ]


def test_the_householder_notifies_where_the_form_says_so(form: Form) -> None:
    check = {
        "number": "register_inquiry",
        "person": "driving_licence",
        "proxy": {"name": "甲野太郎", "relationship": "世帯主", "authority": "householder"},
    }
    assert codes(validate(form, submission(identity=check), today=TODAY)) == [
        ("identity_check.proxy.authority", "CT-0634")
    ]
    theirs = form.model_copy(update={"householder_notifies": True})
    assert validate(theirs, submission(identity=check), today=TODAY) == []


def test_a_notice_is_not_received_tomorrow(form: Form) -> None:
    entered = submission(received_on=date(2026, 10, 16))
    assert codes(validate(form, entered, today=TODAY)) == [("received_on", "CT-0616")]


def test_several_faults_are_told_at_once(form: Form) -> None:
    entered = submission({"moved_on": None, "why": "no"}, attachments=[], identity=None)
    assert [code for _, code in codes(validate(form, entered, today=TODAY))] == [
        "CT-0611",
        "CT-0612",
        "CT-0621",
        "CT-0630",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('kind = "moving_notice"', 'kind = "Moving Notice"'),
        ('title = "移動届"', 'title = "移動届"\ncolour = "red"'),
        ('field = "basic_pension_number" }', 'field = "nothing" }'),
        ('name = "why_other"', 'name = "why"'),
        ('kind = "text"', 'kind = "text"\ndigits = 3'),
        ('basic_pension_number_field = "basic_pension_number"', ""),
        ("valid_from = 2020-04-01", "valid_from = 2020-04-01\nvalid_to = 2020-03-31"),
        ('kind = "confirmation"', 'kind = "confirmation"\nrequired = false'),
        ("[[fields]]", "[[fields]"),
    ],
)
def test_a_file_that_declares_no_form_is_named(tmp_path: Path, before: str, after: str) -> None:
    text = FORM.replace(before, after, 1)
    (tmp_path / "broken.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidForm, match=r"broken\.toml"):
        read_forms(tmp_path)


def test_a_form_is_chosen_by_day(forms: Forms, form: Form) -> None:
    assert forms.on(date(2020, 4, 1)) == (form,)
    assert forms.on(date(2020, 3, 31)) == ()
    with pytest.raises(UnknownForm):
        forms.form("moving_notice", date(2020, 3, 31))
    with pytest.raises(UnknownForm):
        forms.form("other_notice", TODAY)
    later = form.model_copy(update={"valid_from": date(2026, 10, 1)})
    with pytest.raises(InvalidForm):
        Forms((form, later))
    ended = form.model_copy(update={"valid_to": date(2026, 9, 30)})
    versions = Forms((later, ended))
    assert versions.form("moving_notice", date(2026, 9, 30)) == ended
    assert versions.form("moving_notice", date(2026, 10, 1)) == later
