"""What the vault is told beside what every service is told."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from contracts.topics import INBOUND_RESIDENTS
from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the vault."""

    service: str = "token_vault"
    vault_key_file: Path
    """``NENKIN_VAULT_KEY_FILE``: the sealed file of the key-encryption key; ``init-keys`` makes it.
    Only its owner may read it."""
    vault_passphrase_file: Path
    """``NENKIN_VAULT_PASSPHRASE_FILE``: the passphrase of the key file, in its first line. Only its
    owner may read it; better not on the disk of the key file and the database."""
    inbound_key_margin_hours: int = Field(default=24, ge=1)
    """``NENKIN_INBOUND_KEY_MARGIN_HOURS``: how long after the inbound topic's retention a sealing
    key is kept: at least the topic's segment.ms, as the broker deletes whole segments."""

    @property
    def inbound_retention(self) -> timedelta:
        """How long a sealed event may lie on the bus."""
        return INBOUND_RESIDENTS.retention

    @property
    def inbound_key_margin(self) -> timedelta:
        return timedelta(hours=self.inbound_key_margin_hours)
