"""Host names as browsers read them in a URL."""

import ipaddress
import re
import socket
from functools import lru_cache
from urllib.parse import unquote

import idna

# https://url.spec.whatwg.org/#forbidden-domain-code-point
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\"#%/:<>?@\[\\\]^`{|}]")
# https://url.spec.whatwg.org/#ends-in-a-number-checker
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@lru_cache(maxsize=4_096)
def browser_host(netloc: str) -> str:
    """Return the host of `[user@]host[:port]` as a browser puts it on the wire, IPv6 in brackets.

    Lower case, IDNA, addresses of any spelling (2130706433, 0x7f.1) dotted, no final dot. Raises ValueError
    where a browser would refuse the URL.
    """
    authority = netloc.rpartition("@")[2]
    if authority.startswith("["):
        return f"[{_ipv6(authority[1:].partition(']')[0])}]"
    name = unquote(authority.partition(":")[0], errors="strict")
    labels = idna.uts46_remap(name, std3_rules=False).removesuffix(".").split(".")
    host = ".".join(map(_ascii_label, labels))
    if not _is_host(host):
        raise ValueError(f"not a host name: {host!r}")
    return _dotted(host) if _NUMBER.fullmatch(labels[-1]) else host


def _ipv6(text: str) -> str:
    if "%" in text:
        raise ValueError(f"an address with a zone: {text!r}")
    return str(ipaddress.IPv6Address(text))


def _ascii_label(label: str) -> str:
    """Return a label in the ASCII form of IDNA, with no more rules than browsers have (emoji, `_` pass)."""
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _is_host(host: str) -> bool:
    if len(host) > 253 or _FORBIDDEN.search(host):
        return False
    return all(0 < len(label) <= 63 for label in host.split("."))


def _dotted(host: str) -> str:
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError as error:
        raise ValueError(f"not an address: {host!r}") from error
