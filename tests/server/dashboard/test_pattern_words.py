"""What a pattern means, in words."""

import pytest

from consentinel.scanner.override_patterns import pattern_for
from consentinel.server.dashboard.pattern_words import in_words
from tests.server.dashboard.conftest import Console
from tests.server.dashboard.world import SITE, typical
from tests.support.reports import make_finding


@pytest.mark.parametrize(
    ("kind", "name", "host", "words"),
    [
        (
            "cookie",
            "zz9",
            "www.shop.example",
            "cookies with the name zz9, of shop.example and all hosts below it",
        ),
        (
            "storage",
            "a: b",
            "shop.example",
            "storage items with the name a: b, of shop.example and all hosts below it",
        ),
        (
            "cookie",
            "_px_*",
            "shop.example",
            "cookies with a name that begins with _px_, of shop.example and all hosts below it",
        ),
        ("script", "t.example/b.js", "t.example", "requests to t.example"),
    ],
)
def test_what_is_decided_is_said_in_words(kind: str, name: str, host: str, words: str) -> None:
    party = "third" if kind == "script" else "first"
    finding = make_finding(kind=kind, name=name, host=host, party=party, category=None)
    assert in_words(pattern_for(finding)) == words


def test_the_review_asks_in_words(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)
    text = console.get(f"/admin/sites/{SITE}/review")
    assert "<dt>Decides for</dt><dd>cookies with the name zz9, of " in text
    assert "Provider (empty: the site itself)" in text
