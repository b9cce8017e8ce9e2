"""What counts as a leak in which state, and how it is said to have got there."""

from typing import Any

import pytest

from consentinel.banner.verify.evidence import Operator
from consentinel.banner.verify.fixes import HOW, fix_of
from consentinel.banner.verify.leaks import Leak, find_leaks, left_at_third_parties
from consentinel.scanner.catalogue.own_rules import OwnRule
from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.observations import Writer
from consentinel.scanner.site_rules import SiteRules
from tests.banner.verify.evidence import (
    EVERYTHING,
    FOUR,
    NOTHING,
    banner_state,
    ga_cookie,
    inspection,
    make_evidence,
    request,
)
from tests.support.observing import PAGE, make_observation

GTAG = "https://www.googletagmanager.com/gtag/js"
PIXEL = "https://www.facebook.com/tr/"
TWO = ("_ga_AAAA11BB22", "_ga_CCCC33DD44")
UNKNOWN = "https://cdn.nobody-knows.example/x.js"


def leak_of(*args: Any, **options: Any) -> Leak:
    """Return the only leak of the evidence that these arguments make."""
    (leak,) = find_leaks(make_evidence(*args, **options))
    return leak


@pytest.mark.parametrize("state", ["no-choice", "reject", "withdrawn", "gpc"])
def test_what_needs_consent_leaks_where_nobody_gave_it(state: State) -> None:
    leak = leak_of({state: [ga_cookie(state)]})
    assert (leak.name, leak.category, leak.states, leak.pages) == ("_ga", "performance", (state,), (PAGE,))


def test_after_consent_nothing_leaks() -> None:
    assert find_leaks(make_evidence({"accept": [ga_cookie("accept"), request(PIXEL, "accept")]})) == ()


def test_one_finding_in_several_states_is_one_leak() -> None:
    leak = leak_of({state: [ga_cookie(state)] for state in FOUR})
    assert leak.states == ("no-choice", "reject", "withdrawn")


def test_what_is_necessary_and_what_the_browser_refused_does_not_leak() -> None:
    session = make_observation(name="PHPSESSID")
    refused = ga_cookie("no-choice", attributes={"via": "script", "blocked": "SameSiteNoneInsecure"})
    assert find_leaks(make_evidence({"no-choice": [session, refused]})) == ()


def test_what_the_regime_grants_does_not_leak_before_a_choice() -> None:
    some = banner_state(regime="us", choices=NOTHING | {"performance": True})
    seen = {state: [ga_cookie(state), request(PIXEL, state)] for state in FOUR}
    leaks = find_leaks(make_evidence(seen, [inspection(state, some) for state in FOUR]))
    assert {(leak.vendor, leak.states) for leak in leaks} == {
        ("Google Analytics", ("reject", "withdrawn")),
        ("Meta (Facebook and Instagram)", ("no-choice", "reject", "withdrawn")),
    }


def test_pages_that_disagree_grant_only_what_all_do() -> None:
    pages = [
        inspection("no-choice", banner_state(choices=EVERYTHING)),
        inspection("no-choice", banner_state()),
    ]
    assert leak_of({"no-choice": [ga_cookie("no-choice")]}, pages).states == ("no-choice",)


@pytest.mark.parametrize(("choices", "leaks"), [(NOTHING, 1), (NOTHING | {"functional": True}, 0)])
def test_a_tag_manager_may_load_once_anything_is_granted(choices: dict[str, bool], leaks: int) -> None:
    seen = {"no-choice": [request("https://www.googletagmanager.com/gtm.js?id=GTM-X", "no-choice")]}
    said = [inspection("no-choice", banner_state(regime="us", choices=choices))]
    assert len(find_leaks(make_evidence(seen, said))) == leaks  # type: ignore[arg-type]  # a literal key widens to str


