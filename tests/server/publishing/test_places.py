import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from consentinel.server.publications import RegimeFacts
from consentinel.server.publishing.places import place_in, regime_at

NAMES = ("CF-IPCountry", "X-Country-Code")
REGIMES = (
    RegimeFacts("eu", ("DE", "AT"), 182),
    RegimeFacts("us", ("US",), 365),
    RegimeFacts("us-ca", ("US-CA",), 365),
    RegimeFacts("rest", ("*",), 182),
)


@pytest.mark.parametrize(
    ("headers", "place"),
    [
        ({"cf-ipcountry": "DE"}, "DE"),
        ({"cf-ipcountry": " us-ca "}, "US-CA"),
        ({"x-country-code": "at"}, "AT"),
        ({"cf-ipcountry": "DE", "x-country-code": "US"}, "DE"),
        ({"cf-ipcountry": "XX"}, ""),
        ({"cf-ipcountry": "T1"}, ""),
        ({"cf-ipcountry": "XX", "x-country-code": "US"}, ""),
        ({"cf-ipcountry": "Germany"}, ""),
        ({"cf-ipcountry": "DE, US"}, ""),
        ({"cf-ipcountry": ""}, ""),
        ({"x-country": "DE"}, ""),
        ({}, ""),
    ],
)
def test_the_place_that_a_cdn_names(headers: dict[str, str], place: str) -> None:
    assert place_in(Headers(headers), NAMES) == place


@given(st.text())
def test_nonsense_is_no_place(text: str) -> None:
    found = place_in({"CF-IPCountry": text}, NAMES)
    assert found == "" or (found.isascii() and found[:2].isalpha())


@pytest.mark.parametrize(
    ("place", "regime"),
    [("DE", "eu"), ("US-CA", "us-ca"), ("US-TX", "us"), ("US", "us"), ("BR", "rest"), ("", "")],
)
def test_the_regime_at_a_place(place: str, regime: str) -> None:
    assert regime_at(place, REGIMES) == regime


def test_a_place_that_no_regime_covers_is_not_known() -> None:
    assert regime_at("BR", REGIMES[:1]) == ""
