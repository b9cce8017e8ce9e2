"""Getting small files: robots.txt and sitemaps, by the same proxy, without the visitor's cookies.

Bodies are read in bounded memory (`read_body`), also those of packs.

The browser's own request context would put cookies of these files into the jar of the visit, and unpacks a
compressed answer without a limit (400 KB of gzip became 3.7 GB).
"""

import zlib
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx2

from consentinel.scanner.sitemap import MAX_BYTES, Fetched
from consentinel.scanner.tab_options import TabOptions

_TIMEOUT_S = 10.0
_MAX_REDIRECTS = 5
# zlib: 32 = gzip or zlib by its header
_AUTOMATIC_HEADER = 32 + zlib.MAX_WBITS
_GZIP_NAMES = ("gzip", "x-gzip")  # RFC 9110 8.4.1.3
# Files in blocks of 64 KB (bgzip) have a few hundred; each costs time, however little is in it.
_MAX_MEMBERS = 1_000


class BodyError(Exception):
    """A body that cannot be unpacked; the message completes `this file …`."""


@dataclass(frozen=True)
class Body:
    """The unpacked body of an answer.

    data: at most one byte more than was allowed. whole: False where it is longer, is packed and ends too
    early, or something follows that is not packed.
    """

    data: bytes
    whole: bool


class _Gzip:
    """A gzip file as it comes, which may have several members (RFC 1952 2.2)."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_AUTOMATIC_HEADER)
        self._members_left = _MAX_MEMBERS - 1

    @property
    def ended(self) -> bool:
        """Whether the last member is complete."""
        return self._member.eof

    @property
    def first(self) -> bool:
        """Whether no second member has begun."""
        return self._members_left == _MAX_MEMBERS - 1

    def unpack(self, packed: bytes, data: bytearray, most: int) -> None:
        """Add what is in the next bytes to `data`, up to `most`; raise zlib.error where they are no gzip."""
        while packed and len(data) < most:
            if self._member.eof:
                self._next_member()
            data += self._member.decompress(packed, most - len(data))
            packed = self._member.unused_data

    def _next_member(self) -> None:
        if not self._members_left:
            raise zlib.error("too many members")
        self._members_left -= 1
        self._member = zlib.decompressobj(_AUTOMATIC_HEADER)


async def read_body(answer: httpx2.Response, most: int) -> Body:
    """Return the body of a streamed answer, plain or gzip, unpacked no further than `most` bytes and one.

    Raises BodyError where it is packed otherwise or cannot be unpacked from its start.
    """
    encoding = answer.headers.get("content-encoding", "").strip().lower() or "identity"
    if encoding in _GZIP_NAMES:
        return await _read_packed(answer, most)
    if encoding != "identity":
        raise BodyError(f"is packed as {encoding}, which was not asked for")
    data = bytearray()
    async for chunk in answer.aiter_raw():
        data += chunk[: most + 1 - len(data)]
        if len(data) > most:
            break
    return Body(bytes(data), whole=len(data) <= most)


async def _read_packed(answer: httpx2.Response, most: int) -> Body:
    gzip, data, taken = _Gzip(), bytearray(), 0
    async for chunk in answer.aiter_raw():
        taken += len(chunk)
        try:
            gzip.unpack(chunk, data, most + 1)
        except zlib.error:
            if gzip.first:
                raise BodyError("is not packed as it should be") from None
            return Body(bytes(data), whole=False)
        if len(data) > most or taken > most:
            return Body(bytes(data), whole=False)
    return Body(bytes(data), whole=gzip.ended)


@dataclass(frozen=True)
class Fetcher:
    """Gets small files of the site; `options` says what opens it and who may be told."""

    proxy_url: str
    options: TabOptions

    async def get(self, url: str) -> Fetched:
        """Return what `url` leads to; status None where no usable answer came."""
        client = httpx2.AsyncClient(
            proxy=self.proxy_url, verify=not self.options.insecure, timeout=_TIMEOUT_S, trust_env=False
        )
        try:
            async with client:
                return await self._follow(client, url)
        except (httpx2.HTTPError, httpx2.InvalidURL, BodyError):
            return Fetched(status=None)

    async def _follow(self, client: httpx2.AsyncClient, url: str) -> Fetched:
        answer = Fetched(status=None)
        for _ in range(_MAX_REDIRECTS + 1):
            answer, location = await self._one(client, url)
            if location is None:
                break
            url = urljoin(url, location)
        return answer

    async def _one(self, client: httpx2.AsyncClient, url: str) -> tuple[Fetched, str | None]:
        trusted = self.options.may_know(url)
        headers = {"user-agent": self.options.user_agent, "accept-encoding": "gzip"}
        auth = self.options.http_auth if trusted else None
        request = client.build_request(
            "GET", url, headers=headers | (dict(self.options.headers) if trusted else {})
        )
        answer = await client.send(request, stream=True, auth=auth)
        try:
            body = await read_body(answer, MAX_BYTES)
        finally:
            await answer.aclose()
        location = answer.headers.get("location") if answer.is_redirect else None
        return Fetched(status=answer.status_code, body=body.data), location
