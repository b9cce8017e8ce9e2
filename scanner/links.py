"""The links of a page that lead to further pages of its site."""

import re
import warnings
from collections.abc import Container, Iterator
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning
from bs4.filter import SoupStrainer

from consentinel.scanner.party import OwnHosts
from consentinel.scanner.urls import MAX_URL_CHARS, host_of, join_url

# Far more than a page made for people has; a page of a million links costs no more than one of these.
MAX_LINKS = 2_000
MAX_TAGS = 20_000
MAX_HTML_CHARS = 5_000_000

_STRAINER = SoupStrainer(["a", "area", "link", "base"])
# Files that a browser shows in a viewer, plays or saves. Pages have no suffix or one of a script language.
_FILE_SUFFIXES = frozenset(
    suffix
    for suffixes in (
        (
            "pdf",
            "doc",
            "docx",
            "xls",
            "xlsx",
            "ppt",
            "pptx",
            "odt",
            "ods",
            "odp",
            "rtf",
            "epub",
            "csv",
            "txt",
        ),
        (
            "zip",
            "gz",
            "tgz",
            "bz2",
            "xz",
            "7z",
            "rar",
            "tar",
            "dmg",
            "exe",
            "msi",
            "apk",
            "deb",
            "rpm",
            "iso",
        ),
        ("jpg", "jpeg", "png", "gif", "webp", "avif", "svg", "ico", "bmp", "tif", "tiff", "psd", "eps"),
        ("mp3", "mp4", "m4a", "m4v", "ogg", "ogv", "wav", "flac", "webm", "mov", "avi", "mkv", "wmv"),
        ("css", "js", "mjs", "map", "json", "xml", "rss", "atom", "wasm", "webmanifest", "ics", "vcf"),
        ("woff", "woff2", "ttf", "otf", "eot", "torrent", "sig", "asc"),
    )
    for suffix in suffixes
)
# A scanner must change nothing: what ends the session, deletes, buys or unsubscribes when merely opened.
_ACTION = (
    "log-?out|sign-?out|log-?off|sign-?off|abmelden|ausloggen|d[eé]connexion|cerrar-sesi[oó]n|uitloggen|"
    "delete|destroy|remove|erase|unsubscribe|add-to-(?:cart|basket|wishlist)|cancel-(?:order|subscription)"
)
_ACTION_SEGMENT = re.compile(rf"/(?:{_ACTION})(?:\.[a-z]+)?(?=/|$)", re.IGNORECASE)
_ACTION_QUERY = re.compile(
    rf"(?:^|[&;])(?:(?:{_ACTION.replace('-', '[-_]')}|_wpnonce)(?:=|&|;|$)"
    rf"|(?:action|do|task|op|cmd|mode|act)=(?:{_ACTION.replace('-', '[-_]')}))",
    re.IGNORECASE,
)


def extract_links(html: str, base_url: str, own: Container[str] | None = None) -> list[str]:
    """Return the pages that a document links to: normal form, in document order, each once.

    From a[href], area[href] and link[rel=next]; `<base href>` counts. Frames are no pages of their own, and
    rel=canonical names the page that is open already. rel=nofollow is followed: it tells search engines what
    not to recommend, and sites put it on their privacy pages. own: hosts to stay on; by default the
    registrable domain of `base_url`.
    """
    hosts = OwnHosts(host_of(base_url)) if own is None else own
    found: dict[str, None] = {}
    for reference, base in dict.fromkeys(_references(html[:MAX_HTML_CHARS], base_url)):
        url = join_url(base, reference)
        if url is not None and host_of(url) in hosts:
            found[url] = None
        if len(found) >= MAX_LINKS:
            break
    return list(found)


def is_file(url: str) -> bool:
    """Say whether a URL's ending is that of a download, picture or other file which is no page."""
    last_segment = urlsplit(url).path.rpartition("/")[2].lower()
    return last_segment.rpartition(".")[2] in _FILE_SUFFIXES and "." in last_segment


def is_action(url: str) -> bool:
    """Say whether opening a URL looks like logging out, deleting, buying or unsubscribing."""
    parts = urlsplit(unquote(url))
    is_named = _ACTION_SEGMENT.search(parts.path) or _ACTION_SEGMENT.search(parts.fragment)
    return bool(is_named or _ACTION_QUERY.search(parts.query))


def _references(html: str, page_url: str) -> Iterator[tuple[str, str]]:
    """Yield each reference with the URL that it is relative to."""
    tags = _tags(html)
    bases = (_attribute(tag, "href") for tag in tags if tag.name == "base" and tag.has_attr("href"))
    base = join_url(page_url, next(bases, "")) or page_url
    for tag in tags[:MAX_TAGS]:
        reference = _attribute(tag, "href")
        if reference and _leads_on(tag) and len(reference) <= MAX_URL_CHARS:
            yield reference, base


def _tags(html: str) -> list[Tag]:
    if "<" not in html:  # also: no guess by Beautiful Soup that a file name was meant
        return []
    clean = html.encode("utf-8", "replace").decode("utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # a feed has no links for us; that is fine
        soup = BeautifulSoup(clean, "lxml", parse_only=_STRAINER)
    return soup.find_all(True)


def _leads_on(tag: Tag) -> bool:
    if tag.name == "link":
        return "next" in _attribute(tag, "rel").lower().split()
    return tag.name in ("a", "area") and not tag.has_attr("download")


def _attribute(tag: Tag, name: str) -> str:
    value = tag.get(name, "")
    return value if isinstance(value, str) else " ".join(value or ())
