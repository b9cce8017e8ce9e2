"""Which rules a settings file holds, and for which addresses they count."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.catalogue.own_rules import OwnRule
from consentinel.scanner.errors import ConsentinelError
from consentinel.scanner.site_rules import NO_RULES, SiteRules, places_of
from consentinel.scanner.site_rules_file import parse_rules, rules_about, rules_in

SITE = "https://www.shop.example/"
HOST = "www.shop.example"
RULE = OwnRule(category="targeting", host="new.example")
RULES = "rules: [{host: new.example, category: marketing}]"
DEFAULT = "http://127.0.0.1:8080"
BANNER = f"site: {SITE}\nbanner: {{{RULES}}}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "consentinel.yaml"


def servers(*addresses: str, base: str = "") -> tuple[str, ...]:
    return places_of(HOST, addresses, base)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BANNER, SiteRules((RULE,))),
        (f"site: {SITE}\n{RULES}\n", SiteRules((RULE,))),
        (f"site: {SITE}\nbanner:\n", NO_RULES),
        (f"site: {SITE}\nbanner: {{rules: null}}\n", NO_RULES),
        (f"site: {SITE}\n", NO_RULES),
        ("# nothing\n", NO_RULES),
        (f"site: {SITE}\nbanner: {{api: 'https://c.example/x/'}}\n", SiteRules((), servers("https://c.example/x"))),
        (f"site: {SITE}\nbanner: {{base: 'https://c.example/x'}}\n", SiteRules((), servers(base="https://c.example/x"))),
        (f"site: {SITE}\nbanner: {{base: /b, api: nonsense}}\n", NO_RULES),
    ],
)  # fmt: skip
def test_what_settings_say(text: str, expected: SiteRules) -> None:
    assert parse_rules(text.encode(), "settings") == expected


def test_a_mistake_names_its_line() -> None:
    with pytest.raises(ConsentinelError, match="settings:3: "):
        parse_rules(f"site: {SITE}\nbanner:\n  rules: [{{host: a.example}}]\n".encode(), "settings")


@pytest.mark.parametrize(
    ("section", "environ", "server"),
    [
        ("", {}, DEFAULT),
        ("server: {public_url: 'https://c.example'}", {}, "https://c.example"),
        ("server: {port: 9090}", {}, "http://127.0.0.1:9090"),
        ("server: {host: 0.0.0.0, port: 9090}", {}, "http://127.0.0.1:9090"),
        ("server: {host: '::1'}", {}, "http://[::1]:8080"),
        ("server: {host: 192.0.2.1}", {}, "http://192.0.2.1:8080"),
        ("server: {public_url: 'https://c.example'}", {"CONSENTINEL_PUBLIC_URL": "https://e.example"}, "https://e.example"),
    ],
)  # fmt: skip
def test_where_the_server_is(file: Path, section: str, environ: dict[str, str], server: str) -> None:
    file.write_text(f"{BANNER}{section}\n")
    assert rules_in(file, environ) == SiteRules((RULE,), servers(server))


@pytest.mark.parametrize(
    ("url", "counts"),
    [
        (SITE, True),
        ("http://shop.example/sale", True),
        ("http://localhost:8000/", True),
        ("http://192.168.0.7/", True),
        ("https://shop.example.evil.example/", False),
        ("https://www.other.example/", False),
    ],
)
def test_for_which_site_a_file_counts(file: Path, url: str, counts: bool) -> None:
    file.write_text(BANNER)
    found = rules_about([url], file=file, environ={})
    assert found == (SiteRules((RULE,), servers(DEFAULT)) if counts else NO_RULES)


def test_other_domains_of_the_site_count(file: Path) -> None:
    file.write_text(BANNER)
    assert rules_about(["https://other.example/"], first_party=["other.example"], file=file) != NO_RULES


def test_without_a_file_or_a_site_nothing_counts(file: Path) -> None:
    assert rules_about([SITE], file=file) == NO_RULES
    file.write_text(f"banner: {{{RULES}}}\n")
    assert rules_about(["http://localhost/"], file=file) == NO_RULES


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConsentinelError, match="name a file that can be read"):
        rules_in(tmp_path)


@given(st.text(max_size=200))
def test_whatever_stands_there_is_read_or_refused(text: str) -> None:
    with suppress(ConsentinelError):
        assert isinstance(parse_rules(text.encode(), "settings"), SiteRules)
