import asyncio
import gzip
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner import sitemap
from consentinel.scanner.sitemap import (
    Fetched,
    Sitemap,
    SitemapError,
    SitemapResult,
    collect_sitemaps,
    parse_sitemap,
)

unhurried = settings(deadline=None)

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def urlset(*urls: str) -> bytes:
    entries = "".join(f"<url><loc>{url}</loc><lastmod>2024-01-01</lastmod></url>" for url in urls)
    return f'<?xml version="1.0"?><urlset xmlns="{NAMESPACE}">{entries}</urlset>'.encode()


def index(*urls: str) -> bytes:
    entries = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<sitemapindex xmlns="{NAMESPACE}">{entries}</sitemapindex>'.encode()


HOST = "https://a.example/"


def collect(files: Mapping[str, bytes | int], *declared: str) -> SitemapResult:
    async def fetch(url: str) -> Fetched:
        answer = files.get(url.removeprefix(HOST), 404)
        return Fetched(answer) if isinstance(answer, int) else Fetched(200, answer)

    return asyncio.run(collect_sitemaps(fetch, HOST + "page", [HOST + name for name in declared]))


def test_pages_in_their_order() -> None:
    assert parse_sitemap(urlset("https://a/2", " https://a/1?x=1&amp;y=2 ")).pages == (
        "https://a/2",
        "https://a/1?x=1&y=2",
    )


def test_images_and_alternates_are_no_pages() -> None:
    data = (
        f'<urlset xmlns="{NAMESPACE}" xmlns:image="urn:i" xmlns:xhtml="urn:x"><url><loc>https://a/</loc>'
        '<image:image><image:loc>https://a/i.png</image:loc></image:image><xhtml:link href="https://b/"/>'
        "</url></urlset>"
    )
    assert parse_sitemap(data.encode()) == Sitemap(("https://a/",))


def test_index_gzip_text_and_byte_order_mark() -> None:
    assert parse_sitemap(gzip.compress(index("https://a/s.xml"))).sitemaps == ("https://a/s.xml",)
    assert parse_sitemap(b"\xef\xbb\xbfhttps://a/1\r\n\r\nhttps://a/2\n").pages == (
        "https://a/1",
        "https://a/2",
    )
    assert parse_sitemap(b"\xef\xbb\xbf" + urlset("https://a/")).pages == ("https://a/",)


def test_a_broken_end_loses_only_the_end() -> None:
    found = parse_sitemap(urlset("https://a/1", "https://a/2").replace(b"a/2", b"a/?x&y"))
    assert found.pages == ("https://a/1",)
    assert found.problem is not None
    assert "not valid XML" in found.problem


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
<urlset><url><loc>https://a/&b;</loc></url></urlset>"""
FILE = b"""<!DOCTYPE l [<!ENTITY f SYSTEM "file:///etc/hostname">]>
<urlset><url><loc>https://a/&f;</loc></url></urlset>"""


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (LAUGHS, "document type"),
        (FILE, "document type"),
        (b"<!doctype html><html><body>Not found</body></html>", "another kind"),
        (b"<html><url><loc>https://a/</loc></url></html>", "another kind"),
        (b"<rss/>", "another kind"),
        (b"<urlset>" + b"<a>" * 1000, "another kind"),
        (b"Not found", "neither XML nor"),
        (gzip.compress(urlset("https://a/"))[:-20], "broken gzip"),
        (b"\x1f\x8bnonsense", "broken gzip"),
    ],
)
def test_what_is_no_sitemap(data: bytes, message: str) -> None:
    with pytest.raises(SitemapError, match=message):
        parse_sitemap(data)


def test_a_gzip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MAX_BYTES", 10_000)
    with pytest.raises(SitemapError, match="larger than"):
        parse_sitemap(gzip.compress(b" " * 10_000_000))


def test_no_more_pages_than_the_protocol_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MAX_URLS", 3)
    urls = [f"https://a/{number}" for number in range(9)]
    assert parse_sitemap(urlset(*urls)).pages == tuple(urls[:3])
    assert parse_sitemap("\n".join(urls).encode()).pages == tuple(urls[:3])
    files = {"s1": urlset(*urls[:2]), "s2": urlset(*urls[2:4]), "s3": urlset(*urls[4:])}
    result = collect(files, "s1", "s2", "s3")
    assert result.pages == urls[:3]
    assert [(gap.kind, gap.where) for gap in result.gaps] == [("sitemap", HOST + "s3")]


def test_indexes_are_followed_in_order_once() -> None:
    files = {"i": index("s2", "s1", "i"), "s1": urlset("https://a/1"), "s2": urlset("https://a/2")}
    result = collect(files, "i")
    assert result.pages == ["https://a/2", "https://a/1"]
    assert result.gaps == []


def test_depth_is_limited() -> None:
    files = {str(level): index(str(level + 1)) for level in range(10)}
    result = collect(files, "0")
    assert [(gap.where, gap.reason) for gap in result.gaps] == [
        (HOST + "3", "this sitemap was not read: it is nested more than 3 deep")
    ]


def test_files_are_limited() -> None:
    names = [f"s{number}" for number in range(50)]
    result = collect({name: urlset(f"https://a/{name}") for name in names}, *names)
    assert len(result.pages) == sitemap.MAX_FILES
    assert len(result.gaps) == 1


def test_the_usual_place_may_be_empty_but_a_declared_file_may_not() -> None:
    assert collect({}) == SitemapResult()
    assert collect({"sitemap.xml": b"<html></html>"}) == SitemapResult()
    assert collect({"sitemap.xml": urlset("https://a/1")}).pages == ["https://a/1"]
    reasons = [gap.reason for gap in collect({"html": b"<html/>", "down": 503}, "gone", "html", "down").gaps]
    assert reasons == [
        "this sitemap answered 404",
        "this sitemap is another kind of document",
        "this sitemap answered 503",
    ]


def test_no_answer_and_no_address() -> None:
    async def fetch(url: str) -> Fetched:
        return Fetched(None)

    result = asyncio.run(collect_sitemaps(fetch, HOST, ["/s", "mailto:x"]))
    assert [(gap.where, gap.reason) for gap in result.gaps] == [(HOST + "s", "this sitemap did not answer")]


@unhurried
@given(st.one_of(st.binary(), st.binary().map(b"<urlset>".__add__), st.binary().map(b"\x1f\x8b\x08".__add__)))
def test_any_bytes_are_a_sitemap_or_an_error(data: bytes) -> None:
    try:
        found = parse_sitemap(data)
    except SitemapError:
        return
    assert all(url.strip() == url and url for url in (*found.pages, *found.sitemaps))


@unhurried
@given(st.lists(st.text(alphabet="abc/?=-é", min_size=1, max_size=20), max_size=10))
def test_round_trip(paths: list[str]) -> None:
    urls = [f"https://a/{path}" for path in paths]
    assert parse_sitemap(gzip.compress(urlset(*urls))).pages == tuple(urls)
