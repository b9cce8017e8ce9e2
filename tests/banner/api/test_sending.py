"""Choices on their way to the consent API, which may be down, slow, or talk nonsense."""

import json
import re

import pytest
from playwright.sync_api import Page

from consentinel.banner.consent import decode_posted
from tests.banner.api.pages import Banner, choose, confirmed, reloads, start_banner
from tests.conftest import Serve
from tests.support.sites import Answer, Hit

pytestmark = pytest.mark.browser

QUEUE = "JSON.parse(localStorage.getItem('consentinel.queue') || '[]')"
RECEIPT = "localStorage.getItem('consentinel.receipt')"
LATER_MS = 3_700_000


def sent(page: Page, banner: Banner, count: int) -> None:
    """Wait until the API has confirmed all; `count` different events have reached it then.

    On a machine that is busy an answer may come too late to be heard: the event is sent again.
    """
    page.wait_for_function(f"!{QUEUE}.length && !localStorage.getItem('consentinel.unsent')")
    assert len({post["event_id"] for post in banner.posts}) == count


def test_a_choice_is_posted_as_the_server_reads_it(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api", version="0.1.0")
    page.goto(banner.url)
    choose(page, "save({performance: true, vendors: {ads: true}}, 'settings')")
    sent(page, banner, 1)
    [hit] = banner.site.log.of("127.0.0.1", "/api/v1/consents")
    posted = decode_posted(hit.body)
    assert (posted.site, posted.type, posted.method, posted.regime) == (
        "127.0.0.1",
        "given",
        "settings",
        "eu",
    )
    assert (posted.choices.functional, posted.choices.performance, posted.choices.targeting) == (
        False,
        True,
        False,
    )
    assert (posted.vendors, posted.locale, posted.purposes) == ({"ads": True}, "en", "0a1b2c3d")
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", posted.event_id
    )
    assert hit.headers["content-type"] == "application/json"


