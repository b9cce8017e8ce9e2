"""The theme: what the settings may say, and that text stays readable in every colour."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.banner.theme import parse_theme
from consentinel.scanner.catalogue.nodes import read
from consentinel.scanner.errors import CatalogueError

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def parsed(text: str) -> dict[str, str]:
    return parse_theme(read(text.encode(), "consentinel.yaml"))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, reckoned on its own."""

    def luminance(colour: str) -> float:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_passes_on_what_is_said() -> None:
    theme = parsed(
        "preset: modal\nscheme: dark\nwidget: right\nradius: 0.5em\n"
        "font: \"'Open Sans', Arial\"\naccent: '#0b5'"
    )
    assert theme == {
        "preset": "modal",
        "scheme": "dark",
        "widget": "right",
        "radius": "0.5em",
        "font": "'Open Sans', Arial",
        "accent": "#00bb55",
        "on-accent": "#000000",
    }


def test_auto_is_the_absence_of_a_scheme() -> None:
    assert parsed("scheme: auto") == {}


@pytest.mark.parametrize(("background", "scheme"), [("#fff", "light"), ("#111", "dark")])
def test_a_background_brings_a_scheme_and_all_that_stands_on_it(background: str, scheme: str) -> None:
    theme = parsed(f"background: '{background}'")
    assert theme["scheme"] == scheme
    assert set(theme) == {"scheme", "background", "text", "muted", "border"}
    assert parsed(f"background: '{background}'\nscheme: light")["scheme"] == "light"


@given(COLOURS)
def test_text_is_readable_on_every_accent(colour: str) -> None:
    theme = parsed(f"accent: '{colour}'")
    assert contrast(theme["accent"], theme["on-accent"]) >= 4.5


@given(COLOURS)
def test_all_text_is_readable_on_every_background(colour: str) -> None:
    theme = parsed(f"background: '{colour}'")
    assert contrast(theme["background"], theme["text"]) >= 4.5
    assert contrast(theme["background"], theme["muted"]) >= 4.5


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("preset: popup", 1, "write one of bar, modal"),
        ("scheme: light\nwidget: top", 2, "write one of left, right, none"),
        ("accent: #0b5", 1, "in quotes"),
        ("accent: red", 1, "'accent' is 'red'; write a colour such as '#0b5'"),
        ("accent: '#12345'", 1, "write a colour"),
        ("text: '#000'", 1, "write both"),
        ("background: '#fff'\ntext: '#999'", 2, "a contrast of 2.8; 4.5 is needed"),
        ("radius: 8", 1, "a length such as 8px"),
        ("radius: 1px;color:red", 1, "a length"),
        ("font: 'x;} *{color:red'", 1, "names of fonts"),
        ("font: url(https://fonts.example/x)", 1, "names of fonts"),
        ("colour: '#fff'", 1, "unknown key 'colour'"),
        ("bar", 1, "must be a mapping"),
    ],
)
def test_says_where_a_value_is_wrong(text: str, line: int, problem: str) -> None:
    with pytest.raises(CatalogueError, match=re.escape(problem)) as caught:
        parsed(text)
    assert caught.value.line == line
