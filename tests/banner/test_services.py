import pytest

from consentinel.banner.services import Services, slugified
from consentinel.scanner.catalogue.loading import load_catalogue


def test_slugs() -> None:
    assert slugified("Meta (Facebook & Instagram)") == "meta-facebook-instagram"
    assert slugified("…") == ""


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("google-analytics", "google-analytics"),
        ("Google Analytics", "google-analytics"),
        ("META (facebook and instagram)", "meta-pixel"),
        ("Nobody knows", "nobody-knows"),
    ],
)
def test_a_service_by_its_name_or_id(name: str, slug: str) -> None:
    assert Services(load_catalogue()).slug_named(name) == slug
