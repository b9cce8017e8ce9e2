"""Choices on their way to the consent API, which may be down, slow, or talk nonsense."""

import json
import re
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page

from consentinel.banner.consent import decode_posted
from consentinel.banner.part_names import hash_of
from tests.banner.api.pages import US, Banner, choose, confirmed, part_files, reloads, start_banner
from tests.conftest import Serve
from tests.support.sites import Answer, Hit

pytestmark = pytest.mark.browser

UNSENT = "localStorage.getItem('consentinel.unsent')"
TRIED_ONCE = "(localStorage.getItem('consentinel.tried') || '').startsWith('1 ')"
RECEIPT = "localStorage.getItem('consentinel.receipt')"
LATER_MS = 3_700_000


def parts(**missing: bytes) -> dict[str, str]:
    """Return what the script knows its parts by; some are others than the server has."""
    return {key: hash_of(content) for key, content in {**part_files(), **missing}.items()}


def sent(page: Page, banner: Banner, count: int) -> None:
    """Wait until the API has confirmed all; `count` different events have reached it then.

    On a machine that is busy an answer may come too late to be heard: the event is sent again.
    """
    page.wait_for_function(f"!{UNSENT}")
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


def test_an_answer_of_a_scan_says_so(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api")
    page.goto(banner.url)
    choose(page, "accept('scan')")
    sent(page, banner, 1)
    assert banner.posts[0]["method"] == "scan"


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
    assert page.evaluate("Object.keys(localStorage).sort()") == ["consentinel.choice", "consentinel.swept"]


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
    page.wait_for_function(TRIED_ONCE)
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
    page.wait_for_function(TRIED_ONCE)
    choose(page, "withdraw()")
    page.clock.fast_forward(LATER_MS)
    sent(page, banner, 2)
    assert seen[:2] == ["given", "given"]
    assert set(seen[2:]) == {"withdrawn"}


def test_a_new_answer_does_not_wait_as_long_as_an_old_one(page: Page, serve: Serve) -> None:
    up = False
    banner = start_banner(serve, api="/api", answer=lambda hit: confirmed(hit) if up else Answer("no", 500))
    page.goto(banner.url)
    choose(page, "accept()")
    page.wait_for_function(TRIED_ONCE)
    page.evaluate("localStorage.setItem('consentinel.tried', `9 ${Date.now() + 3e6}`)")
    up = True
    choose(page, "withdraw()")
    sent(page, banner, 2)


def test_the_queue_is_bounded_and_survives_nonsense(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api", answer=lambda _: Answer("no", 500))
    page.goto(banner.url)
    page.evaluate("localStorage.setItem('consentinel.unsent', 'x\\n{}\\n[]\\n[[],[],1]\\n')")
    page.evaluate("localStorage.setItem('consentinel.tried', 'x y')")
    for _ in range(12):
        choose(page, "accept()")
        choose(page, "reject()")
    page.wait_for_function(f"{UNSENT}.split('\\n').length === 21")
    page.wait_for_function(TRIED_ONCE)
    assert len({post["event_id"] for post in banner.posts}) == 1


def test_the_posts_survive_a_reload_under_a_policy(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api", mode="strict")
    page.goto(banner.url)
    reloads(page, "accept()")
    assert page.evaluate("consentinel.has('targeting')")
    sent(page, banner, 1)
    assert {post["type"] for post in banner.posts} == {"given"}


def test_refusing_under_a_policy_needs_no_reload(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, mode="strict")
    page.goto(banner.url)
    page.evaluate("window.same = true")
    choose(page, "reject()")
    assert page.evaluate("window.same")


def test_without_its_second_part_the_page_stays_closed_and_usable(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api", parts=parts(act=b""))
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(banner.url)
    assert choose(page, "accept()")["decided"]
    assert errors == []
    banner.configure(parts=parts())
    page.goto(banner.url + "other")
    sent(page, banner, 1)


def test_the_record_says_what_was_so_at_the_click(page: Page, serve: Serve) -> None:
    """The page that sends it is a later one, in another language, with a newer script for other purposes."""
    before: dict[str, Any] = {"parts": parts(act=b""), "version": "1.0", "locales": ["en", "de"]}
    banner = start_banner(
        serve, api="/api", before="<script>document.documentElement.lang = 'de'</script>", **before
    )
    page.clock.install()
    page.goto(banner.url)
    clicked_ms = page.evaluate("Date.now()")
    choose(page, "save({performance: true, vendors: {ads: true}}, 'settings')")
    page.clock.fast_forward(LATER_MS)
    banner.site.page("/other", head='<script src="/b/consentinel.js"></script>')
    newer = {"regimes": [US], "hash": "ffffffff", "mode": "observe", "rules": "1other other.example"}
    banner.configure(parts=parts(), version="2.0", **newer)
    page.goto(banner.url + "other")
    sent(page, banner, 1)
    posted = decode_posted(banner.site.log.of("127.0.0.1", "/api/v1/consents")[0].body)
    assert (posted.version, posted.purposes, posted.mode) == ("1.0", "0a1b2c3d", "standard")
    assert (posted.type, posted.method, posted.locale, posted.regime) == ("given", "settings", "de", "eu")
    assert (posted.choices.performance, posted.choices.targeting) == (True, False)
    assert posted.vendors == {"ads": True}
    since_ms = datetime.fromisoformat(posted.client_ts).timestamp() * 1000 - clicked_ms
    assert 0 <= since_ms < LATER_MS


def test_what_is_sent_twice_is_one_event(page: Page, serve: Serve) -> None:
    """A page that was left at any moment finds again what it has sent already."""
    banner = start_banner(serve, api="/api", parts=parts(act=b""))
    page.goto(banner.url)
    choose(page, "accept()")
    note = page.evaluate(UNSENT)
    banner.configure(parts=parts())
    for path in ("other", ""):
        page.evaluate("note => localStorage.setItem('consentinel.unsent', note)", note)
        page.goto(banner.url + path)
        sent(page, banner, 1)
    assert len(banner.posts) > 1


def test_two_choices_are_two_events(page: Page, serve: Serve) -> None:
    banner = start_banner(serve, api="/api", parts=parts(act=b""))
    page.goto(banner.url)
    choose(page, "accept()")
    choose(page, "reject()")
    banner.configure(parts=parts())
    page.goto(banner.url + "other")
    sent(page, banner, 2)
    assert [post["type"] for post in banner.posts][-1] == "withdrawn"


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
