"""qualification's settings."""

from contracts.days import Day
from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What qualification is told."""

    service: str = "qualification"
    """``NENKIN_SERVICE``."""
    records_begin: Day | None = None
    """``NENKIN_RECORDS_BEGIN``: the day of the change-over (移行日). For people of the first load
    (全件連携) everything from this day on is concluded here, and what was earlier is in the records
    kept before. By default the day on which each person is first heard of."""
    nightly_batch: int = 1000
    """``NENKIN_NIGHTLY_BATCH``: how many persons the nightly run takes in one transaction."""
    ask_per_night: int = 20_000
    """``NENKIN_ASK_PER_NIGHT``: of how many persons identity is asked about 国民健康保険 in a
    night; 0: of none."""
    nightly_days_ahead: int = 366
    """``NENKIN_NIGHTLY_DAYS_AHEAD``: a run for a day further ahead than this is refused: what it
    concludes is reported and cannot be taken back."""
