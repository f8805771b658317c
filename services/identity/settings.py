"""Settings of identity: those of every service, and none of its own."""

from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """See `services.chassis.settings.ServiceSettings` for each variable."""

    service: str = "identity"
    """``NENKIN_SERVICE``."""
