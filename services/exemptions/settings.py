"""Settings of exemptions: the chassis' own."""

from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What exemptions is told."""

    service: str = "exemptions"
    """``NENKIN_SERVICE``."""
