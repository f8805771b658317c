"""A backup is taken under load; the databases are lost; what is restored agrees, once and whole."""

import asyncio
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.sealing import PrivateSealingKey, PublicSealingKey
from contracts.topics import SERVICES
from deploy.backup import files, report
from deploy.backup.errors import Refused
from deploy.backup.restore import restore
from deploy.backup.take import take
from deploy.backup.timeline import Timeline
from deploy.demo.counter import Counter
from deploy.demo.day import Day
from deploy.demo.house import House
from deploy.demo.people import command, prepare
from deploy.local.errors import StackError
from deploy.local.testing import TestStack, remove_abandoned
from deploy.upstream.day import snapshot, working_day
from services.chassis.clock import SystemClock, japan_date
from tests.backup.story import Register, column, lines, lose_databases, rows

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("backup")]

RESIDENTS = 800
UNDER_WAY = 300
"""Changes that nobody waits for before everything dies."""
KEY = PrivateSealingKey.generate("recovery-test")


@dataclass
class Story:
    """What was done, and what was told of it."""

    stack: TestStack
    register: Register
    day: Day
    backup: Path
    manifest: dict[str, Any]
    sent_during: tuple[int, int]
    """How many changes the register had sent when the backup began, and when it ended."""
    person: str = ""
    serial: int = 0
    timeline: Timeline | None = None
    epochs: list[int] = field(default_factory=list)

    @property
    def told(self) -> str:
        assert self.timeline
        return report.of_restore(self.timeline)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    remove_abandoned()
    stack = TestStack(f"test-{os.getpid()}-backup")
    try:
        stack.up(viewer=False)
        told = backed_up_under_load(stack, tmp_path_factory.mktemp("backups"))
        worked_on_after_the_backup(told)
        lose_databases(stack)
        told.timeline, _, _ = restore(stack, told.backup, KEY)
        told.epochs = [column(stack, s, "select epoch from bus.epoch")[0] for s in SERVICES]
        stack.up(viewer=False)
        House(stack).wait_until_quiet()
        yield told
    finally:
        stack.destroy()


def backed_up_under_load(stack: TestStack, folder: Path) -> Story:
    today: date = japan_date(SystemClock().now())
    day = Day(House(stack), prepare(stack), RESIDENTS, today, lambda _text: None)
    key = PublicSealingKey.model_validate_json(command(stack, "token_vault", "publish-key"))
    register = Register(stack, key, today)
    register.send(snapshot(iter(day.city[:200]), today))
    House(stack).wait_for("qualification", "persons.events", 1)
    with register.sending(day.city[200:]):
        began = len(register.sent)
        file, manifest = asyncio.run(take(stack, folder, KEY.public))
        ended = len(register.sent)
    return Story(stack, register, day, file, manifest, (began, ended))


def worked_on_after_the_backup(story: Story) -> None:
    """What the backup does not know of: the day's changes, a notice, a medium that JPS got."""
    day, house, register = story.day, story.day.house, story.register
    house.wait_until_quiet()
    changes = list(working_day(day.city, day.new, today=day.today))
    register.send(changes)
    house.wait_until_quiet()
    day.newcomers = [change.resident for change in changes]
    touched = {change.resident.index for change in changes}
    with day.clerk, day.reviewer:
        counter = Counter(day.clerk, day.reviewer, day.today)
        story.person = counter.find(
            next(
                r for r in day.city
                if r.index not in touched and r.record.name.kana
                and 30 <= (day.today - r.record.birth_date.require()).days // 365 <= 50
            )
        )  # fmt: skip
        counter.resignation(story.person)
        house.wait_until_quiet()
        day.medium()
    (story.serial,) = column(story.stack, "jps_reporting", "select last from jps_reporting.serials")
    # Under way when all goes dark.
    again = [resident.changed() for resident in day.city if resident.index not in touched]
    register.send(snapshot(iter(again[:UNDER_WAY]), day.today))


def test_the_backup_was_taken_while_changes_came(story):
    began, ended = story.sent_during
    assert 0 < began < ended
    assert story.manifest["bus"]["cluster"]
    assert files.verify(story.backup, KEY)["to"] == story.manifest["to"]


def test_every_record_is_at_the_version_that_was_sent_last(story):
    found = rows(
        story.stack, "identity",
        "select addressee_number, record_version, resident_status from identity.residents",
    )  # fmt: skip
    assert {row[0]: row[1] for row in found} == story.register.versions
    assert {row[0]: row[2] for row in found} == story.register.statuses


def test_every_version_came_once(story):
    found = rows(
        story.stack, "identity",
        "select addressee_number, record_version from identity.record_versions where not late",
    )  # fmt: skip
    sent = {
        (change.resident.record.addressee_number, change.resident.version)
        for change in story.register.sent
    }
    assert {tuple(row) for row in found} == sent


def test_one_person_and_one_number_for_each_resident(story):
    everybody = len(story.register.versions)
    persons = column(story.stack, "identity", "select person_id from identity.persons")
    tokens = column(story.stack, "identity", "select individual_number_token from identity.persons")
    assert len(persons) == everybody
    assert len(set(tokens)) == everybody
    assert None not in tokens
    kept = column(
        story.stack, "token_vault", "select encode(token, 'hex') from token_vault.numbers"
    )
    assert sorted(kept) == sorted(tokens)


