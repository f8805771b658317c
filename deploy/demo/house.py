"""The running house, seen from outside: is everything through, how much came through."""

import re
import time
from collections.abc import Mapping, Sequence

from contracts.topics import SERVICES
from deploy.local.services import GATEWAY_PUBLIC
from deploy.local.stack import Stack
from deploy.local.status import totals

_LABELLED = re.compile(r'^(\w+)\{topic="([^"]+)"\} (\S+)$', re.MULTILINE)


class NotThrough(Exception):
    """Events did not come through in time."""


class House:
    """A stack with all its services running."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    @property
    def gateway(self) -> str:
        """Where staff reach it."""
        return f"https://localhost:{self.stack.state.ports[GATEWAY_PUBLIC]}"

    @property
    def viewer(self) -> str | None:
        """Where traces can be looked at."""
        port = self.stack.state.ports.get("zipkin")
        return f"http://localhost:{port}" if port and "zipkin" in self.stack.running() else None

    def handled(self, service: str, topic: str) -> int:
        """How many events of a topic a service has taken in since it started."""
        _, text = self.stack.services.ask(service, "/metrics")
        return int(
            sum(
                float(value)
                for name, labelled, value in _LABELLED.findall(text)
                if name == "bus_events_handled_total" and labelled == topic
            )
        )

    def wait_for(self, service: str, topic: str, count: int, timeout: float = 300) -> float:
        """Wait until a service has taken in so many; returns the seconds it took."""
        began = time.monotonic()
        while (seen := self.handled(service, topic)) < count:
            if time.monotonic() - began > timeout:
                raise NotThrough(f"{service} took in {seen} of {count} events of {topic}")
            time.sleep(0.2)
        return time.monotonic() - began

    def wait_until_quiet(self, timeout: float = 120, of: Sequence[str] = SERVICES) -> None:
        """Wait until nothing is under way: twice in a row no lag and no unsent event in any."""
        began, quiet = time.monotonic(), 0
        while quiet < 2:
            if time.monotonic() - began > timeout:
                raise NotThrough(", ".join(n for n in of if self._busy(self._metrics(n))))
            busy = any(self._busy(self._metrics(name)) for name in of)
            quiet = 0 if busy else quiet + 1
            time.sleep(0.15)

    def _metrics(self, service: str) -> Mapping[str, float]:
        return totals(self.stack.services.ask(service, "/metrics")[1])

    @staticmethod
    def _busy(metrics: Mapping[str, float]) -> bool:
        # Freshness stands at nothing only where it is known that nothing waits.
        return metrics.get("bus_freshness_seconds", 0) > 0 or metrics.get("outbox_rows", 0) > 0
