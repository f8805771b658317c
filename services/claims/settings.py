"""Settings of claims: the chassis' own."""

from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What claims is told."""

    service: str = "claims"
    """``NENKIN_SERVICE``."""
