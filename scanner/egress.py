"""The proxy that every byte of the browser passes: address policy, host mapping, budgets.

A browser on hostile pages must not become a way into the network it runs in. Interception inside the browser
lets redirects, beacons and WebSockets through, so each connection is decided here: resolve once, judge every
address, dial what was judged. Why own code: docs/decisions/0002-egress-proxy.md.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from types import TracebackType
from typing import Self

from consentinel.scanner.addresses import (
    Address,
    EgressPolicy,
    HostMapping,
    Reason,
    Refusal,
    canonical_host,
    is_localhost,
    literal,
    parse_resolve,
)
from consentinel.scanner.forwarding import CHUNK_BYTES, RefusedError, Session, Streams

__all__ = ["Egress", "EgressPolicy", "HostMapping", "Lookup", "Reason", "Refusal", "parse_resolve"]

Lookup = Callable[[str], Awaitable[list[str]]]

_REFUSALS_KEPT = 1_000
# What resolvers say of a name that is not there; anything else says nothing of it. Not all systems have both.
_NO_SUCH_NAME = {getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)}
_LOOPBACK: tuple[Address, ...] = (ip_address("127.0.0.1"), ip_address("::1"))


async def system_lookup(host: str) -> list[str]:
    """Ask the system's resolver for all addresses of `host`; raises OSError where there are none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Egress:
    """An HTTP proxy at `url`, a free port of 127.0.0.1, open while the context lasts.

    lookup: gives all addresses of a host name or raises OSError; tests put their own in.
    bytes_total: what the browser and the servers have sent so far.
    """

    def __init__(self, policy: EgressPolicy | None = None, *, lookup: Lookup = system_lookup) -> None:
        self.policy = policy or EgressPolicy()
        self.bytes_total = 0
        self.url = ""
        self._lookup = lookup
        self._refusals: dict[Refusal, None] = {}
        self._failures: dict[tuple[str, int], Refusal] = {}
        self._sessions: dict[asyncio.Task[None], Session] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=CHUNK_BYTES)
        self.url = "http://{}:{}".format(*self._server.sockets[0].getsockname())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        sessions = dict(self._sessions)
        for task, session in sessions.items():
            session.abort()
            task.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    @property
    def refusals(self) -> list[Refusal]:
        """The distinct refusals in order, at most the first thousand."""
        return list(self._refusals)

    @property
    def exhausted(self) -> bool:
        """Whether the scan has used up its bytes; from then on everything is refused."""
        return self.bytes_total > self.policy.max_bytes

    def failure(self, host: str, port: int) -> Refusal | None:
        """Return the last refusal for a host (spelled as in a URL) and port, or None."""
        try:
            return self._failures.get((canonical_host(host), port))
        except ValueError:
            return None

    def record(self, refusal: Refusal) -> None:
        """Remember a refusal, unless there are too many already."""
        if len(self._refusals) < _REFUSALS_KEPT:
            self._refusals[refusal] = None
            self._failures[refusal.host, refusal.port] = refusal

    def spend(self, count: int) -> None:
        """Book transferred bytes; at the moment the budget is used up, cut everything that is under way."""
        before = self.exhausted
        self.bytes_total += count
        if self.exhausted and not before:
            for session in self._sessions.values():
                session.abort()

    def check(self, host: str, port: int) -> None:
        """Raise RefusedError for this host where the byte budget is used up."""
        if self.exhausted:
            raise RefusedError("budget", host, port)

    async def dial(self, host: str, port: int) -> Streams:
        """Connect to a canonical host; raises RefusedError where that is not allowed or fails."""
        self.check(host, port)
        addresses, real_port = await self._targets(host, port)
        reasons: list[Reason] = []
        for address in addresses:
            try:
                async with asyncio.timeout(self.policy.connect_timeout_s / len(addresses)):
                    return await asyncio.open_connection(str(address), real_port, limit=CHUNK_BYTES)
            except ConnectionRefusedError:
                reasons.append("connection-refused")
            except TimeoutError:
                reasons.append("timeout")
            except OSError:
                reasons.append("unreachable")
        raise RefusedError(reasons[0], host, port)

    async def _targets(self, host: str, port: int) -> tuple[tuple[Address, ...], int]:
        mapping = self.policy.mapping(host)
        if mapping is None:
            addresses = await self._addresses(host, port)
        elif mapping.port is None and port not in self.policy.ports:
            addresses = (ip_address(mapping.address),)
        else:
            return (ip_address(mapping.address),), mapping.port or port
        for address in addresses:
            if reason := self.policy.objection(address, port):
                raise RefusedError(reason, host, port)
        return addresses, port

    async def _addresses(self, host: str, port: int) -> tuple[Address, ...]:
        if address := literal(host):
            return (address,)
        if is_localhost(host):
            return _LOOPBACK
        try:
            async with asyncio.timeout(self.policy.connect_timeout_s):
                found = tuple(ip_address(text) for text in await self._lookup(host))
        except TimeoutError:
            raise RefusedError("timeout", host, port) from None
        except socket.gaierror as error:
            reason: Reason = "unknown-host" if error.errno in _NO_SUCH_NAME else "name-server"
            raise RefusedError(reason, host, port) from None
        except (OSError, ValueError):
            found = ()
        if not found:
            raise RefusedError("unknown-host", host, port)
        return found

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._sessions) >= self.policy.max_connections_open:
            self.record(Refusal("", 0, "budget"))
            writer.transport.abort()
            return
        session = Session(self, (reader, writer), self.policy.idle_timeout_s)
        task = asyncio.create_task(session.run())
        self._sessions[task] = session
        task.add_done_callback(self._sessions.pop)
