import re

import pytest

from consentinel.scanner.catalogue.loading import read_core
from consentinel.scanner.catalogue.parsing import parse_sheet
from consentinel.scanner.catalogue.regexes import UnsafeRegexError, compile_safe
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
