"""Where the server listens, and what to warn of."""

import errno
import socket
from dataclasses import replace

from consentinel.server.errors import ServerError
from consentinel.server.settings import ServerSettings, own_address

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# How many connections the system holds until they are accepted.
BACKLOG = 1_024


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises ServerError where it cannot."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise ServerError(f"--host {host}: {error.strerror}: name an address of this machine") from error
    family, kind, protocol, _, address = found
    listening = socket.socket(family, kind, protocol)
    try:
        # A port whose last server has just ended may be used again at once.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise ServerError(_refusal(host, port, error)) from error
    return listening


def _refusal(host: str, port: int, error: OSError) -> str:
    """Return what is wrong with an address to listen at, and what to do."""
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host}: {error.strerror}: name an address of this machine"
    if error.errno == errno.EACCES:
        return f"port {port} of {host}: {error.strerror}: choose one from 1024 on with --port"
    return f"port {port} of {host}: {error.strerror}: choose another with --port"


def with_real_port(settings: ServerSettings, port: int) -> ServerSettings:
    """Return the settings with the port that `--port 0` got, also in the address that follows from it."""
    public_url = settings.public_url if settings.is_public_url_set else own_address(settings.host, port)
    return replace(settings, port=port, public_url=public_url)


def warnings(settings: ServerSettings) -> list[str]:
    """Return what the operator should know of how this server can be reached."""
    if settings.host in _LOOPBACK or settings.public_url.startswith("https:"):
        return []
    return [
        f"listening at {settings.host}, and CONSENTINEL_PUBLIC_URL is no https address: passwords and "
        "consents can be read on their way; put a reverse proxy with TLS in front and set it"
    ]
