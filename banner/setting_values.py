"""What single values in the section `banner:` may be. Each complaint names file and line."""

import re
from collections.abc import Collection
from urllib.parse import quote, urlsplit

from consentinel.scanner.catalogue.nodes import Item
from consentinel.scanner.catalogue.taxonomy import Category, parse_category
from consentinel.scanner.party import is_public_name
from consentinel.scanner.suggestion import suggestion

# https://url.spec.whatwg.org/#forbidden-domain-code-point leaves more letters, which nobody uses.
_HOST = re.compile(r"[a-z0-9*_-]+(?:\.[a-z0-9*_-]+)*")
_PLAIN_END = re.compile(r"(?:[a-z0-9*_-]+\.)*[a-z0-9_-]+\.[a-z0-9-]+|[a-z0-9_-]+|[0-9.]+")
_DOMAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9-]+)*")
_PATH = re.compile(r"/[!-~]*")
# https://url.spec.whatwg.org/#path-percent-encode-set, and the backslash, which becomes a slash
_NEVER_IN_PATHS = re.compile(r"[\"<>`{}^\\]")
_OWN_PATH = re.compile(r"/(?!/)[^\s\"'<>\\]*")
_NAME = re.compile(r"[!-~]+")
_MIN_LETTERS = 2


def one_of(item: Item, what: str, allowed: Collection[str]) -> str:
    """Return a text that is one of `allowed`."""
    text = item.text(what)
    if text not in allowed:
        item.fail(f"{what} cannot be {text[:60]!r}; {suggestion(text, allowed)}")
    return text


def web_address(item: Item, what: str) -> str:
    """Return an absolute http(s) address without query and fragment."""
    text = item.text(what)
    if not is_web_address(text):
        item.fail(
            f"{what} must be an http(s) address, not {text[:60]!r}; write it like https://www.example.org/"
        )
    return text


def is_web_address(text: str) -> bool:
    """Say whether a text is an http(s) address that can stand in a script and in a policy."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = text.isprintable() and not re.search(r"[\s\"'<>;,\\]", text)
    return parts.scheme in ("http", "https") and bool(host) and plain and "@" not in parts.netloc


def base_address(item: Item, what: str) -> str:
    """Return an http(s) address to which a path can be added."""
    return _without_query(item, what, web_address(item, what))


def _without_query(item: Item, what: str, text: str) -> str:
    if "?" in text or "#" in text:
        item.fail(f"{what} must have no query and no fragment; leave away what follows the path")
    return text


def own_path(item: Item, what: str, *, like: str) -> str:
    """Return a path on the site's own host. like: an example."""
    text = item.text(what)
    if not _OWN_PATH.fullmatch(text):
        item.fail(f"{what} must be a path on the site's own host, not {text[:60]!r}; write it like {like}")
    return text


def address_or_path(item: Item, what: str, *, like: str) -> str:
    """Return an http(s) address, or a path on the site's own host. like: an example of a path."""
    text = item.text(what)
    if not is_web_address(text) and not _OWN_PATH.fullmatch(text):
        item.fail(
            f"{what} must be a path or an http(s) address, not {text[:60]!r}; "
            f"write it like {like} or https://www.example.org{like}"
        )
    return text


def folder(item: Item, what: str, *, like: str) -> str:
    """Return an address or a path to which a file's name can be added."""
    return _without_query(item, what, address_or_path(item, what, like=like))


def host_pattern(item: Item) -> str:
    """Return a host, lower case; `*` stands for any letters, but not in the last two labels."""
    host = item.text("'host'").lower().removeprefix("*.").strip(".")
    if not _HOST.fullmatch(host):
        item.fail(f"{host[:60]!r} is no host; write it like tracker.example or ads*.tracker.example")
    if not _PLAIN_END.fullmatch(host) or ("." not in host and is_public_name(f"x.{host}")):
        item.fail(f"{host[:60]!r} would mean too many hosts; write out the last two parts of the name")
    return host


def domain(item: Item, what: str) -> str:
    """Return a host name without globs."""
    text = item.text(what).lower().strip(".")
    if not _DOMAIN.fullmatch(text):
        item.fail(f"{what} must be a domain, not {text[:60]!r}; write it like example.org")
    return text


def path_pattern(item: Item) -> str:
    """Return a path, perhaps with globs."""
    path = item.text("'path'")
    if not _PATH.fullmatch(path) or "?" in path or "#" in path:
        item.fail(f"{path[:60]!r} is no path; write it like /metrics/* (queries are not looked at)")
    if wrong := _NEVER_IN_PATHS.search(path):
        encoded = "/" if wrong[0] == "\\" else quote(wrong[0])
        item.fail(f"{path[:60]!r} fits nothing: addresses never hold {wrong[0]!r}; write {encoded}")
    if path.strip("/*") == "":
        item.fail("a path that fits everything; leave `path` away, or write more of it")
    return path


def name_pattern(item: Item, what: str) -> str:
    """Return the name of a cookie or storage key, perhaps with globs."""
    name = item.text(what)
    if not _NAME.fullmatch(name):
        item.fail(f"{name[:60]!r}: names have no spaces here; write `*` for what cannot be typed")
    if len(name.replace("*", "")) < _MIN_LETTERS:
        item.fail(f"{name[:60]!r} would mean nearly every name; write at least {_MIN_LETTERS} of its letters")
    return name


def category(item: Item) -> Category:
    """Return the category that a text names, by its own name or an alias."""
    text = item.text("'category'")
    try:
        return parse_category(text)
    except ValueError as error:
        item.fail(str(error))