@pytest.mark.parametrize(
    ("mode", "blocks_unknown", "leaks"),
    [("standard", False, 0), ("standard", True, 1), ("strict", False, 1), ("observe", False, 0)],
)
def test_unclassified_third_parties_leak_where_they_are_to_be_held(
    mode: str, blocks_unknown: bool, leaks: int
) -> None:
    evidence = make_evidence(
        {"no-choice": [request(UNKNOWN, "no-choice"), make_observation(name="our_basket")]},
        [inspection("no-choice", banner_state(mode=mode))],
        operator=Operator(blocks_unknown=blocks_unknown),
    )
    assert len(find_leaks(evidence)) == leaks


@pytest.mark.parametrize(
    ("said", "setting", "leaks"),
    [("standard", "strict", 1), ("strict", "standard", 0), ("strict", "", 1), ("standard", "", 0)],
)
def test_the_settings_say_whether_strangers_are_held_not_the_page(
    said: str, setting: str, leaks: int
) -> None:
    evidence = make_evidence(
        {"no-choice": [request(UNKNOWN, "no-choice")]},
        [inspection("no-choice", banner_state(mode=said))],
        operator=Operator(mode=setting),
    )
    assert len(find_leaks(evidence)) == leaks


@pytest.mark.parametrize(
    ("script", "served", "leaks"),
    [
        ("https://consent.example/b/shop.js", ("https://consent.example/b/",), 0),
        ("https://consent.example/b/shop.js", (), 2),
        ("https://evil.example/b/track.js", ("https://consent.example/b/",), 2),
        ("https://evil.example/consentinel.js", (), 2),
        (f"{PAGE}consentinel.js", (), 0),
    ],
)
def test_the_banner_itself_does_not_leak_in_mode_strict_but_what_has_its_name_does(
    script: str, served: tuple[str, ...], leaks: int
) -> None:
    own = [
        request(script, "no-choice", party="first" if script.startswith(PAGE) else "third"),
        request("https://consent.example/v1/consents", "no-choice", kind="request", writer=Writer(script, 1)),
    ]
    said = [inspection("no-choice", banner_state(mode="strict"))]
    evidence = make_evidence({"no-choice": own}, said, operator=Operator(served=served))
    assert len(find_leaks(evidence)) == leaks


@pytest.mark.parametrize(("category", "leaks"), [("functional", 0), ("performance", 1)])
def test_what_is_contested_needs_the_grant_for_functional(category: str, leaks: int) -> None:
    contested = request("https://www.google.com/recaptcha/api.js", "no-choice")
    said = [inspection("no-choice", banner_state(regime="us", choices=NOTHING | {category: True}))]
    found = find_leaks(make_evidence({"no-choice": [contested]}, said))
    assert [leak.contested for leak in found] == [True] * leaks


@pytest.mark.parametrize(
    ("rule", "leaks"),
    [
        (OwnRule(category="strictly-necessary", host="googletagmanager.com"), 0),
        (OwnRule(category="strictly-necessary", host="www.googletagmanager.com", path="/gtag/*"), 0),
        (OwnRule(category="strictly-necessary", host="*.googletagmanager.com"), 0),
        (OwnRule(category="strictly-necessary", host="tagmanager.com"), 1),
        (OwnRule(category="strictly-necessary", host="googletagmanager.com", path="/gtm.js"), 1),
        (OwnRule(category="strictly-necessary", path="/gtag/*"), 1),
        (OwnRule(category="strictly-necessary", name="www*"), 1),
    ],
)
def test_what_the_operator_decided_counts(rule: OwnRule, leaks: int) -> None:
    operator = Operator(rules=SiteRules((rule,)))
    seen = {"no-choice": [request(f"{GTAG}?id=G-X", "no-choice")]}
    assert len(find_leaks(make_evidence(seen, operator=operator))) == leaks  # type: ignore[arg-type]  # as above


def test_the_most_specific_rule_of_the_operator_counts() -> None:
    rules = (
        OwnRule(category="strictly-necessary", name="_g*"),
        OwnRule(category="targeting", name="_ga"),
    )
    leak = leak_of({"no-choice": [ga_cookie("no-choice")]}, operator=Operator(rules=SiteRules(rules)))
    assert (leak.category, leak.contested) == ("targeting", False)


