"""The judgement as a whole: clean, leaking or not proven, with its problems and notes."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from consentinel.banner.verify.evidence import Operator
from consentinel.banner.verify.position import Position, position_of
from consentinel.banner.verify.verification import EXIT_STATUS, Verification, judge
from consentinel.scanner.catalogue.taxonomy import State
from tests.banner.verify.evidence import (
    EVERYTHING,
    NOTHING,
    banner_state,
    ga_cookie,
    inspection,
    make_evidence,
    request,
)
from tests.support.observing import PAGE, make_observation
from tests.support.reports import make_gap, make_visit

GTAG = "https://www.googletagmanager.com/gtag/js"
UNKNOWN = "https://cdn.nobody-knows.example/x.js"


UNKNOWN_GAP = make_gap(kind="unknown-host", where="cdn.nobody-knows.example:443", reason="it is unknown")


def judged(
    seen: dict[State, Any] | None = None, *args: Any, requested_ok: bool = False, **options: Any
) -> Verification:
    return judge(make_evidence(seen or {}, *args, **options), requested_ok=requested_ok)


def test_a_site_without_leaks_is_clean() -> None:
    found = judged({"accept": [ga_cookie("accept")]})
    assert (found.result, found.leaks, found.problems, found.notes) == ("clean", (), (), ())
    assert (found.mode, found.regime, found.pages) == ("standard", "eu", 1)
    assert EXIT_STATUS[found.result] == 0


def test_a_leak_is_one_whatever_else_was_not_seen() -> None:
    found = judged({"no-choice": [ga_cookie("no-choice")]}, gaps=(make_gap(),))
    assert (found.result, len(found.leaks), len(found.problems)) == ("leaks", 1, 1)
    assert EXIT_STATUS[found.result] == 1


@pytest.mark.parametrize(
    "kind", ["page-timeout", "collector-failed", "budget", "refused", "renderer-crashed"]
)
def test_gaps_make_it_unproven(kind: str) -> None:
    found = judged(gaps=(make_gap(kind=kind, where=PAGE, state="reject", reason="it broke"),))
    assert found.result == "unproven"
    assert found.problems == (f"Not everything was seen: {kind} at {PAGE} (reject): it broke.",)
    assert EXIT_STATUS[found.result] == 2


@pytest.mark.parametrize("kind", ["screenshot", "robots", "sitemap", "crawl-trap", "http-error"])
def test_gaps_that_hide_nothing_do_not(kind: str) -> None:
    assert judged(gaps=(make_gap(kind=kind),)).result == "clean"


def dead(url: str, state: State = "accept") -> Any:
    return request(url, state, attributes={"resource_type": "script", "failed": "net::ERR_TUNNEL"})


def test_a_host_that_does_not_exist_hides_nothing() -> None:
    found = judged({"no-choice": [dead(UNKNOWN, "no-choice")]}, gaps=(UNKNOWN_GAP,))
    assert (found.result, found.leaks, found.problems) == ("clean", (), ())
    assert found.notes[0] == (
        "Pages ask for hosts that do not exist, as every visitor's browser does in vain: take out what asks "
        "for cdn.nobody-knows.example:443."
    )


def test_asking_a_host_that_does_not_exist_without_the_consent_it_needs_is_a_leak() -> None:
    found = judged(
        {"no-choice": [dead(UNKNOWN, "no-choice")]},
        gaps=(UNKNOWN_GAP,),
        operator=Operator(blocks_unknown=True),
    )
    assert (found.result, [leak.host for leak in found.leaks]) == ("leaks", ["cdn.nobody-knows.example"])
    assert EXIT_STATUS[found.result] == 1


def test_a_host_of_the_catalogue_that_does_not_exist_here_may_elsewhere() -> None:
    gap = make_gap(kind="unknown-host", where="www.googletagmanager.com:443", reason="it is unknown")
    found = judged({"accept": [dead(GTAG)]}, gaps=(gap,))
    assert (found.result, found.leaks) == ("unproven", ())
    assert found.problems == (
        "www.googletagmanager.com:443 is in the catalogue, but not known to the name server here: where a "
        "filter in this network is why, verify from another one; where the service is gone, take its tag "
        "out.",
    )


def test_a_state_that_was_not_reached_is_unproven() -> None:
    evidence = make_evidence({})
    lost = make_visit("withdrawn", reached=False, method=None, detail="it did not answer")
    report = msgspec.structs.replace(evidence.report, states=(*evidence.report.states[:3], lost))
    found = judge(replace(evidence, report=report))
    assert found.result == "unproven"
    assert found.problems == ("The state withdrawn was not reached: it did not answer.",)


def test_without_a_banner_there_is_nothing_to_prove() -> None:
    found = judged({"no-choice": [ga_cookie("no-choice")]}, [inspection("no-choice", None)])
    assert (found.result, found.mode, len(found.leaks)) == ("unproven", None, 1)
    (problem,) = found.problems
    assert problem.startswith(f"There is no banner of consentinel on {PAGE}: put its script first")


@pytest.mark.parametrize(("requested_ok", "result"), [(False, "leaks"), (True, "clean")])
def test_what_was_only_requested_may_be_let_through(requested_ok: bool, result: str) -> None:
    said = [inspection("no-choice", banner_state(), held=(GTAG,))]
    found = judged({"no-choice": [request(GTAG, "no-choice")]}, said, requested_ok=requested_ok)
    assert (found.result, [leak.how for leak in found.leaks]) == (result, ["requested-not-run"])


@pytest.mark.parametrize("operator", [Operator(), Operator(mode="strict")])
def test_in_strict_what_was_requested_counts_whatever_is_let_through(operator: Operator) -> None:
    strict = [inspection("no-choice", banner_state(mode="strict"), held=(GTAG,))]
    seen: dict[State, Any] = {"no-choice": [request(GTAG, "no-choice")]}
    found = judged(seen, strict, requested_ok=True, operator=operator)
    assert (found.result, [leak.how for leak in found.leaks]) == ("leaks", ["requested-not-run"])
    assert (EXIT_STATUS[found.result], found.problems) == (1, ())


def test_a_page_cannot_talk_itself_out_of_strict() -> None:
    said = [inspection("no-choice", banner_state(), held=(GTAG,))]
    seen: dict[State, Any] = {"no-choice": [request(GTAG, "no-choice")]}
    found = judged(seen, said, requested_ok=True, operator=Operator(mode="strict"))
    assert (found.result, found.mode) == ("leaks", "strict")


def test_one_strict_page_makes_the_site_strict() -> None:
    said = [inspection("no-choice", banner_state()), inspection("no-choice", banner_state(mode="strict"))]
    found = judged({}, said)
    assert (found.result, found.mode) == ("clean", "strict")


@pytest.mark.parametrize(
    ("mode", "setting", "why"),
    [
        ("standard", "strict", "the settings say strict"),
        ("strict", "standard", "the settings say standard"),
        ("observe", "standard", "the settings say standard"),
        ("lenient", "", "no such one is known"),
    ],
)
def test_a_mode_that_is_not_expected_is_a_problem(mode: str, setting: str, why: str) -> None:
    said = [inspection("no-choice", banner_state(mode=mode))]
    found = judged({}, said, operator=Operator(mode=setting))
    told = f"A page names the mode {mode}, but {why}: deploy what is built from the settings."
    assert (found.result, found.problems) == ("unproven", (told,))


@pytest.mark.parametrize("mode", ["observe", "standard", "strict"])
@pytest.mark.parametrize("settings", [True, False])
def test_the_mode_of_the_settings_and_without_them_any_of_ours_is_no_problem(
    mode: str, settings: bool
) -> None:
    said = [inspection("no-choice", banner_state(mode=mode))]
    found = judged({}, said, operator=Operator(mode=mode if settings else ""))
    assert (found.result, found.mode, found.problems) == ("clean", mode, ())


def notes(*args: Any, **options: Any) -> tuple[str, ...]:
    return judged(*args, **options).notes


def test_notes_about_the_script() -> None:
    late = banner_state(late=(f"{GTAG}?id=G-X",))
    position = Position(True, ("an inline script", f"{GTAG}?id="), "defer")
    pages = [inspection("no-choice", late, position=position), inspection("no-choice", None)]
    assert notes({}, pages) == (
        f"No banner, so nothing is held back there and nobody can withdraw: {PAGE}.",
        f"Tags above the banner's script run before it can hold them: {GTAG}?id=.",
        "The banner's script is not the first one; above it: an inline script.",
        "The banner's script has defer: other scripts may run before it. Take that away.",
    )


def test_notes_about_the_states() -> None:
    observing = banner_state(mode="observe", regime="us", choices=NOTHING | {"performance": True})
    stuck = banner_state(choices=EVERYTHING, pending=2)
    assert notes({}, [inspection("no-choice", observing), inspection("accept", stuck)]) == (
        "Mode observe blocks nothing: what leaks here would be held back in mode standard or strict.",
        "Under the regime us, no-choice grants performance.",
        "After consent to everything, 2 tags are still held back.",
    )


def test_notes_about_findings() -> None:
    seen: dict[State, Any] = {
        "no-choice": [request(UNKNOWN, "no-choice"), make_observation(name="our_basket")],
        "accept": [request("https://late.nobody-knows.example/y.js", "accept")],
        "withdrawn": [ga_cookie("withdrawn", name="fr", host="facebook.com", attributes={"via": "jar"})],
    }
    assert notes(seen) == (
        "Cookies of third parties outlive the withdrawal; no page may delete them: fr (facebook.com).",
        "Third parties that nobody has classified are let through by this banner: cdn.nobody-knows.example.",
        "Stored by the site itself, and unclassified; say what it is by a rule: our_basket.",
        "Only consent brought these third parties, which nobody has classified: late.nobody-knows.example.",
    )
    blocking = notes(seen, operator=Operator(blocks_unknown=True))
    assert not any("let through" in note for note in blocking)


# --- where the script stands ---


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<script src="/consentinel.js"></script><script src="/a.js"></script>', Position(True)),
        ('<script src="consentinel.0123456789abcdef.js"></script>', Position(True)),
        ('<script src="https://consent.example/b/shop.js"></script>', Position(True)),
        (
            '<script src="https://evil.example/consentinel.js"></script>',
            Position(False),
        ),
        (
            '<script src="https://evil.example/b/t.js"></script><script src="/consentinel.js"></script>',
            Position(True, ("https://evil.example/b/t.js",)),
        ),
        ("<script>/* c */(function(){var __config={}})()</script>", Position(True)),
        (
            f'<script>a()</script><script src="{GTAG}?id=G-X"></script>'
            '<script src="/consentinel.js"></script>',
            Position(True, ("an inline script", f"{GTAG}?id=")),
        ),
        (
            '<script type="application/ld+json">{}</script><script type="text/plain" src="/a.js"></script>'
            '<script src="/consentinel.js"></script>',
            Position(True),
        ),
        ('<script async src="/consentinel.js"></script>', Position(True, (), "async")),
        ('<script type="module" src="/consentinel.js"></script>', Position(True, (), "type=module")),
        ('<script src="/consentinel.json"></script>', Position(False)),
        ('<script src="http://[broken/consentinel.js"></script>', Position(False)),
        ("", Position(False)),
    ],
)
def test_where_the_script_stands(head: str, expected: Position) -> None:
    html = f"<!doctype html><html><head>{head}</head><body></body></html>"
    assert position_of(html, PAGE, ("https://consent.example/b/",)) == expected
