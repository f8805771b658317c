"""Reading request bodies strictly."""

import json
from typing import Any

from pydantic import BaseModel, ValidatorFunctionWrapHandler, WrapValidator


def strict(model: type[BaseModel]) -> WrapValidator:
    """Read ``model`` from JSON in strict mode: ``Annotated[Model, strict(Model)]``.

    The framework parses JSON before it asks for the model, and a model that is strict about parsed
    values would refuse every date and id, which JSON has as strings. So the value is put back into
    JSON and read once, by JSON's own rules: a number is no text, 1 is not true.
    """

    def read(value: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
        return model.model_validate_json(json.dumps(value), strict=True)

    return WrapValidator(read)
