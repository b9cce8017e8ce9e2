import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.hostnames import browser_host

unhurried = settings(deadline=None)


@pytest.mark.parametrize(
    ("netloc", "expected"),
    [
        ("Example.ORG", "example.org"),
        ("user:pw@example.org:8080", "example.org"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("ex。ample.org", "ex.ample.org"),
        ("a-_b.example.", "a-_b.example"),
        ("[::FFFF]:80", "[::ffff]"),
        ("127.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("1.example", "1.example"),
    ],
)
def test_hosts_as_browsers_read_them(netloc: str, expected: str) -> None:
    assert browser_host(netloc) == expected


@pytest.mark.parametrize(
    "netloc",
    [
        *(
            "",
            ".",
            "a..b",
            "a b",
            "a%00b",
            "a%2fb",
            "a<b",
            "256.1.1.1",
            "1.2.3.4.5",
            "[::1%eth0]",
            "[",
            "[x]",
        ),
        *("a" * 64, "a." * 130 + "b", "\u202ea", "%ff"),
    ],
)
def test_what_browsers_refuse(netloc: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        browser_host(netloc)


@unhurried
@given(st.text(max_size=40))
def test_any_text_is_a_plain_host_or_a_value_error(text: str) -> None:
    try:
        host = browser_host(text)
    except ValueError:
        return
    assert host.isascii()
    assert host == host.lower()
    assert browser_host(host) == host
