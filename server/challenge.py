"""A challenge: a short-lived nonce that says a posted choice came from somebody who asked for it (T17).

`<expires>.<nonce>.<mac>`: ms since 1970, 16 bytes in hex, HMAC-SHA-256 over both and the site. It stops
scripts that post blindly, not those that ask first; which nonces have been used, the ledger's writer knows.
"""

import hashlib
import hmac
import re
import secrets

CONTEXT = b"consentinel/challenge/1\0"
LIFE_MS = 300_000
_SHAPE = re.compile(r"([0-9]{1,15})\.([0-9a-f]{32})\.([0-9a-f]{64})")


def make_challenge(key: bytes, site: str, now_ms: int) -> str:
    """Return a fresh challenge for a site."""
    text = f"{now_ms + LIFE_MS}.{secrets.token_hex(16)}"
    return f"{text}.{_mac(key, site, text)}"


def read_challenge(key: bytes, site: str, text: str, now_ms: int) -> bytes | None:
    """Return the nonce; None where the challenge is not ours, another site's, or has run out."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    expires, nonce, mac = found.groups()
    if not hmac.compare_digest(_mac(key, site, f"{expires}.{nonce}"), mac):
        return None
    return bytes.fromhex(nonce) if now_ms < int(expires) <= now_ms + LIFE_MS else None


def _mac(key: bytes, site: str, text: str) -> str:
    return hmac.digest(key, b"\0".join((CONTEXT, site.encode(), text.encode())), hashlib.sha256).hex()
