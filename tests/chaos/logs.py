"""What the services' logs must not say: words for a loss, or for an error that nobody knows."""

import json
from collections import Counter
from pathlib import Path

_NEVER = frozenset(
    {
        "events are missing on the bus: ask the producer for a resync",
        "a batch failed for an unknown reason",
        "this record stops its shard: an unknown error, see at",
        "this partition cannot be read",
        "an error that nobody expected",
        "breaker open: intake waits",
    }
)


def faults(folder: Path) -> list[str]:
    """Such lines in the logs of all instances, each kind with its count and where it came up."""
    found: Counter[str] = Counter()
    for log in sorted(folder.glob("*-?.log")):
        for text in log.read_text(errors="replace").splitlines():
            if text.startswith("{"):
                line = json.loads(text)
                if line["message"] in _NEVER:
                    place = f"{line.get('error', '')} {line.get('at', [''])[-1]}"
                    found[f"{log.stem}: {line['message']} ({place})"] += 1
            elif "Traceback" in text:
                found[f"{log.stem}: a traceback that is no line of its log"] += 1
    return [f"{what}: {times} times" for what, times in found.items()]
