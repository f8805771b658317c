"""Settings of jps_reporting, beside those every service has."""

from pathlib import Path

from pydantic import Field

from services.chassis.settings import ServiceSettings
from services.jps_reporting.parameter_files import LAYOUTS, PARAMETERS, TOLD_LAYOUTS


class Settings(ServiceSettings):
    """What jps_reporting is told."""

    service: str = "jps_reporting"

    municipality_code: str = Field(default="999993", pattern=r"^[0-9]{6}$")
    """``NENKIN_MUNICIPALITY_CODE``: 市区町村コード; the default is nobody's."""
    municipality_name: str = Field(default="見本市", min_length=1, max_length=30)
    """``NENKIN_MUNICIPALITY_NAME``: as cover sheets and media write it."""
    receiver: str = Field(default="日本年金機構　見本年金事務所", min_length=1, max_length=100)
    """``NENKIN_RECEIVER``: who media are handed to (C27); no request can name another."""
    transport: str = Field(default="書留（簡易書留）による送付", min_length=1, max_length=100)
    """``NENKIN_TRANSPORT``: the established way of carrying media (C27)."""

    layout: str = "tekiyo-todoke-2026"
    """``NENKIN_LAYOUT``: id of the layout that batches are made in."""
    layouts_dir: Path = LAYOUTS
    """``NENKIN_LAYOUTS_DIR``: folder of the layout files."""
    told_layouts_dir: Path = TOLD_LAYOUTS
    """``NENKIN_TOLD_LAYOUTS_DIR``: folder of the layouts of what JPS sends back."""
    told_file_max_bytes: int = Field(default=67_108_864, ge=1_024)
    """``NENKIN_TOLD_FILE_MAX_BYTES``: at most so long a file of JPS's is taken."""
    parameters_dir: Path = PARAMETERS
    """``NENKIN_PARAMETERS_DIR``: folder of the parameter files."""
    batch_max_items: int = Field(default=10_000, ge=1, le=19_000)
    """``NENKIN_BATCH_MAX_ITEMS``: at most so many items on a medium (the vault takes 20,000
    rows)."""
