"""What the API's serializers have in common: words for numbers, scores, and no field that nobody reads."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from apps.events.models import Entry
from apps.events.rules import DIMENSION_PATTERN, DIVISION_PATTERN

STANDINGS = {standing.name.lower(): standing for standing in Entry.Standing}
STATUSES = {status.label: status for status in Entry.Status}


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know: a misspelt optional field must not pass unseen."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := [name for name in data if name not in self.fields]):
            reason = f"There is no such field; there are {', '.join(self.fields)}."
            raise serializers.ValidationError({name: [reason] for name in unknown})
        return super().to_internal_value(data)


def read_body(serializer: type[StrictSerializer], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """The values of a request's body. Raises ValidationError naming each wrong field."""
    return _validated(serializer(data=request.data, partial=partial))


def read_query(serializer: type[StrictSerializer], request: Request) -> dict[str, Any]:
    """The values of a request's query parameters. Raises ValidationError naming each wrong one."""
    return _validated(serializer(data=request.query_params.dict()))


def _validated(serializer: StrictSerializer) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


class WordField(serializers.ChoiceField):
    """A member of an integer enumeration, as a word."""

    def __init__(self, words: Mapping[str, Any], **options: Any) -> None:
        self.words = words
        self.word_of = {member: word for word, member in words.items()}
        super().__init__(choices=list(words), **options)

    def to_internal_value(self, data: Any) -> Any:
        return self.words[super().to_internal_value(data)]

    def to_representation(self, value: Any) -> str:
        return self.word_of[value]


@extend_schema_field({"oneOf": [{"type": "integer", "format": "int64"}, {"type": "string"}]})
class ScoreValueField(serializers.Field[int | str, Any, int | str, Any]):
    """A score as it was sent: text, or a whole number of the smallest unit. Fractions come as text, never as floats."""

    default_error_messages = {
        "invalid": 'A score is a whole number in the smallest unit, or text such as "1:02:03.5" or "9.25".'
    }

    def to_internal_value(self, data: Any) -> int | str:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("invalid")
        return data

    def to_representation(self, value: int | str) -> int | str:
        return value


class DivisionField(serializers.RegexField):
    """A dimension and a division as in `sex:F`, or `overall`."""

    default_error_messages = {"invalid": "A division is written as in `sex:F`, or `overall`."}
    PATTERN = rf"^(?:overall|{DIMENSION_PATTERN.strip('^$')}:{DIVISION_PATTERN.strip('^$')})\Z"

    def __init__(self, **options: Any) -> None:
        super().__init__(self.PATTERN, **options)
