"""One good request for every route that is passed on, in the words of the counter."""

from typing import Final
from uuid import UUID

PERSON: Final = UUID("0b4f8a53-8f0e-4c1c-9d3f-0d2a0f6a1c01")
SEAL_EVENT: Final = UUID("7d5a6f2e-2c55-4a0b-8f57-3a3f4f0c9e02")
