import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.catalogue.expressions import UnsafeRegexError
from consentinel.scanner.catalogue.regexes import compile_safe
from consentinel.scanner.catalogue.samples import samples


@pytest.mark.parametrize(
    "text",
    [
        r"ph_[\w-]+_posthog",
        r"GS\d\.\d.*",
        r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?",
        r"(?:dark|light)",
        r"\x22?(on|off)\x22?",
        r"[^a-z]{4}",
        r"ASPSESSIONID[A-Z]{8}",
        r"\{.+\}",
        r"/api\.js(?!\?render=x)",
    ],
)
def test_samples_match(text: str) -> None:
    pattern = compile_safe(text)
    made = samples(pattern)
    assert made
    assert all(pattern.search(sample) for sample in made)


def test_samples_differ_where_the_expression_varies() -> None:
    assert len(samples(compile_safe(r"(?:dark|light)\d+\w*"))) == 6


@given(st.text(alphabet=r"ab.*+?()[]{}|\^$1,dwx-", max_size=14))
@settings(max_examples=500, deadline=None)
def test_whatever_is_made_is_found(text: str) -> None:
    try:
        pattern = compile_safe(text)
    except UnsafeRegexError:
        return
    assert all(pattern.search(sample) for sample in samples(pattern))


def test_no_text_fills_the_memory() -> None:
    made = samples(
        re.compile("(((((((((((x{0,9}){0,9}){0,9}){0,9}){0,9}){0,9}){0,9}){0,9}){0,9}){0,9}){0,9})")
    )
    assert all(len(sample) <= 10_000 for sample in made)
    assert samples(re.compile("(?:x{60000}){60000}")) == ()
