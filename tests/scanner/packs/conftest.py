"""Small made lists, and a server for them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import pytest
from starlette.types import Receive, Scope, Send

from consentinel.scanner.packs.manifest import Installed, Manifest
from consentinel.scanner.packs.sources import SOURCES, Source

HEADER = (
    "ID,Platform,Category,Cookie / Data Key name,Domain,Description,Retention period,Data Controller,"
    "User Privacy & GDPR Rights Portals,Wildcard match\n"
)
LIST = "[Adblock Plus 2.0]\n! Title: Made\n||ads.example^\n/banner/*\n"


def row(
    name: str,
    category: str,
    domain: str = "",
    *,
    platform: str = "Acme",
    wildcard: str = "0",
    text: str = "Counts anvils",
) -> str:
    return (
        f"id,{platform},{category},{name},{domain},{text},1 year,Acme Inc,https://acme.example/,{wildcard}\n"
    )


def cookies(*rows: str) -> bytes:
    return (HEADER + "".join(rows)).encode()


def many_cookies(amount: int) -> bytes:
    return cookies(*(row(f"acme_anvil{number}", "Analytics") for number in range(amount)))


def entity(name: str, category: str, *domains: str) -> str:
    listed = ", ".join(f'"{domain}"' for domain in domains)
    return f'{{"name": "{name}", "category": "{category}", "domains": [{listed}], "homepage": "https://x.example"}}'


def entities(*members: str) -> bytes:
    return f"[{', '.join(members)}]".encode()


FILES = {
    "open-cookie-database.csv": many_cookies(10),
    "entities-nostats.json": entities(entity("Acme Ads", "ad", "*.acme-ads.example")),
    "easylist.txt": LIST.encode(),
    "easyprivacy.txt": LIST.replace("ads.", "track.").encode(),
}


def manifest_of(files: dict[str, bytes], sources: Sequence[Source] = SOURCES) -> Manifest:
    """The records that an update would make of files."""
    return Manifest(tuple(record(source, files[source.file]) for source in sources if source.file in files))


def record(source: Source, data: bytes) -> Installed:
    return Installed(
        id=source.id,
        title=source.title,
        url=source.url,
        licence=source.licence,
        attribution=source.attribution,
        sha256=sha256(data).hexdigest(),
        size_bytes=len(data),
        entries=source.parsed(data).entries,
        date="2026-01-31",
    )


@dataclass
class FileServer:
    """An ASGI application that serves files by path. `declared`: a Content-Length that is not true."""

    files: dict[str, bytes] = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0
    declared: int | None = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        given = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append((scope["path"], given))
        await asyncio.sleep(self.delay_s)
        body = self.files.get(scope["path"].rpartition("/")[2])
        status = 404 if body is None else self.status
        if status == 200 and "etag" in self.headers and given.get("if-none-match") == self.headers["etag"]:
            status, body = 304, b""
        headers = {"content-length": str(self.declared or len(body or b"")), **self.headers}
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body or b""})


@pytest.fixture
def files() -> FileServer:
    return FileServer(dict(FILES))
