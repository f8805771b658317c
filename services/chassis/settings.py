"""Settings from the environment. Each field's docstring shows its exact variable."""

import ssl
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What every service is told. A service with settings of its own subclasses this."""

    model_config = SettingsConfigDict(
        env_prefix="NENKIN_", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    service: str
    """``NENKIN_SERVICE``: the service's name: certificate, Kafka principal, database, group."""
    certs_dir: Path
    """``NENKIN_CERTS_DIR``: folder with ca.pem and, for the name in use, NAME.crt and NAME.key."""
    instance: str = "0"
    """``NENKIN_INSTANCE``: which of several instances this is; stable across its restarts."""

    kafka_bootstrap: str
    """``NENKIN_KAFKA_BOOTSTRAP``: host:port of the brokers, comma-separated."""
    bus_epoch: int = Field(default=1, ge=1)
    """``NENKIN_BUS_EPOCH``: counted up by the operator whenever Kafka is made anew from nothing,
    so that offsets of the old bus do not make records of the new one look like duplicates."""
    batch_max_records: int = Field(default=500, ge=1, le=10_000)
    """``NENKIN_BATCH_MAX_RECORDS``: at most so many records in one transaction."""
    batch_poll_ms: int = Field(default=250, ge=1)
    """``NENKIN_BATCH_POLL_MS``: how long a poll waits for a first record."""
    session_timeout_ms: int = Field(default=30_000, ge=1_000)
    """``NENKIN_SESSION_TIMEOUT_MS``: after so long without a heartbeat the partitions move on."""
    outbox_poll_ms: int = Field(default=50, ge=1)
    """``NENKIN_OUTBOX_POLL_MS``: how often the relay looks for rows of other instances while there
    are such; a fifth as often when none came for a minute. Its own rows wake it."""
    send_timeout_s: int = Field(default=30, ge=1)
    """``NENKIN_SEND_TIMEOUT_S``: a send that takes longer has an unknown outcome: sent again."""
    retry_max_s: int = Field(default=30, ge=1)
    """``NENKIN_RETRY_MAX_S``: the longest wait between tries of a batch that fails."""
    breaker_window: int = Field(default=200, ge=10)
    """``NENKIN_BREAKER_WINDOW``: how many of the latest records the breaker looks at."""
    breaker_percent: int = Field(default=50, ge=1, le=100)
    """``NENKIN_BREAKER_PERCENT``: from this share of refused ones on, intake stops."""

    database_host: str = "localhost"
    """``NENKIN_DATABASE_HOST``."""
    database_port: int
    """``NENKIN_DATABASE_PORT``."""
    database_name: str | None = None
    """``NENKIN_DATABASE_NAME``: by default the service's name."""
    database_pool: int = Field(default=6, ge=2)
    """``NENKIN_DATABASE_POOL``: connections at most, the relay's own beside them."""

    http_host: str = "127.0.0.1"
    """``NENKIN_HTTP_HOST``: where the service listens (HTTPS, client certificate required)."""
    http_port: int = 0
    """``NENKIN_HTTP_PORT``: 0 takes a free one."""
    peers: dict[str, str] = {}
    """``NENKIN_PEERS``: JSON object, service name to base URL (https)."""
    staff_context_key: Path | None = None
    """``NENKIN_STAFF_CONTEXT_KEY``: the gateway's Ed25519 public key (PEM)."""

    trace_exporter: Literal["none", "zipkin", "otlp"] = "none"
    """``NENKIN_TRACE_EXPORTER``: where spans go."""
    trace_endpoint: str | None = None
    """``NENKIN_TRACE_ENDPOINT``: the collector's URL."""
    trace_percent: int = Field(default=100, ge=0, le=100)
    """``NENKIN_TRACE_PERCENT``: how many of the traces begun here are sampled."""
    log_level: str = "INFO"
    """``NENKIN_LOG_LEVEL``."""

    @property
    def database(self) -> str:
        """The database to connect to."""
        return self.database_name or self.service

    def client_tls(self, name: str | None = None) -> ssl.SSLContext:
        """A context that presents ``name``'s certificate (by default the service's own)."""
        name = name or self.service
        context = ssl.create_default_context(cafile=str(self.certs_dir / "ca.pem"))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(self.certs_dir / f"{name}.crt", self.certs_dir / f"{name}.key")
        return context
