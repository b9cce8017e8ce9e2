"""Whether a browser has already what it would be sent."""


def is_known(fields: str, etag: str) -> bool:
    """Say whether `If-None-Match` names a validator; compared weakly (RFC 9110, 13.1.2)."""
    named = [name.strip().removeprefix("W/") for name in fields.split(",")]
    return "*" in named or etag in named
