"""URLs in one form: what names the same page compares equal, and what a user typed is checked."""

import re
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit

from consentinel.scanner.errors import InputError
from consentinel.scanner.hostnames import browser_host

# Longer than anything a browser's address bar or a server takes; such a link is an attack or a bug.
MAX_URL_CHARS = 8_192

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_LOCAL = re.compile(r"(?:localhost|127\.[0-9.]+|\[::1\])(?:[:/]|$)", re.IGNORECASE)
_USER = re.compile(r"(?:(?<=//)|^)[^/?#]*@")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE_IN_PATH = "/%:@!$&'()*+,;=~|"
_SAFE_IN_QUERY = _SAFE_IN_PATH + "?[]\\^`{}"
# Parameters that campaigns and click trackers add to links to any page, from their vendors' documentation.
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "hsa_", "__hs", "_hs")
_TRACKING_OF_VENDORS = (
    ("gclid", "gclsrc", "dclid", "wbraid", "gbraid", "gad_source", "gad_campaignid", "_ga", "_gl", "srsltid"),
    ("fbclid", "igsh", "igshid", "msclkid", "ttclid", "twclid", "li_fat_id", "epik", "sccid", "rdt_cid"),
    ("yclid", "ysclid", "_openstat", "mc_cid", "mc_eid", "mkt_tok", "vero_id", "vero_conv", "_kx", "ef_id"),
    ("oly_anon_id", "oly_enc_id", "wickedid", "rb_clickid", "irclickid", "s_kwcid", "hsctatracking"),
)
_TRACKING = frozenset(name for names in _TRACKING_OF_VENDORS for name in names)
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;?]*|/\([sS]\([0-9a-zA-Z]+\)\)", re.IGNORECASE)
_SESSION_KEYS = frozenset(
    ("phpsessid", "jsessionid", "sessionid", "session_id", "sid", "cfid", "cftoken", "zenid", "oscsid")
)
_C0_AND_SPACE = "".join(map(chr, range(0x21)))


def normalise_url(url: str) -> str | None:
    """Return the one form of an http(s) URL, or None where no browser would open `url` as a page.

    As in RFC 3986 section 6: scheme and host in lower case (IDNA), no default port, no dot segments, escapes
    in upper case and only where needed. No user, no tracking parameters; the order of the query stays. The
    fragment goes unless it is a route of a single-page application (`#/…`, `#!…`). Idempotent.
    """
    parts = _canonical(url)
    if parts is None:
        return None
    kept = (pair for pair in parts.query.split("&") if not _is_tracking(pair))
    return _limited(urlunsplit(parts._replace(query="&".join(kept))))


def page_key(url: str) -> str | None:
    """Return what tells two pages apart: the normal form without scheme and session ids; None as above.

    A page by http and the same by https are one page to visit, since sites redirect from one to the other.
    """
    normal = normalise_url(url)
    if normal is None:
        return None
    parts = urlsplit(normal)
    pairs = (pair for pair in parts.query.split("&") if _key_of(pair) not in _SESSION_KEYS)
    path = _SESSION_PATH.sub("", parts.path) or "/"
    return urlunsplit(("", parts.netloc, path, "&".join(pairs), parts.fragment))


def join_url(base: str, reference: str) -> str | None:
    """Return the normal form of a link on the page `base`, or None where it leads to no page."""
    cleaned = re.sub(r"[\t\r\n]", "", _replace_surrogates(reference)).strip(_C0_AND_SPACE)
    if len(cleaned) > MAX_URL_CHARS:
        return None
    try:
        return normalise_url(urljoin(base, _slashes(cleaned)))
    except ValueError:
        return None


