"""Base64url without padding (RFC 4648, section 5; RFC 7515, section 2), with one spelling for some bytes."""

import binascii

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_STANDARD = bytes.maketrans(b"-_", b"+/")


def encoded(data: bytes) -> str:
    """Return bytes as text. It is in the way of each request: `base64` takes half as long again."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_URL_SAFE).decode()


def decoded(text: str) -> bytes:
    """Return the bytes that a text says.

    Raises ValueError for every text that `encoded` does not return: with padding, of another alphabet, or
    whose last letter has bits that say nothing and are not zero.
    """
    try:
        padded = text.encode().translate(_STANDARD) + b"=" * (-len(text) % 4)
        data = binascii.a2b_base64(padded)  # lenient: what is strict is the comparison
    except ValueError as error:
        raise ValueError("this is no base64url") from error
    if encoded(data) != text:
        raise ValueError("this is no base64url")
    return data
