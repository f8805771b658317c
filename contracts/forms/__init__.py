"""Notices, applications and claims as data: what a form asks for, and what is wrong with one.

A form (届書, 申出書, 請求書) is a TOML file: its fields, the documents that go with it (C07),
whether the number and the person have to be verified (C05), and the articles all of this comes
from. A service reads its forms once with `read_forms`, checks what a counter sends with `validate`,
and computes on `values_of`. By whom and on which way it came in is part of it (`channels`).
Nothing here knows what a form means; that is the service's domain.

Unknown fields and documents are refused (C02). What is wrong is told in Japanese and without
repeating what was entered, so that it can be shown, logged and counted.
"""

from contracts.forms.channels import (
    Channel,
    ChannelRule,
    ChannelUse,
    ExOfficio,
    ExOfficioGround,
    Notifier,
    channel_rule,
    channel_rules,
)
from contracts.forms.choices import EntryChoices, Option, entry_choices
from contracts.forms.declaration import (
    Attachment,
    Choice,
    Condition,
    EnteredValue,
    FieldKind,
    Form,
    FormField,
    Forms,
    InvalidForm,
    NumberRule,
    UnknownForm,
    read_forms,
)
from contracts.forms.examination import Finding, FindingCode, FindingKind, refusals, unacknowledged
from contracts.forms.origin import by_whom, notifier_of
from contracts.forms.receipts import book_of, is_apart, receipt_text
from contracts.forms.states import (
    DECIDED,
    EntryState,
    InvalidTransition,
    SamePerson,
    require_another_person,
    require_transition,
)
from contracts.forms.submission import (
    AttachmentRecord,
    AttachmentState,
    IdentityCheck,
    Proxy,
    ProxyAuthority,
    Submission,
)
from contracts.forms.texts import ONE_LINE, FormError, FreeText, holds_individual_number
from contracts.forms.validation import (
    Value,
    outstanding,
    validate,
    values_in,
    values_of,
)
from contracts.forms.verification import NumberVerification, PersonVerification

__all__ = [
    "DECIDED",
    "ONE_LINE",
    "Attachment",
    "AttachmentRecord",
    "AttachmentState",
    "Channel",
    "ChannelRule",
    "ChannelUse",
    "Choice",
    "Condition",
    "EnteredValue",
    "EntryChoices",
    "EntryState",
    "ExOfficio",
    "ExOfficioGround",
    "FieldKind",
    "Finding",
    "FindingCode",
    "FindingKind",
    "Form",
    "FormError",
    "FormField",
    "Forms",
    "FreeText",
    "IdentityCheck",
    "InvalidForm",
    "InvalidTransition",
    "Notifier",
    "NumberRule",
    "NumberVerification",
    "Option",
    "PersonVerification",
    "Proxy",
    "ProxyAuthority",
    "SamePerson",
    "Submission",
    "UnknownForm",
    "Value",
    "book_of",
    "by_whom",
    "channel_rule",
    "channel_rules",
    "entry_choices",
    "holds_individual_number",
    "is_apart",
    "notifier_of",
    "outstanding",
    "read_forms",
    "receipt_text",
    "refusals",
    "require_another_person",
    "require_transition",
    "unacknowledged",
    "validate",
    "values_in",
    "values_of",
]
