"""Files of packs over HTTP: bounded in size and time, through the egress proxy, never from HTTPS to HTTP."""

import asyncio
import ssl
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx2

from consentinel.scanner.addresses import EgressPolicy
from consentinel.scanner.egress import Egress
from consentinel.scanner.errors import PackError
from consentinel.scanner.packs.manifest import Installed
from consentinel.scanner.packs.sources import Source
from consentinel.scanner.urls import host_of
from consentinel.scanner.version import VERSION

_MAX_REDIRECTS = 5
_OK, _NOT_MODIFIED = 200, 304
_CONDITIONS = {"if-none-match", "if-modified-since"}
# zlib: 32 = gzip or zlib by its header
_AUTOMATIC_HEADER = 32 + zlib.MAX_WBITS
_DEFAULT_PORTS = {"http": 80, "https": 443}
_INSTEAD = "try again, or get the file and give its directory with --from"


@dataclass(frozen=True)
class Download:
    """A file as its address served it, and what the server said for asking again."""

    url: str
    data: bytes
    etag: str | None = None
    last_modified: str | None = None


class _FailedError(Exception):
    """Why one file could not be got; the message completes `URL …`."""


@dataclass(frozen=True)
class Downloader:
    """Gets files; `policy` says which addresses may be reached, the times are for one file."""

    policy: EgressPolicy = field(default_factory=EgressPolicy)
    quiet_s: float = 30
    total_s: float = 300

    def get_all(
        self, wanted: Iterable[tuple[Source, str]], installed: Mapping[str, Installed]
    ) -> Mapping[str, Download | PackError | None]:
        """Return by the source's id the file at its address, None where it has not changed, or the error."""
        return asyncio.run(self._get_all(list(wanted), installed))

    async def _get_all(
        self, wanted: list[tuple[Source, str]], installed: Mapping[str, Installed]
    ) -> dict[str, Download | PackError | None]:
        async with Egress(self._policy_for(wanted)) as egress:
            client = httpx2.AsyncClient(
                proxy=egress.url, verify=_tls(), timeout=self.quiet_s, trust_env=False
            )
            async with client:
                calls = (
                    self._one(client, egress, source, url, installed.get(source.id)) for source, url in wanted
                )
                found = await asyncio.gather(*calls)
        return {source.id: result for (source, _), result in zip(wanted, found, strict=True)}

    def _policy_for(self, wanted: list[tuple[Source, str]]) -> EgressPolicy:
        ports = frozenset(_port(url) for _, url in wanted)
        most = sum(2 * source.max_bytes for source, _ in wanted)
        return EgressPolicy(
            allow_private=self.policy.allow_private,
            ports=self.policy.ports | ports,
            resolve=self.policy.resolve,
            max_bytes=most,
        )

    async def _one(
        self, client: httpx2.AsyncClient, egress: Egress, source: Source, url: str, known: Installed | None
    ) -> Download | PackError | None:
        try:
            async with asyncio.timeout(self.total_s):
                return await self._follow(client, egress, source, url, known)
        except TimeoutError:
            reason = f"did not end within {self.total_s:g} seconds"
        except _FailedError as error:
            reason = str(error)
        return PackError(f"{source.id}: {url} {reason}: {_INSTEAD}")

    async def _follow(
        self,
        client: httpx2.AsyncClient,
        egress: Egress,
        source: Source,
        url: str,
        known: Installed | None,
    ) -> Download | None:
        headers = _headers(known if known and known.url == url else None)
        place = url
        for _ in range(_MAX_REDIRECTS + 1):
            try:
                async with client.stream("GET", place, headers=headers) as answer:
                    if not answer.has_redirect_location:
                        _check_refusal(egress, place)
                        return await _accepted(answer, source, url)
                    place = _redirected(place, answer.headers["location"])
            except httpx2.TimeoutException:
                raise _FailedError(f"sent nothing for {self.quiet_s:g} seconds") from None
            except (httpx2.HTTPError, httpx2.InvalidURL, zlib.error) as error:
                _check_refusal(egress, place)
                raise _FailedError(f"broke off ({type(error).__name__})") from None
        raise _FailedError(f"redirects more than {_MAX_REDIRECTS} times")


def _check_refusal(egress: Egress, place: str) -> None:
    """Raise where it was the proxy that refused, and not the server that answered."""
    host = host_of(place)
    refusal = egress.failure(host, _port(place))
    if refusal:
        raise _FailedError(f"cannot be had from {host} ({refusal.reason})")


def _headers(known: Installed | None) -> dict[str, str]:
    headers = {"user-agent": f"consentinel/{VERSION}", "accept-encoding": "gzip"}
    if known and known.etag:
        headers["if-none-match"] = known.etag
    if known and known.last_modified:
        headers["if-modified-since"] = known.last_modified
    return headers


def _redirected(place: str, location: str) -> str:
    try:
        target = urljoin(place, location)
        scheme = urlsplit(target).scheme
    except ValueError:
        raise _FailedError("redirects to what is no address") from None
    if scheme not in _DEFAULT_PORTS or (scheme == "http" and place.startswith("https:")):
        raise _FailedError("redirects to an address without https")
    return target


async def _accepted(answer: httpx2.Response, source: Source, url: str) -> Download | None:
    if answer.status_code == _NOT_MODIFIED and _CONDITIONS & answer.request.headers.keys():
        return None
    if answer.status_code != _OK:
        raise _FailedError(f"answered {answer.status_code}")
    data = await _body(answer, source.max_bytes)
    return Download(url, data, answer.headers.get("etag"), answer.headers.get("last-modified"))


async def _body(answer: httpx2.Response, most: int) -> bytes:
    """Return the whole body, unpacked no further than `most` bytes."""
    encoding = answer.headers.get("content-encoding", "identity")
    if encoding not in ("identity", "gzip"):
        raise _FailedError(f"is packed as {encoding}, which was not asked for")
    unpack = zlib.decompressobj(_AUTOMATIC_HEADER) if encoding == "gzip" else None
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += unpack.decompress(chunk, most + 1 - len(body)) if unpack else chunk
        if len(body) > most:
            raise _FailedError(f"is larger than {most // 1024 // 1024} MB")
    if unpack and not unpack.eof:
        raise _FailedError("broke off in the middle")
    return bytes(body)


def _tls() -> ssl.SSLContext:
    """Trust what the system trusts; SSL_CERT_FILE names a certificate authority of one's own."""
    return httpx2.create_ssl_context()


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or _DEFAULT_PORTS[parts.scheme]
