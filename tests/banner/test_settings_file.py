from pathlib import Path

import pytest

from consentinel.banner.errors import BannerError
from consentinel.banner.settings import BannerSettings, Signals
from consentinel.banner.settings_file import KEYS, has_banner_section, parse_settings, read_settings
from consentinel.scanner.catalogue.own_rules import OwnRule

FULL = """\
site: https://www.example.org/
scan: {max_pages: 3}
banner:
  mode: standard
  rules:
    - {host: Tracker.Example, category: marketing, vendor: Example}
    - {host: "ads*.tracker.example", path: /x/*, category: targeting}
    - {path: /metrics/*, category: performance}
    - {cookie: "fp_*", category: targeting, vendor: X}
    - {storage: theme, category: C0003}
  unknown: block
  api: https://consent.example/
  base: https://cdn.example/b/
  cookie_domain: example.org
  regime: fr
  exempt: [matomo]
  controller: "Example GmbH, Street 1, Town"
  links: {privacy: https://www.example.org/privacy, imprint: /imprint}
  theme: {preset: modal, scheme: dark}
  locales: [en]
  texts: {en: {title: "Your choice"}}
  signals: {google: advanced, meta: true, data_layer: true}
  service_worker: /consentinel-sw.js
  keep: /consentinel-keep
"""


def parse(text: str) -> BannerSettings:
    return parse_settings(text.encode(), "c.yaml")


def parse_banner(line: str) -> BannerSettings:
    return parse(f"site: https://www.example.org/\nbanner:\n  {line}\n")


def test_everything_that_can_be_set() -> None:
    found = parse(FULL)
    assert found.host == "www.example.org"
    assert found.rules == (
        OwnRule(category="targeting", host="tracker.example", vendor="Example"),
        OwnRule(category="targeting", host="ads*.tracker.example", path="/x/*"),
        OwnRule(category="performance", path="/metrics/*"),
        OwnRule(category="targeting", name="fp_*", vendor="X"),
        OwnRule(category="functional", name="theme"),
    )
    assert (found.unknown, found.api, found.base) == (
        "block",
        "https://consent.example/",
        "https://cdn.example/b/",
    )
    assert (found.cookie_domain, found.regime, found.exempt) == ("example.org", "fr", ("matomo",))
    assert found.links == {"privacy": "https://www.example.org/privacy", "imprint": "/imprint"}
    assert found.theme == {"preset": "modal", "scheme": "dark"}
    assert found.texts == {"en": {"title": "Your choice"}}
    assert found.signals == Signals(google="advanced", meta=True, data_layer=True)
    assert (found.service_worker, found.keep) == ("/consentinel-sw.js", "/consentinel-keep")


def test_the_full_example_is_full() -> None:
    assert all(f"  {key}:" in FULL for key in KEYS)


def test_a_file_without_the_section_may_hold_its_keys_beside_the_site() -> None:
    assert parse("site: https://a.example/\nmode: strict\n") == BannerSettings(
        site="https://a.example/", mode="strict"
    )


