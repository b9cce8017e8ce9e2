"""What one of the server's settings may hold, read from a flag, the environment or YAML."""

import ipaddress
import re
from urllib.parse import urlsplit

from consentinel.scanner.hostnames import browser_host
from consentinel.scanner.setting_values import ValueType
from consentinel.server.errors import StorageError
from consentinel.server.origins import origin_of

CHALLENGES = ("off", "optional", "required")
# RFC 9110 section 5.6.2
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def _address(text: str) -> str:
    """Return the address of a database; what is wrong is told without it, there may be a password in it."""
    from consentinel.server.storage.engines import parse_address  # noqa: PLC0415 - for --help it takes long

    try:
        parse_address(text.strip())
    except StorageError as error:
        raise ValueError(f"is no such address: {error}") from None
    return text.strip()


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text.strip()) or int(text) > 65_535:
        raise ValueError(f"must be a port from 1 to 65535, or 0 for any that is free, not {text!r}")
    return int(text)


def _host(text: str) -> str:
    """Return an address to listen at, or a name that leads to one."""
    host = text.strip().removeprefix("[").removesuffix("]")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return _name(text)


def _name(text: str) -> str:
    try:
        return browser_host(text.strip())
    except ValueError:
        raise ValueError(f"must be a host name such as consent.example.org, not {text!r}") from None


def _public_url(text: str) -> str:
    """Return an address without a slash at its end, its origin as browsers write it."""
    problem = f"must be an address such as https://consent.example.org, not {text!r}"
    try:
        parts = urlsplit(text.strip())
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        raise ValueError(problem) from None
    if not usable or parts.query or parts.fragment or "@" in parts.netloc or not text.strip().isprintable():
        raise ValueError(problem)
    return f"{origin_of(text.strip())}{parts.path.rstrip('/')}"


def _challenge(text: str) -> str:
    # YAML 1.1 reads a plain `off` as false
    word = "off" if text == "False" else text.strip().lower()
    if word not in CHALLENGES:
        raise ValueError(f"must be one of {', '.join(CHALLENGES)}, not {text!r}")
    return word


def _header(text: str) -> str:
    if not _HEADER_NAME.fullmatch(text.strip()):
        raise ValueError(f"must be the name of a header field, not {text!r}")
    return text.strip()


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False)).removesuffix("/32").removesuffix("/128")
    except ValueError:
        raise ValueError(f"must be an IP address or a network such as 10.0.0.0/8, not {text!r}") from None


DATABASE = ValueType("an address", "ADDRESS", (str,), _address)
LISTEN_PORT = ValueType("a port", "PORT", (int,), _port)
HOST = ValueType("an IP address or a host name", "HOST", (str,), _host)
NAME = ValueType("a host name", "NAME", (str,), _name)
PUBLIC_URL = ValueType("a web address", "URL", (str,), _public_url)
CHALLENGE = ValueType("off, optional or required", "|".join(CHALLENGES), (str, bool), _challenge)
HEADER_NAME = ValueType("the name of a header field", "NAME", (str,), _header, splits_commas=True)
NETWORK = ValueType("an IP address or a network", "NETWORK", (str,), _network, splits_commas=True)
