"""The gateway's own objects, reachable from every request by ``service.state``."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from services.chassis.service import Service
from services.chassis.staff_context import Signer
from services.gateway.hashing import Passwords
from services.gateway.settings import Settings


@dataclass
class Gateway:
    """What the gateway has beside what every service has. Making it opens nothing."""

    settings: Settings

    @cached_property
    def passwords(self) -> Passwords:
        """Argon2id at the configured cost."""
        return Passwords(self.settings)

    @cached_property
    def signer(self) -> Signer:
        """Signs who is acting. Raises ``OSError`` where the key is missing."""
        settings = self.settings
        return Signer(
            settings.staff_context_private_key or settings.certs_dir / "staff_context.key"
        )


def gateway_of(service: Service) -> Gateway:
    """The gateway's objects."""
    return cast(Gateway, service.state)
