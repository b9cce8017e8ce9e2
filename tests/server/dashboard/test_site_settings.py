"""The settings form: what it does not show keeps its value."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.banner.errors import BannerError
from consentinel.banner.settings import BannerSettings
from consentinel.banner.settings_file import parse_settings
from consentinel.server.dashboard.site_settings import CommonSettings, SettingsError, common_of, with_common

TRICKY = ["0777", "0x1F", "1.10", "Yes", "off", "1:30", "2020-99-99", "1_000", "=", ".inf", "'null'", '"12"']
SETTINGS = """\
site: https://shop.example/
banner:
  controller: {scalar}  # a comment
  links: {{privacy: https://shop.example/privacy}}
  rules:
    - {{cookie: {scalar}, category: functional, vendor: {scalar}}}
"""


def read(text: str) -> BannerSettings:
    return parse_settings(text.encode(), "x")


def saved(text: str, **changes: str) -> str:
    return with_common(text, replace(common_of(read(text)), **changes))


@given(st.sampled_from(TRICKY) | st.from_regex(r"[0-9A-Za-z_.+-]{1,12}", fullmatch=True))
def test_what_the_form_does_not_show_keeps_its_value(scalar: str) -> None:
    text = SETTINGS.format(scalar=scalar)
    try:
        before = read(text)
    except BannerError:
        return
    assert saved(text) == text
    after = read(saved(text, accent="#112233"))
    assert after == replace(before, theme=after.theme)
    assert after.theme["accent"] == "#112233"


@pytest.mark.parametrize("value", ["null", "~", "0777", "Yes", "- x", "a: b", "# x", "{", "'", "ü"])
def test_what_is_typed_is_text(value: str) -> None:
    text = "site: https://shop.example/\n"
    assert read(saved(text, controller=value)).controller == value


def test_values_are_added_and_taken_away() -> None:
    text = saved(
        "site: https://shop.example/\nbanner: {mode: standard}\n", accent="#112233", locales="en, de"
    )
    settings = read(text)
    assert (settings.theme["accent"], settings.locales) == ("#112233", ("en", "de"))
    assert "theme" not in saved(text, accent="")


def test_keys_beside_site_stay_there() -> None:
    text = saved("site: https://shop.example/\nmode: standard\n", mode="strict")
    assert text == "site: https://shop.example/\nmode: strict\n"


@pytest.mark.parametrize("text", ["[", "- a", "[" * 5_000])
def test_what_is_no_settings_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="below first"):
        with_common(text, CommonSettings(mode="strict"))