def test_each_kind_of_answer_has_its_name(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api")
    page.goto(banner.url)
    for call in ("reject()", "accept()", "accept()", "save({functional: true})", "withdraw()"):
        choose(page, call)
    sent(page, banner, 4)
    types = {post["event_id"]: post["type"] for post in banner.posts}
    assert list(types.values()) == ["refused", "given", "changed", "withdrawn"]


def test_one_service_alone_is_a_consent_too(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api")
    page.goto(banner.url)
    choose(page, "allow('chat')")
    sent(page, banner, 1)
    [post] = banner.posts
    assert (post["type"], post["method"], post["vendors"]) == ("given", "placeholder", {"chat": True})
    assert not any(post["choices"].values())


def test_a_handler_that_is_given_an_event_is_still_a_method(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api")
    page.goto(banner.url)
    page.evaluate("consentinel.accept(new Event('click'))")
    sent(page, banner, 1)
    assert banner.posts[0]["method"] == "api"


def test_id_and_receipt_are_kept_only_while_something_is_granted(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api")
    page.goto(banner.url)
    choose(page, "reject()")
    sent(page, banner, 1)
    assert page.evaluate(RECEIPT) is None
    choose(page, "accept()")
    page.wait_for_function(RECEIPT)
    assert page.evaluate(RECEIPT) == "c-1 r-1"
    assert not {"id", "receipt"} & set(page.evaluate("consentinel.state()"))
    choose(page, "withdraw()")
    assert page.evaluate(RECEIPT) is None


def test_without_an_api_nothing_is_kept_to_send(page: Page, serve: Serve) -> None:
    banner = start_banner(serve)
    page.goto(banner.url)
    choose(page, "accept()")
    assert page.evaluate("Object.keys(localStorage).sort()") == ["consentinel.choice"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer("no", 503),
        Answer("slow down", 429),
        Answer("gone astray", 404),
        Answer("<title>Log in to the network</title>", 200),
        Answer("[]", 200),
        Answer(json.dumps({"state": {}}), 201, [("Content-Type", "application/json")], delay_s=2.5),
    ],
    ids=["down", "busy", "astray", "login page", "nonsense", "slow"],
)
def test_what_could_not_be_sent_is_sent_later(page: Page, serve: Serve, answer: Answer) -> None:
    """The page is not held up, the choice holds, and a later page sends the same event."""
    banner = start_banner(
        serve, api="/api", answer=lambda hit: confirmed(hit) if len(banner.posts) > 1 else answer
    )
    page.clock.install()
    page.goto(banner.url)
    assert choose(page, "accept()")["choices"]["targeting"]
    page.wait_for_function(f"{QUEUE}[0]?.tries === 1")
    page.clock.fast_forward(LATER_MS)
    page.goto(banner.url + "other")
    sent(page, banner, 1)
    assert len(banner.posts) > 1


def test_what_the_api_refuses_is_dropped(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api", answer=lambda _: Answer("no such choice", 422))
    page.goto(banner.url)
    choose(page, "accept()")
    sent(page, banner, 1)
    assert page.evaluate(RECEIPT) is None


def test_later_answers_wait_for_earlier_ones(page: Page, serve: Serve) -> None:
    """What arrives last holds: a withdrawal must not be overtaken by the consent before it."""
    seen: list[str] = []

    def answer(hit: Hit) -> Answer:
        seen.append(json.loads(hit.body)["type"])
        return confirmed(hit) if len(seen) > 1 else Answer("no", 500)

    banner = start_banner(serve, api="/api", answer=answer)
    page.clock.install()
    page.goto(banner.url)
    choose(page, "accept()")
    page.wait_for_function(f"{QUEUE}[0]?.tries === 1")
    choose(page, "withdraw()")
    page.clock.fast_forward(LATER_MS)
    sent(page, banner, 2)
    assert seen[:2] == ["given", "given"]
    assert set(seen[2:]) == {"withdrawn"}


def test_the_queue_is_bounded_and_survives_nonsense(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api", answer=lambda _: Answer("no", 500))
    page.goto(banner.url)
    page.evaluate("localStorage.setItem('consentinel.queue', '[1, null, {}]')")
    page.evaluate("localStorage.setItem('consentinel.unsent', 'x\\n{}\\n')")
    for _ in range(12):
        choose(page, "accept()")
        choose(page, "reject()")
    page.wait_for_function(f"{QUEUE}.length === 20")
    assert page.evaluate(f"{QUEUE}.every(({{ body }}) => body.event_id)")


def test_the_posts_survive_a_reload_under_a_policy(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api", mode="strict")
    page.goto(banner.url)
    reloads(page, "accept()")
    assert page.evaluate("consentinel.has('targeting')")
    page.wait_for_function("!localStorage.getItem('consentinel.unsent')")
    assert {post["type"] for post in banner.posts} == {"given"}
    assert len({post["event_id"] for post in banner.posts}) == 1


def test_refusing_under_a_policy_needs_no_reload(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, mode="strict")
    page.goto(banner.url)
    page.evaluate("window.same = true")
    choose(page, "reject()")
    assert page.evaluate("window.same")


def test_without_its_second_part_the_page_stays_closed_and_usable(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api", parts={"act": "missing.js"})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(banner.url)
    assert choose(page, "accept()")["decided"]
    assert errors == []
    banner.configure(parts={"act": "act.js"})
    page.goto(banner.url + "other")
    sent(page, banner, 1)


def test_observe_reports_hosts_that_nobody_knows(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api", mode="observe")
    banner.site.pixel("http://localhost/x.gif")
    page.goto(banner.url)
    page.evaluate(
        """new Promise((done) => {
          new PerformanceObserver((list) => list.getEntriesByName(image.src).length && done())
            .observe({ type: 'resource' });
          const image = new Image();
          image.src = `http://localhost:${location.port}/x.gif`;
        })"""
    )
    with page.expect_request("**/api/v1/observed") as seen:
        page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert seen.value.post_data_json == {"site": "127.0.0.1", "hosts": ["localhost"]}
