"""What the script's parts are called, and how it knows that they are the right ones (banner/src/parts.js)."""

import base64
import hashlib
import re

_LENGTH = 8


def hash_of(content: bytes) -> str:
    """Return what stands behind `sha256-` in an `integrity`, the shortest kind: every visitor loads it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def name_of(key: str, content: bytes) -> str:
    """Return the file name that the script makes of a part's key and hash."""
    hashed = re.sub(r"\W", "", hash_of(content))[:_LENGTH]
    return f"consentinel-{key}.{hashed}.js"
