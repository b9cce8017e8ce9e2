"""Renderings of a declaration: the fragment, the page, Markdown, JSON."""

import json
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from consentinel.banner.declaration import SCHEMA, Declaration, declare
from consentinel.banner.declaration_words import words_of
from consentinel.banner.texts import LOCALES
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.server.declaring import encoded, fragment, markdown
from tests.support.hostile import hostile_report
from tests.support.reports import make_report, realistic_report

TAGS = {"section", "p", "h3", "div", "code", "small", "span", "a"} | {
    *("table", "caption", "thead", "tbody", "tr", "th", "td")
}
NAMES = frozenset(
    (
        "class",
        "lang",
        "dir",
        "id",
        "tabindex",
        "role",
        "aria-labelledby",
        "scope",
        "data-label",
        "href",
        "rel",
    )
)


class Attributes(HTMLParser):
    """Collects the names of all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.update(name for name, _ in attrs)

    @classmethod
    def of(cls, text: str) -> set[str]:
        parser = cls()
        parser.feed(text)
        return parser.names


def made(locale: str = "en") -> Declaration:
    return declare(realistic_report(), load_catalogue(), locale=locale, choice_days=182)


def test_the_fragment_is_semantic_and_carries_no_style_and_no_script() -> None:
    text = fragment(made())
    assert text.startswith('<section class="consentinel-declaration" lang="en" dir="ltr">')
    assert "style" not in text
    assert "<script" not in text
    assert re.findall(r"<h\d", text) == ["<h3"] * 5
    assert len(re.findall('<th role="(?:row|column)header" scope=', text)) > 20
    assert '<code dir="ltr">_ga</code>' in text


def test_purposes_in_another_language_are_marked() -> None:
    assert '<span lang="en" dir="ltr">' in fragment(made("de"))
    assert 'dir="rtl"' in fragment(made("ar"))


@pytest.mark.parametrize("locale", LOCALES)
def test_each_cell_tells_its_column_where_rows_are_stacked(locale: str) -> None:
    text, words = fragment(made(locale)), words_of(locale)
    labels = Counter(re.findall(r'<td role="cell" data-label="([^"]+)">', text))
    assert set(labels) == {words[name] for name in ("provider", "purpose", "kept", "hosts")}
    assert sum(labels.values()) == text.count("<td")
    assert text.count("<tr") == text.count('<tr role="row">')


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_renders(locale: str) -> None:
    declaration = made(locale)
    assert f'lang="{locale}"' in fragment(declaration)
    assert "| `_ga` |" in markdown(declaration)


def test_kinds_and_what_nobody_described_are_in_the_visitors_language() -> None:
    told = markdown(made("de"))
    assert "| Browser-Speicher |" in told
    assert "| Cookie |" in told
    assert "| – |" not in told
    for text in (told, fragment(made("de"))):
        assert "Noch nicht beschrieben" in text


def test_hostile_text_is_text() -> None:
    declaration = declare(hostile_report(), load_catalogue())
    assert set(re.findall(r"<(\w+)", fragment(declaration))) <= TAGS
    assert Attributes.of(fragment(declaration)) <= NAMES
    for line in markdown(declaration).splitlines():
        assert "<" not in re.sub(r"(`+).*?\1", "", line)


def test_an_empty_declaration_says_so() -> None:
    empty = declare(make_report(), load_catalogue())
    assert "Nothing was found." in fragment(empty)
    assert "Nothing was found." in markdown(empty)


def test_json_is_sorted_and_names_its_format() -> None:
    found = json.loads(encoded(made()))
    assert found["schema"] == SCHEMA
    assert (
        encoded(made()) == (json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
    )
