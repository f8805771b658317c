"""What is wrong with a form as handed in, and its values once nothing is."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from contracts.dates import UncertainDate
from contracts.eras import parse_date
from contracts.errors import ContractError
from contracts.forms.declaration import (
    Attachment,
    EnteredValue,
    FieldKind,
    Form,
    FormField,
    given,
)
from contracts.forms.origin import asks_for_documents, origin_errors
from contracts.forms.submission import AttachmentState, Submission
from contracts.forms.texts import FormError, form_error, holds_individual_number, is_text
from contracts.months import Month
from contracts.numbers import ascii_digits

Value = str | bool | UncertainDate | Month | UUID
"""A value after reading: see `FieldKind`."""

_VARIATION_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def validate(form: Form, submission: Submission, *, today: date) -> list[FormError]:
    """Everything that is wrong with a submission; empty where it can be accepted.

    A missing document does not prevent acceptance, only settling: see `outstanding`.
    ``today`` is the day in Japan.
    """
    errors = list(_field_errors(form, submission, today))
    errors += _attachment_errors(form, submission)
    errors += origin_errors(form, submission)
    if submission.received_on > today:
        errors.append(form_error("received_on", "CT-0616", "受付日が本日より後です。"))
    return errors


def values_of(form: Form, submission: Submission) -> dict[str, Value]:
    """The values of a submission that `validate` found nothing wrong with, each read as its kind.

    A field without a value is not there.
    """
    return values_in(form, submission.values)


def values_in(form: Form, there: Mapping[str, EnteredValue | None]) -> dict[str, Value]:
    """The same of what was entered in its fields."""
    values: dict[str, Value] = {}
    for field in form.fields:
        entered = given(there, field.name)
        if entered is not None:
            values[field.name] = _read(field, entered)
    return values


def outstanding(form: Form, submission: Submission) -> tuple[Attachment, ...]:
    """The required documents that are still missing: with any, the entry cannot be settled."""
    if not asks_for_documents(submission):
        return ()
    states = {record.code: record.state for record in submission.attachments}
    return tuple(
        attachment
        for attachment in form.attachments
        if attachment.is_required(submission.values)
        and states.get(attachment.code, AttachmentState.MISSING) is AttachmentState.MISSING
    )


def _field_errors(form: Form, submission: Submission, today: date) -> Iterator[FormError]:
    known = {field.name for field in form.fields}
    for name in submission.values:
        if name not in known:
            # The name itself is the sender's: it is not repeated.
            yield form_error("values", "CT-0610", "この届書にない項目が含まれています。")
            break
    for field in form.fields:
        where = f"values.{field.name}"
        entered = given(submission.values, field.name)
        if entered is None:
            if field.is_required(submission.values):
                yield form_error(where, "CT-0611", f"「{field.label}」を入力してください。")
            continue
        wrong = _value_error(field, entered, today)
        if wrong is not None:
            yield form_error(where, *wrong)


def _value_error(field: FormField, entered: EnteredValue, today: date) -> tuple[str, str] | None:
    try:
        value = _read(field, entered)
    except (ContractError, ValueError):
        return "CT-0612", f"「{field.label}」（{field.kind.label}）の書き方が正しくありません。"
    match value:
        case bool():
            if field.kind is FieldKind.CONFIRMATION and not value:
                return (
                    "CT-0613",
                    f"「{field.label}」が確認されていません。確認できるまで受け付けられません。",
                )
        case UncertainDate():
            if not value.is_exact and not field.uncertain:
                return "CT-0614", f"「{field.label}」は年月日まで確定した日付を入力してください。"
            if not field.future and value.value is not None and value.value > today:
                return "CT-0616", f"「{field.label}」が本日より後です。"
        case Month():
            if not field.future and value > Month.of(today):
                return "CT-0616", f"「{field.label}」が今月より後です。"
        case str():
            if holds_individual_number(value):
                return (
                    "CT-0617",
                    f"「{field.label}」に個人番号が含まれています。個人番号は専用の欄以外に入力できません。",
                )
    return None


def _read(field: FormField, entered: EnteredValue) -> Value:
    """The value as its kind. Raises `ValueError` (`ContractError` is one) where it is not."""
    if field.kind in _TICKED:
        if isinstance(entered, bool):
            return entered
        raise ValueError("not a tick")
    if isinstance(entered, bool):
        raise ValueError("a tick")
    return _WRITTEN[field.kind](field, entered)


def _choice(field: FormField, entered: str) -> Value:
    if entered not in field.codes:
        raise ValueError("not a choice")
    return entered


def _digits(field: FormField, entered: str) -> Value:
    digits = ascii_digits(entered)
    wanted = f"{{{field.digits}}}" if field.digits else f"{{1,{field.max_length}}}"
    if not re.fullmatch(f"[0-9]{wanted}", digits):
        raise ValueError("not the digits asked for")
    return digits


def _text(field: FormField, entered: str) -> Value:
    if _length(entered) > field.max_length or not is_text(entered):
        raise ValueError("too long, or not text")
    return entered


_TICKED: Final = frozenset({FieldKind.YES_NO, FieldKind.CONFIRMATION})
_WRITTEN: Final[Mapping[FieldKind, Callable[[FormField, str], Value]]] = {
    FieldKind.TEXT: _text,
    FieldKind.DATE: lambda _, entered: parse_date(entered),
    FieldKind.MONTH: lambda _, entered: Month.parse(entered),
    FieldKind.CHOICE: _choice,
    FieldKind.DIGITS: _digits,
    FieldKind.PERSON: lambda _, entered: UUID(entered),
}
"""How what is written in a field is read, by its kind."""


def _attachment_errors(form: Form, submission: Submission) -> Iterator[FormError]:
    declared = {attachment.code: attachment for attachment in form.attachments}
    records = {record.code: record for record in submission.attachments}
    asked = asks_for_documents(submission)
    if records.keys() - declared.keys() or len(records) != len(submission.attachments):
        yield form_error(
            "attachments", "CT-0620", "この届書にない書類、又は同じ書類が二度含まれています。"
        )
    for code, attachment in declared.items():
        where, record = f"attachments.{code}", records.get(code)
        if record is None:
            if asked and attachment.is_required(submission.values):
                message = (
                    f"「{attachment.label}」を確認したか、未提出か、省略かを入力してください。"
                )
                yield form_error(where, "CT-0621", message)
        elif record.state is AttachmentState.WAIVED:
            if not attachment.waivers:
                yield form_error(where, "CT-0622", f"「{attachment.label}」は省略できません。")
            elif record.waiver not in {reason.code for reason in attachment.waivers}:
                yield form_error(
                    where, "CT-0623", f"「{attachment.label}」を省略する理由を選んでください。"
                )
        elif record.waiver is not None:
            yield form_error(
                where, "CT-0624", f"「{attachment.label}」は省略していないのに理由があります。"
            )


def _length(text: str) -> int:
    # A variation selector picks a glyph of the character before it: people count one character.
    return sum(not _VARIATION_SELECTOR.match(character) for character in text)
