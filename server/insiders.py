"""Who may look into the server: this machine and the proxies' networks; not what came through a proxy."""

import ipaddress
from collections.abc import Iterable

from starlette.requests import Request

from consentinel.server.middleware.areas import client_address
from consentinel.server.state import services

_FORWARDING = ("x-forwarded-", "forwarded", "via", "x-real-ip")


def is_insider(request: Request) -> bool:
    """Say whether a request comes from an address that `trusted_proxies` names, and from nobody behind it."""
    if is_forwarded(request.headers):
        return False
    networks = services(request).settings.trusted_proxies
    return is_within(client_address(request.scope), networks)


def is_forwarded(fields: Iterable[str]) -> bool:
    """Say whether a request came through a proxy. fields: the names of its header fields, in lower case."""
    return any(name.startswith(_FORWARDING) for name in fields)


def is_within(address: str, networks: tuple[str, ...]) -> bool:
    """Say whether an address is in one of the networks; what is no address is in none."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in ipaddress.ip_network(network) for network in networks)
