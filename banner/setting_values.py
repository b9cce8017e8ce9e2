"""What single values in the section `banner:` may be. Each complaint names file and line."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from consentinel.scanner.catalogue.nodes import Item
from consentinel.scanner.suggestion import suggestion

_DOMAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9-]+)*")
_OWN_PATH = re.compile(r"/(?!/)[^\s\"'<>\\]*")


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


def domain(item: Item, what: str) -> str:
    """Return a host name without globs."""
    text = item.text(what).lower().strip(".")
    if not _DOMAIN.fullmatch(text):
        item.fail(f"{what} must be a domain, not {text[:60]!r}; write it like example.org")
    return text
