from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consentinel.scanner.errors import InputError
from consentinel.scanner.urls import (
    MAX_URL_CHARS,
    host_of,
    join_url,
    normalise_url,
    page_key,
    parse_start_url,
)

_URLISH = st.one_of(
    st.text(),
    st.text(alphabet="ab%2fFeE.:/?#&=@\\[]ü ~;", max_size=40).map("https://host.example/".__add__),
    st.text(alphabet="ab.%-:@[]0x1_üß☕", max_size=30).map("http://".__add__),
)

unhurried = settings(deadline=None)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Example.ORG:80", "http://example.org/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/a/..", "https://example.org/"),
        ("https://example.org/../../x", "https://example.org/x"),
        ("https://example.org/a/%2e%2E/b", "https://example.org/b"),
        ("https://example.org/%7euser/%e2%82%ac", "https://example.org/~user/%E2%82%AC"),
        ("https://example.org/a b/ü", "https://example.org/a%20b/%C3%BC"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/a%2fb", "https://example.org/a%2Fb"),
        ("https://example.org/a//b", "https://example.org/a//b"),
        ("https://example.org/?b=2&a=1&b=3", "https://example.org/?b=2&a=1&b=3"),
        ("https://example.org/?", "https://example.org/"),
        ("https://example.org/?a=x+y&&b", "https://example.org/?a=x+y&b"),
        ("https://example.org/?utm_source=n&a=1&GCLID=x&fbclid=y", "https://example.org/?a=1"),
        ("https://example.org/?utm%5Fsource=n", "https://example.org/"),
        ("https://example.org/#top", "https://example.org/"),
        ("https://example.org/#/shop/1", "https://example.org/#/shop/1"),
        ("https://example.org/#!shop", "https://example.org/#!shop"),
        ("https://example.org/#!/", "https://example.org/"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://☕.example/", "https://xn--53h.example/"),
        ("https://a_b.example./", "https://a_b.example/"),
        ("https://ex%61mple.org/", "https://example.org/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://[2001:DB8:0::1]:80/", "http://[2001:db8::1]/"),
        ("https://user:secret@example.org/", "https://example.org/"),
        ("https:\\\\example.org\\a?b\\c", "https://example.org/a?b\\c"),
        (" \n https://exa\tmple.org/ ", "https://example.org/"),
        ("https://example.org/\ud800", "https://example.org/%EF%BF%BD"),
    ],
)
def test_normal_form(url: str, expected: str) -> None:
    assert normalise_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.org", "/a", "mailto:a@example.org", "javascript:alert(1)", "data:text/html,x"),
        *("file:///etc/passwd", "https://", "https:///x", "https://a b/", "https://a..b/", "https://[::1/"),
        *(
            "https://example.org:99999/",
            "https://example.org:0/",
            "https://1.2.3.4.5/",
            "https://[::1%25eth0]/",
        ),
        *("https://\u202eexample.org/", "https://example.org/" + "a" * MAX_URL_CHARS),
        *("https://" + "a" * 64 + ".example/", "https://" + "ü" * MAX_URL_CHARS),
    ],
)
def test_what_is_no_page_has_no_normal_form(url: str) -> None:
    assert normalise_url(url) is None


@unhurried
@given(_URLISH)
@example("https://h/%2%35")
@example("https://h/?%2%36b=1")
@example("https://h/#!%")
def test_normalising_is_idempotent_and_plain(url: str) -> None:
    once = normalise_url(url)
    if once is not None:
        assert normalise_url(once) == once
        assert once.isascii()
        assert len(once) <= MAX_URL_CHARS
        assert urlsplit(once).scheme in ("http", "https")
        assert urlsplit(once).username is None


@unhurried
@given(_URLISH, st.text(max_size=30))
def test_joining_never_raises_and_gives_normal_forms(base: str, reference: str) -> None:
    joined = join_url(base, reference)
    assert joined is None or normalise_url(joined) == joined


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("b", "https://example.org/dir/b"),
        ("/b", "https://example.org/b"),
        ("//other.example/b", "https://other.example/b"),
        ("?q=1", "https://example.org/dir/a?q=1"),
        ("#x", "https://example.org/dir/a"),
        (" b\n ", "https://example.org/dir/b"),
        ("\\b", "https://example.org/b"),
        ("http://[", None),
        ("javascript:void(0)", None),
        ("x" * (MAX_URL_CHARS + 1), None),
    ],
)
def test_join(reference: str, expected: str | None) -> None:
    assert join_url("https://example.org/dir/a", reference) == expected


def test_page_key_ignores_scheme_session_and_campaign() -> None:
    keys = {
        page_key("http://example.org/a;jsessionid=1F2?x=1"),
        page_key("https://example.org/a?x=1&PHPSESSID=9"),
        page_key("https://example.org/(S(abc123))/a?x=1&utm_medium=mail"),
    }
    assert keys == {"//example.org/a?x=1"}
    assert page_key("https://example.org/a?x=2") not in keys
    assert page_key("mailto:x") is None


def test_host_of() -> None:
    assert host_of("https://Example.org:8/") == "example.org"
    assert host_of("http://[::1]/") == "::1"
    assert host_of("about:blank") == host_of("http://[") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org", "https://example.org/"),
        (" HTTP://Example.org:80/a?gclid=1#top ", "http://example.org/a?gclid=1"),
        ("https://example.org/#/app", "https://example.org/#/app"),
        ("http://localhost:8000/x", "http://localhost:8000/x"),
        ("http://[::1]:8000", "http://[::1]:8000/"),
    ],
)
def test_start_url(text: str, expected: str) -> None:
    assert parse_start_url(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("example.org", "has no scheme: write 'https://example.org'"),
        ("example.org:8080/x", "has no scheme: write 'http://example.org:8080/x'"),
        ("localhost:3000", "has no scheme"),
        ("", "has no scheme: write e.g. https://"),
        ("ftp://example.org/", "only http:// and https://"),
        ("file:///etc/passwd", "only http:// and https://"),
        ("view-source:https://example.org", "only http:// and https://"),
        ("javascript:alert(1)", "only http:// and https://"),
        ("https:example.org", "lacks the slashes"),
        ("https://", "has no host"),
        ("https:///x", "has no host"),
        ("https://:443/", "has no host"),
        ("https://a..b/", "no valid host name"),
        ("https://a b/", "no valid host name"),
        ("https://example.org:port/", "bad port"),
        ("https://example.org:0/", "bad port"),
        ("https://example.org:65536/", "bad port"),
        ("https://example.org:\u0663/", "bad port"),
        ("https://me:hunter2@example.org/", "name that with --http-auth"),
        ("https://exa\x1b[31mmple.org/", "control characters"),
        ("https://example.org/\r\nHost: x", "control characters"),
        ("https://example.org/" + "a" * 9000, "longer than 8,192"),
    ],
)
def test_a_wrong_start_url_gets_one_clear_line(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_start_url(text)
    line = str(caught.value)
    assert message in line
    assert line.isprintable()
    assert len(line) < 300


def test_passwords_are_never_repeated() -> None:
    for text in ("https://me:hunter2@example.org/", "me:hunter2@example.org", "ftp://me:hunter2@h/"):
        with pytest.raises(InputError) as caught:
            parse_start_url(text)
        assert "hunter2" not in str(caught.value)


@unhurried
@given(_URLISH)
def test_start_urls_are_accepted_or_explained(text: str) -> None:
    try:
        assert normalise_url(parse_start_url(text)) is not None
    except InputError as error:
        assert str(error).isprintable()  # noqa: PT017 - either outcome is right, both are checked
