import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.party import OwnHosts, is_public_suffix, registrable_domain, same_site


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.Example.co.uk", "example.co.uk"),
        ("example.com.", "example.com"),
        ("shop.example", "shop.example"),
        ("www.shop.example", "shop.example"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "[::1]"),
        ("alice.github.io", "alice.github.io"),
        ("a.alice.github.io", "alice.github.io"),
        ("github.io", "github.io"),
        ("co.uk", "co.uk"),
    ],
)
def test_registrable_domain(host: str, expected: str) -> None:
    assert registrable_domain(host) == expected


def test_strangers_under_one_private_suffix_are_third_parties() -> None:
    own = OwnHosts("alice.github.io")
    assert own.party_of("www.alice.github.io") == "first"
    assert own.party_of("bob.github.io") == "third"


def test_unlisted_endings_never_compare_empty_with_empty() -> None:
    own = OwnHosts("www.shop.example")
    assert own.party_of("tracker.example") == "third"
    assert own.party_of("cdn.shop.example") == "first"


def test_the_operator_adds_domains() -> None:
    own = OwnHosts("www.shop.example", ["shop-cdn.example"])
    assert "img.shop-cdn.example" in own
    assert "other.example" not in own


@given(st.text(min_size=1).filter(lambda text: bool(text.strip().strip("."))))
def test_a_host_is_never_without_a_domain(host: str) -> None:
    assert registrable_domain(host)


_LABEL = st.sampled_from(
    ["a", "shop", "co", "uk", "com", "github", "io", "kawasaki", "jp", "city", "1", "Ä", ""]
)
_HOST = st.lists(_LABEL, min_size=1, max_size=5).map(".".join) | st.sampled_from(
    [
        "127.0.0.1",
        "1.0.0.1",
        "::1",
        "[::1]",
        "Shop.com",
        " shop.com",
        "shop.com:80",
        "shop.com/x.y",
        "shop。com",
    ]
)


@given(_HOST, _HOST)
def test_hosts_are_of_one_site_if_their_registrable_domains_are_equal(one: str, other: str) -> None:
    assert same_site(one, other) == (registrable_domain(one) == registrable_domain(other))


@pytest.mark.parametrize("host", ["uk", "co.uk", "Co.UK.", "github.io", "x.kawasaki.jp"])
def test_a_public_suffix_is_one(host: str) -> None:
    assert is_public_suffix(host)


@pytest.mark.parametrize("host", ["localhost", "intranet", "example", "shop.example", "a.co.uk", "127.0.0.1"])
def test_all_else_is_none(host: str) -> None:
    assert not is_public_suffix(host)
