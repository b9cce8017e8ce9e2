"""Files of packs over HTTP: bounded in size and time, through the egress proxy, never from HTTPS to HTTP."""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

import httpx2

from consentinel.scanner.addresses import EgressPolicy
from consentinel.scanner.egress import Egress
from consentinel.scanner.errors import InputError, PackError
from consentinel.scanner.fetching import BodyError, read_body
from consentinel.scanner.packs.manifest import Installed
from consentinel.scanner.packs.sources import Source
from consentinel.scanner.urls import host_of, parse_start_url
from consentinel.scanner.version import VERSION

_MAX_REDIRECTS = 5
_OK, _NOT_MODIFIED = 200, 304
_CONDITIONS = {"if-none-match", "if-modified-since"}
# Real ones have less than 100 characters.
_MAX_VALIDATOR = 512
_DEFAULT_PORTS = {"http": 80, "https": 443}
_INSTEAD = "try again, or get the file and give its directory with --from"


@dataclass(frozen=True)
class Download:
    """A file as it was got, where (`https:` or `file:`), and what the server said for asking again."""

    url: str
    data: bytes
    etag: str | None = None
    last_modified: str | None = None


class _FailedError(Exception):
    """Why one file could not be got; the message completes `URL …`."""


@dataclass(frozen=True)
class Downloader:
    """Gets files; `policy` says which addresses may be reached, the times are for one file.

    mirror: an address that the operator has named. Its host may be a private one, at its port; what it
    redirects to may not.
    """

    policy: EgressPolicy = field(default_factory=EgressPolicy)
    quiet_s: float = 30
    total_s: float = 300
    mirror: str | None = None

    def get_all(
        self, wanted: Iterable[tuple[Source, str]], installed: Mapping[str, Installed]
    ) -> Mapping[str, Download | PackError | None]:
        """Return by the source's id the file at its address, None where it has not changed, or the error."""
        return asyncio.run(self._get_all(list(wanted), installed))

    async def _get_all(
        self, wanted: list[tuple[Source, str]], installed: Mapping[str, Installed]
    ) -> dict[str, Download | PackError | None]:
        policy = self._policy_for(wanted)
        async with AsyncExitStack() as stack:
            ways: dict[tuple[str, int] | None, _Way] = {None: await self._way(stack, policy)}
            if self.mirror:
                private = replace(policy, allow_private=True)
                ways[_endpoint(self.mirror)] = await self._way(stack, private)
            run = _Run(ways, self.quiet_s, self.total_s)
            calls = (run.get(source, url, installed.get(source.id)) for source, url in wanted)
            found = await asyncio.gather(*calls)
        return {source.id: result for (source, _), result in zip(wanted, found, strict=True)}

    async def _way(self, stack: AsyncExitStack, policy: EgressPolicy) -> "_Way":
        egress = await stack.enter_async_context(Egress(policy))
        client = httpx2.AsyncClient(proxy=egress.url, verify=_tls(), timeout=self.quiet_s, trust_env=False)
        return _Way(egress, await stack.enter_async_context(client))

    def _policy_for(self, wanted: list[tuple[Source, str]]) -> EgressPolicy:
        ports = frozenset(_endpoint(url)[1] for _, url in wanted)
        most = sum(2 * source.max_bytes for source, _ in wanted)
        return replace(self.policy, ports=self.policy.ports | ports, max_bytes=most)


@dataclass(frozen=True)
class _Way:
    """A proxy with its rules, and the client that uses it."""

    egress: Egress
    client: httpx2.AsyncClient

    def check_refusal(self, place: str) -> None:
        """Raise where it was the proxy that refused, and not the server that answered."""
        host, port = _endpoint(place)
        refusal = self.egress.failure(host, port)
        if refusal:
            raise _FailedError(f"cannot be had from {host} ({refusal.reason})")


