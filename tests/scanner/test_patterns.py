import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.errors import InputError
from consentinel.scanner.patterns import compile_pattern

unhurried = settings(deadline=None)


@pytest.mark.parametrize(
    ("pattern", "target", "expected"),
    [
        ("/blog/*", "/blog/a/b?x=1", True),
        ("/blog/*", "/blog", False),
        ("/blog", "/blog/a", False),
        ("*print=1", "/a?print=1", True),
        ("/a?", "/ab", True),
        ("/Blog", "/blog", False),
        ("re:^/p/[0-9]+$", "/p/12", True),
        ("re:^/p/[0-9]+$", "/p/x", False),
        ("re:print=", "/a?print=1", True),
    ],
)
def test_matching(pattern: str, target: str, expected: bool) -> None:
    assert bool(compile_pattern(pattern)(target)) is expected


@pytest.mark.parametrize("text", ["blog/*", "", "https://shop.example/*", "re:(", "re:*"])
def test_patterns_that_cannot_work(text: str) -> None:
    with pytest.raises(InputError, match="pattern"):
        compile_pattern(text)


@unhurried
@given(st.text())
def test_any_text_is_a_pattern_or_an_input_error(text: str) -> None:
    for pattern in (text, f"re:{text}"):
        try:
            matches = compile_pattern(pattern)
        except InputError:
            continue
        matches("/path?query")
