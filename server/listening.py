"""Where the server listens, and what to warn of."""

import socket
from dataclasses import replace

from consentinel.server.errors import ServerError
from consentinel.server.settings import ServerSettings, own_address

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_BACKLOG = 1_024


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
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise ServerError(f"port {port} of {host}: {error.strerror}: choose another with --port") from error
    return listening


def with_real_port(settings: ServerSettings, port: int) -> ServerSettings:
    """Return the settings with the port that `--port 0` got, also in the address that follows from it."""
    derived = settings.public_url == own_address(settings.host, settings.port)
    public_url = own_address(settings.host, port) if derived else settings.public_url
    return replace(settings, port=port, public_url=public_url)


def warnings(settings: ServerSettings) -> list[str]:
    """Return what the operator should know of how this server can be reached."""
    if settings.host in _LOOPBACK or settings.public_url.startswith("https:"):
        return []
    return [
        f"listening at {settings.host}, and CONSENTINEL_PUBLIC_URL is no https address: passwords and "
        "consents can be read on their way; put a reverse proxy with TLS in front and set it"
    ]
