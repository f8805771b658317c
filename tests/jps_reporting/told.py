"""Files as JPS sends them back, and taking one in as the command does."""

from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.jps_reporting.house import SEALER, House
from tests.jps_reporting.making import PARAMETERS

LAYOUTS = {layout.id: layout for layout in PARAMETERS.told_layouts}
RESULTS = LAYOUTS["shori-kekka-2026"]
ACCEPTED: dict[str, str] = {
    "媒体通番": "1",
    "届書種別": "0101",
    "処理結果": "1",
    "処理年月日": "20261009",
}
RETURNED = ACCEPTED | {"処理結果": "2", "返戻事由": "02"}
CORRECTED = ACCEPTED | {"処理結果": "3", "訂正後事由該当年月日": "20261002"}


def line(layout: Any, row: dict[str, str]) -> str:
    """A row, its cells by their headings."""
    assert row.keys() <= layout.columns.keys()
    return ",".join(row.get(heading, "") for heading in layout.columns)


def text(layout: Any, rows: Iterable[dict[str, str]]) -> str:
    """A whole file."""
    return "\r\n".join([",".join(layout.columns), *(line(layout, row) for row in rows), ""])


def written(folder: Path, rows: Iterable[dict[str, str]], layout: Any = RESULTS) -> Path:
    """A file of these rows."""
    path = folder / "SHORI.CSV"
    path.write_bytes(text(layout, rows).encode(layout.encoding))
    return path


async def taken(house: House, path: Path, *, check: bool = False) -> int:
    """Take a file in; the command's exit status."""
    (command,) = [c for c in house.service.commands if c.name == "take-results"]
    return await command.run(house.service, Namespace(file=path, check=check))


async def sent(house: House, *events: Any) -> dict[int, Any]:
    """A medium with these facts, handed over: record position to the event."""
    await house.take(events)
    batch = await house.checked()
    sealed = await house.seal(batch)
    assert sealed.is_success, sealed.text
    response = await house.call("POST", f"/batches/{batch}/send", SEALER)
    assert response.is_success, response.text
    rows = await house.fetch(
        "select p.position, p.item_id from jps_reporting.provisions p"
        " join jps_reporting.media m using (medium_id) where m.batch_id = $1::uuid",
        batch,
    )
    by_id = {event.item_id: event for event in events}
    return {row["position"]: by_id[row["item_id"]] for row in rows}
