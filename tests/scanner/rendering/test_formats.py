from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.errors import InputError
from consentinel.scanner.rendering import formats
from consentinel.scanner.rendering.wording import attribute_label, attribute_text
from tests.support.hostile import hostile_report
from tests.support.reports import make_report, realistic_report


@pytest.mark.parametrize("name", formats.FORMATS)
def test_the_same_report_gives_the_same_text(name: formats.Format) -> None:
    shown = formats.render(realistic_report(), name)
    assert shown == formats.render(realistic_report(), name)
    assert shown.endswith("\n")


@pytest.mark.parametrize("name", formats.FORMATS)
@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(categories=("Cs", "Cc", "Cf"))))
def test_rendering_never_fails(name: formats.Format, first: str, second: str) -> None:
    formats.render(hostile_report((first, second)), name).encode()


def test_screenshots_change_html_only() -> None:
    shots: dict[State, bytes] = {"no-choice": b"\xff\xd8\xff"}
    changed = [
        name
        for name in formats.FORMATS
        if formats.render(make_report(), name, screenshots=shots) != formats.render(make_report(), name)
    ]
    assert changed == ["html"]


@pytest.mark.parametrize(
    ("file", "name"),
    [("r.json", "json"), ("R.HTML", "html"), ("a/b.md", "md"), ("x.y.csv", "csv"), ("r.txt", "text")],
)
def test_the_suffix_names_the_format(file: str, name: str) -> None:
    assert formats.format_for_suffix(Path(file)) == name


@pytest.mark.parametrize("file", ["report.pdf", "report", ".json"])
def test_an_unknown_suffix_is_refused_with_what_works(file: str) -> None:
    with pytest.raises(InputError, match=r"\.json \.html \.md \.csv \.txt"):
        formats.format_for_suffix(Path(file))


@pytest.mark.parametrize(
    ("key", "value", "label", "text"),
    [
        ("http_only", True, "http only", "yes"),
        ("max_age_s", 34_560_000, "max age", "400 days"),
        ("delay_s", 1.5, "delay", "1.5 s"),
        ("wait_ms", 20, "wait", "20 ms"),
        ("redirects", ("a", "b"), "redirects", "a, b"),
        ("max_bytes", 100_000_000, "max bytes", "100 MB"),
        ("small_bytes", 1, "small bytes", "1 byte"),
        ("page_timeout", 30.0, "page timeout", "30 s"),
        ("time_budget", 600, "time budget", "10 minutes"),
        ("max_pages", 25, "max pages", "25"),
        ("same_site", ("", "lax"), "same site", "not declared, lax"),
    ],
)
def test_attributes_as_people_write_them(key: str, value: object, label: str, text: str) -> None:
    assert (attribute_label(key), attribute_text(key, value)) == (label, text)
