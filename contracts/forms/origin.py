"""Whether a form came in on a way it may, by whom it may, and whether that was verified (C05)."""

from collections.abc import Iterator
from datetime import date

from contracts.forms.channels import Channel, ChannelRule, ExOfficio, Notifier, channel_rule
from contracts.forms.declaration import Form, NumberRule, given
from contracts.forms.submission import IdentityCheck, Proxy, ProxyAuthority, Submission
from contracts.forms.texts import FormError, form_error, holds_individual_number, is_text
from contracts.forms.verification import NumberVerification

_IN_ANOTHERS_PLACE = (Notifier.HOUSEHOLDER, Notifier.PROXY)


def notifier_of(form: Form, submission: Submission) -> Notifier | None:
    """Who handed it in: as told, or as the identity check tells. None: nobody did (職権)."""
    if submission.notifier is not None or submission.channel is Channel.EX_OFFICIO:
        return submission.notifier
    proxy = submission.identity_check.proxy if submission.identity_check else None
    if proxy is None:
        return form.falls_to
    by_law = proxy.authority is ProxyAuthority.HOUSEHOLDER
    return Notifier.HOUSEHOLDER if by_law else Notifier.PROXY


def by_whom(form: Form, submission: Submission) -> Submission:
    """A submission that `validate` found nothing wrong with, with who handed it in."""
    return submission.model_copy(update={"notifier": notifier_of(form, submission)})


def asks_for_documents(submission: Submission) -> bool:
    """Whether the form's documents are asked for on the way it came in (C07)."""
    rule = channel_rule(submission.channel, submission.received_on)
    return rule is None or rule.documents


def origin_errors(form: Form, submission: Submission) -> Iterator[FormError]:
    """What is wrong with channel, notifier and identity check."""
    channel = submission.channel
    rule = channel_rule(channel, submission.received_on)
    if rule is None or not form.comes_by(channel, submission.received_on):
        message = f"この届書は「{channel.label}」では受け付けていません（受付日現在）。"
        yield form_error("channel", "CT-0635", message)
        return
    yield from _notifier_errors(form, submission, rule)
    yield from _ex_officio_errors(submission, rule)
    if rule.checks_identity:
        yield from _identity_errors(form, submission, rule)
    elif submission.identity_check is not None:
        message = f"「{channel.label}」では本人確認を行いません。本人確認の欄を空にしてください。"
        yield form_error("identity_check", "CT-0636", message)


def _notifier_errors(form: Form, submission: Submission, rule: ChannelRule) -> Iterator[FormError]:
    told = submission.notifier
    if not rule.notified:
        if told is not None:
            message = "職権による処理に届出人はありません。届出人の欄を空にしてください。"
            yield form_error("notifier", "CT-0637", message)
        return
    if told is None:
        if not rule.checks_identity:
            yield form_error("notifier", "CT-0637", "届出人を選んでください。")
        return
    if told not in form.notifiers:
        message = f"この届書の届出人を「{told.label}」とすることはできません。"
        yield form_error("notifier", "CT-0637", message)
        return
    check = submission.identity_check
    if check is None:
        if told in _IN_ANOTHERS_PLACE and rule.checks_identity:
            message = f"届出人が「{told.label}」のときは、代理人の欄を入力してください。"
            yield form_error("identity_check.proxy", "CT-0637", message)
    elif told is not notifier_of(form, submission.model_copy(update={"notifier": None})):
        message = "届出人と代理人の欄が一致しません。"
        yield form_error("notifier", "CT-0637", message)


def _ex_officio_errors(submission: Submission, rule: ChannelRule) -> Iterator[FormError]:
    told = submission.ex_officio
    if rule.notified:
        if told is not None:
            message = "職権の事由は、受付経路が「職権」のときだけ入力します。"
            yield form_error("ex_officio", "CT-0638", message)
        return
    if told is None:
        message = "職権の事由、確認した資料、決裁者と決裁日を入力してください。"
        yield form_error("ex_officio", "CT-0638", message)
        return
    yield from _order_errors(told, submission.received_on)


def _order_errors(told: ExOfficio, received_on: date) -> Iterator[FormError]:
    if told.ordered_on > received_on:
        message = "決裁日が受付日より後です。決裁の後に受け付けてください。"
        yield form_error("ex_officio.ordered_on", "CT-0638", message)
    for part, text in (("evidence", told.evidence), ("ordered_by", told.ordered_by)):
        yield from _text_errors(f"ex_officio.{part}", text, "職権の欄")


def _identity_errors(form: Form, submission: Submission, rule: ChannelRule) -> Iterator[FormError]:
    check = submission.identity_check
    if check is None:
        if form.number is not NumberRule.NONE:
            message = "本人確認（個人番号の確認と身元確認）の方法を入力してください。"
            yield form_error("identity_check", "CT-0630", message)
        return
    yield from _channel_errors(check, rule)
    stands_in = form.basic_pension_number_field
    if stands_in is not None:
        unverified = check.number in (NumberVerification.NOT_GIVEN, NumberVerification.NOT_ASSIGNED)
        if unverified and given(submission.values, stands_in) is None:
            message = "個人番号の確認方法か、基礎年金番号のどちらかを入力してください。"
            yield form_error("identity_check.number", "CT-0632", message)
    elif form.number is NumberRule.REQUIRED and check.number is NumberVerification.NOT_GIVEN:
        message = f"{form.number_holder}の個人番号の確認が必要です。確認方法を選んでください。"
        yield form_error("identity_check.number", "CT-0631", message)
    if check.proxy is not None:
        yield from _proxy_errors(form, check.proxy)


def _channel_errors(check: IdentityCheck, rule: ChannelRule) -> Iterator[FormError]:
    for part, made, possible in (
        ("number", check.number, rule.numbers),
        ("person", check.person, rule.persons),
    ):
        if made not in possible:
            message = f"「{rule.channel.label}」では「{made.label}」による確認はできません。"
            yield form_error(f"identity_check.{part}", "CT-0636", message)


def _proxy_errors(form: Form, proxy: Proxy) -> Iterator[FormError]:
    if not form.proxy_allowed:
        yield form_error(
            "identity_check.proxy", "CT-0633", "この届書は代理人からは受け付けられません。"
        )
    if proxy.authority is ProxyAuthority.HOUSEHOLDER and not form.householder_notifies:
        message = "この届書は世帯主が代わって届け出ることができません。代理権を確認してください。"
        yield form_error("identity_check.proxy.authority", "CT-0634", message)
    for part, text in (("name", proxy.name), ("relationship", proxy.relationship)):
        yield from _text_errors(f"identity_check.proxy.{part}", text, "代理人の欄")


def _text_errors(where: str, text: str, column: str) -> Iterator[FormError]:
    if holds_individual_number(text):
        yield form_error(where, "CT-0617", f"{column}に個人番号が含まれています。")
    if not is_text(text):
        yield form_error(where, "CT-0612", f"{column}の書き方が正しくありません。")
