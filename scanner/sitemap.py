"""Sitemaps: XML, index, gzip and plain text (https://www.sitemaps.org/protocol.html)."""

import gzip
import io
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from consentinel.scanner.observations import Gap
from consentinel.scanner.urls import MAX_URL_CHARS, join_url

# The protocol's own limits for one file.
MAX_BYTES = 50 * 1024 * 1024
MAX_URLS = 50_000
# An index of indexes is not allowed by the protocol but seen; deeper is a trap.
MAX_DEPTH = 3
# Enough for more pages than a scan visits; big shops have thousands of files.
MAX_FILES = 20

_MAX_NESTING = 20
_USUAL_PLACE = "/sitemap.xml"
_GZIP_MAGIC = b"\x1f\x8b"


class SitemapError(Exception):
    """A file that is no sitemap; the message completes `this sitemap …`."""


@dataclass(frozen=True)
class Sitemap:
    """What one file lists, in its order: pages, and further sitemaps where it is an index.

    problem: why the file could be read in part only.
    """

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True)
class Fetched:
    """The answer to a request for a file; `status` is None where none came."""

    status: int | None
    body: bytes = b""


Fetch = Callable[[str], Awaitable[Fetched]]


@dataclass
class SitemapResult:
    """All pages that the sitemaps of a site list, in their order, and what could not be read."""

    pages: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def parse_sitemap(data: bytes) -> Sitemap:
    """Return what a sitemap lists, at most MAX_URLS of each; raise SitemapError where it is none."""
    content = _uncompressed(data).removeprefix(b"\xef\xbb\xbf")
    if content.lstrip()[:1] == b"<":
        return _parse_xml(content)
    return _parse_text(content)


async def collect_sitemaps(fetch: Fetch, page: str, declared: Sequence[str] = ()) -> SitemapResult:
    """Read the sitemaps that robots.txt declares, or else the one at the usual place, and what they refer to.

    fetch: gets one file, redirects followed, at most MAX_BYTES + 1 of it. page: any of the site; the usual
    place is on its host. A file there which is absent or no sitemap is no gap. Breadth first and in order, so
    that the result depends on the site alone.
    """
    result = SitemapResult()
    seen: set[str] = set()
    level = _joined(page, declared or [_USUAL_PLACE])
    for depth in range(MAX_DEPTH):
        following: dict[str, None] = {}
        for url in level:
            if len(seen) >= MAX_FILES or len(result.pages) >= MAX_URLS:
                result.gaps.append(_gap(url, "was not read: the site has more sitemaps than a scan reads"))
                return result
            seen.add(url)
            found = await _read(fetch, url, result.gaps, required=bool(declared) or depth > 0)
            result.pages.extend(found.pages[: MAX_URLS - len(result.pages)])
            following.update(dict.fromkeys(_joined(url, found.sitemaps)))
        level = [url for url in following if url not in seen]
    if level:
        result.gaps.append(_gap(level[0], f"was not read: it is nested more than {MAX_DEPTH} deep"))
    return result


def _joined(base: str, references: Sequence[str]) -> list[str]:
    """Return the addresses in normal form, each once; what is no address is left out."""
    joined = (join_url(base, reference) for reference in references)
    return list(dict.fromkeys(url for url in joined if url is not None))


async def _read(fetch: Fetch, url: str, gaps: list[Gap], *, required: bool) -> Sitemap:
    """Return what one file lists; what is wrong with it goes to `gaps`, if the file must be there."""
    answer = await fetch(url)
    try:
        found = _sitemap_of(answer)
    except SitemapError as error:
        found = Sitemap(problem=str(error))
    if found.problem and (required or found.pages or found.sitemaps):
        gaps.append(_gap(url, found.problem))
    return found


def _sitemap_of(answer: Fetched) -> Sitemap:
    if answer.status is None:
        raise SitemapError("did not answer")
    if answer.status != 200:
        raise SitemapError(f"answered {answer.status}")
    return parse_sitemap(answer.body)


def _gap(url: str, problem: str) -> Gap:
    return Gap(kind="sitemap", where=url, reason=f"this sitemap {problem}")


def _uncompressed(data: bytes) -> bytes:
    """Return the content, unpacked no further than the limit, so that a gzip bomb stays small."""
    if data.startswith(_GZIP_MAGIC):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise SitemapError("is a broken gzip file") from error
    if len(data) > MAX_BYTES:
        raise SitemapError(f"is larger than {MAX_BYTES // 1024 // 1024} MB")
    return data


def _parse_xml(content: bytes) -> Sitemap:
    """Collect `url/loc` and `sitemap/loc` of any namespace; images and alternates have other parents."""
    reader = _XmlReader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse_document_type
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    problem = None
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        problem = f"was read up to line {error.lineno} only: it is not valid XML there"
    if not reader.is_sitemap:
        raise SitemapError("is another kind of document")
    return Sitemap(tuple(reader.found["url"]), tuple(reader.found["sitemap"]), problem)


class _XmlReader:
    """Collects the text of `loc` elements while the parser goes through the file."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {"url": [], "sitemap": []}
        self.is_sitemap = False
        self._open: list[str] = []
        self._text = ""

    def refuse_document_type(self, *_declaration: object) -> None:
        """Refuse entities of all kinds: a sitemap needs none, billion laughs and file readers do."""
        raise SitemapError("has a document type declaration, which no sitemap needs")

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        self._open.append(tag.rpartition(" ")[2])
        self._text = ""
        if len(self._open) == 1:
            self.is_sitemap = self._open[0] in ("urlset", "sitemapindex")
        if not self.is_sitemap or len(self._open) > _MAX_NESTING:
            raise SitemapError("is another kind of document")

    def text(self, data: str) -> None:
        if self._open[-1] == "loc" and len(self._text) <= MAX_URL_CHARS:
            self._text += data

    def end(self, _tag: str) -> None:
        name = self._open.pop()
        urls = self.found.get(self._open[-1]) if self._open else None
        if name == "loc" and urls is not None and self._text.strip() and len(urls) < MAX_URLS:
            urls.append(self._text.strip())


def _parse_text(content: bytes) -> Sitemap:
    """Read one URL a line; lines that are none mean that this is some other file."""
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    if not all(line.startswith(("http://", "https://")) for line in lines[:100]):
        raise SitemapError("is neither XML nor a list of URLs")
    return Sitemap(tuple(lines[:MAX_URLS]))
