"""Text that a page stores or sends, taken apart into what could be an identifier.

Identifiers travel in compound values (`a=b&c`, JSON, `GA1.1.1234567890.1700000000`) and in encodings
(percent, base64), so both sides are taken apart the same way: Acar et al., "The Web Never Forgets", CCS 2014,
section 5.1; Englehardt and Narayanan, "Online Tracking", CCS 2016, section 6; Fouad et al., "Missed by Filter
Lists", PETS 2020.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from urllib.parse import unquote

# A page may store megabytes under one key; nothing that long is an identifier.
MAX_CHARS = 10_000
_MAX_UNQUOTED, _MAX_DECODED = 2, 2

_LEAST_CHARS = 8
_CHUNK = re.compile(r"[A-Za-z0-9_-]{8,512}")
# Each begins at the edge of a run and is bounded, since the text is a stranger's.
_NUMBERS = re.compile(r"(?<!\d)(?<!\d\.)\d{1,20}(?:\.\d{1,20}){1,9}(?!\d)")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])(?=[^+/]{0,512}[+/])[A-Za-z0-9+/]{16,512}(?![A-Za-z0-9+/])")
_LEAST_BASE64_CHARS = 16
_PRINTABLE = re.compile(r"[\t\n\r -~]+")


def pieces(text: str) -> Iterator[str]:
    """Yield every part of a text that could stand for itself, some twice; of 8 characters or more."""
    if len(text) >= _LEAST_CHARS:
        yield from _pieces(text[:MAX_CHARS], _MAX_DECODED)


def _pieces(text: str, decodings: int) -> Iterator[str]:
    plain = _unquoted(text)
    for pattern in (_CHUNK, _BASE64):
        for found in pattern.finditer(plain):
            inner = _from_base64(found[0]) if decodings else None
            yield from _parts(found[0]) if inner is None else _pieces(inner, decodings - 1)
    for found in _NUMBERS.finditer(plain):
        yield from _tails(found[0])


def _unquoted(text: str) -> str:
    """Return a text without percent escapes; what was escaped in a redirect is often escaped twice."""
    for _ in range(_MAX_UNQUOTED):
        if "%" not in text:
            break
        text = unquote(text)
    return text


def _parts(chunk: str) -> Iterator[str]:
    yield chunk
    if "_" in chunk:
        yield from (part for part in chunk.split("_") if part and part != chunk)


def _tails(numbers: str) -> Iterator[str]:
    """Yield `GA1.1.X.Y` as 1.X.Y and X.Y: what stands before an identifier is a version or a scope."""
    groups = numbers.split(".")
    for start in range(len(groups) - 1):
        yield ".".join(groups[start:])


def _from_base64(chunk: str) -> str | None:
    """Return what a chunk is the base64 of where that is plain text, else None."""
    bare = chunk.replace("+", "-").replace("/", "_")
    if len(bare) < _LEAST_BASE64_CHARS or len(bare) % 4 == 1:
        return None
    try:
        text = urlsafe_b64decode(bare + "=" * (-len(bare) % 4)).decode("ascii")
    except ValueError:
        return None
    return text if _PRINTABLE.fullmatch(text) else None
