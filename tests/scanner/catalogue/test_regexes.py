import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.catalogue.expressions import UnsafeRegexError
from consentinel.scanner.catalogue.regexes import (
    as_wildcard,
    compile_safe,
    literal_start,
)


@pytest.mark.parametrize(
    "text",
    [
        "(a+)+",
        "(a*)*b",
        "(?:a|a)*",
        "([a-z]+)*",
        "(?:(?:x+)y?)+",
        "(a{1,20}){1,20}",
        "(?P<n>a+)+",
        r"(\d+)*",
        "((a?)b)*",
        r"(a)\1",
        ".*.*.*x",
        "[",
        "a{2,1}",
        "x" * 401,
    ],
)
def test_dangerous_or_broken_expressions_are_refused(text: str) -> None:
    with pytest.raises(UnsafeRegexError):
        compile_safe(text)


@pytest.mark.parametrize(
    "text",
    [
        r"ph_[\w-]+_posthog",
        r"GS\d\.\d.*",
        r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?",
        r"(?:dark|light)",
        r"\(a+\)+",
        r"[(a+)]+",
        r"[]+]*",
        r"(?:\d+\.){3}\d+",
        r"(?!x)a+",
    ],
)
def test_harmless_expressions_compile(text: str) -> None:
    assert compile_safe(text).pattern == text


@pytest.mark.parametrize(
    ("text", "start", "shown"),
    [
        (r"ph_\w+_posthog", "ph_", "ph_*_posthog"),
        (r"_gat\d*", "_gat", "_gat*"),
        (r"ab?c", "a", "a*c"),
        (r"a\.b\d", "a.b", "a.b*"),
        (r"\w+", "", "*"),
        (r"(ab)c", "", "*c"),
        (r"a|b", "", "a*b"),
        (r"[0-9a-f]{32}", "", "*"),
    ],
)
def test_literal_start_and_wildcard(text: str, start: str, shown: str) -> None:
    assert literal_start(text) == start
    assert as_wildcard(text) == shown


@given(st.text(alphabet=r"ab.*+?()[]{}|\^$1,dw-", max_size=12), st.text(alphabet="ab1.", max_size=12))
@settings(max_examples=500)
def test_every_full_match_begins_with_the_literal_start(text: str, name: str) -> None:
    try:
        pattern = compile_safe(text)
    except UnsafeRegexError:
        return
    if pattern.fullmatch(name):
        assert name.startswith(literal_start(text))


@given(st.text(max_size=30))
def test_no_other_error_than_unsafe(text: str) -> None:
    said = "compiled; nothing to do"
    try:
        compile_safe(text)
    except UnsafeRegexError as error:
        said = str(error)
    assert "; " in said
