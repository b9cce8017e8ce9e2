"""Getting robots.txt and sitemaps: by the same proxy, without the visitor's cookies, in bounded memory.

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


class _UnusableError(Exception):
    """An answer in an encoding that was not asked for."""


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
        except (httpx2.HTTPError, httpx2.InvalidURL, _UnusableError, zlib.error):
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
            body = await _body(answer)
        finally:
            await answer.aclose()
        location = answer.headers.get("location") if answer.is_redirect else None
        return Fetched(status=answer.status_code, body=body), location


async def _body(answer: httpx2.Response) -> bytes:
    """Return at most MAX_BYTES + 1 of the answer, unpacked no further than that."""
    encoding = answer.headers.get("content-encoding", "identity")
    if encoding not in ("identity", "gzip"):
        raise _UnusableError(encoding)
    unpack = zlib.decompressobj(_AUTOMATIC_HEADER) if encoding == "gzip" else None
    body = bytearray()
    async for chunk in answer.aiter_raw():
        room = MAX_BYTES + 1 - len(body)
        body += unpack.decompress(chunk, room) if unpack else chunk[:room]
        if len(body) > MAX_BYTES:
            break
    return bytes(body)
