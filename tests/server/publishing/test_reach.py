import pytest

from consentinel.server.publishing.reach import unreachable


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
    ],
)
def test_who_can_be_reached(site: str, public_url: str, complaint: str) -> None:
    found = " ".join(unreachable(site, public_url))
    assert complaint in found
    assert bool(found) is bool(complaint)