@pytest.mark.parametrize(
    ("rule", "seen", "leaks"),
    [
        (OwnRule(category="strictly-necessary", name="_ga_AAAA11BB22"), TWO, 1),
        (OwnRule(category="strictly-necessary", name="_ga_AAAA11BB22"), TWO[:1], 0),
        (OwnRule(category="strictly-necessary", name="_ga_*"), TWO, 0),
        (OwnRule(category="targeting", name="_ga_AAAA11BB22"), TWO, 1),
        (OwnRule(category="targeting", name="cart_48151623"), ("cart_48151623", "cart_42108151"), 1),
    ],
)
def test_a_rule_for_one_name_does_not_open_all_that_share_its_pattern(
    rule: OwnRule, seen: tuple[str, ...], leaks: int
) -> None:
    cookies = [ga_cookie("no-choice", name=name) for name in seen]
    evidence = make_evidence({"no-choice": cookies}, operator=Operator(rules=SiteRules((rule,))))
    assert len(evidence.report.findings) == 1
    assert len(find_leaks(evidence)) == leaks


@pytest.mark.parametrize(("hosts", "leaks"), [(("3f2a1b9c7d", "9c7d3f2a1b"), 1), (("3f2a1b9c7d",), 0)])
def test_a_rule_for_one_host_does_not_open_all_random_ones(hosts: tuple[str, ...], leaks: int) -> None:
    rule = OwnRule(category="strictly-necessary", host="3f2a1b9c7d.tracker.example")
    seen = [request(f"https://{host}.tracker.example/t.js", "no-choice") for host in hosts]
    operator = Operator(rules=SiteRules((rule,)), blocks_unknown=True)
    assert len(find_leaks(make_evidence({"no-choice": seen}, operator=operator))) == leaks


# --- how it got there ---


@pytest.mark.parametrize(
    ("changes", "held", "late", "how", "says"),
    [
        ({}, (), (), "in-html", "add the rule {host: www.googletagmanager.com, category: performance}"),
        ({}, (f"{GTAG}?id=G-X",), (), "requested-not-run", 'data-category="performance"'),
        ({}, (), (f"{GTAG}?id=G-X",), "above-script", "Move the banner's script above it"),
        ({"writer": Writer(f"{PAGE}tags.js", 7)}, (), (), "by-script", "add the rule"),
    ],
)
def test_how_a_request_was_started(
    changes: dict[str, Any], held: tuple[str, ...], late: tuple[str, ...], how: str, says: str
) -> None:
    said = [inspection("no-choice", banner_state(late=late), held=held)]
    leak = leak_of({"no-choice": [request(f"{GTAG}?id=G-X", "no-choice", **changes)]}, said)
    assert leak.how == how
    assert says in fix_of(leak)


@pytest.mark.parametrize(
    ("state", "changes", "how", "says"),
    [
        ("no-choice", {}, "by-script", 'add the rule {cookie: "_ga", category: performance}'),
        ("no-choice", {"attributes": {"via": "header"}}, "by-own-server", "cookie `consentinel` grants"),
        ("withdrawn", {"attributes": {"via": "jar"}}, "left-behind", "add the rule"),
        ("withdrawn", {"attributes": {"via": "jar", "http_only": True}}, "left-behind", "A page cannot stop"),
        ("withdrawn", {"attributes": {"via": "script"}}, "by-script", "add the rule"),
        ("withdrawn", {"kind": "storage", "attributes": {}}, "left-behind", "{storage: "),
        ("reject", {"host": "tracker.example"}, "by-third-party", "requests to tracker.example"),
    ],
)
def test_how_an_item_was_stored(state: State, changes: dict[str, Any], how: str, says: str) -> None:
    leak = leak_of({state: [ga_cookie(state, **changes)]})
    assert leak.how == how
    assert says in fix_of(leak)


