"""What two people say of what one proposes and another settles."""

from pydantic import BaseModel, ConfigDict, StrictBool

from contracts.forms import FreeText


class Why(BaseModel):
    """Why it is to be done."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    reason: FreeText


class Agreement(BaseModel):
    """Whether the other staff member agrees."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    agree: StrictBool
