"""What a row of a file of JPS's is, whatever it says."""

from pydantic import BaseModel, ConfigDict


class Cells(BaseModel):
    """A row, its cells under the names of their fields; a file holds no other (C02)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
