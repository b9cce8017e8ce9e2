"""Which hosts and addresses the scanner's browser may reach: names, mappings, and what counts as public."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal

from consentinel.scanner.errors import InputError

Address = IPv4Address | IPv6Address
Reason = Literal[
    "not-global",
    "port",
    "unknown-host",
    "name-server",
    "connection-refused",
    "timeout",
    "budget",
    "malformed",
    "unreachable",
]

_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:]+)(?::([0-9]{1,5}))?")

# IANA special-purpose address registries (IPv4, IPv6). `is_global` differs between Python releases and calls
# NAT64, 6to4, multicast and site-local addresses global, so what must never be dialled is named here as well.
_REFUSED_V4 = tuple(
    map(IPv4Network, ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3"))
)
_PUBLIC_V6 = IPv6Network("2000::/3")  # all that IANA has given out as global unicast
_REFUSED_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))

# Where the last 32 bits are an IPv4 address: RFC 4291 2.5.5 (compatible, mapped), RFC 2765 2.1 (translated),
# RFC 6052 2.1 and RFC 8215 (NAT64).
_EMBEDDING_V6 = tuple(
    map(IPv6Network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"))
)

# Cloud machines answer their secrets here, without a password; elsewhere it is a link-local address. Sources:
# the vendors' pages on instance metadata, for Azure "What is IP address 168.63.129.16".
# Alibaba, Azure, Oracle; Scaleway, Oracle, Amazon, Google
_METADATA_V4 = tuple(map(IPv4Network, ("100.100.100.200", "168.63.129.16", "192.0.0.192")))
_METADATA_V6 = tuple(
    map(IPv6Network, ("fd00:42::42", "fd00:c1::a9fe:a9fe", "fd00:ec2::/112", "fd20:ce::254"))
)


@dataclass(frozen=True)
class HostMapping:
    """Where a host name leads instead of to its own address; `port` None keeps the scheme's own port."""

    address: str
    port: int | None = None


@dataclass(frozen=True)
class Refusal:
    """A connection that was not made, and why; host and port are empty where the request named none."""

    host: str
    port: int
    reason: Reason


@dataclass(frozen=True)
class EgressPolicy:
    """What the browser of one scan may reach, and how much of it.

    allow_private: addresses that are not public may be dialled, on any port; those at which cloud machines
    answer their secrets (169.254.169.254 and all link-local ones, and a few more) only by `resolve`. ports:
    the ports of public addresses. resolve: canonical host name -> mapping; `*` stands for every other name,
    but not for literal addresses and `localhost`. max_bytes: both directions together. A connection that
    carries nothing for `idle_timeout_s` is closed.
    """

    allow_private: bool = False
    ports: frozenset[int] = frozenset({80, 443})
    resolve: Mapping[str, HostMapping] = field(default_factory=dict)
    max_bytes: int = 100_000_000
    max_connections_open: int = 512
    connect_timeout_s: float = 10
    idle_timeout_s: float = 90

    def mapping(self, host: str) -> HostMapping | None:
        """Return the operator's mapping for a canonical host, if there is one."""
        named = self.resolve.get(host)
        if named is not None or literal(host) is not None or is_localhost(host):
            return named
        return self.resolve.get("*")

    def objection(self, address: Address, port: int) -> Reason | None:
        """Return why `address` may not be dialled on `port`, or None where it may."""
        if is_metadata(address):
            return "not-global"
        if not is_public(address):
            return None if self.allow_private else "not-global"
        return None if port in self.ports else "port"


def is_metadata(address: Address) -> bool:
    """Say whether cloud machines may answer their secrets at an address, or at one that it embeds."""
    if isinstance(address, IPv4Address):
        return address.is_link_local or any(address in network for network in _METADATA_V4)
    return (
        address.is_link_local
        or any(address in network for network in _METADATA_V6)
        or any(map(is_metadata, _embedded_v4(address)))
    )


def is_public(address: Address) -> bool:
    """Say whether an address belongs to the public internet; `::ffff:a.b.c.d` is the IPv4 address in it."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _REFUSED_V4)
    if address.ipv4_mapped or int(address) >> 32 == 0:
        return all(map(is_public, _embedded_v4(address)))
    return (
        address in _PUBLIC_V6 and address.is_global and not any(address in network for network in _REFUSED_V6)
    )


def _embedded_v4(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses that a gateway may read in an IPv6 address (also 6to4 and Teredo)."""
    if any(address in network for network in _EMBEDDING_V6):
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address.sixtofour,) if address.sixtofour else address.teredo or ()


def is_localhost(host: str) -> bool:
    """Say whether a canonical host is a loopback name, which no resolver is asked for (RFC 6761 6.3)."""
    return host == "localhost" or host.endswith(".localhost")


def literal(host: str) -> Address | None:
    """Return the address that a canonical host is, or None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def canonical_host(text: str) -> str:
    """Return a host in the one form that is compared, mapped and resolved; IPv6 loses its brackets.

    Raises ValueError for everything a browser never puts on the wire: other spellings of an IPv4 address
    (2130706433, 0x7f.1, 127.1: the URL standard's "ends in a number" check), percent signs, other alphabets.
    """
    if ":" in text and "%" not in text:
        address = IPv6Address(text[1:-1] if text[0] == "[" and text[-1] == "]" else text)
        return socket.inet_ntop(socket.AF_INET6, address.packed)  # str() differs between Python releases
    host = text.lower().removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"not a host name: {text!r}")
    return str(IPv4Address(host)) if _NUMBER.fullmatch(labels[-1]) else host


def split_authority(text: str, default_port: int | None) -> tuple[str, int]:
    """Split `host[:port]` into canonical host and port.

    Raises ValueError where it is malformed, or has no port and there is no default.
    """
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        raise ValueError(f"not an authority: {text!r}")
    port = int(match[2]) if match[2] else default_port
    if port is None or not 0 < port < 65536:
        raise ValueError(f"no usable port: {text!r}")
    return canonical_host(match[1]), port


def parse_resolve(text: str) -> tuple[str, HostMapping]:
    """Read one `--resolve` value, `HOST=IP[:PORT]`; HOST may be `*`, IP `[::1]`.

    Returns the canonical host and its mapping; raises InputError with what to write instead.
    """
    host, _, target = text.partition("=")
    try:
        address, port = _split_target(target)
        return (host if host == "*" else canonical_host(host)), HostMapping(str(ip_address(address)), port)
    except ValueError:
        raise InputError(
            f"--resolve {text!r} is not HOST=IP[:PORT]: write e.g. shop.example=127.0.0.1:8080, "
            "shop.example=[::1]:8443 or *=127.0.0.1 (names of other alphabets as xn--...)"
        ) from None


def _split_target(target: str) -> tuple[str, int | None]:
    """Split `IP[:PORT]`; raise ValueError for anything but an address."""
    if target.startswith("[") and target.endswith("]"):
        return target[1:-1], None
    if ":" not in target:
        return target, None
    return split_authority(target, None)
