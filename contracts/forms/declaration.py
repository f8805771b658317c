"""What a form asks for: its fields, documents and identity check, as read from a TOML file."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, model_validator

from contracts.codes import Code
from contracts.days import Day
from contracts.errors import ContractError
from contracts.forms.channels import Channel, ChannelUse, Notifier

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Label = Annotated[str, Field(min_length=1, max_length=200)]
EnteredValue = StrictBool | Annotated[str, Field(max_length=4000)]
"""A value as entered. Dates, months and codes are texts; a tick is a boolean."""


class InvalidForm(ContractError):
    """A form file does not declare a form. The message names the file and the place in it."""

    code: ClassVar[str] = "CT-0601"


class UnknownForm(ContractError):
    """There is no form of that kind on that day."""

    code: ClassVar[str] = "CT-0602"


class FieldKind(Code):
    """What a field holds, and how it is entered."""

    TEXT = "text", "文字"
    DATE = "date", "日付"
    """Entered in Western or era years (``2026-10-01``, ``R8.10.1``); read as `UncertainDate`."""
    MONTH = "month", "年月"
    """Entered ``YYYY-MM``; read as `Month`."""
    CHOICE = "choice", "選択"
    YES_NO = "yes_no", "有無"
    CONFIRMATION = "confirmation", "確認"
    """A tick without which the form is not accepted: somebody compared or explained something."""
    DIGITS = "digits", "数字"
    """Digits only; width, hyphens and spaces do not matter as entered. Read as ASCII digits."""
    PERSON = "person", "個人"
    """A person known to identity, by the opaque person id; read as `UUID`."""


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Declared):
    """One value of a choice or one reason for a waiver."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
    label: Label


class Condition(_Declared):
    """Holds where a field has a value, or one of the values named. A tick is ``true``/``false``."""

    field: Name
    one_of: tuple[str, ...] | None = None
    absent: bool = False
    """Holds where the field has no value instead."""

    def holds(self, values: Mapping[str, EnteredValue | None]) -> bool:
        entered = given(values, self.field)
        if entered is None:
            return self.absent
        if self.absent:
            return False
        text = str(entered).lower() if isinstance(entered, bool) else entered
        return self.one_of is None or text in self.one_of


class FormField(_Declared):
    """One field (記載事項) of a form."""

    name: Name
    label: Label
    kind: FieldKind
    article: str | None = None
    required: bool = True
    required_when: Condition | None = None
    """Required only then; with ``required = false``."""
    help: str | None = None
    max_length: Annotated[int, Field(ge=1, le=1000)] = 100
    digits: Annotated[int, Field(ge=1, le=30)] | None = None
    """How many, of a field of digits."""
    choices: tuple[Choice, ...] = ()
    uncertain: bool = False
    """Whether a date may be known in part only (不詳日)."""
    future: bool = False
    """Whether a date or month may lie after the day of entry."""

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of its choices."""
        return frozenset(choice.code for choice in self.choices)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.kind is FieldKind.CHOICE) != bool(self.choices):
            raise ValueError("choices belong to a field of kind choice, and it has some")
        if self.digits is not None and self.kind is not FieldKind.DIGITS:
            raise ValueError("only a field of digits has a number of digits")
        if self.required and self.required_when is not None:
            raise ValueError("a field that is always required has no condition")
        if self.kind is FieldKind.CONFIRMATION and not self.required:
            raise ValueError("a confirmation is always required")
        return self

    def is_required(self, values: Mapping[str, EnteredValue | None]) -> bool:
        """Whether it is required beside these values."""
        return self.required or (
            self.required_when is not None and self.required_when.holds(values)
        )


class Attachment(_Declared):
    """One document (添付書類) that goes with a form (C07)."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
    label: Label
    article: str | None = None
    required_when: Condition | None = None
    """None: always required. Where it does not hold the document may still be recorded."""
    examples: tuple[str, ...] = ()
    waivers: tuple[Choice, ...] = ()
    """The reasons for which it may be waived. Without any it cannot be waived."""

    def is_required(self, values: Mapping[str, EnteredValue | None]) -> bool:
        """Whether it is required beside these values."""
        return self.required_when is None or self.required_when.holds(values)


class NumberRule(Code):
    """Whether a form bears an individual number, so that C05 applies (番号法16条)."""

    REQUIRED = "required", "個人番号"
    OR_BASIC_PENSION_NUMBER = "or_basic_pension_number", "個人番号又は基礎年金番号"
    NONE = "none", "なし"


