"""Settings for tests that open nothing."""

from pathlib import Path

from services.chassis.settings import ServiceSettings

SETTINGS = ServiceSettings(
    service="identity",
    certs_dir=Path("/nonexistent"),
    kafka_bootstrap="localhost:1",
    database_port=1,
)
