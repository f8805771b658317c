"""What an operator is told: of a backup, and of a restore."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from deploy.backup.positions import Position
from deploy.backup.timeline import Timeline

_ANOTHER_BUS = (
    "This is not the bus that the backup knew. What that one had since, nobody can tell:",
    "have the register send everybody (全件連携), and go through the day's papers.",
    "",
)


def of_backup(manifest: dict[str, Any]) -> str:
    """What is in a backup."""
    size = sum(file["size"] for file in manifest["files"].values())
    lines = [
        f"stack      {manifest['stack']}",
        f"taken      {manifest['began']} to {manifest['ended']}",
        f"server     PostgreSQL {manifest['server']['version']},"
        f" write-ahead log {manifest['from']} to {manifest['to']}",
        f"files      {len(manifest['files']):,}, {size / 1_000_000:,.0f} MB before compression",
        f"bus        {manifest['bus']['cluster'] or 'was not reached'},"
        f" epoch {manifest['bus']['epoch']}",
        f"vault key  {(manifest['vault_key_file'] or 'none yet')[:16]} (SHA-256; not in it)",
        "",
    ]
    rows = [("service", "epoch", "events numbered", "taken in", "unsent", "dead letters")]
    for service, document in manifest["services"].items():
        at = Position.of(document)
        rows.append(
            (
                service,
                str(at.epoch),
                f"{sum(number - 1 for number in at.next.values()):,}",
                # Offsets of upstream's topics count from 0.
                f"{sum(n + (not producer) for (producer, _, _), (_, n) in at.marks.items()):,}",
                f"{sum(map(len, at.outbox.values())):,}",
                f"{at.letters:,}",
            )
        )
    return "\n".join([*lines, *_table(rows, 1)])


def of_restore(timeline: Timeline) -> str:
    """What is read and sent again, what is lost, and what people have to do again."""
    parts = [
        *(_ANOTHER_BUS if timeline.another_bus else ()),
        *_section("Read again from the bus", _read_again(timeline)),
        *_section("Sent again from the outboxes, with the same numbers", _sent_again(timeline)),
        *_section(
            "Undone: sent after the backup and passed over; done anew from the same causes",
            _undone(timeline),
        ),
        *_section("Missing: under way at the backup, and nowhere any more", _missing(timeline)),
        *_section("JPS has these media, and the databases do not know of them", _media(timeline)),
        *_section("Done by hand after the backup: to be done again by people", _acts(timeline)),
        f"Events carry epoch {timeline.new_epoch} from now on. All staff are signed out."
        f" The next medium's serial is at least {timeline.last_serial + 1}."
        if timeline.last_serial
        else f"Events carry epoch {timeline.new_epoch} from now on. All staff are signed out.",
    ]
    return "\n".join(parts)


def _read_again(timeline: Timeline) -> Iterator[str]:
    rows = [("service", "topic", "taken in now", "known", "passed over")]
    rows += [
        (service, topic, f"{again.new:,}", f"{again.known:,}", f"{again.undone:,}")
        for (service, topic), again in sorted(timeline.again.items())
    ]
    yield from _table(rows, 2)


def _sent_again(timeline: Timeline) -> Iterator[str]:
    rows = [("service", "topic", "events")]
    for service, at in sorted(timeline.positions.items()):
        topics: dict[str, int] = {}
        for (topic, _), events in at.outbox.items():
            topics[topic] = topics.get(topic, 0) + len(events)
        rows += [(service, topic, f"{count:,}") for topic, count in sorted(topics.items())]
    yield from _table(rows, 2)


def _undone(timeline: Timeline) -> Iterator[str]:
    rows = [("service", "topic", "events")]
    rows += [(*lane, f"{count:,}") for lane, count in sorted(timeline.undone.items())]
    yield from _table(rows, 2)


def _missing(timeline: Timeline) -> Iterator[str]:
    rows = [("service", "does not get of", "topic", "events")]
    rows += [(*lane, f"{count:,}") for lane, count in sorted(timeline.missing().items())]
    yield from _table(rows, 3)


def _media(timeline: Timeline) -> Iterator[str]:
    rows = [("medium", "batch", "items")]
    rows += [
        (str(serial), batch, f"{count:,}")
        for (serial, batch), count in sorted(timeline.forwarded.items())
    ]
    yield from _table(rows, 2)


def _acts(timeline: Timeline) -> Iterator[str]:
    rows = [("when", "service", "what", "who", "how many", "reference", "details")]
    rows += [
        (act.at, act.service, act.operation, act.staff_id or "the operator", f"{act.count:,}",
         act.reference or "", act.details)
        for act in sorted(timeline.acts, key=lambda act: act.at)
    ]  # fmt: skip
    yield from _table(rows, 7)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield title
    yield from (f"  {line}" for line in list(lines) or ["nothing"])
    yield ""


def _table(rows: Sequence[Sequence[str]], text_columns: int) -> list[str]:
    """Aligned; nothing where there is only a head."""
    if len(rows) == 1:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if i < text_columns else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