@pytest.mark.parametrize("section", ["banner:", "banner: {}", "banner: # later", "banner: ~"])
def test_an_empty_section_is_all_defaults(section: str) -> None:
    assert parse(f"site: https://a.example/\n{section}\n") == BannerSettings(site="https://a.example/")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("mod: strict", "unknown key 'mod'"),
        ("mode: strikt", "did you mean 'strict'?"),
        ("mode: [strict]", "must be a text"),
        ("rules: {host: a.example}", "must be a list"),
        ("rules: [tracker.example]", "must be a mapping"),
        ("rules: [{host: tracker.example}]", "has no 'category'"),
        ("rules: [{host: tracker.example, category: ads}]", "unknown category 'ads'"),
        ("rules: [{category: targeting}]", "needs one of host"),
        ("rules: [{host: a.example, cookie: b_c, category: targeting}]", "needs one of host"),
        ("rules: [{host: 'https://a.example', category: targeting}]", "is no host"),
        ("rules: [{host: '*', category: targeting}]", "too many hosts"),
        ("rules: [{host: '*.com', category: targeting}]", "too many hosts"),
        ("rules: [{host: 'ads*.com', category: targeting}]", "too many hosts"),
        ("rules: [{path: x/y, category: targeting}]", "is no path"),
        ("rules: [{path: /*, category: targeting}]", "fits everything"),
        ("rules: [{path: '/a{b}/*', category: targeting}]", "addresses never hold '{'; write %7B"),
        ("rules: [{path: '/a\\\\b/*', category: targeting}]", "addresses never hold"),
        ("rules: [{cookie: 'a b', category: targeting}]", "have no spaces"),
        ("rules: [{cookie: 'a*', category: targeting}]", "nearly every name"),
        ("unknown: maybe", "use one of allow, block"),
        ("api: consent.example", "must be an http(s) address"),
        ("api: ftp://consent.example", "must be an http(s) address"),
        ("api: https://consent.example:x/", "must be an http(s) address"),
        ("api: https://u:p@consent.example/", "must be an http(s) address"),
        ("base: https://cdn.example/b/?x=1", "no query"),
        ("base: /b/?x=1", "no query"),
        ("base: b/", "write it like /b or https://www.example.org/b"),
        ("base: //cdn.example/b", "must be a path or an http(s) address"),
        ("cookie_domain: example.com", "cannot set a cookie for example.com"),
        ("cookie_domain: 'exa mple'", "must be a domain"),
        ("regime: mars", "use one of auto, eu"),
        ("exempt: [matomo]", "exempt"),
        ("links: {terms: https://a.example/}", "unknown key 'terms'"),
        ("links: {privacy: 'javascript:alert(1)'}", "must be a path or an http(s) address"),
        ("links: {privacy: privacy.html}", "write it like /privacy or https://www.example.org/privacy"),
        ("links: {privacy: //evil.example/}", "must be a path"),
        ("theme: {accent: greenish}", "accent"),
        ("locales: [xx]", "a locale cannot be 'xx'"),
        ("locales: [en, en]", "twice"),
        ("locales: []", "is empty"),
        ("texts: {en: {titel: x}}", "titel"),
        ("texts: {de: {title: x}}", "not in `locales`"),
        ("signals: {google: yes}", "use one of basic, advanced"),
        ("signals: {meta: 1}", "must be true or false"),
        ("keep: keep", "write it like /consentinel-keep"),
        ("service_worker: sw.js", "write it like /consentinel-sw.js"),
        ("controller: [a]", "must be a text"),
        ("<<: *x", "*"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(line: str, words: str) -> None:
    with pytest.raises(BannerError) as caught:
        parse_banner(line)
    message = str(caught.value)
    assert message.startswith("c.yaml:3: ")
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("shop.co.uk", "co.uk"),
        ("shop.co.uk", "uk"),
        ("alice.github.io", "github.io"),
        ("github.io", "github.io"),
        ("shop.example", "example"),
        ("127.0.0.1", "0.0.1"),
    ],
)
def test_t16_a_cookie_for_strangers_is_refused(host: str, domain: str) -> None:
    """The hosts of a cookie's domain speak for the site (server/origins.py)."""
    with pytest.raises(BannerError, match=rf"c\.yaml:3: .*{domain} has hosts of strangers; (write|leave)"):
        parse(f"site: https://{host}/\nbanner:\n  cookie_domain: {domain}\n")


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.shop.co.uk", "shop.co.uk"),
        ("www.alice.github.io", "alice.github.io"),
        ("a.www.shop.example", "www.shop.example"),
        ("www.shop.example", "shop.example"),
        ("localhost", "localhost"),
        ("intranet", "intranet"),
    ],
)
def test_a_cookie_for_hosts_of_the_site_is_not(host: str, domain: str) -> None:
    found = parse(f"site: https://{host}/\nbanner:\n  cookie_domain: {domain}\n")
    assert found.cookie_domain == domain


def test_advanced_and_strict_exclude_each_other() -> None:
    with pytest.raises(BannerError, match=r"c\.yaml:4: .*write basic"):
        parse("site: https://a.example/\nbanner:\n  mode: strict\n  signals: {google: advanced}\n")


def test_the_script_may_lie_in_a_folder_of_the_site() -> None:
    assert parse_banner("base: /b/").base == "/b/"


def test_a_misspelt_section_is_shown_what_it_is_called() -> None:
    with pytest.raises(BannerError, match=r"c\.yaml:2: unknown key 'baner' .* did you mean 'banner'\?"):
        parse("site: https://a.example/\nbaner: {mode: strict}\n")


@pytest.mark.parametrize("text", ["mode: strict\n", "banner: {mode: strict}\n", "", "# nothing\n"])
def test_a_site_is_needed(text: str) -> None:
    with pytest.raises(BannerError, match=r"c\.yaml:1: `site` is missing"):
        parse(text)


@pytest.mark.parametrize("site", ["www.example.org", "[a]", "ftp://a.example/"])
def test_the_site_is_a_web_address(site: str) -> None:
    with pytest.raises(BannerError, match=r"c\.yaml:1: "):
        parse(f"site: {site}\nbanner: {{}}\n")


@pytest.mark.parametrize("depth", [30, 5_000])
def test_deep_nesting_is_one_error(depth: int) -> None:
    with pytest.raises(BannerError, match="nested too deeply"):
        parse_banner(f"rules: {'[' * depth}{']' * depth}")


def test_bytes_that_are_no_text_are_one_error() -> None:
    with pytest.raises(BannerError, match=r"c\.yaml:1: not UTF-8"):
        parse_settings(b"\xff\xfe", "c.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, False), ("site: https://a.example/\n", False), ("site: https://a.example/\nbanner:\n", True)],
)
def test_whether_a_file_is_about_a_banner(text: str | None, expected: bool, tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    if text is not None:
        file.write_text(text)
    assert has_banner_section(file) is expected


def test_a_missing_file_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(BannerError, match="No such file"):
        read_settings(tmp_path / "c.yaml")
