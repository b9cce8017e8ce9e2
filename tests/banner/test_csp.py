import re
from typing import Any

import pytest

from consentinel.banner import regimes
from consentinel.banner.csp import Sources, narrowed, policies
from consentinel.banner.rule_text import Rule

RULES = (
    Rule("pay.example", 0),
    Rule("chat.example", 1, "chat"),
    Rule("stats.example", 2, "stats"),
    Rule("ads.example", 3, "ads"),
    Rule("tags.example", 4, "tags"),
    Rule("stranger.example", 5),
    Rule("#_ga", 2, "stats"),
    Rule("/metrics/*", 2, "stats"),
)
OWN = "example.org:* *.example.org:* wss://example.org:* wss://*.example.org:*"
START = f"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: {OWN}"


def made(**facts: Any) -> dict[str, str]:
    return policies(Sources(**{"rules": RULES, "own": ["example.org"], **facts}))


def hosts(policy: str) -> set[str]:
    """Return the hosts of others in a policy."""
    named = re.findall(r"(?<= )\*?\.?([a-z.]+):\*", policy)
    return set(named) - {"example.org"}


def test_the_keys_are_those_of_all_states_and_combinations() -> None:
    assert list(made()) == [
        "no-choice",
        "reject",
        "accept",
        "withdrawn",
        "gpc",
        "functional",
        "performance",
        "targeting",
        "functional+performance",
        "functional+targeting",
        "performance+targeting",
        "functional+performance+targeting",
    ]


@pytest.mark.parametrize("state", ["no-choice", "reject", "withdrawn", "gpc"])
def test_before_consent_only_the_own_and_the_necessary_may_be_fetched(state: str) -> None:
    assert made()[state] == f"{START} *.pay.example:* pay.example:*"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("functional", {"pay.example", "chat.example", "tags.example"}),
        ("performance", {"pay.example", "stats.example", "tags.example"}),
        ("performance+targeting", {"pay.example", "stats.example", "ads.example", "tags.example"}),
    ],
)
def test_what_is_granted_may_be_fetched_and_tag_managers_with_it(state: str, expected: set[str]) -> None:
    assert hosts(made()[state]) == expected


def test_after_accept_nothing_is_refused() -> None:
    found = made()
    assert found["accept"] == found["functional+performance+targeting"]
    assert found["accept"].startswith("default-src * 'unsafe-inline' 'unsafe-eval' data: blob: ")


def test_a_policy_is_one_line_that_every_server_can_carry() -> None:
    rules = [Rule("a.example/x;y/*", 0), Rule("b.example/it's,$/x", 0)]
    for policy in made(rules=rules).values():
        assert re.fullmatch(r"[A-Za-z0-9 ;:/.*'_%+=,~?&@!()\[\]-]+", policy)
        assert not re.search(r"'(sha\d+|nonce)-", policy)
        assert policy.count(";") == 0


def test_api_and_parts_may_be_fetched_from_their_folders_alone() -> None:
    found = made(addresses=["https://consent.example:8443/x/", "https://cdn.example/b/"])["reject"]
    assert f"{START} https://consent.example:8443/x/ https://cdn.example/b/ " in found


def test_sockets_are_as_secure_as_the_site() -> None:
    assert " ws://example.org:* " in made(secure=False)["reject"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a.example", "*.a.example:* a.example:*"),
        ("www.a.example", "www.a.example:*"),
        ("localhost", "localhost:*"),
        ("127.0.0.1", "127.0.0.1:*"),
        ("ads*.a.example", "*.a.example:*"),
        ("a.example/x/*", "*.a.example:*/x/ a.example:*/x/"),
        ("a.example/x/y*", "*.a.example:*/x/ a.example:*/x/"),
        ("a.example/x.js", "*.a.example:*/x.js a.example:*/x.js"),
        ("a.example/*x", "*.a.example:* a.example:*"),
    ],
)
def test_how_rules_are_said_in_policies(pattern: str, expected: str) -> None:
    assert made(rules=[Rule(pattern, 0)])["reject"] == f"{START} {expected}"


def test_below_a_necessary_host_what_is_gated_stays_out() -> None:
    rules = [Rule("cloud.example", 0), Rule("ads.cloud.example", 3, "ads")]
    seen = ["cdn.cloud.example", "ads.cloud.example", "x.ads.cloud.example", "other.example"]
    found = made(rules=rules, seen=seen)
    assert found["reject"] == f"{START} cdn.cloud.example:* cloud.example:*"
    assert " *.cloud.example:* " in found["targeting"]


SHARED = [Rule("cdn.example", 0), Rule("cdn.example/analytics/*", 2, "stats")]
SHARED_SEEN = [
    "cdn.example/lib.js",
    "cdn.example/analytics/a.js",
    "x.cdn.example/b",
    "cdn.example/",
    "cdn.example",
]


def test_a_host_with_a_gated_path_is_listed_by_its_seen_addresses() -> None:
    found = made(rules=SHARED, seen=SHARED_SEEN)
    assert found["reject"] == f"{START} cdn.example:*/lib.js x.cdn.example:*/b"
    assert found["performance"] == (
        f"{START} *.cdn.example:* *.cdn.example:*/analytics/ cdn.example:* cdn.example:*/analytics/"
    )


@pytest.mark.parametrize(
    ("allowed", "gated"),
    [
        ("cdn.example/lib/*", "cdn.example/lib/ads/*"),
        ("cdn.example/lib/x*", "cdn.example/lib/y.js"),
        ("cdn.example/lib/*", "cdn.example/*/ads.js"),
        ("a.cdn.example", "cdn.example/ads/*"),
        ("cdn.example", "ads*.cdn.example/x.js"),
        ("c*.cdn.example", "cdn.example/x.js"),
    ],
)
def test_no_folder_is_opened_with_a_gated_path_in_it(allowed: str, gated: str) -> None:
    sources = Sources(rules=[Rule(allowed, 0), Rule(gated, 3, "ads")], own=["example.org"])
    assert policies(sources)["reject"] == START
    assert narrowed(sources) == [allowed]


@pytest.mark.parametrize("gated", ["cdn.example/ads/*", "cdn.example/library.js", "other.example/lib/x"])
def test_a_gated_path_elsewhere_narrows_nothing(gated: str) -> None:
    sources = Sources(rules=[Rule("cdn.example/lib/*", 0), Rule(gated, 3, "ads")], own=["example.org"])
    assert policies(sources)["reject"] == f"{START} *.cdn.example:*/lib/ cdn.example:*/lib/"
    assert narrowed(sources) == []


def test_before_an_answer_the_regime_decides() -> None:
    strict, lax = made(regimes=regimes.compiled("eu")), made(regimes=regimes.compiled("us-ca"))
    assert strict["no-choice"] == strict["gpc"] == strict["reject"]
    assert lax["no-choice"] == lax["accept"]
    assert "ads.example" not in hosts(lax["gpc"])
    assert hosts(lax["reject"]) == {"pay.example"}


def test_where_the_visitors_country_decides_the_strictest_regime_counts() -> None:
    found = made(regimes=regimes.compiled("auto"))
    assert found["no-choice"] == found["reject"]


def test_exempt_services_may_always_be_fetched() -> None:
    found = made(regimes=regimes.compiled("fr", ["stats"]))
    assert hosts(found["reject"]) == {"pay.example", "stats.example"}


def test_a_folder_of_the_site_is_in_self() -> None:
    assert made(addresses=["/b"]) == made()
