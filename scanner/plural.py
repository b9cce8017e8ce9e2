"""Numbers of things, as people say them."""


def plural(count: int, noun: str) -> str:
    """Return `1 page`, `2 pages`, `3 entries`."""
    if count == 1:
        return f"{count} {noun}"
    return f"{count} {noun[:-1]}ies" if noun.endswith("ry") else f"{count} {noun}s"
