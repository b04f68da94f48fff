"""How the API takes files in."""

import tempfile
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from apps.errors import TooLarge

_BLOCK_BYTES = 64 * 1024
# What a form adds to its file: boundaries and the other fields.
_FORM_BYTES = 64 * 1024


class CSVBodyParser(BaseParser):
    """A CSV file as the whole body. It goes to a temporary file first: the sender may be slow."""

    media_type = "text/csv"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> "dict[str, UploadedFile[bytes]]":
        spool = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the upload, after the request)
        while block := stream.read(_BLOCK_BYTES):
            spool.write(block)
        size = spool.tell()
        spool.seek(0)
        return {"file": UploadedFile(spool, name="body.csv", size=size)}


def refuse_large_body(request: Request) -> None:
    """Answer 413 before a body is read that cannot be taken."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.IMPORT_MAX_BYTES + _FORM_BYTES:
        raise TooLarge(f"The file is larger than {settings.IMPORT_MAX_BYTES} bytes.")