@dataclass(frozen=True)
class _Run:
    """One go at all files. ways: by host and port, under None the one to all others."""

    ways: Mapping[tuple[str, int] | None, _Way]
    quiet_s: float
    total_s: float

    async def get(self, source: Source, url: str, known: Installed | None) -> Download | PackError | None:
        """Return one file, None where it has not changed, or why there is none. Raises nothing."""
        try:
            async with asyncio.timeout(self.total_s):
                return await self._follow(source, url, known)
        except TimeoutError:
            reason = f"did not end within {self.total_s:g} seconds"
        except (_FailedError, BodyError) as error:
            reason = str(error)
        except Exception as error:  # the fault barrier: a mistake with one pack must not cost the others
            reason = f"could not be fetched ({type(error).__name__})"
        return PackError(f"{source.id}: {url} {reason}: {_INSTEAD}")

    async def _follow(self, source: Source, url: str, known: Installed | None) -> Download | None:
        headers = _headers(known if known and known.url == url else None)
        place = url
        for _ in range(_MAX_REDIRECTS + 1):
            way = self.ways.get(_endpoint(place)) or self.ways[None]
            try:
                async with way.client.stream("GET", place, headers=headers) as answer:
                    if not answer.has_redirect_location:
                        way.check_refusal(place)
                        return await _accepted(answer, source, url)
                    place = _redirected(place, answer.headers["location"])
            except httpx2.TimeoutException:
                raise _FailedError(f"sent nothing for {self.quiet_s:g} seconds") from None
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                way.check_refusal(place)
                raise _FailedError(f"broke off ({type(error).__name__})") from None
        raise _FailedError(f"redirects more than {_MAX_REDIRECTS} times")


def _headers(known: Installed | None) -> dict[str, str]:
    headers = {"user-agent": f"consentinel/{VERSION}", "accept-encoding": "gzip"}
    if known and (etag := _validator(known.etag)):
        headers["if-none-match"] = etag
    if known and (last_modified := _validator(known.last_modified)):
        headers["if-modified-since"] = last_modified
    return headers


def _validator(text: str | None) -> str | None:
    """Return what a server said for asking again, None where it could not be sent back."""
    cleaned = (text or "").strip()
    usable = cleaned.isascii() and cleaned.isprintable() and 0 < len(cleaned) <= _MAX_VALIDATOR
    return cleaned if usable else None


def _redirected(place: str, location: str) -> str:
    """Return the address of a redirect; raise where it is none, has no usable port, or leaves https."""
    try:
        target = urljoin(place, location)
        scheme = urlsplit(target).scheme
        if scheme in _DEFAULT_PORTS:
            target = parse_start_url(target)
    except (ValueError, InputError):
        raise _FailedError("redirects to what is no address") from None
    if scheme not in _DEFAULT_PORTS or (scheme == "http" and place.startswith("https:")):
        raise _FailedError("redirects to an address without https")
    return target


async def _accepted(answer: httpx2.Response, source: Source, url: str) -> Download | None:
    if answer.status_code == _NOT_MODIFIED and _CONDITIONS & answer.request.headers.keys():
        return None
    if answer.status_code != _OK:
        raise _FailedError(f"answered {answer.status_code}")
    body = await read_body(answer, source.max_bytes)
    if len(body.data) > source.max_bytes:
        raise _FailedError(f"is larger than {source.max_bytes // 1024 // 1024} MB")
    if not body.whole:
        raise _FailedError("is not packed as it should be")
    headers = answer.headers
    return Download(url, body.data, _validator(headers.get("etag")), _validator(headers.get("last-modified")))


def _tls() -> ssl.SSLContext:
    """Trust what the system trusts; SSL_CERT_FILE names a certificate authority of one's own.

    Raises PackError where that file has no certificates.
    """
    try:
        return httpx2.create_ssl_context()
    except OSError as error:
        reason = error.strerror
        raise PackError(f"the certificates to trust cannot be read ({reason}): check SSL_CERT_FILE") from None


def _endpoint(url: str) -> tuple[str, int]:
    """Return host and port of an address."""
    parts = urlsplit(url)
    return host_of(url), parts.port or _DEFAULT_PORTS[parts.scheme]
