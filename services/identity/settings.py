"""Settings of identity: those of every service, and from when on searching is too much."""

from pydantic import Field

from services.chassis.settings import ServiceSettings
from services.identity.domain.mass_search import Threshold


class Settings(ServiceSettings):
    """See `services.chassis.settings.ServiceSettings` for what every service is told."""

    service: str = "identity"
    """``NENKIN_SERVICE``."""
    mass_search_minutes: int = Field(default=60, ge=1, le=1440)
    """``NENKIN_MASS_SEARCH_MINUTES``: within so many minutes one staff member's searches and the
    persons shown to them are counted together."""
    mass_searches: int = Field(default=100, ge=1)
    """``NENKIN_MASS_SEARCHES``: from so many searches on, a mass search (大量検索) is recorded."""
    mass_search_persons: int = Field(default=500, ge=1)
    """``NENKIN_MASS_SEARCH_PERSONS``: from so many persons shown on, the same."""

    edit_lock_minutes: int = Field(default=15, ge=1, le=480)
    """``NENKIN_EDIT_LOCK_MINUTES``: so long the editing lock (排他) lasts after it was
    last taken."""

    @property
    def mass_search(self) -> Threshold:
        """The thresholds together."""
        return Threshold(self.mass_search_minutes, self.mass_searches, self.mass_search_persons)