def test_a_proxied_tag_is_held_by_its_path() -> None:
    url = f"{PAGE}metrics/g/collect?v=2&tid=G-ABC123"
    fact = request(url, "no-choice", kind="beacon", writer=Writer(f"{PAGE}metrics/", 1))
    leak = leak_of({"no-choice": [fact]})
    assert "{path: /metrics/g/collect, category: performance}" in fix_of(leak)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("script", 'type="text/plain" data-category="performance"'),
        ("frame", 'data-category="performance", and data-src in the place of src'),
        ("pixel", 'data-category="performance", and data-src in the place of src'),
        ("request", 'data-category="performance", and data-src in the place of src (data-href of href)'),
    ],
)
def test_how_a_tag_is_written_that_nobody_requests(kind: str, says: str) -> None:
    url = f"{GTAG}?id=G-X"
    said = [inspection("no-choice", banner_state(), held=(url,))]
    leak = leak_of({"no-choice": [request(url, "no-choice", kind=kind)]}, said)
    assert leak.how == "requested-not-run"
    assert says in fix_of(leak)


def test_in_strict_a_request_says_that_the_policy_is_missing() -> None:
    said = [inspection("no-choice", banner_state(mode="strict"), held=(GTAG,))]
    leak = leak_of({"no-choice": [request(GTAG, "no-choice")]}, said)
    assert fix_of(leak, mode="strict") == (
        "In mode strict a policy stops this request, and none that does came with this page: "
        "see docs/hosting.md."
    )


def test_in_strict_no_policy_stops_what_the_site_serves_itself() -> None:
    url = f"{PAGE}metrics/g/collect?v=2&tid=G-ABC123"
    said = [inspection("no-choice", banner_state(mode="strict"), held=(url,))]
    leak = leak_of({"no-choice": [request(url, "no-choice", party="first")]}, said)
    fix = fix_of(leak, mode="strict")
    assert leak.how == "requested-not-run"
    assert fix.endswith('Write the tag with type="text/plain" data-category="performance".')


def test_what_a_leaking_script_does_is_mended_with_the_script() -> None:
    script = Writer(f"{GTAG}?id=G-X", 3)
    seen = [request(f"{GTAG}?id=G-X", "no-choice"), ga_cookie("no-choice", writer=script)]
    said = [inspection("no-choice", banner_state(late=(f"{GTAG}?id=G-X",)))]
    first, second = find_leaks(make_evidence({"no-choice": seen}, said))
    assert (first.comes_with, second.comes_with) == (None, first.name)
    assert fix_of(second) == "It comes with www.googletagmanager.com/gtag/js: mend that, and it is gone."


def test_a_script_that_only_leaks_elsewhere_is_not_to_blame() -> None:
    script = Writer(f"{GTAG}?id=G-X", 3)
    seen = {
        "reject": [request(f"{GTAG}?id=G-X", "reject")],
        "no-choice": [ga_cookie("no-choice", writer=script)],
    }
    assert [leak.comes_with for leak in find_leaks(make_evidence(seen))] == [None, None]  # type: ignore[arg-type]  # as above


def test_where_no_banner_is_no_rule_helps() -> None:
    leak = leak_of({"no-choice": [ga_cookie("no-choice")]})
    assert fix_of(leak, mode=None).startswith("Put the banner on the site first")


def test_every_way_has_words() -> None:
    assert len(set(HOW.values())) == len(HOW)


def test_cookies_of_others_that_are_only_left_are_no_leak() -> None:
    left = ga_cookie("withdrawn", name="fr", host="facebook.com", attributes={"via": "jar"})
    evidence = make_evidence({"withdrawn": [left]})
    assert find_leaks(evidence) == ()
    assert left_at_third_parties(evidence) == ["fr (facebook.com)"]


def test_the_worst_way_comes_first() -> None:
    said = [inspection("no-choice", banner_state(), held=(GTAG,))]
    seen = {"no-choice": [request(GTAG, "no-choice"), ga_cookie("no-choice"), request(PIXEL, "no-choice")]}
    leaks = find_leaks(make_evidence(seen, said))  # type: ignore[arg-type]  # as above
    assert [leak.how for leak in leaks] == ["in-html", "by-script", "requested-not-run"]