@pytest.mark.parametrize("service", ["qualification", "exemptions", "claims"])
def test_the_others_know_the_same_persons_and_no_ghosts(story, service):
    """A person whom the lost past had given another id would be one."""
    latest = "select person_id, person_version from identity.persons"
    known = f"select person_id, person_version from {service}.persons"
    assert set(map(tuple, rows(story.stack, service, known))) == set(
        map(tuple, rows(story.stack, "identity", latest))
    )


def test_what_is_to_be_reported_is_with_the_reporter_once(story):
    concluded = column(
        story.stack, "qualification", "select item_id from qualification.transitions"
    )
    items = column(
        story.stack, "jps_reporting",
        "select item_id from jps_reporting.items where source = 'qualification'",
    )  # fmt: skip
    assert concluded
    assert sorted(concluded) == sorted(items)
    twice = column(
        story.stack, "jps_reporting",
        "select count(*) from jps_reporting.items group by person_id, kind, occurred_on",
    )  # fmt: skip
    assert set(twice) == {1}


def test_nothing_was_refused_and_nothing_is_missing(story):
    for service in SERVICES:
        assert column(story.stack, service, "select count(*) from bus.dead_letters") == [0]
        assert column(story.stack, service, "select count(*) from bus.outbox") == [0]
        _, metrics = story.stack.services.ask(service, "/metrics")
        lost = [
            line for line in metrics.splitlines() if line.startswith("bus_events_missing_total")
        ]
        assert [line for line in lost if not line.endswith(" 0.0")] == []
    assert story.timeline
    assert story.timeline.missing() == {}
    assert [(line.missing, line.under_way, line.unsent) for line in lines(story.stack)] == [
        (0, 0, 0)
    ] * len(lines(story.stack))


def test_the_report_tells_what_came_again(story):
    assert story.timeline
    again = story.timeline.again
    # All that upstream sent after the backup ended comes again at least; what was not under way
    # when all went dark had been through.
    after = len(story.register.sent) - story.sent_during[1]
    assert again["token_vault", "inbound.residents"].new >= after
    assert story.timeline.undone["token_vault", "residents.tokenised"] >= after - UNDER_WAY
    assert again["identity", "residents.tokenised"].undone >= after - UNDER_WAY
    assert again["audit", "audit.events"].undone == 0
    assert re.search(r"^  token_vault +inbound.residents +[1-9]", story.told, re.MULTILINE)


def test_the_report_tells_what_people_have_to_do_again(story):
    assert story.timeline
    acts = {(act.service, act.operation, act.staff_id) for act in story.timeline.acts}
    assert ("qualification", "仮登録", "uketsuke01") in acts
    assert ("qualification", "本登録", "shinsa01") in acts
    assert ("jps_reporting", "媒体作成", "shinsa01") in acts
    (forwarded,) = story.timeline.forwarded.items()
    assert forwarded[0][0] == story.serial
    assert forwarded[1] >= 1
    assert f"medium_serial={story.serial}" in story.told
    # The notice itself is gone: nothing on the bus holds it.
    assert column(story.stack, "qualification", "select count(*) from qualification.notices") == [0]


def test_the_report_names_nobody(story):
    names = {resident.record.name.kanji for resident in story.day.city}
    assert not any(name in story.told for name in names)
    assert story.person not in story.told


def test_a_mediums_serial_is_not_given_twice(story):
    serial = column(story.stack, "jps_reporting", "select last from jps_reporting.serials")
    assert serial == [story.serial]


def test_the_record_of_what_was_done_is_kept_though_it_is_undone(story):
    assert json.loads(command(story.stack, "audit", "verify").splitlines()[-1])["sound"] is True
    operations = column(
        story.stack, "audit", "select operation from audit.records where staff_id = 'shinsa01'"
    )
    assert {"entry_settled", "medium_sealed"} <= set(operations)


def test_everybody_is_signed_out_and_can_sign_in_again(story):
    open_ = "select count(*) from gateway.sessions where ended_at is null"
    assert column(story.stack, "gateway", open_) == [0]
    with story.day.clerk as clerk:
        assert "person" in clerk.get(f"/persons/{person_of(story)}")


def person_of(story: Story) -> str:
    """Somebody whom the house knows."""
    (found,) = column(story.stack, "identity", "select person_id from identity.persons limit 1")
    return str(found)


def test_numbers_go_on_in_an_epoch_of_their_own(story):
    assert set(story.epochs) == {2}
    marks = column(story.stack, "identity", "select epoch from bus.marks where producer <> ''")
    assert set(marks) == {2}


def test_a_backup_that_was_altered_touches_nothing(story, tmp_path):
    altered = tmp_path / "altered.backup"
    data = bytearray(story.backup.read_bytes())
    data[len(data) // 2] ^= 1
    altered.write_bytes(data)
    before = story.stack.running()
    with pytest.raises(Refused):
        restore(story.stack, altered, KEY)
    with pytest.raises(Refused):
        restore(story.stack, story.backup, PrivateSealingKey.generate(KEY.key_id))
    assert story.stack.running() == before


def test_without_the_vaults_key_file_nothing_is_touched(story):
    file = story.stack.layout.home / "vault" / "key-encryption.key"
    kept = file.rename(file.with_suffix(".kept"))
    before = story.stack.running()
    try:
        with pytest.raises(StackError, match="put it and its passphrase back first"):
            restore(story.stack, story.backup, KEY)
    finally:
        kept.rename(file)
    assert story.stack.running() == before


def test_services_do_not_start_on_a_restore_that_was_broken_off(story):
    story.stack.state.note(restore="unfinished")
    try:
        with pytest.raises(StackError, match="repeat it"):
            story.stack.run_services(["audit"])
    finally:
        story.stack.state.note(restore="done")
