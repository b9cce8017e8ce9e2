"""Whether the pages of a site can reach the server at all; otherwise a publication is in vain."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

_SET_IT = "set `public_url` (CONSENTINEL_PUBLIC_URL) and publish again"


def unreachable(site: str, public_url: str) -> Iterator[str]:
    """Yield why visitors of `site` would get nothing from `public_url`, with what to do."""
    page, server = urlsplit(site), urlsplit(public_url)
    if _is_here(server.hostname or "") and not _is_here(page.hostname or ""):
        yield f"visitors cannot reach {public_url}, which is this machine: {_SET_IT}"
    elif page.scheme == "https" and server.scheme == "http" and not _is_here(server.hostname or ""):
        # https://www.w3.org/TR/mixed-content/#should-block-fetch
        yield f"browsers load nothing from {public_url} into pages of https: {_SET_IT}"


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
