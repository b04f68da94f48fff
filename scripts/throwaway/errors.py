"""The one error that ends the tool with a message instead of a traceback."""


class ServiceError(Exception):
    """Something outside of this tool stands in the way; the message says what and what to do."""