def host_of(url: str) -> str:
    """Return the host of a URL in lower case, IPv6 without brackets; "" where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def parse_start_url(text: str) -> str:
    """Return the URL that a user typed, in normal form but with all its parameters.

    Raises InputError with one line that says what is wrong and what to write instead.
    """
    shown = _shown(text)
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in text.strip()):
        raise InputError(f"{shown} has control characters in it: type the URL again")
    cleaned = text.strip()
    if len(cleaned) > MAX_URL_CHARS:
        raise InputError(f"{shown} is longer than {MAX_URL_CHARS:,} characters: shorten the URL")
    _check_scheme(cleaned, shown)
    _check_authority(cleaned, shown)
    canonical = _canonical(cleaned)
    if canonical is None:
        raise InputError(f"{shown} has no valid host name: write e.g. https://example.org/")
    return urlunsplit(canonical)


def _check_scheme(text: str, shown: str) -> None:
    found = _SCHEME.match(text)
    rest = text[found.end() :] if found else ""
    if found is None or (not rest.startswith("/") and _is_port(rest)):
        scheme = "http" if _LOCAL.match(text) or found is not None else "https"
        suggestion = f"write {_shown(f'{scheme}://{text}')}" if text else "write e.g. https://example.org/"
        raise InputError(f"{shown} has no scheme: {suggestion}")
    scheme = found[1].lower()
    if scheme not in _DEFAULT_PORTS:
        raise InputError(f"{shown} is not a web page: only http:// and https:// can be scanned")
    if not _slashes(rest).startswith("//"):
        raise InputError(f"{shown} lacks the slashes: write {scheme}://host/")


def _is_port(rest: str) -> bool:
    """Say whether what follows the colon makes `example.org:8080/x` a host and port, not a scheme."""
    return re.match(r"[0-9]+(?:[/?#]|$)", rest) is not None


def _check_authority(text: str, shown: str) -> None:
    authority = re.split(r"[/?#]", _slashes(text).partition("://")[2], maxsplit=1)[0]
    if "@" in authority:
        raise InputError(
            f"{shown} has a user name in it: put user:password into an environment variable "
            "and name that with --http-auth"
        )
    port = authority.rpartition("]")[2].partition(":")[2]
    if port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
        raise InputError(f"{shown} has a bad port: use a number from 1 to 65535")
    if not authority or authority.startswith(":"):
        raise InputError(f"{shown} has no host: write e.g. https://example.org/")


def _shown(text: str) -> str:
    """Return what the user typed, safe to print: no password, no terminal escapes, not endless."""
    without_user = _USER.sub("***@", text.strip())
    return repr(without_user if len(without_user) <= 100 else without_user[:100] + "…")


def _canonical(url: str) -> SplitResult | None:
    """Return the parts in normal form, all parameters kept; None where there is no page to open."""
    if len(url) > MAX_URL_CHARS:
        return None
    cleaned = re.sub(r"[\t\r\n]", "", _replace_surrogates(url)).strip(_C0_AND_SPACE)
    try:
        parts = urlsplit(_slashes(cleaned))
        port = parts.port
        host = browser_host(parts.netloc)
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host or port == 0:
        return None
    netloc = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    path = _remove_dot_segments(escape(parts.path, _SAFE_IN_PATH)) or "/"
    query = "&".join(filter(None, escape(parts.query, _SAFE_IN_QUERY).split("&")))
    result = SplitResult(parts.scheme, netloc, path, query, _route(parts.fragment))
    return result if _limited(urlunsplit(result)) else None


def _limited(url: str) -> str | None:
    return url if len(url) <= MAX_URL_CHARS else None


def _replace_surrogates(text: str) -> str:
    """Return `text` fit for UTF-8: lone surrogates as U+FFFD, as browsers do."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _slashes(url: str) -> str:
    """Turn backslashes before the query into slashes, as browsers do for http(s)."""
    head = re.split(r"[?#]", url, maxsplit=1)[0]
    return head.replace("\\", "/") + url[len(head) :]


def escape(text: str, safe: str = _SAFE_IN_PATH + "?") -> str:
    """Return a path, with or without query, in RFC 3986 normal form: only needed escapes, in upper case."""
    return quote(_ESCAPE.sub(_unescape_unreserved, _LONE_PERCENT.sub("%25", text)), safe=safe)


def _unescape_unreserved(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()


def _remove_dot_segments(path: str) -> str:
    """Follow RFC 3986 section 5.2.4 for an absolute path."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _route(fragment: str) -> str:
    """Return the fragment where it is a route of a single-page application other than its start."""
    is_route = fragment.startswith(("/", "!")) and fragment.strip("!/")
    return escape(fragment, _SAFE_IN_QUERY) if is_route else ""


def _key_of(pair: str) -> str:
    return unquote(pair.partition("=")[0]).lower()


def _is_tracking(pair: str) -> bool:
    key = _key_of(pair)
    return key in _TRACKING or key.startswith(_TRACKING_PREFIXES)
