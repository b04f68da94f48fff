"""The uploaded file, in pieces in the database."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from django.conf import settings

from apps.errors import InvalidInput
from apps.events.models import ImportBatch, ImportPart

# All parts but the last have this size, so that any offset is found without reading what comes before it.
PART_BYTES = 512 * 1024


def store_parts(batch: ImportBatch, content: BinaryIO) -> None:
    """Store a file as the batch's parts and note its size and hash. Raises InvalidInput if it is too large."""
    digest = hashlib.sha256()
    number = size = 0
    while part := _read_fully(content):
        size += len(part)
        if size > settings.IMPORT_MAX_BYTES:
            raise InvalidInput(f"the file is larger than {settings.IMPORT_MAX_BYTES} bytes", place="file")
        digest.update(part)
        ImportPart.objects.create(batch=batch, number=number, content=part)
        number += 1
    batch.file_size, batch.file_sha256 = size, digest.hexdigest()


def _read_fully(content: BinaryIO) -> bytes:
    """The next part of the file: a pipe or a socket gives less than it is asked for."""
    pieces, missing = [], PART_BYTES
    while missing and (piece := content.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def read_parts(batch_id: int, *, offset: int) -> Iterator[bytes]:
    """The file's bytes from `offset` on, one part at a time."""
    number, skip = divmod(offset, PART_BYTES)
    parts = ImportPart.objects.filter(batch_id=batch_id).values_list("content", flat=True)
    while (content := parts.filter(number=number).first()) is not None:
        yield bytes(content)[skip:]
        number, skip = number + 1, 0
