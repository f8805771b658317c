"""By whom and on which way a form comes in: a table of what is right, and what is told if not."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.forms import (
    Channel,
    Form,
    Notifier,
    Submission,
    by_whom,
    channel_rule,
    channel_rules,
    notifier_of,
    outstanding,
    read_forms,
    validate,
)
from contracts.numbers import synthetic_individual_number

TODAY = date(2026, 11, 5)
FORM = """
kind = "leaving_notice"
title = "離職届"
article = "規則○条"
valid_from = 2014-04-01
number = "or_basic_pension_number"
basic_pension_number_field = "basic_pension_number"
householder_notifies = true
channels = [
    { channel = "counter" },
    { channel = "post" },
    { channel = "electronic", valid_from = 2022-05-01, valid_to = 2026-12-31 },
    { channel = "resident_register" },
    { channel = "ex_officio" },
]

[[fields]]
name = "left_on"
label = "退職日"
kind = "date"

[[fields]]
name = "basic_pension_number"
label = "基礎年金番号"
kind = "digits"
digits = 10
required = false

[[attachments]]
code = "certificate"
label = "離職票"
"""
CARD = {"number": "individual_number_card", "person": "individual_number_card"}
SIGNED = {"number": "individual_number_card", "person": "electronic_signature"}
HOUSEHOLDER = CARD | {
    "proxy": {"name": "試験　太郎", "relationship": "夫", "authority": "householder"}
}
PROXY = CARD | {
    "proxy": {"name": "試験　次郎", "relationship": "子", "authority": "power_of_attorney"}
}
ORDERED = {
    "ground": "not_notified",
    "evidence": "被用者年金の資格喪失証明を年金事務所に照会",
    "ordered_by": "国民年金課長　試験　花子",
    "ordered_on": "2026-11-04",
}
CERTIFICATE = [{"code": "certificate", "state": "checked"}]


@pytest.fixture
def form(tmp_path: Path) -> Form:
    (tmp_path / "form.toml").write_text(FORM, encoding="utf-8")
    return read_forms(tmp_path).form("leaving_notice", TODAY)


def handed_in(**how: Any) -> Submission:
    body = {
        "received_on": "2026-11-05",
        "values": {"left_on": "2026-10-31"},
        "attachments": CERTIFICATE,
        **how,
    }
    return Submission.model_validate_json(json.dumps(body))


RIGHT: list[tuple[str, dict[str, Any], Notifier | None]] = [
    ("at the counter, by the person", {"identity_check": CARD}, Notifier.PERSON),
    (
        "at the counter, by the householder in the person's place (法12条2項)",
        {"channel": "counter", "identity_check": HOUSEHOLDER},
        Notifier.HOUSEHOLDER,
    ),
    (
        "by post, by a proxy",
        {"channel": "post", "notifier": "proxy", "identity_check": PROXY},
        Notifier.PROXY,
    ),
    (
        "by Mynaportal, signed",
        {"channel": "electronic", "identity_check": SIGNED},
        Notifier.PERSON,
    ),
    (
        "by the note on a notice of moving, handed in by the householder (法12条3項)",
        {"channel": "resident_register", "notifier": "householder", "attachments": []},
        Notifier.HOUSEHOLDER,
    ),
    (
        "ex officio, ordered the day before",
        {"channel": "ex_officio", "ex_officio": ORDERED, "attachments": []},
        None,
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "notifier"), [case[1:] for case in RIGHT], ids=[case[0] for case in RIGHT]
)
def test_what_is_accepted(form: Form, how: dict[str, Any], notifier: Notifier | None) -> None:
    submission = handed_in(**how)
    assert validate(form, submission, today=TODAY) == []
    assert outstanding(form, submission) == ()
    assert notifier_of(form, submission) is notifier
    assert by_whom(form, submission).notifier is notifier
    assert validate(form, by_whom(form, submission), today=TODAY) == []


WRONG: list[tuple[str, dict[str, Any], tuple[str, str]]] = [
    (
        "a signature of the electronic kind at the counter",
        {"identity_check": SIGNED},
        ("identity_check.person", "CT-0636"),
    ),
    (
        "a driving licence on Mynaportal",
        {"channel": "electronic", "identity_check": CARD | {"person": "driving_licence"}},
        ("identity_check.person", "CT-0636"),
    ),
    (
        "Mynaportal before it was there",
        {"channel": "electronic", "identity_check": SIGNED, "received_on": "2022-04-30"},
        ("channel", "CT-0635"),
    ),
    (
        "the note on the register's notice without saying who handed that in",
        {"channel": "resident_register", "attachments": []},
        ("notifier", "CT-0637"),
    ),
    (
        "an identity check that the register's counter made",
        {"channel": "resident_register", "notifier": "person", "identity_check": CARD},
        ("identity_check", "CT-0636"),
    ),
    (
        "the person themselves, and a proxy beside",
        {"notifier": "person", "identity_check": PROXY},
        ("notifier", "CT-0637"),
    ),
    (
        "a householder of whom nothing is recorded",
        {"notifier": "householder", "identity_check": CARD},
        ("notifier", "CT-0637"),
    ),
    (
        "a relative obliged by a death, where nobody died",
        {"notifier": "death_notifier", "identity_check": CARD},
        ("notifier", "CT-0637"),
    ),
    (
        "ex officio without a ground",
        {"channel": "ex_officio", "attachments": []},
        ("ex_officio", "CT-0638"),
    ),
    (
        "ex officio, and yet somebody notifies",
        {"channel": "ex_officio", "ex_officio": ORDERED, "notifier": "person", "attachments": []},
        ("notifier", "CT-0637"),
    ),
    (
        "ordered after it was entered",
        {
            "channel": "ex_officio",
            "ex_officio": ORDERED | {"ordered_on": "2026-11-06"},
            "attachments": [],
        },
        ("ex_officio.ordered_on", "CT-0638"),
    ),
    (
        "a ground where somebody notified",
        {"channel": "counter", "identity_check": CARD, "ex_officio": ORDERED},
        ("ex_officio", "CT-0638"),
    ),
    (
        "an individual number in what was looked at",
        {
            "channel": "ex_officio",
            "ex_officio": ORDERED | {"evidence": f"番号{synthetic_individual_number(7)}"},
            "attachments": [],
        },
        ("ex_officio.evidence", "CT-0617"),
    ),
]


@pytest.mark.parametrize(("how", "told"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG])
def test_what_is_refused(form: Form, how: dict[str, Any], told: tuple[str, str]) -> None:
    errors = validate(form, handed_in(**how), today=TODAY)
    assert [(error.field, error.code) for error in errors] == [told]


@pytest.mark.parametrize("channel", ["resident_register", "ex_officio", "electronic"])
def test_a_form_that_names_no_channel_is_accepted_on_paper_only(
    form: Form, tmp_path: Path, channel: str
) -> None:
    lines = FORM.split("channels = [")
    plain = lines[0] + lines[1].split("]\n", 1)[1]
    (tmp_path / "plain.toml").write_text(plain.replace("leaving", "plain"), encoding="utf-8")
    plain_form = read_forms(tmp_path).form("plain_notice", TODAY)
    assert validate(plain_form, handed_in(identity_check=CARD), today=TODAY) == []
    (error,) = validate(plain_form, handed_in(channel=channel), today=TODAY)
    assert (error.field, error.code) == ("channel", "CT-0635")


def test_documents_are_asked_for_on_paper_and_not_where_the_city_acts(form: Form) -> None:
    bare = handed_in(identity_check=CARD, attachments=[])
    assert [e.code for e in validate(form, bare, today=TODAY)] == ["CT-0621"]
    assert [a.code for a in outstanding(form, bare)] == ["certificate"]
    ours = handed_in(channel="ex_officio", ex_officio=ORDERED)
    assert validate(form, ours, today=TODAY) == []


@pytest.mark.parametrize("unknown", [{"channel": "fax"}, {"notifier": "neighbour"}])
def test_unknown_values_are_no_submission(unknown: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=min(unknown)):
        handed_in(**unknown)


@given(day=st.dates(date(1986, 4, 1), date(2100, 1, 1)), channel=st.sampled_from(list(Channel)))
def test_one_rule_at_most_holds_on_a_channel_and_says_on_what_it_rests(
    day: date, channel: Channel
) -> None:
    holding = [
        rule
        for rule in channel_rules()
        if rule.channel is channel
        and rule.valid_from <= day
        and (rule.valid_to is None or day <= rule.valid_to)
    ]
    assert len(holding) <= 1
    assert channel_rule(channel, day) == (holding[0] if holding else None)
    assert all(rule.article for rule in holding)
