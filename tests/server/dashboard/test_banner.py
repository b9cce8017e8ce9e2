"""The banner's settings: the form, the YAML, and what is wrong with it by line."""

import re
from html import unescape

import pytest

from consentinel.banner.settings_file import parse_settings
from consentinel.server.storage.sites import load_site
from tests.server.dashboard.conftest import Console
from tests.server.dashboard.world import SETTINGS, SITE, add_site

BANNER = f"/admin/sites/{SITE}/banner"
FORM = {
    "mode": "strict",
    "regime": "fr",
    "unknown": "block",
    "locales": "fr, en",
    "controller": "Exemple SA",
    "privacy": "/confidentialite",
    "imprint": "",
    "accent": "#aa0000",
}


def stored(console: Console) -> str:
    with console.database.read() as connection:
        site = load_site(connection, SITE)
    assert site is not None
    return site.settings


@pytest.fixture
def site(console: Console) -> Console:
    with console.database.write() as connection:
        add_site(connection)
    return console


def test_the_form_changes_what_it_shows_and_keeps_the_rest(site: Console) -> None:
    extra = SETTINGS + "  rules: [{host: x.example, category: targeting}]\n"
    assert site.change(BANNER, {"settings": extra}).status_code == 303
    assert site.change(BANNER, FORM).headers["location"].endswith("/banner?done=settings")
    found = parse_settings(stored(site).encode(), "x")
    assert (found.mode, found.regime, found.unknown, found.locales) == ("strict", "fr", "block", ("fr", "en"))
    assert (found.controller, dict(found.links)) == ("Exemple SA", {"privacy": "/confidentialite"})
    assert [rule.host for rule in found.rules] == ["x.example"]
    assert "change settings" in site.acts()
    assert "Publish a new version" in site.get(f"{BANNER}?done=settings")


@pytest.mark.parametrize("typed", ["form", "yaml"])
def test_a_form_that_shows_what_is_stored_no_more_overwrites_nothing(site: Console, typed: str) -> None:
    before = site.shown(BANNER)
    ann = SETTINGS.replace("Market Street", "Harbour Street")
    assert site.post(BANNER, {"settings": ann, "shown": before}).status_code == 303
    # Bob's form was loaded before, and he changes nothing but the mode
    bob = {
        "form": FORM | {"controller": "Example Ltd, 1 Market Street, Dublin"},
        "yaml": {"settings": SETTINGS},
    }
    answer = site.post(BANNER, {**bob[typed], "shown": before})
    assert answer.status_code == 422
    assert "others have changed these settings" in answer.text
    assert stored(site) == ann
    # what he typed is still there, above what is stored now
    if typed == "form":
        assert "<option selected>strict</option>" in answer.text
    assert "1 Market Street" in unescape(answer.text)
    assert site.post(BANNER, {**bob[typed], "shown": site.shown(BANNER)}).status_code == 303
    assert "1 Market Street" in stored(site)


def test_a_form_that_is_sent_twice_is_stored_once(site: Console) -> None:
    shown = site.shown(BANNER)
    ann = {"settings": SETTINGS.replace("Market Street", "Harbour Street"), "shown": shown}
    assert [site.post(BANNER, ann).status_code for _ in range(2)] == [303, 303]


def test_what_the_form_cannot_have_is_said(site: Console) -> None:
    answer = site.change(BANNER, {**FORM, "accent": "red; background: url(//evil.test)"})
    assert answer.status_code == 422
    assert stored(site) == SETTINGS


@pytest.mark.parametrize(
    ("field", "typed"), [("locales", "en, xx"), ("accent", "redd"), ("privacy", "javascript:alert(1)")]
)
def test_a_mistake_in_the_form_is_told_of_its_field(site: Console, field: str, typed: str) -> None:
    text = unescape(site.change(BANNER, {**FORM, field: typed}).text)
    invalid = re.findall(r'id="(\w+)"[^>]*aria-invalid="true" aria-describedby="(\w+)', text)
    assert invalid == [(field, "problem")]
    assert 'role="alert" id="problem"' in text
    assert f'value="{typed}"' in text
    # the line would be one of a text that nobody has seen
    assert "Line " not in text


def test_yaml_is_stored_as_it_was_typed(site: Console) -> None:
    text = SETTINGS.replace("\n", "\r\n") + "  # a comment \u202e that stays\r\n"
    assert site.change(BANNER, {"settings": text}).status_code == 303
    assert stored(site) == text.replace("\r\n", "\n")
    assert "\u202e" in site.get(BANNER)


def test_a_mistake_is_told_with_its_line(site: Console) -> None:
    address = "site: https://www.example.com/"
    for text, line, said in (
        (SETTINGS + "  colour: red\n", 9, "unknown key 'colour'"),
        (f"{address}\nbanner: [1\n", 3, "YAML"),
        (f"{address}\nbanner: {{}}\ncatalogue:\n  vendors:\n    - {{id: x, colour: y}}\n", 5, "colour"),
        ("banner: {}\n", 1, "`site` is missing"),
    ):
        answer = site.change(BANNER, {"settings": text})
        assert answer.status_code == 422
        shown = unescape(answer.text)
        assert f"Line {line}:" in shown
        assert said in shown
        assert text.splitlines()[0] in shown
    assert stored(site) == SETTINGS


def test_what_is_not_of_the_site_or_too_long_is_refused(site: Console) -> None:
    for text, said in (
        ("site: https://other.example/\n", "add another site"),
        ("site: https://www.example.com/\n#" + "x" * 300_000, "shorten it"),
    ):
        assert said in site.change(BANNER, {"settings": text}).text
    assert stored(site) == SETTINGS


def test_settings_of_a_file_are_shown_and_not_changed(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection, source="file")
    text = console.get(BANNER)
    assert "These settings come from a file." in text
    assert "Example Ltd, 1 Market Street, Dublin" in text
    assert "<textarea" not in text
    assert console.change(BANNER, FORM).status_code == 422
    assert stored(console) == SETTINGS


def test_settings_that_nobody_can_read_can_be_corrected(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection, settings="site: [")
    assert "<textarea" in console.get(BANNER)
    assert console.change(BANNER, FORM).status_code == 422
    assert console.change(BANNER, {"settings": SETTINGS}).status_code == 303


def test_nothing_is_stored_for_an_unknown_site(console: Console) -> None:
    assert console.change(BANNER, {"settings": SETTINGS}).status_code == 404
