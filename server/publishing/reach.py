"""Whether the pages of a site reach the server, and this one; otherwise a publication is in vain."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from consentinel.banner.settings import BannerSettings
from consentinel.server.origins import origin_of

_SET_IT = "set `public_url` (CONSENTINEL_PUBLIC_URL) and publish again"


def unreachable(site: str, public_url: str) -> Iterator[str]:
    """Yield why visitors of `site` would get nothing from `public_url`, with what to do."""
    page, server = urlsplit(site), urlsplit(public_url)
    if server.port == 0:
        yield f"port 0 stands for any that is free, so nobody can be sent to {public_url}: {_SET_IT}"
    elif _is_here(server.hostname or "") and not _is_here(page.hostname or ""):
        yield f"visitors cannot reach {public_url}, which is this machine: {_SET_IT}"
    elif page.scheme == "https" and server.scheme == "http" and not _is_here(server.hostname or ""):
        # https://www.w3.org/TR/mixed-content/#should-block-fetch
        yield f"browsers load nothing from {public_url} into pages of https: {_SET_IT}"


def astray(settings: BannerSettings, public_url: str) -> Iterator[str]:
    """Yield which of the addresses in a banner are not below public_url, with what to do.

    settings: with all addresses (`completed` in draft.py). The path of public_url below the site's own origin
    is right, too: a server of several sites is below each (docs/same-origin.md).
    """
    right = (public_url, f"{origin_of(settings.site)}{urlsplit(public_url).path}")
    api, base = settings.api.rstrip("/"), urljoin(settings.site, settings.base).rstrip("/")
    if api not in right:
        yield (
            f"`api` of the banner is {settings.api}, but this server answers at {public_url}: unless a proxy "
            f"passes {api}/v1/ on to {public_url}/v1/, no choice is recorded here; leave `api` away, or mend "
            "`public_url`"
        )
    if base not in (f"{address}/b/{settings.host}" for address in right):
        yield (
            f"`base` of the banner is {settings.base}, but this server has the parts of the script at "
            f"{public_url}/b/{settings.host}: unless you put them at `base`, too (-o DIR), the second layer "
            "does not open; leave `base` away, or mend `public_url`"
        )


def elsewhere(served: str, public_url: str) -> Iterator[str]:
    """Yield that the server is at another address. served: where it was last started, '' for nowhere yet."""
    if served not in ("", public_url):
        yield (
            f"the server of this database was last started at {served}, but this version is made for "
            f"{public_url}: if the server is right, write `public_url: {served}` below `server:` into "
            "consentinel.yaml (or set CONSENTINEL_PUBLIC_URL), and publish again"
        )


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
