"""What a reader of a verification sees, in each format."""

import json
import re
from typing import Any

import pytest

from consentinel.banner.verify.shown import VERIFY_FORMATS, headline, render_verification
from consentinel.banner.verify.verification import Verification, judge
from consentinel.scanner.observations import Writer
from tests.banner.verify.evidence import banner_state, ga_cookie, inspection, make_evidence, request
from tests.support.observing import PAGE

GTAG = "https://www.googletagmanager.com/gtag/js"
HOSTILE = "_ga\x1b[31m|<b>@all `x`"


def verification(*observations: Any, **options: Any) -> Verification:
    state = banner_state(mode=options.pop("mode", "standard"))
    said = [inspection("no-choice", state, held=options.pop("held", ()))]
    return judge(make_evidence({"no-choice": observations}, said), **options)


def test_text_says_what_leaks_how_where_and_what_to_do() -> None:
    written = ga_cookie("no-choice", writer=Writer(f"{GTAG}?id=G-1", 12))
    text = render_verification(verification(written, request(f"{GTAG}?id=G-1", "no-choice")), "text")
    assert text.startswith(
        f"Verification of {PAGE}\nbanner: mode standard, regime eu\n2 leaks: what is below was there without "
        "consent (1 page, states no-choice, reject, accept, withdrawn).\n"
    )
    assert "1. performance script www.googletagmanager.com/gtag/js (Google Analytics)\n" in text
    assert f"   request: {GTAG}?id=\n" in text
    assert "2. performance cookie _ga of www.shop.example (Google Analytics)\n" in text
    assert f"   how:     a script: {GTAG}?id=:12\n" in text
    assert "   when:    no-choice\n" in text
    assert f"   where:   {PAGE}\n" in text
    assert "   fix:     Build the banner again from a report of today, or add the rule" in text


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (verification(), "Clean: nothing that needs consent was there without it (1 page, states"),
        (
            verification(request(GTAG, "no-choice"), held=(GTAG,), requested_ok=True),
            "No tag ran without consent; 1 tag was requested (1 page, states",
        ),
        (
            verification(request(GTAG, "no-choice"), held=(GTAG,)),
            "1 leak: tags that were requested without consent, but did not run (--requested-ok lets them "
            "pass; 1 page, states",
        ),
        (
            verification(request(GTAG, "no-choice"), held=(GTAG,), mode="strict", requested_ok=True),
            "1 leak: tags that were requested without consent, but did not run; in mode strict none may be "
            "requested (1 page, states",
        ),
        (judge(make_evidence({}, [inspection("no-choice", None)])), "Nothing is proven: see why below."),
    ],
)
def test_the_headline(found: Verification, expected: str) -> None:
    assert headline(found).startswith(expected)


@pytest.mark.parametrize("shape", VERIFY_FORMATS)
def test_in_strict_nobody_is_told_to_let_requests_pass_or_to_use_strict(shape: Any) -> None:
    found = verification(request(GTAG, "no-choice"), held=(GTAG,), mode="strict")
    text = render_verification(found, shape)
    assert "In mode strict a policy stops this request" in text
    assert "--requested-ok" not in text
    assert "mode: strict" not in text


def test_json_has_a_schema_and_the_fixes_and_is_the_same_each_time() -> None:
    found = verification(ga_cookie("no-choice"))
    text = render_verification(found, "json")
    assert text == render_verification(found, "json")
    told = json.loads(text)
    assert (told["schema"], told["result"]) == ("consentinel/verification/1", "leaks")
    (leak,) = told["leaks"]
    assert (leak["how"], leak["states"], leak["fix"][:5]) == ("by-script", ["no-choice"], "Build")


@pytest.mark.parametrize("shape", VERIFY_FORMATS)
def test_without_a_banner_no_rule_is_proposed(shape: Any) -> None:
    found = judge(make_evidence({"no-choice": [ga_cookie("no-choice")]}, [inspection("no-choice", None)]))
    text = render_verification(found, shape)
    assert "add the rule" not in text
    assert "Put the banner on the site first" in text
    assert "There is no banner of consentinel on" in text


@pytest.mark.parametrize("shape", VERIFY_FORMATS)
def test_what_a_site_says_becomes_no_markup_and_no_command(shape: Any) -> None:
    hostile = ga_cookie(
        "no-choice", name=HOSTILE, host="tracker.example", writer=Writer("https://x.example/<b>", 1)
    )
    text = render_verification(
        judge(
            make_evidence({"no-choice": [hostile]}, [inspection("no-choice", banner_state(mode="strict"))])
        ),
        shape,
    )
    assert "\x1b" not in text
    outside_code = re.sub(r"(`+)[^`]*\1", "", text)
    assert shape != "md" or ("<b>" not in outside_code and "@all" not in text)


def test_json_can_carry_lone_surrogates() -> None:
    odd = ga_cookie("no-choice", page=f"{PAGE}\ud800")
    assert "\\ud800" not in render_verification(verification(odd), "json").lower()
