import pytest

from consentinel.banner.settings import BannerSettings
from consentinel.server.publishing.draft import completed
from consentinel.server.publishing.reach import astray, elsewhere, unreachable


@pytest.mark.parametrize(
    ("site", "public_url", "complaint"),
    [
        ("https://www.shop.example/", "https://consent.example", ""),
        ("https://www.shop.example/", "http://127.0.0.1:8080", "which is this machine"),
        ("https://www.shop.example/", "http://[::1]:8080", "which is this machine"),
        ("https://www.shop.example/", "http://localhost:8080", "which is this machine"),
        ("https://www.shop.example/", "http://consent.example", "into pages of https"),
        ("http://www.shop.example/", "http://consent.example", ""),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:8080", ""),
        ("http://shop.localhost:5000/", "http://localhost:8080", ""),
        ("https://localhost/", "http://127.0.0.1:8080", ""),
        ("http://localhost/", "http://127.0.0.1:0", "port 0"),
    ],
)
def test_who_can_be_reached(site: str, public_url: str, complaint: str) -> None:
    found = " ".join(unreachable(site, public_url))
    assert complaint in found
    assert bool(found) is bool(complaint)


SHOP = "https://www.shop.example/"
BELOW = "https://www.shop.example/consentinel"
OTHER = "https://consent.example"


@pytest.mark.parametrize(
    ("public_url", "api", "base", "complaints"),
    [
        (OTHER, "", "", []),
        (BELOW, "", "", []),
        (OTHER, OTHER, f"{OTHER}/b/www.shop.example", []),
        (OTHER, f"{OTHER}/", f"{OTHER}/b/www.shop.example/", []),
        ("https://blog.example/consentinel", BELOW, f"{BELOW}/b/www.shop.example", []),
        (BELOW, BELOW, "/consentinel/b/www.shop.example", []),
        (BELOW, "https://www.shop.example", "", ["api"]),
        (BELOW, "https://www.shop.example/consent", "", ["api"]),
        (f"{OTHER}/consentinel", OTHER, "", ["api"]),
        (OTHER, "https://elsewhere.example", "", ["api"]),
        (OTHER, "", "https://cdn.example/b", ["base"]),
        (OTHER, "", "/b", ["base"]),
        (OTHER, "", f"{OTHER}/b/other.example", ["base"]),
        (OTHER, "http://consent.example", "https://consent.example/b", ["api", "base"]),
    ],
)
def test_what_the_banner_asks_where_the_server_is_not(
    public_url: str, api: str, base: str, complaints: list[str]
) -> None:
    settings = completed(BannerSettings(site=SHOP, api=api, base=base), public_url)
    found = list(astray(settings, public_url))
    assert [next(word for word in ("api", "base") if f"`{word}`" in line) for line in found] == complaints
    for line in found:
        assert public_url in line


@pytest.mark.parametrize(
    ("served", "warned"),
    [("", False), ("http://127.0.0.1:8080", False), ("http://127.0.0.1:9000", True), (OTHER, True)],
)
def test_a_server_that_was_started_elsewhere(served: str, warned: bool) -> None:
    found = " ".join(elsewhere(served, "http://127.0.0.1:8080"))
    assert bool(found) is warned
    assert (f"public_url: {served}" in found) is warned
