"""What a service raises when it refuses; the API, the pages and the commands turn it into their answer."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model
from pydantic import BaseModel
from pydantic import ValidationError as DocumentError

Document = TypeVar("Document", bound=BaseModel)


class Refused(Exception):
    """A request that changes nothing. `place` names the field, row or thing; `reason` says what is wrong with it."""

    def __init__(self, reason: str, *, place: str = "") -> None:
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason = reason
        self.place = place


class InvalidInput(Refused):
    """The values do not make sense, whatever the state."""


class WrongState(Refused):
    """The values make sense, but not in the present state."""


class Conflict(Refused):
    """Something else already stands where this would go."""


class TooLarge(Refused):
    """It has more bytes than may be sent here, and was not read."""


class Missing(Refused):
    """What is named does not exist, or not for who asks."""


def check_model(instance: Model) -> None:
    """Django's own validation of a model's fields, as a refusal that names the first wrong field."""
    try:
        instance.full_clean(validate_constraints=False, validate_unique=False)
    except ValidationError as error:
        place, reasons = next(iter(error.message_dict.items()))
        raise InvalidInput(" ".join(reasons), place=place) from error


def parse_document(model: type[Document], document: Any, *, place: str) -> Document:
    """A JSON document as what it means. Raises InvalidInput naming each wrong place in it and its reason."""
    if not isinstance(document, dict):
        raise InvalidInput("a JSON object is expected", place=place)
    try:
        return model.model_validate(document)
    except DocumentError as error:
        mistakes = [(".".join(str(part) for part in item["loc"]), item["msg"]) for item in error.errors()]
        text = "; ".join(f"{where}: {reason}" if where else reason for where, reason in mistakes)
        raise InvalidInput(text.replace("Value error, ", ""), place=place) from error
