"""What records say of the ones before and after them, and what an API that wants a challenge gets."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page

from consentinel.banner.consent import decode_posted
from tests.banner.api.pages import Banner, choose, start_banner
from tests.conftest import Serve
from tests.support.sites import Answer, Hit

pytestmark = pytest.mark.browser

WAITING = "localStorage.getItem('consentinel.unsent')"
KEPT = "['receipt', 'previous'].map((key) => localStorage.getItem(`consentinel.${key}`))"
JSON = [("Content-Type", "application/json")]


def receipts(hit: Hit) -> Answer:
    """Answer with a receipt that names the type of what it is for."""
    posted = json.loads(hit.body)
    body = {"id": posted["event_id"], "receipt": f"r-{posted['type']}", "state": {}}
    return Answer(json.dumps(body), 201, JSON)


@dataclass
class Outage:
    """An API that is down until `is_over`."""

    is_over: bool = False

    def __call__(self, hit: Hit) -> Answer:
        """Answer with a receipt, or with nothing of use."""
        return receipts(hit) if self.is_over else Answer("no", 503)

    def end(self, page: Page) -> None:
        """Let the API be up and the page try again, and wait until it has nothing left to send."""
        self.is_over = True
        page.clock.fast_forward(3_700_000)
        page.wait_for_function(f"!{WAITING}")


def start(serve: Serve, answer: Callable[[Hit], Answer] = receipts, **config: Any) -> Banner:
    return start_banner(serve, api="/api", answer=answer, **config)


def delivered(page: Page, *calls: str) -> None:
    """Make choices, each of which the API confirms before the next."""
    for call in calls:
        choose(page, call)
        page.wait_for_function(f"!{WAITING}")


def links(banner: Banner) -> list[tuple[str, str, bool]]:
    """Return type, previous receipt and whether it was superseded of each event, as the API first read it."""
    first: dict[str, tuple[str, str, bool]] = {}
    for hit in banner.site.log.of("127.0.0.1", "/api/v1/consents"):
        posted = decode_posted(hit.body)
        first.setdefault(posted.event_id, (posted.type, posted.previous, posted.superseded))
    return list(first.values())


def test_what_follows_a_grant_names_it(page: Page, serve: Serve) -> None:
    banner = start(serve)
    page.goto(banner.url)
    delivered(page, "accept()", "save({performance: true})", "withdraw()")
    assert links(banner) == [
        ("given", "", False),
        ("changed", "r-given", False),
        ("withdrawn", "r-changed", False),
    ]
    assert page.evaluate(KEPT) == [None, None]


def test_a_refusal_names_nobody(page: Page, serve: Serve) -> None:
    banner = start(serve)
    page.goto(banner.url)
    delivered(page, "reject()", "accept()")
    assert links(banner) == [("refused", "", False), ("given", "", False)]


def test_whoever_has_withdrawn_is_a_stranger_again(page: Page, serve: Serve) -> None:
    banner = start(serve)
    page.goto(banner.url)
    delivered(page, "accept()", "withdraw()", "accept()")
    assert links(banner)[2] == ("given", "", False)


def test_the_receipt_is_there_until_the_withdrawal_is_sent(page: Page, serve: Serve) -> None:
    outage = Outage(is_over=True)
    banner = start(serve, outage)
    page.clock.install()
    page.goto(banner.url)
    delivered(page, "accept()")
    outage.is_over = False
    choose(page, "withdraw()")
    assert page.evaluate(KEPT) == [None, "r-given"]
    page.goto(banner.url + "other")
    outage.end(page)
    assert links(banner)[-1] == ("withdrawn", "r-given", False)
    assert page.evaluate(KEPT) == [None, None]


def test_what_waits_together_is_linked_and_superseded(page: Page, serve: Serve) -> None:
    """The API was down for three answers: the last of them is what holds."""
    outage = Outage()
    banner = start(serve, outage)
    page.clock.install()
    page.goto(banner.url)
    for call in ("accept()", "save({performance: true})", "withdraw()", "accept()"):
        choose(page, call)
    seen = len(banner.posts)
    outage.end(page)
    posted = [(post["type"], post.get("previous"), post.get("superseded")) for post in banner.posts[seen:]]
    assert list(dict.fromkeys(posted)) == [
        ("given", None, True),
        ("changed", "r-given", True),
        ("withdrawn", "r-changed", True),
        ("given", None, None),
    ]
    assert page.evaluate(KEPT)[0].endswith(" r-given")


def test_another_tab_does_not_take_the_receipt_away(page: Page, serve: Serve) -> None:
    banner = start(serve)
    page.goto(banner.url)
    delivered(page, "accept()")
    other = page.context.new_page()
    other.goto(banner.url + "other")
    delivered(page, "withdraw()")
    other.wait_for_function("!consentinel.has('targeting')")
    assert links(banner)[-1] == ("withdrawn", "r-given", False)
    assert page.evaluate(KEPT) == [None, None]


def test_a_prerendered_page_sends_and_forgets_nothing(page: Page, serve: Serve) -> None:
    """It has no visitor yet, and knows of no grant."""
    outage = Outage()
    banner = start(serve, outage)
    page.goto(banner.url)
    choose(page, "accept()")
    page.wait_for_function("localStorage.getItem('consentinel.tried')?.startsWith('1 ')")
    page.evaluate("localStorage.setItem('consentinel.receipt', 'c-0 r-0')")
    page.evaluate("localStorage.removeItem('consentinel.tried')")
    outage.is_over = True
    seen = len(banner.posts)
    page.add_init_script(
        "window.asleep = true;"
        "Object.defineProperty(Document.prototype, 'prerendering', { get: () => window.asleep })"
    )
    with page.expect_event("requestfinished", lambda request: "consentinel-act." in request.url):
        page.goto(banner.url + "other", wait_until="networkidle")
    assert len(banner.posts) == seen
    assert page.evaluate(KEPT) == ["c-0 r-0", None]
    page.evaluate("window.asleep = false; document.dispatchEvent(new Event('prerenderingchange'))")
    page.wait_for_function(f"!{WAITING}")
    assert page.evaluate(KEPT)[0].endswith(" r-given")


def test_an_api_that_wants_a_challenge_gets_it(page: Page, serve: Serve) -> None:
    def answer(hit: Hit) -> Answer:
        return receipts(hit) if json.loads(hit.body).get("challenge") == "c-1" else Answer("no", 403)

    banner = start(serve, answer)
    banner.site.call("/api/v1/challenge", lambda _: Answer(json.dumps({"challenge": "c-1"}), 200, JSON))
    page.goto(banner.url)
    delivered(page, "accept()")
    [hit] = banner.site.log.of("127.0.0.1", "/api/v1/challenge")
    assert hit.query == "site=127.0.0.1"
    assert len({post["event_id"] for post in banner.posts}) == 1


def test_a_refused_challenge_is_no_end(page: Page, serve: Serve) -> None:
    banner = start(serve, lambda _: Answer("no", 403))
    banner.site.call("/api/v1/challenge", lambda _: Answer("<title>Log in</title>", 200))
    page.goto(banner.url)
    choose(page, "accept()")
    page.wait_for_function("localStorage.getItem('consentinel.tried')?.startsWith('1 ')")
    assert page.evaluate(WAITING)
