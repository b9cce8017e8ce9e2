"""Saying something about a value, or a name with random parts, without giving it away."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from consentinel.scanner.party import registrable_domain

# Each pattern begins at the edge of a run or is bounded, since a page may store keys of megabytes.
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_JWT = re.compile(r"(?<![A-Za-z0-9])eyJ[\w-]{8,1000}\.[\w-]+\.[\w-]*")
_HEX = re.compile(r"(?<![0-9a-z])(?=[a-f]{0,32}\d)[0-9a-f]{16,}(?![0-9a-z])", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{9,}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}")
# Session ids of servlet containers (/page;jsessionid=0A1B2C) and other values within a path (/tok=0A1B2C/).
_PATH_PARAMETER = re.compile(r"([;/,&][\w.-]{1,64}=)[^/;,&?#]+")
# What follows such a segment is a secret more often than not: /reset/Zx81kP, /verify/MTI/c1x-9f.
_PLACES = (
    "reset|invites?|invitation|tokens?|verify|verification|confirm|confirmation|unsubscribe|magic|login"
    "|auth|key|session"
)
_AFTER_PLACE = re.compile(
    rf"(/(?:[\w-]{{0,64}}[_-])?(?:{_PLACES})(?:[_-][\w-]{{0,64}})?/)([^/?#\s]+)(?:/([^/?#\s]+))?",
    re.IGNORECASE,
)
_PLAIN_WORD = r"(?:[A-Z]?[a-z]{1,16}(?:[A-Z][a-z]{2,16})*\d{0,2})"
_PLAIN_SEGMENT = re.compile(rf"{_PLAIN_WORD}(?:[-_.]{_PLAIN_WORD})*|[\w.-]+\.(?:m?js|css)")
_WORD = r"(?:[a-z]{4,}|[A-Z][a-z]{3,}|[A-Z]{4,15})"
_WORDS_AROUND = re.compile(rf"((?:{_WORD}[_-]+)*).*?((?:[_-]+{_WORD})*)", re.DOTALL)
_RANDOM_TAIL = re.compile(
    r"(?<=[._:-])(?:(?=[a-f]*\d|[a-f]{8})[0-9a-f]{6,}|\d{4,})(?=$|[._:-])", re.IGNORECASE
)
_PART = re.compile(r"(?<=[._:-])[A-Za-z0-9]{8,}(?=$|[._:-])")
# A content hash of a build between separators: main.3f2a1b9c.js, app-BxT9a2Qk.js, 12.abcdef01.chunk.css.
_BUILD_PART = re.compile(r"(?<=[._/-])[A-Za-z0-9]{6,}(?=\.[a-z]+\d?(?:\.|$))")
_BUILD_HEX = re.compile(r"(?=[a-f]*\d|[a-f]{8})[0-9a-f]{6,}")
# Rollup's are 8 characters of base64url, every fourth of them without a digit (output.hashCharacters).
_ROLLUP_PART = re.compile(r"(?<=[.-])[A-Za-z0-9_-]{8}(?=\.[a-z]+\d?(?:\.|$))")
_ROLLUP_NAME = re.compile(r"(?<=/)[A-Za-z0-9_-]{8}(?=\.[a-z]+\d?(?:\.|$))")
_ORDINARY = re.compile(r"[A-Z]?[a-z]{2,}(?:[A-Z][a-z]{2,})*\d{0,4}(?:[a-z]{3,})?")
# Where a bundler puts its files, dataView is a hash like DiwrgTda.
_ORDINARY_IN_BUILD = re.compile(r"[A-Z]?[a-z]{2,}\d{0,4}")
# Bundlers' default folders; in those of the frameworks a file may be named by its hash alone.
_FRAMEWORK_FOLDERS = frozenset({"_nuxt", "_astro", "_next", "immutable"})
_BUILD_FOLDERS = _FRAMEWORK_FOLDERS | {"assets", "build", "builds", "bundles", "chunks", "dist", "static"}
_BUILD_FOLDER_HASH = re.compile(r"(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,64}")
# Words, camelCase taken apart, and numbers.
_CHUNK = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_LONG_SEGMENT_CHARS = 16
# No word of 16 capitals, but nearly every random one, has four of these in a row.
_UNPRONOUNCEABLE = re.compile("[B-DF-HJ-NP-TV-XZ]{4}")
_HOST_HASH = re.compile(r"(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{8,}", re.IGNORECASE)
_HOST_TOKEN_CHARS = 8
_ADDRESS = re.compile(r"\b(?:https?|wss?|ftp)://[^\s\"<>]+", re.IGNORECASE)
_CHROMIUM_ERROR = re.compile(r"net::ERR_[A-Z0-9_]+")
# Longer names are cut: nobody reads them, and a report must not grow with what a page makes up.
_MAX_MASKED_CHARS = 20_000
_MAX_CHARS = 500
_MAX_QUERY_KEYS = 50

# Shorter values may be of one or two characters by chance.
_ONE_KIND_CHARS, _TWO_KINDS_CHARS = 8, 16
# The edges lie off the lengths that values have by chance: 7 to 9 digits of a random number below 10^9, 9 or
# 10 of an unsigned 32-bit one, 10 to 12 characters of Math.random in base 36, 22 to 24 of 16 bytes in base64.
_LENGTHS = ((0, "empty"), (3, "1-3"), (24, "4-24"), (64, "25-64"), (200, "65-200"), (1024, "201-1024"))
_MAX_LOW_CHARS = 3
# About 40 bits, but with one edge for all alphabets that are not of digits alone: a short random value may
# look like one of hexadecimals by chance. Eight hexadecimals (32 bits) are medium, nine of base 36 are high.
_MAX_MEDIUM_DIGITS = 12
_MAX_MEDIUM_CHARS = 8


def length_bucket(value: str) -> str:
    """Return the coarse length of a value in characters; values of one shape have one length."""
    return next((name for limit, name in _LENGTHS if len(value) <= limit), "over 1024")


def entropy_class(value: str) -> str:
    """Return `low`, `medium` or `high`: could this value tell one visitor from all others?

    Estimated from length and alphabet, so that it is the same for every value of one shape. 12 bits is where
    Privacy Badger takes a cookie for an identifier, 33 bits tell apart everybody alive.
    """
    if len(value) <= _MAX_LOW_CHARS or _is_monotonous(value):
        return "low"
    limit = _MAX_MEDIUM_DIGITS if value.isdigit() else _MAX_MEDIUM_CHARS
    return "medium" if len(value) <= limit else "high"


def _is_monotonous(value: str) -> bool:
    kinds = len(set(value))
    return (kinds == 1 and len(value) >= _ONE_KIND_CHARS) or (kinds == 2 and len(value) >= _TWO_KINDS_CHARS)


def mask(text: str) -> str:
    """Replace what looks like a token or an e-mail address by `*`; ordinary words and short ids stay.

    At most 500 characters come out.
    """
    masked = _well_formed(text[:_MAX_MASKED_CHARS])
    for pattern in (_EMAIL, _UUID, _JWT, _HEX, _LONG_NUMBER):
        masked = pattern.sub("*", masked)
    masked = _PATH_PARAMETER.sub(r"\1*", masked)
    masked = _TOKEN.sub(_mask_token, masked)
    masked = _AFTER_PLACE.sub(_mask_segments, masked)
    return masked if len(masked) <= _MAX_CHARS else masked[: _MAX_CHARS - 1] + "…"


def mask_addresses(text: str) -> str:
    """Replace e-mail addresses alone by `*`."""
    return _EMAIL.sub("*", text)


def _well_formed(text: str) -> str:
    """Return `text` fit for UTF-8: JavaScript's lone surrogates as U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _mask_segments(found: re.Match[str]) -> str:
    """Mask what follows `reset/` and the like; of two segments the second only where the first is no word."""
    place, first, second = found.groups()
    if _PLAIN_SEGMENT.fullmatch(first):
        return found[0]
    if second is None:
        return f"{place}*"
    return f"{place}*/{second if _PLAIN_SEGMENT.fullmatch(second) else '*'}"


