import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.rendering.escaping import csv_cell, markdown_code, markdown_text, shorten, visible

anything = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain _ga", "plain _ga"),
        ("Größe 日本", "Größe 日本"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202egnp", "\\u202egnp"),
        ("a\nb", "a\\x0ab"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_visible(raw: str, shown: str) -> None:
    assert visible(raw) == shown


@given(anything)
def test_visible_leaves_nothing_invisible_and_can_be_encoded(raw: str) -> None:
    shown = visible(raw)
    shown.encode()
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_shorten_keeps_the_length() -> None:
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abcd", 4) == "abcd"


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\t", "\r", "\0", "\n", "＝", "＋", "－", "＠", " =", "\u3000@"]
)
def test_a_formula_gets_an_apostrophe(sign: str) -> None:
    assert csv_cell(f"{sign}1").startswith("'")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x;=1+1;y", "x;'=1+1;y"),
        ("x|@a|-b", "x|'@a|'-b"),
        ("x; =1", "x;' =1"),
        ('x;"=1', "x;'\"=1"),
        ('"=1', "'\"=1"),
        ("x;＝1", "x;'＝1"),
        ("x\t=1", "x\\x09'=1"),
    ],
)
def test_a_formula_behind_another_separator_gets_an_apostrophe(text: str, shown: str) -> None:
    """T10: where lists are separated by semicolons, a spreadsheet begins a new cell there."""
    assert csv_cell(text) == shown


def test_other_cells_stay_as_they_are() -> None:
    assert csv_cell("a; b=c|d") == "a; b=c|d"
    assert csv_cell("_ga") == "_ga"
    assert csv_cell("a=b") == "a=b"


def test_a_code_span_outgrows_its_backticks_and_holds_no_pipe() -> None:
    assert markdown_code("a``b|c") == "``` a``b\\x7cc ```"
    assert markdown_code("_ga") == "`_ga`"
    assert markdown_code(" ") == "–"


def test_markdown_text_escapes_markup_and_breaks_mentions() -> None:
    assert markdown_text("*a* <b> | @me") == "\\*a\\* &lt;b&gt; &#124; @\u200bme"
    assert markdown_text("page-timeout") == "page-timeout"
