"""Saying something about a value, or a name with random parts, without giving it away."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

# Each pattern begins at the edge of a run or is bounded, since a page may store keys of megabytes.
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_JWT = re.compile(r"(?<![A-Za-z0-9])eyJ[\w-]{8,1000}\.[\w-]+\.[\w-]*")
_HEX = re.compile(r"(?<![0-9a-z])(?=[a-f]{0,32}\d)[0-9a-f]{16,}(?![0-9a-z])", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{9,}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}")
# Session ids of servlet containers: /page;jsessionid=0A1B2C
_PATH_PARAMETER = re.compile(r"(;[\w.-]{1,64}=)[^/;?#]+")
_WORD = r"(?:[a-z]{4,}|[A-Z][a-z]{3,}|[A-Z]{4,})"
_WORDS_AROUND = re.compile(rf"((?:{_WORD}[_-]+)*).*?((?:[_-]+{_WORD})*)", re.DOTALL)
_RANDOM_TAIL = re.compile(
    r"(?<=[._:-])(?:(?=[a-f]*\d|[a-f]{8})[0-9a-f]{6,}|\d{4,})(?=$|[._:-])", re.IGNORECASE
)
_PART = re.compile(r"(?<=[._:-])[A-Za-z0-9]{8,}(?=$|[._:-])")
# A content hash of a build between separators: main.3f2a1b9c.js, app-BxT9a2Qk.js, 12.abcdef01.chunk.css.
_BUILD_PART = re.compile(r"(?<=[._/-])[A-Za-z0-9]{6,}(?=\.[a-z]+\d?(?:\.|$))")
_BUILD_HEX = re.compile(r"(?=[a-f]*\d|[a-f]{8})[0-9a-f]{6,}")
# Rollup's are 8 characters of base64url, every fourth of them without a digit (output.hashCharacters).
_ROLLUP_PART = re.compile(r"(?<=-)[A-Za-z0-9_-]{8}(?=\.[a-z]+\d?(?:\.|$))")
_ORDINARY = re.compile(r"[A-Z]?[a-z]{2,}(?:[A-Z][a-z]{2,})*\d{0,4}(?:[a-z]{3,})?")
# Words, camelCase taken apart, and numbers.
_CHUNK = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_LONG_SEGMENT_CHARS = 16
# Longer names are cut: nobody reads them, and a report must not grow with what a page makes up.
_MAX_MASKED_CHARS = 20_000
_MAX_CHARS = 500
_MAX_QUERY_KEYS = 50

# Shorter values may be of two characters by chance.
_MONOTONOUS_CHARS = 8
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
    bits = len(value) * bits_per_character
    is_monotonous = len(value) >= _MONOTONOUS_CHARS and len(set(value)) <= 2
    if len(value) <= 3 or bits <= 12 or is_monotonous:
        return "low"
    return "medium" if bits <= 33 else "high"


def mask(text: str) -> str:
    """Replace what looks like a token or an e-mail address by `*`; ordinary words and short ids stay.

    At most 500 characters come out.
    """
    masked = _well_formed(text[:_MAX_MASKED_CHARS])
    for pattern in (_EMAIL, _UUID, _JWT, _HEX, _LONG_NUMBER):
        masked = pattern.sub("*", masked)
    masked = _PATH_PARAMETER.sub(r"\1*", masked)
    masked = _TOKEN.sub(_mask_token, masked)
    return masked if len(masked) <= _MAX_CHARS else masked[: _MAX_CHARS - 1] + "…"


def _well_formed(text: str) -> str:
    """Return `text` fit for UTF-8: JavaScript's lone surrogates as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _mask_token(found: re.Match[str]) -> str:
    """Keep the words around what looks random: `intercom-session-*`, `*_posthog`."""
    if not _looks_random(found[0]):
        return found[0]
    around = _WORDS_AROUND.fullmatch(found[0])
    return f"{around[1]}*{around[2]}" if around else "*"


def _looks_random(token: str) -> bool:
    """Digits and letters that change places often are not words: `aB3x9Kq2…` but not `google-analytics-4`."""
    if not any(character.isdigit() for character in token):
        return False
    segments = re.split("[^A-Za-z0-9]+", token)
    breaks = sum(len(_CHUNK.findall(segment)) - 1 for segment in segments if segment)
    return breaks * 3 >= sum(map(len, segments)) or any(map(_mixes_digits, segments))


def _mixes_digits(segment: str) -> bool:
    """Say whether digits and letters change places more often than in `es2015polyfill`."""
    changes = len(re.findall(r"\d+|\D+", segment)) - 1
    return changes >= (3 if len(segment) >= _LONG_SEGMENT_CHARS else 4)


def collapse_name(name: str) -> str:
    """Return the pattern of a cookie or storage name: its random parts as `*`."""
    collapsed = _PART.sub(_star_if_random, _RANDOM_TAIL.sub("*", mask(name)))
    return re.sub(r"\*[*._:-]*\*", "*", collapsed)


def _star_if_random(found: re.Match[str]) -> str:
    return "*" if _looks_random(found[0]) else found[0]


def collapse_build(path: str) -> str:
    """Return a path whose content hashes are `*`, so that two builds of one file compare equal."""
    return _BUILD_PART.sub(_star_if_hash, _ROLLUP_PART.sub(_star_if_rollup, path))


def _star_if_hash(found: re.Match[str]) -> str:
    return "*" if _BUILD_HEX.fullmatch(found[0]) else _star_if_random(found)


def _star_if_rollup(found: re.Match[str]) -> str:
    ordinary = all(_ORDINARY.fullmatch(part) for part in re.split("[-_]", found[0]))
    return found[0] if ordinary else "*"


def public_url(url: str, *, path: Callable[[str], str] = mask) -> str:
    """Return a URL fit for a report: no user, no query values, no fragment but an SPA route, no tokens."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "(invalid URL)"
    if parts.scheme in ("data", "blob", "javascript"):
        return f"{parts.scheme}:"
    route = _route(parts.fragment, path) if parts.fragment.startswith(("/", "!")) else ""
    return urlunsplit((parts.scheme, host, path(parts.path), _query_keys(parts.query), route))


def _route(fragment: str, path: Callable[[str], str]) -> str:
    """Return a route without values; it may have a query of its own."""
    place, mark, query = fragment.partition("?")
    return re.sub(r"=[^/&;]+", "=", path(place)) + (mark and "?" + _query_keys(query))


def _query_keys(query: str) -> str:
    pairs = (pair.partition("=") for pair in re.split("[&;]", query) if pair)
    keys = sorted({_query_key(name, equals) for name, equals, _ in pairs})
    return "&".join(f"{key}=" for key in keys[:_MAX_QUERY_KEYS])


def _query_key(name: str, equals: str) -> str:
    """Without `=` it may be a value as well as a key: only a plain word is shown."""
    return collapse_name(name) if equals or re.fullmatch("[A-Za-z_]{1,24}", name) else "*"
