"""What the makers say no to."""


class Refused(Exception):
    """Nothing was changed; the text is `place: reason`, where place is an argument, or a file with its line."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
