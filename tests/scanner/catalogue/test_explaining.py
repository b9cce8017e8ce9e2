from collections.abc import Callable

from consentinel.scanner.catalogue.explaining import explain
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.subject import UNCLASSIFIED, Subject

Build = Callable[..., Catalogue]
SITE = "https://www.shop.example/"


def test_the_explanation_ends_with_the_decision(core: Catalogue) -> None:
    for subject in (
        Subject(kind="cookie", name="_ga", host="shop.example", site=SITE),
        Subject(kind="storage", name="nobody_knows", host="shop.example", site=SITE),
        Subject(kind="request", url="https://www.google.com/recaptcha/api.js?render=explicit", site=SITE),
        Subject(kind="captcha", name="hcaptcha"),
    ):
        explanation = explain(core, subject)
        answers = [step.answer for step in explanation.steps if step.answer]
        assert explanation.decision == core.decide(subject)
        assert answers[-1:] == ([explanation.decision] if explanation.decision != UNCLASSIFIED else [])


def test_what_stands_behind_the_answer_is_not_asked(acme: Build) -> None:
    catalogue = acme("    cookies: [_a]\n")
    steps = explain(catalogue, Subject(kind="cookie", name="_a")).steps
    assert [step.asked for step in steps] == [True, True, False, False, False]


def test_an_override_is_asked_first(acme: Build) -> None:
    override = "vendors:\n- {id: o, vendor: O, category: functional, purpose: P., cookies: [_a]}\n"
    explanation = explain(acme("    cookies: [_a]\n", override), Subject(kind="cookie", name="_a"))
    assert explanation.steps[1].layer == "override"
    assert explanation.source == "mine.yaml:2"
    assert [candidate.rule for candidate in explanation.candidates] == [
        "override:o/cookie:_a",
        "core:acme/cookie:_a",
    ]


def test_entries_near_it_say_what_they_ask_for(acme: Build) -> None:
    catalogue = acme(
        "    cookies:\n      - {name: s, domain: acme.example}\n      - {name: s, value: '[0-9]+'}\n"
        "      - {name: s, requires: [first-party, http-only]}\n      - {regex: 's\\d'}\n"
    )
    explanation = explain(catalogue, Subject(kind="cookie", name="s", value="x"))
    assert explanation.decision == UNCLASSIFIED
    assert [candidate.misfits for candidate in explanation.candidates] == [
        ("only with a second sign: first-party, http-only",),
        ("only values that match [0-9]+",),
        ("only at acme.example",),
    ]


def test_paths_and_types_of_a_host_are_near_it(acme: Build) -> None:
    catalogue = acme(
        "    hosts:\n      - a.example/p\n      - {host: a.example, types: [image]}\n"
        "      - {host: a.example, path_regex: '/q'}\n"
    )
    explanation = explain(catalogue, Subject(kind="request", url="https://a.example/", site=SITE))
    assert [candidate.misfits for candidate in explanation.candidates] == [
        ("only where path and query match /q",),
        ("only under /p",),
        ("only for image",),
    ]


def test_steps_tell_which_captcha_an_override_answers_for(acme: Build) -> None:
    captcha = (
        "vendor: A, product: A, category: functional, purpose: P., collects: C., check: x, "
        "runs_before_interaction: true, hosts: [c.example]"
    )
    core = f"captchas:\n  - {{id: one, {captcha}, scripts: ['/one']}}\n  - {{id: two, {captcha}}}\n"
    catalogue = acme(core, "captchas:\n  - {id: one, category: strictly-necessary}\n")
    found = [
        explain(catalogue, Subject(kind="request", url=f"https://c.example/{name}", site=SITE))
        for name in ("one", "two")
    ]
    assert [explanation.decision.rule for explanation in found] == [
        "override:captcha/one",
        "core:captcha/two",
    ]
    assert [explanation.source for explanation in found] == ["mine.yaml:2", "core.yaml:9"]
    assert [step.layer for step in found[1].steps if step.answer] == ["core"]
    assert found[0].steps[0].answer == found[0].decision


def test_a_necessary_name_that_gives_way_is_told(acme: Build) -> None:
    catalogue = acme(
        "    hosts: [a.example]\n"
        "  - {id: base, vendor: Base, category: strictly-necessary, purpose: P., check: x, cookies: [lb]}\n"
    )
    explanation = explain(catalogue, Subject(kind="cookie", name="lb", host="a.example", site=SITE))
    assert [step.answer is not None for step in explanation.steps[:3]] == [False, False, True]
    assert "Base sets necessary ones of this name" in explanation.decision.evidence[0]
    assert explanation.source == "core.yaml:2"
