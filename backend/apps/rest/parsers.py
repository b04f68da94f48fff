"""How the API reads a request's body."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class JSONBodyParser(JSONParser):
    """JSON. What is no JSON is answered 400 with the place of the mistake.

    A body larger than DATA_UPLOAD_MAX_MEMORY_SIZE is answered 413 before it is read.
    """

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON parse error - arrays or objects stand too deep in one another") from None