class Form(_Declared):
    """One version of one kind of notice, application or claim."""

    kind: Name
    title: Label
    article: str
    """The articles that the form rests on, as staff read them."""
    valid_from: Day
    valid_to: Day | None = None
    """Last day on which it is accepted; None while there is no later version."""
    number: NumberRule
    number_holder: Label = "届出人"
    """Whose number it is, in words."""
    basic_pension_number_field: Name | None = None
    """The field that may stand in for the individual number."""
    channels: tuple[ChannelUse, ...] = (
        ChannelUse(channel=Channel.COUNTER),
        ChannelUse(channel=Channel.POST),
    )
    """On which ways it is accepted, and since when."""
    falls_to: Notifier = Notifier.PERSON
    """Whose duty, or right, it is to hand it in."""
    proxy_allowed: bool = True
    householder_notifies: bool = False
    """Whether the householder may hand it in without the person's authority (国民年金法12条2項)."""
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]
    attachments: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()
    """What staff are shown while they fill it in."""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        names = [field.name for field in self.fields]
        codes = [attachment.code for attachment in self.attachments]
        if len(set(names)) != len(names) or len(set(codes)) != len(codes):
            raise ValueError("a field or document is declared twice")
        conditions = [field.required_when for field in self.fields]
        conditions += [attachment.required_when for attachment in self.attachments]
        named = {condition.field for condition in conditions if condition is not None}
        if self.basic_pension_number_field is not None:
            named.add(self.basic_pension_number_field)
        if named - set(names):
            raise ValueError("a condition names a field that the form does not have")
        if (self.number is NumberRule.OR_BASIC_PENSION_NUMBER) != (
            self.basic_pension_number_field is not None
        ):
            raise ValueError("the basic pension number that stands in has a field")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("a form is valid for at least a day")
        if self.falls_to in (Notifier.HOUSEHOLDER, Notifier.PROXY):
            raise ValueError("who acts in another's place is not who it falls to")
        return self

    @property
    def notifiers(self) -> tuple[Notifier, ...]:
        """Who may hand it in."""
        return (
            self.falls_to,
            *([Notifier.HOUSEHOLDER] if self.householder_notifies else []),
            *([Notifier.PROXY] if self.proxy_allowed else []),
        )

    def is_accepted_on(self, day: date) -> bool:
        """Whether this version is the one of ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def comes_by(self, channel: Channel, day: date) -> bool:
        """Whether it is accepted on that channel on ``day``."""
        return any(use.channel is channel and use.holds_on(day) for use in self.channels)


class Forms:
    """The forms of a service, each kind in its versions."""

    def __init__(self, forms: tuple[Form, ...]) -> None:
        """Raises `InvalidForm` where two versions of a kind are valid on the same day."""
        self._forms = tuple(sorted(forms, key=lambda form: (form.kind, form.valid_from)))
        for before, after in zip(self._forms, self._forms[1:], strict=False):
            if before.kind == after.kind and (
                before.valid_to is None or before.valid_to >= after.valid_from
            ):
                raise InvalidForm(f"two versions of {before.kind} are valid on the same day")
        self._of: dict[str, list[Form]] = {}
        for form in self._forms:
            self._of.setdefault(form.kind, []).append(form)

    def __iter__(self) -> Iterator[Form]:
        return iter(self._forms)

    def on(self, day: date) -> tuple[Form, ...]:
        """Every form that is accepted on ``day``, by kind."""
        return tuple(form for form in self._forms if form.is_accepted_on(day))

    def form(self, kind: str, day: date) -> Form:
        """The version of a form that is accepted on ``day``. Raises `UnknownForm`."""
        for form in self._of.get(kind, ()):
            if form.is_accepted_on(day):
                return form
        raise UnknownForm("no such form on that day")


def read_forms(folder: Path) -> Forms:
    """Read every ``*.toml`` of a folder, one form version a file. Raises `InvalidForm`."""
    forms = []
    for file in sorted(folder.glob("*.toml")):
        try:
            forms.append(Form.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))))
        except tomllib.TOMLDecodeError as error:
            raise InvalidForm(f"{file.name}: {error}") from error
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise InvalidForm(f"{file.name}: {place}: {first['msg']}") from error
    return Forms(tuple(forms))


def given(values: Mapping[str, EnteredValue | None], name: str) -> EnteredValue | None:
    """What was entered in a field; None where there is nothing but blanks."""
    entered = values.get(name)
    return None if isinstance(entered, str) and not entered.strip() else entered
