import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.catalogue.expressions import UnsafeRegexError
from consentinel.scanner.catalogue.loading import read_core
from consentinel.scanner.catalogue.parsing import parse_sheet
from consentinel.scanner.catalogue.regexes import compile_safe, require_searchable
from consentinel.scanner.catalogue.samples import samples


@pytest.mark.parametrize(
    "text",
    [
        # exponential: a choice or a repetition inside a repetition
        "(a+)+$",
        "([a-zA-Z]+)*!",
        "(a|aa)+$",
        "(a|a?)+$",
        "(.*a){20}",
        r"(\w+\s?)+$",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"(?:\d+)*,",
        "(x+x+)+y",
        r"((ab)*)+c",
        # polynomial: three that share what they repeat
        r"\w+\w+\w+!",
        r"\s*\s*\s*$",
        "a*a*a*b",
        ".*a.*b.*c",
        r"\d+x?\d+y?\d+",
        "a+(?:,)?a+(?:,)?a+",
        "(?:a+|b+)a+c*a+",
        r"[\w%.-]{0,120}\w{0,90}\w+",
        r"\w+\b\w+\b\w+",
        r"(?:x\d+)?(?:y\d+)?\d+",
        # many small ones are as bad as a few long ones
        "a?" * 25 + "a" * 25,
        "a?" * 32 + "a" * 32,
        "(a?)" * 25 + "a" * 25,
        r"(\w{1,60}){10}!",
        r"\w{1,64}" * 6 + "!",
        "(?:a|aa){10}" * 3 + "!",
        r"(\w?\w?){10}!",
        # what ends at one place may have come there in many ways
        "a+a+-a+a+-a+a+-!",
        # other characters than those of a keyboard
        "é*é*é*é*!",
        "[\u4e00-\u9fff]*[\u4e10-\ufaff]*[\u4e20-\uff00]*!",
        # other ways to write it
        "a{,60}" * 6 + "!",
        "(?i:a*A*a*A*!)",
        "(?i)a*A*a*A*!",
        r"\n*\012\n*\012\n*\012\n*!",
        # bounds that no text could ever meet
        "(?:x{60000}){60000}",
        "(?:x{4000}){4000}",
        # what changes the meaning of the rest
        "(?x: a+ # )",
        "(?>a+)b",
        "a*+b",
        "(?P<n>a)(?P=n)",
        "(" * 21 + ")" * 21,
    ],
)
def test_the_redos_corpus_is_refused(text: str) -> None:
    with pytest.raises(UnsafeRegexError):
        compile_safe(text)


@pytest.mark.parametrize(
    "text",
    [
        r"ey[\w-]+\.[\w-]+\.[\w-]+",
        r"\w*\$\$\w*optimizely.*",
        r"/x(?:/\d+/\d+|\?sid=\d+)",
        r"[a-z]+\d+[a-z]+\d+[a-z]+",
        r"GA1\.\d+\.\d+\.\d+",
        ".*.*",
        r"\x22?a+\x22?",
        r"\u00e9+x",
        "[é]a+",
    ],
)
def test_what_is_kept_apart_may_repeat(text: str) -> None:
    assert compile_safe(text).pattern == text


@pytest.mark.parametrize(
    "text",
    [
        "a.*b.*c",
        "a[^/]*b[^/]*c",
        r"\w+\w+!",
        r"(?:^|/)\w+\w+!",
        r"\w{1,60}\w{1,60}\w{1,60}!",
        "^/one$|/a.*b.*c$",
        "/a+a+/",
    ],
)
def test_what_may_be_matched_whole_but_not_searched(text: str) -> None:
    with pytest.raises(UnsafeRegexError, match=r"; bound them .* with \^"):
        require_searchable(compile_safe(text))


@pytest.mark.parametrize(
    "text",
    [
        r"\w+!",
        "^/a.*b.*c",
        "[?&][^=]+=x",
        r"/api\.js\?(?:[^#]*&)?render=x",
        r"^/one$|/two/\w+$",
        r"/a\w*.*",
        "(?i)/shield/.*x",
        "",
    ],
)
def test_what_may_be_searched(text: str) -> None:
    require_searchable(compile_safe(text))


@given(st.text(alphabet=r"ab.*+?()[]{}|\^$1,w", max_size=14), st.text(alphabet="ab1", max_size=4))
@settings(max_examples=500, deadline=None)
def test_whatever_is_let_through_ends(text: str, pumped: str) -> None:
    """Only an ending is asked for."""
    try:
        regex = compile_safe(text)
        regex.fullmatch((pumped * 1024)[:1023] + "!")
        require_searchable(regex)
    except UnsafeRegexError:
        return
    regex.search((pumped * 2048)[:2047] + "!")


def _core_regexes() -> list[re.Pattern[str]]:
    sheet = parse_sheet(read_core(), "core", {})
    found = [regex for name in sheet.names for regex in (name.regex, name.value)]
    found.extend(host.path_regex for host in sheet.hosts)
    found.extend(path.query for path in sheet.paths)
    for product in sheet.captchas:
        found.extend((*product.scripts, *product.anywhere))
    return [regex for regex in found if regex is not None]


def test_the_core_survives_pumped_input() -> None:
    """Each expression against what it almost matches, a thousand times over: only an ending is asked for."""
    for regex in _core_regexes():
        for text in samples(regex):
            for pumped in (text * 40, text[:1] * 1024, text[:-1] + text[-1:] * 1024, text + "\n" * 64):
                regex.fullmatch(pumped[:1024] + "\x00")
                regex.search(pumped[:1024] + "\x00")
