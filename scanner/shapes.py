"""Saying something about a value, or a name with random parts, without giving it away."""

import re
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import urlsplit, urlunsplit

_EMAIL = re.compile(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?![\w-])", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*")
_HEX = re.compile(r"(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{16,}(?![0-9a-z])", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{9,}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}")
# A content hash of a build between separators: main.3f2a1b9c.js, app-BxT9a2Qk.js, chunk.12.abcdef.css
_BUILD_HASH = re.compile(r"(?<=[._/-])(?=[\w]*\d)(?:[0-9a-f]{6,}|[A-Za-z0-9_]{8,})(?=\.[a-z]+(?:\.|$))")
_RANDOM_TAIL = re.compile(r"(?<=[._:-])(?:[0-9a-f]{6,}|\d{4,})(?=$|[._:-])", re.IGNORECASE)

_LENGTHS = ((0, "empty"), (8, "1-8"), (32, "9-32"), (128, "33-128"), (1024, "129-1024"))


def length_bucket(value: str) -> str:
    """Return the coarse length of a value in characters."""
    return next((name for limit, name in _LENGTHS if len(value) <= limit), "over 1024")


def entropy_class(value: str) -> str:
    """Return `low`, `medium` or `high`: could this value tell one visitor from all others?

    Estimated from length and alphabet, so that it is the same for every value of one shape. 12 bits is where
    Privacy Badger takes a cookie for an identifier, 33 bits tell apart everybody alive.
    """
    bits_per_character = 3.3 if value.isdigit() else 4.0 if re.fullmatch("[0-9a-fA-F-]*", value) else 5.0
    bits = len(set(value)) and len(value) * bits_per_character
    if len(set(value)) <= 2 or bits <= 12:
        return "low"
    return "medium" if bits <= 33 else "high"


def mask(text: str) -> str:
    """Replace what looks like a token or an e-mail address by `*`; ordinary words and short ids stay."""
    for pattern in (_EMAIL, _UUID, _JWT, _HEX, _LONG_NUMBER):
        text = pattern.sub("*", text)
    return _TOKEN.sub(lambda found: "*" if _looks_random(found[0]) else found[0], text)


def _looks_random(token: str) -> bool:
    """Digits and letters that change places often are not words: `aB3x9Kq2…` but not `google-analytics-4`."""
    kinds = [_kind(character) for character in token]
    changes = sum(1 for left, right in pairwise(kinds) if left != right)
    return any(character.isdigit() for character in token) and changes * 3 >= len(token)


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return "upper" if character.isupper() else "lower"
    return "other"


def collapse_name(name: str) -> str:
    """Return the pattern of a cookie or storage name: its random parts as `*`."""
    return re.sub(r"\*[*._:-]*\*", "*", _RANDOM_TAIL.sub("*", mask(name)))


def collapse_build(path: str) -> str:
    """Return a path whose content hashes are `*`, so that two builds of one file compare equal."""
    return _BUILD_HASH.sub("*", path)


def public_url(url: str, *, path: Callable[[str], str] = mask) -> str:
    """Return a URL fit for a report: no user, no query values, no fragment but an SPA route, no tokens."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(invalid URL)"
    if parts.scheme in ("data", "blob", "javascript"):
        return f"{parts.scheme}:"
    route = path(parts.fragment) if parts.fragment.startswith(("/", "!")) else ""
    return urlunsplit((parts.scheme, host, path(parts.path), _query_keys(parts.query), route))


def _query_keys(query: str) -> str:
    keys = sorted({collapse_name(pair.partition("=")[0]) for pair in re.split("[&;]", query) if pair})
    return "&".join(f"{key}=" for key in keys)
