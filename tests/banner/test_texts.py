"""The texts of every language are complete, fit and say what the law wants said."""

import re

import pytest

from consentinel.banner.texts import FIRST_LAYER, LOCALES, load_texts, parse_overrides, problem_with
from consentinel.scanner.catalogue.nodes import read
from consentinel.scanner.errors import CatalogueError

ENGLISH = load_texts("en", {})
# What a refusal must not be called, and what nobody should be urged with (law.md R18).
SHAMING = re.compile(
    r"later|maybe|miss out|best experience|unfortunately|leider|verzichten|später|tant pis|lástima", re.I
)


def parsed(text: str) -> dict[str, dict[str, str]]:
    return parse_overrides(read(text.encode(), "consentinel.yaml"))


def test_the_languages_that_are_promised() -> None:
    assert set(LOCALES) >= {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "ro", "el", "ar"}


@pytest.mark.parametrize("locale", LOCALES)
def test_has_every_text_and_no_other(locale: str) -> None:
    assert list(load_texts(locale, {})) == list(ENGLISH)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_is_right(locale: str) -> None:
    texts = load_texts(locale, {})
    assert [problem for key, text in texts.items() if (problem := problem_with(key, text))] == []
    assert [text for text in texts.values() if not text or text != text.strip() or "  " in text] == []
    assert [text for text in texts.values() if SHAMING.search(text)] == []


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != "en"])
def test_is_translated(locale: str) -> None:
    texts = load_texts(locale, {})
    same = {key for key, text in texts.items() if text == ENGLISH[key]}
    assert same <= {"cookie", "performance"}


def test_names_the_way_back_as_it_is_called() -> None:
    assert "“Privacy settings”" in ENGLISH["withdrawText"]
    assert "“My data”" in load_texts("en", {"widget": "My data"})["withdrawText"]
    elsewhere = {"withdrawText": "Withdraw at the foot of every page."}
    assert parsed(f"en: {elsewhere}")["en"] == elsewhere


def test_the_first_layer_is_a_part_of_them() -> None:
    assert set(ENGLISH) >= FIRST_LAYER
    assert {"accept", "reject", "settings", "controller", "withdrawText", "targetingText"} <= FIRST_LAYER


def test_the_operators_words_win() -> None:
    own = parsed("en: {title: Hello, accept: Yes}\nde: {title: Hallo}")
    assert own == {"en": {"title": "Hello", "accept": "Yes"}, "de": {"title": "Hallo"}}
    texts = load_texts("en", own["en"])
    assert (texts["title"], texts["reject"]) == ("Hello", ENGLISH["reject"])


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("en:\n  accept: A button with far too many words", 2, "a button has room for 24"),
        ("en:\n  title: Hi\n  placeholderTitle: Blocked", 3, "must hold {vendor}, as the English text does"),
        ("en:\n  title: Hi {name}", 2, "must hold no braces"),
        ("en:\n  titel: Hi", 2, "unknown key 'titel'"),
        ("xx:\n  title: Hi", 1, "unknown key 'xx'"),
        ("en:\n  title: ''", 2, "is empty"),
        ("en:\n  title: [a]", 2, "must be a text"),
        ("en: Hi", 1, "must be a mapping"),
        (f"en:\n  text: {'a' * 700}", 2, "at most 600"),
    ],
)
def test_says_where_a_text_is_wrong(text: str, line: int, problem: str) -> None:
    with pytest.raises(CatalogueError, match=re.escape(problem)) as caught:
        parsed(text)
    assert caught.value.line == line
