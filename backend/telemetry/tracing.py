def carrier() -> dict[str, str] | None:
    return None
