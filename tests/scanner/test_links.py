import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.links import MAX_LINKS, extract_links, is_action, is_file
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.urls import normalise_url

unhurried = settings(deadline=None)

PAGE = "https://www.shop.example/dir/page"


def test_links_in_document_order_once_and_of_the_site_only() -> None:
    html = """<!doctype html><link rel="next prefetch" href="/2"><link rel=canonical href=/canonical>
    <a href="b?utm_source=x">b</a> <a href=/a>a</a> <a href="b#top">b again</a><a>none</a><a href="">same</a>
    <map><area href="//blog.shop.example/c"></map> <a href="https://other.example/">elsewhere</a>
    <a href="mailto:x@shop.example">mail</a> <a href="javascript:void(0)">js</a>
    <a href="/d.zip" download>d</a>
    <iframe src="/frame"></iframe> <a href="/privacy" rel="nofollow">privacy</a>"""
    assert extract_links(html, PAGE) == [
        "https://www.shop.example/2",
        "https://www.shop.example/dir/b",
        "https://www.shop.example/a",
        "https://blog.shop.example/c",
        "https://www.shop.example/privacy",
    ]


def test_the_first_base_counts() -> None:
    html = '<base target=_top><base href="/base/"><base href="/other/"><a href="x">x</a>'
    assert extract_links(html, PAGE) == ["https://www.shop.example/base/x"]


def test_a_base_elsewhere_takes_its_links_away() -> None:
    assert extract_links('<base href="https://other.example/"><a href="x">x</a>', PAGE) == []


def test_own_hosts_may_be_given() -> None:
    own = OwnHosts("www.shop.example", ["shop.test"])
    assert extract_links('<a href="https://de.shop.test/x">x</a>', PAGE, own) == ["https://de.shop.test/x"]


def test_single_page_routes_are_pages() -> None:
    assert extract_links('<a href="#/cart">x</a><a href="#top">y</a>', PAGE) == [f"{PAGE}#/cart", PAGE]


def test_documents_that_are_no_html() -> None:
    assert extract_links("", PAGE) == []
    assert extract_links("index.html", PAGE) == []
    assert extract_links("https://www.shop.example/", PAGE) == []
    assert (
        extract_links('<?xml version="1.0"?><rss><link>https://www.shop.example/x</link></rss>', PAGE) == []
    )


def test_a_page_of_many_links_is_cut() -> None:
    html = "".join(f'<a href="/{number}">x</a>' for number in range(MAX_LINKS + 100))
    assert len(extract_links(html, PAGE)) == MAX_LINKS


@unhurried
@given(st.text())
def test_any_text_gives_normal_links_of_the_site(text: str) -> None:
    for html in (text, f'<a href="{text}">x</a><base href="{text}">'):
        for link in extract_links(html, PAGE):
            assert normalise_url(link) == link
            assert link.split("/")[2].partition(":")[0].endswith("shop.example")


@pytest.mark.parametrize("path", ["/a.pdf", "/x/A.JPG", "/a.tar.gz", "/feed.xml", "/a.pdf?x=1", "/app.js"])
def test_files(path: str) -> None:
    assert is_file(f"https://h{path}")


@pytest.mark.parametrize(
    "path", ["/", "/pdf", "/a.html", "/a.php?file=x.pdf", "/a.pdf/view", "/v1.2", "/zip"]
)
def test_pages(path: str) -> None:
    assert not is_file(f"https://h{path}")


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/logout",
            "/user/sign-out",
            "/Logoff.aspx",
            "/item/5/delete",
            "/d%C3%A9connexion",
            "/unsubscribe/x",
        ),
        *("/?delete=5", "/?id=5&delete", "/x?action=logout", "/wp-login.php?action=logout&_wpnonce=1"),
        *("/?add-to-cart=7", "/?add_to_cart=7", "/x?a=1&_wpnonce=2"),
    ],
)
def test_links_that_do_something(path: str) -> None:
    assert is_action(f"https://h{path}")


@pytest.mark.parametrize(
    "path", ["/blog/how-to-delete-cookies", "/blogout", "/?q=logout", "/removed", "/cart"]
)
def test_links_that_only_sound_like_it(path: str) -> None:
    assert not is_action(f"https://h{path}")