def _mask_token(found: re.Match[str]) -> str:
    """Keep the words around what looks random: `intercom-session-*`, `*_posthog`."""
    if not _looks_random(found[0]):
        return found[0]
    around = _WORDS_AROUND.fullmatch(found[0])
    return f"{around[1]}*{around[2]}" if around else "*"


def _looks_random(token: str) -> bool:
    """Digits and letters that change places often are not words: `aB3x9Kq2…` but not `google-analytics-4`."""
    segments = re.split("[^A-Za-z0-9]+", token)
    if not any(character.isdigit() for character in token):
        return any(map(_jumbles_letters, segments))
    breaks = sum(len(_CHUNK.findall(segment)) - 1 for segment in segments if segment)
    return breaks * 3 >= sum(map(len, segments)) or any(map(_mixes_digits, segments))


def _jumbles_letters(segment: str) -> bool:
    """Say whether a long run of letters is neither camelCase nor a word in capitals."""
    if len(segment) < _LONG_SEGMENT_CHARS:
        return False
    if segment.isupper():
        return _UNPRONOUNCEABLE.search(segment) is not None
    return (len(_CHUNK.findall(segment)) - 1) * 4 >= len(segment)


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
    folder, slash, file = path.rpartition("/")
    folders = folder.split("/")
    kept = [_collapse_folder(*pair) for pair in zip(["", *folders], folders, strict=False)]
    return "/".join(kept) + _collapse_file(slash + file, frozenset(folders))


