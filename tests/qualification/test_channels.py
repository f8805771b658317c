"""By whom and on which way notices come in: which forms, what staff see, what is refused."""

import shutil
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.events import AuditOperation
from contracts.forms import Channel, Notifier
from contracts.functions import Function
from services.chassis import migrations
from services.qualification.app import MIGRATIONS
from services.qualification.files import read_notice_forms
from tests.qualification.house import Counter, House, notice
from tests.qualification.people import d

DAY = d("2026-11-05")
FORMS = read_notice_forms()
ORDER = {
    "ground": "not_notified",
    "evidence": "年金事務所の回答（厚生年金の資格喪失日）",
    "ordered_by": "国民年金課長　試験　一郎",
    "ordered_on": "2026-11-04",
}


@pytest.mark.parametrize(
    ("channel", "kinds"),
    [
        (
            Channel.RESIDENT_REGISTER,  # 法12条3項: what art. 12(1) has notified, and nothing else
            "acquisition address_change category_change_2_to_1 category_change_3_to_1 loss"
            " name_change",
        ),
        (Channel.ELECTRONIC, "acquisition category_change_2_to_1 category_change_3_to_1"),
        (
            Channel.EX_OFFICIO,
            "acquisition category_change_2_to_1 category_change_3_to_1 death loss",
        ),
    ],
)
def test_which_forms_come_on_which_way(channel: Channel, kinds: str) -> None:
    assert {form.kind for form in FORMS.on(DAY) if form.comes_by(channel, DAY)} == set(
        kinds.split()
    )
    assert all(form.comes_by(Channel.COUNTER, DAY) for form in FORMS.on(DAY))
    assert all(form.comes_by(Channel.POST, DAY) for form in FORMS.on(DAY))


def test_a_death_is_notified_by_whom_the_family_register_act_obliges() -> None:
    who = {form.kind: form.notifiers[0] for form in FORMS.on(DAY)}
    assert {kind for kind, notifier in who.items() if notifier is not Notifier.PERSON} == {"death"}
    assert who["death"] is Notifier.DEATH_NOTIFIER


def ex_officio(person_id: UUID, **changes: Any) -> dict[str, Any]:
    body = notice(person_id) | {"channel": "ex_officio", "ex_officio": ORDER} | changes
    del body["identity_check"], body["attachments"]
    return body


@pytest.mark.stack
async def test_an_ex_officio_entry_needs_an_order_and_another_person_like_any(
    house: House, counter: Counter, hanako: UUID
) -> None:
    refused = await counter.accept(ex_officio(hanako, ex_officio=None))
    assert [error["code"] for error in refused.json()["errors"]] == ["CT-0638"]
    accepted = await counter.accept(ex_officio(hanako))
    assert accepted.status_code == 201, accepted.text
    shown = accepted.json()
    assert shown["outstanding"] == []
    assert shown["submission"]["ex_officio"] == ORDER
    summary = shown["summary"]
    assert (summary["channel_label"], summary["notifier"]) == ("職権", None)
    same = await counter.settle(summary["notice_id"], by="s001")
    assert (same.status_code, same.json()["code"]) == (403, "QU-0202")
    settled = await counter.settle(summary["notice_id"])
    assert settled.json()["summary"]["state"] == "settled"
    (report,) = await house.reports(hanako)
    assert report.accepted_on == DAY
    (recorded,) = await house.audited(AuditOperation.ENTRY_PROVISIONAL)
    assert recorded.details["channel"] == "ex_officio"


@pytest.mark.stack
async def test_who_handed_it_in_is_kept_and_shown(counter: Counter, hanako: UUID) -> None:
    body = notice(hanako, channel="resident_register") | {"notifier": "householder"}
    del body["identity_check"], body["attachments"]
    summary = (await counter.accept(body)).json()["summary"]
    assert (summary["channel"], summary["notifier_label"]) == ("resident_register", "世帯主")
    await counter.withdraw(summary["notice_id"], "付記なし")
    counted = (await counter.accept(notice(hanako))).json()
    assert counted["summary"]["notifier"] == counted["submission"]["notifier"] == "person"
    listed = await counter.call("GET", "/notices", Function.NOTICE_SETTLE)
    assert [n["notifier_label"] for n in listed.json()["notices"]] == ["本人"]


@pytest.mark.stack
@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"channel": "fax"}, 422, "CH-0001"),
        ({"notifier": "neighbour"}, 422, "CH-0001"),
        ({"ex_officio": ORDER | {"ground": "habit"}}, 422, "CH-0001"),
        ({"ex_officio": ORDER | {"colour": "青"}}, 422, "CH-0001"),
        ({"channel": "electronic"}, 422, "QU-0102"),
    ],
)
async def test_unknown_or_unfitting_ways_are_refused(
    counter: Counter, hanako: UUID, change: dict[str, Any], status: int, code: str
) -> None:
    answer = await counter.accept(notice(hanako) | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.stack
async def test_notices_from_before_say_by_whom_they_came(
    house: House, hanako: UUID, tmp_path: Path
) -> None:
    for file in sorted(MIGRATIONS.glob("000[123]*.sql")):
        shutil.copy(file, tmp_path)
    came = {
        ("death", '{"channel": "post"}'): ("post", "death_notifier"),
        ("acquisition", '{"channel": "electronic", "identity_check": {"proxy": null}}'): (
            "electronic",
            "person",
        ),
        ("loss", '{"identity_check": {"proxy": {"authority": "householder"}}}'): (
            "counter",
            "householder",
        ),
        ("loss", '{"channel": "counter", "identity_check": {"proxy": {"authority": "other"}}}'): (
            "counter",
            "proxy",
        ),
    }
    async with house.owner() as owner:
        await owner.execute("drop schema qualification cascade")
        await owner.execute("delete from migrations.applied where origin = 'service'")
        await migrations.apply(owner, "qualification", tmp_path)
        await owner.execute(
            "insert into qualification.persons (person_id, person_version) values ($1, 1)", hanako
        )
        for number, (kind, submission) in enumerate(came, 1):
            await owner.execute(
                "insert into qualification.notices (notice_id, kind, person_id, office,"
                " fiscal_year, receipt_number, state, submission, received_on, occurred_on,"
                " accepted_by, accepted_at) values ($1, $2, $3, '全庁', 2026, $4, 'received',"
                " $5::text::jsonb, $6, $6, 's001', now())",
                uuid4(), kind, hanako, number, submission, d(f"2026-10-0{number}"),
            )  # fmt: skip
        await migrations.apply(owner, "qualification", MIGRATIONS)
    found = await house.rows(
        "select channel, notifier from qualification.notices order by receipt_number"
    )
    assert [(row["channel"], row["notifier"]) for row in found] == list(came.values())
