"""Settings of audit beside the chassis' own. Each field's docstring shows its exact variable."""

from pathlib import Path

from pydantic import Field

from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What audit is told."""

    service: str = "audit"
    """``NENKIN_SERVICE``."""
    checkpoint_dir: Path | None = None
    """``NENKIN_CHECKPOINT_DIR``: folder that signed checkpoints are written to while the service
    runs, and that ``verify`` compares with. Without it none are written: then only the checkpoints
    that an operator makes by command show a cut-off end."""
    checkpoint_every_s: int = Field(default=3600, ge=1)
    """``NENKIN_CHECKPOINT_EVERY_S``: seconds between two checkpoints; none is written while no
    record is added."""
    checkpoint_key: Path | None = None
    """``NENKIN_CHECKPOINT_KEY``: Ed25519 private key (PEM) that signs checkpoints; by default
    audit-checkpoint.key in ``NENKIN_CERTS_DIR``. Made on first use where there is none."""

    verify_every_s: int = Field(default=6 * 3600, ge=1)
    """``NENKIN_VERIFY_EVERY_S``: seconds between two verifications of all records by the running
    service, which shows what it found at ``/metrics``."""

    @property
    def signing_key(self) -> Path:
        """The private key's file. Its public half lies beside it, with the suffix ``.pub``."""
        return self.checkpoint_key or self.certs_dir / "audit-checkpoint.key"
