"""The banner's own script as an address: it stands in the stack of every call that it lets pass."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from consentinel.scanner.party import same_site

# As `consentinel banner build` names it, and as a server of ours serves it.
_PATH = re.compile(r"(?:.*/)?consentinel(?:\.[0-9a-f]{8,96})?\.js|/b/[^/]+\.js")
# As a server of ours serves it: the name says for which site.
_SERVED = re.compile(r"(?:/.*)?/b/([^/]+)\.js")
_PORTS = {"http": 80, "https": 443}


def is_own_script(url: str, page: str, served: Iterable[str] = ()) -> bool:
    """Say whether a URL is that of the banner's script in the document `page`.

    Anybody can give a file that name, so it counts only at the document's own origin, or in one of the
    folders `served` (ending with a slash), which the operator has named.
    """
    try:
        parts = urlsplit(url)
        is_at_home = _origin(url) == _origin(page)
    except ValueError:
        return False
    return _PATH.fullmatch(parts.path) is not None and (is_at_home or url.startswith(tuple(served)))


def is_passed_over(url: str, page: str) -> bool:
    """Say whether a script stands in the stacks of the document `page` only as what calls pass through.

    Beside `is_own_script`, the script that a server anywhere names after this very site: a scan is told of no
    server. A stranger under that name would be passed over only where somebody else's script called it.
    """
    try:
        name = _SERVED.fullmatch(urlsplit(url).path)
        host = urlsplit(page).hostname
    except ValueError:
        return False
    return is_own_script(url, page) or bool(name and host and same_site(name[1], host))


def without_own_script(urls: tuple[str, ...], page: str) -> tuple[str, ...]:
    """Return who asked, nearest first, without the banner's script; it stays where nobody else is there."""
    return tuple(url for url in urls if not is_passed_over(url, page)) or urls


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port; raise ValueError for what is no address."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
