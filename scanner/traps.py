"""Endless sites: which URLs are one page in ever new dress?"""

import re
from urllib.parse import unquote, urlsplit

# `/a/b/a/b/a/b`: a relative link that lacks its slash makes paths that grow for ever.
_MAX_REPEATS = 2
_MAX_SEGMENTS = 20

_DATE = re.compile(r"(?:19|20)\d{2}(?:[-_.]?(?:0?[1-9]|1[0-2])(?:[-_.]?(?:0?[1-9]|[12]\d|3[01]))?)?")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_IDENTIFIER = re.compile(r"(?=[a-z_-]*\d)[0-9a-z_-]{16,}|(?=[a-f]*\d)[0-9a-f]{8,}")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[a-z][a-z/_-]{1,30}")
_CALENDAR = re.compile(r"[/=._-](?:calendar|kalender|calendrier|calendario|month|week|day)(?:$|[/=&._-])")
_WORDS_OF_A_TITLE = 3


def path_pattern(url: str) -> str:
    """Return what pages made by one template have in common: `/blog/{title}`, `/shop/item-#?color&size`.

    Numbers, identifiers and, below the first level, titles of three words or more are collapsed; titles right
    below the root are pages of their own (`/terms-of-service`). Of the query only the names of the parameters
    count, but a single one that holds a word may name the page (`/index.php?page=about`).
    """
    parts = urlsplit(url)
    segments = unquote(parts.path).lower().split("/")[1:]
    path = "/".join(_collapse(segment, is_deep=bool(index)) for index, segment in enumerate(segments))
    route = f"#{_NUMBER.sub('#', parts.fragment)}" if parts.fragment else ""
    return f"/{path}{_query_pattern(parts.query)}{route}"


def _query_pattern(query: str) -> str:
    pairs = [unquote(pair).lower().partition("=") for pair in query.split("&") if pair]
    if not pairs:
        return ""
    if _names_a_page(pairs):
        return f"?{'='.join((pairs[0][0], pairs[0][2]))}"
    return f"?{'&'.join(sorted({_NUMBER.sub('#', name) for name, _, _ in pairs}))}"


def _names_a_page(pairs: list[tuple[str, str, str]]) -> bool:
    return len(pairs) == 1 and _WORD.fullmatch(pairs[0][2]) is not None


def is_endless(url: str) -> bool:
    """Say whether a URL is of a form that no page needs: repeated segments, or far too many."""
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    runs = (segments[index:].count(segment) for index, segment in enumerate(segments[:_MAX_SEGMENTS]))
    return len(segments) > _MAX_SEGMENTS or any(count > _MAX_REPEATS for count in runs)


def is_trap_pattern(url: str) -> bool:
    """Say whether more pages of this pattern show nothing new: parameters over one path, calendars, archives.

    Others, such as the articles of a blog, are only put behind the rest of the site.
    """
    parts = urlsplit(url)
    path = unquote(parts.path).lower().rstrip("/")
    last = path.rpartition("/")[2]
    is_archive = _DATE.fullmatch(last) or re.search(r"/(?:19|20)\d{2}(?:/\d{1,2}){1,2}$", path)
    return bool(parts.query or is_archive or _CALENDAR.search(path))


def _collapse(segment: str, *, is_deep: bool) -> str:
    if _UUID.fullmatch(segment) or _IDENTIFIER.fullmatch(segment):
        return "{id}"
    if is_deep and len(segment.split("-")) >= _WORDS_OF_A_TITLE:
        return "{title}"
    return _NUMBER.sub("#", segment)
