"""Origins as browsers write them, and which of them belong to a site (T15)."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_LONGEST = 300
_BELOW = re.compile(r"(?:[a-z0-9_-]+\.)+")


@dataclass(frozen=True)
class Origins:
    """The origins whose pages may speak for a site.

    exact: that of its address. domain: the same with the host of its `cookie_domain`; the subdomains of that
    have the same banner and cookie and so count as well. '' for none.
    """

    exact: str
    domain: str = ""

    def __contains__(self, origin: str) -> bool:
        """Say whether an origin is one of them: label by label, same scheme, same port."""
        return origin in (self.exact, self.domain or self.exact) or is_below(origin, self.domain)


def origins_of(address: str, cookie_domain: str) -> Origins:
    """Return the origins of the site at an address. cookie_domain: '' for none."""
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    domain = origin_of(f"{parts.scheme}://{cookie_domain}{port}") if cookie_domain else ""
    return Origins(origin_of(address), domain)


def is_below(origin: str, domain: str) -> bool:
    """Say whether an origin is that of a subdomain of another origin's host."""
    scheme, _, host = domain.partition("://")
    start = f"{scheme}://"
    if not domain or len(origin) > _LONGEST or not (origin.startswith(start) and origin.endswith(f".{host}")):
        return False
    return _BELOW.fullmatch(origin[len(start) : len(origin) - len(host)]) is not None


def domains_above(origin: str) -> list[str]:
    """Return the origins of the domains that an origin's host is below, the nearest first."""
    scheme, _, rest = origin[:_LONGEST].partition("://")
    found: list[str] = []
    while rest := rest.partition(".")[2]:
        found.append(f"{scheme}://{rest}")
    return found


def origin_of(address: str) -> str:
    """Return an address's origin as browsers write it: lower case, no default port (RFC 6454)."""
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
