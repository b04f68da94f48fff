"""Text that a database takes."""

from typing import Any


def storable(value: Any) -> Any:
    """The JSON value without what PostgreSQL refuses in a text: NUL, and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
    if isinstance(value, list):
        return [storable(item) for item in value]
    return {storable(key): storable(item) for key, item in value.items()} if isinstance(value, dict) else value