def _collapse_folder(parent: str, folder: str) -> str:
    return "*" if parent in _BUILD_FOLDERS and _BUILD_FOLDER_HASH.fullmatch(folder) else folder


def _collapse_file(file: str, folders: frozenset[str]) -> str:
    star = _star_if_rollup_in_build if folders & _BUILD_FOLDERS else _star_if_rollup
    if folders & _FRAMEWORK_FOLDERS:
        file = _ROLLUP_NAME.sub(star, file)
    return _BUILD_PART.sub(_star_if_hash, _ROLLUP_PART.sub(star, file))


def _star_if_hash(found: re.Match[str]) -> str:
    return "*" if _BUILD_HEX.fullmatch(found[0]) else _star_if_random(found)


def _star_if_rollup(found: re.Match[str], word: re.Pattern[str] = _ORDINARY) -> str:
    ordinary = all(word.fullmatch(part) for part in re.split("[-_]", found[0]))
    return found[0] if ordinary else "*"


def _star_if_rollup_in_build(found: re.Match[str]) -> str:
    return _star_if_rollup(found, _ORDINARY_IN_BUILD)


def collapse_host(host: str) -> str:
    """Return a host (and port) with `*` for random sub-domains: `3f2a1b9c.x.example` -> `*.x.example`."""
    name, colon, port = host.partition(":")
    domain = registrable_domain(name)
    if not name.lower().endswith(f".{domain}"):
        return host
    labels = name[: -len(domain) - 1].split(".")
    return ".".join("*" if _is_random_label(label) else label for label in labels) + f".{domain}{colon}{port}"


def _is_random_label(label: str) -> bool:
    parts = label.split("-")
    return mask(label) != label or any(map(_is_random_part, parts))


def _is_random_part(part: str) -> bool:
    if len(part) < _HOST_TOKEN_CHARS or part.isdigit():
        return False
    changes = len(re.findall(r"\d+|\D+", part)) - 1
    return changes >= (2 if len(part) > _HOST_TOKEN_CHARS + 1 else 3) or bool(_HOST_HASH.fullmatch(part))


def public_text(text: str) -> str:
    """Return a sentence fit for a report: of Chromium's errors the code, of addresses what is public."""
    code = _CHROMIUM_ERROR.search(text)
    return mask(_ADDRESS.sub(_public_address, code[0] if code else text))


def _public_address(found: re.Match[str]) -> str:
    address = found[0].rstrip("'.,;:)]")
    return public_url(address) + found[0][len(address) :]


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
