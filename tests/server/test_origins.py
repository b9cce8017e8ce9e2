import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.server.origins import origin_of, origins_of

WITH_DOMAIN = origins_of("https://www.shop.example/", "shop.example")
ON_A_PORT = origins_of("http://www.shop.example:8080/", "shop.example")


@pytest.mark.parametrize(
    ("origin", "is_one"),
    [
        ("https://www.shop.example", True),
        ("https://shop.example", True),
        ("https://blog.shop.example", True),
        ("https://a.b-c.shop.example", True),
        ("https://evilshop.example", False),
        ("https://evil-shop.example", False),
        ("https://shop.example.evil.example", False),
        ("https://.shop.example", False),
        ("https://a..shop.example", False),
        ("https://user@a.shop.example", False),
        ("https://a/b.shop.example", False),
        ("https://evil.example#.shop.example", False),
        ("https://evil.example:1@x.shop.example", False),
        ("http://www.shop.example", False),
        ("https://www.shop.example:8443", False),
        ("https://blog.shop.example:8443", False),
        ("https://BLOG.shop.example", False),
        ("https://example", False),
        ("null", False),
        ("", False),
    ],
)
def test_t15_hosts_below_the_cookie_domain_count(origin: str, is_one: bool) -> None:
    assert (origin in WITH_DOMAIN) is is_one


def test_t15_the_port_has_to_be_the_same() -> None:
    assert "http://blog.shop.example:8080" in ON_A_PORT
    assert "http://blog.shop.example" not in ON_A_PORT
    assert "http://blog.shop.example:18080" not in ON_A_PORT


def test_t15_without_a_cookie_domain_one_origin_counts() -> None:
    origins = origins_of("https://shop.example/", "")
    assert "https://shop.example" in origins
    assert "https://www.shop.example" not in origins
    assert "" not in origins


@given(st.text())
def test_t15_no_text_is_an_origin_by_accident(text: str) -> None:
    assert text not in WITH_DOMAIN
    assert f"https://{text}" not in origins_of("https://shop.example/", "")


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Shop.Example/a?b#c", "https://shop.example"),
        ("https://shop.example:443/", "https://shop.example"),
        ("http://shop.example:80", "http://shop.example"),
        ("http://shop.example:443/", "http://shop.example:443"),
        ("https://shop.example./", "https://shop.example"),
        ("http://[::1]:9000/", "http://[::1]:9000"),
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_is_what_a_browser_sends(address: str, origin: str) -> None:
    assert origin_of(address) == origin
