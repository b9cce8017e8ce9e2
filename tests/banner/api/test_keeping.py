"""The answer that the site's own server sends back as a cookie: a late one brings nothing older back."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.banner.api.pages import Banner, choose, cookie, start_banner
from tests.conftest import Serve

pytestmark = pytest.mark.browser

MARK = "localStorage.getItem('consentinel.unkept')"
ACTING = "[...document.scripts].some(({ src }) => src.includes('consentinel-act.'))"
FIRST_WAITS = 1


@dataclass
class Keeper:
    """A server with the path /keep, as banner/hosting makes it; the first `waiting` requests wait there."""

    site: ASGIApp
    waiting: int = 0
    status: int = 204
    asked: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/keep":
            await self._keep(scope, receive, send)
        else:
            await self.site(scope, receive, send)

    async def _keep(self, scope: Scope, receive: Receive, send: Send) -> None:
        value = Request(scope).headers["consentinel"]
        self.asked.append(value.removeprefix("consentinel="))
        if len(self.asked) <= self.waiting:
            await asyncio.to_thread(self.go.wait)
        headers = {"set-cookie": f"{value}; Path=/; Max-Age=9000; SameSite=Lax"} if self.status < 300 else {}
        await Response(status_code=self.status, headers=headers)(scope, receive, send)
        self.answered.append(value.removeprefix("consentinel="))


@dataclass
class Kept:
    """A page of a site whose server returns answers."""

    page: Page
    banner: Banner
    keeper: Keeper

    def open(self, path: str = "") -> None:
        self.page.goto(self.banner.url + path)

    def choose(self, call: str) -> str:
        """Make a choice, and return what is then in the cookie."""
        choose(self.page, call)
        return cookie(self.page.context)

    def arrived(self, count: int) -> None:
        """Wait until the server was asked that often."""
        while len(self.keeper.asked) < count:
            self.page.evaluate("fetch('/other').then((answer) => answer.text())")

    def confirmed(self) -> None:
        """Wait until the newest answer has come back."""
        self.page.wait_for_function(f"!{MARK}")

    def answered(self, count: int) -> None:
        """Wait until the server has answered that often, and the browser has heard it."""
        while len(self.keeper.answered) < count:
            self.page.evaluate("fetch('/other').then((answer) => answer.text())")
        self.page.evaluate("fetch('/other').then((answer) => answer.text())")

    def answer_late(self) -> None:
        """Let the server answer what it has held back."""
        count = len(self.keeper.answered) + self.keeper.waiting
        self.keeper.go.set()
        self.answered(count)


@pytest.fixture
def kept(page: Page, serve: Serve) -> Iterator[Kept]:
    keepers: list[Keeper] = []

    def around(app: ASGIApp, **more: object) -> object:
        keepers.append(Keeper(app))
        return serve(keepers[0])

    banner = start_banner(around, keep="/keep")  # type: ignore[arg-type]
    yield Kept(page, banner, keepers[0])
    keepers[0].go.set()


def test_a_choice_is_sent_and_no_page_sends_it_again(kept: Kept) -> None:
    kept.open()
    value = kept.choose("accept()")
    kept.confirmed()
    kept.open("other")
    assert not kept.page.evaluate(ACTING)
    assert kept.keeper.asked == [value]


def test_an_answer_to_a_page_before_does_not_bring_an_older_choice_back(kept: Kept) -> None:
    kept.keeper.waiting = FIRST_WAITS
    kept.open()
    kept.choose("accept()")
    kept.arrived(1)
    kept.open("other")
    newest = kept.choose("withdraw()")
    kept.confirmed()
    kept.answer_late()
    assert cookie(kept.page.context) == newest


def test_a_newer_choice_does_not_wait_for_the_one_before(kept: Kept) -> None:
    kept.keeper.waiting = FIRST_WAITS
    kept.open()
    oldest = kept.choose("accept()")
    kept.arrived(1)
    newest = kept.choose("withdraw()")
    kept.confirmed()
    assert kept.keeper.asked == [oldest, newest]
    kept.answer_late()
    assert cookie(kept.page.context) == newest


def test_what_was_interrupted_is_sent_again_by_the_next_page(kept: Kept) -> None:
    kept.keeper.waiting = FIRST_WAITS
    kept.open()
    value = kept.choose("accept()")
    kept.arrived(1)
    kept.open("other")
    kept.confirmed()
    kept.open()
    assert not kept.page.evaluate(ACTING)
    assert kept.keeper.asked == [value, value]


@pytest.mark.parametrize(("status", "again"), [(503, True), (404, False)])
def test_a_server_in_trouble_is_asked_again(kept: Kept, status: int, again: bool) -> None:
    kept.keeper.status = status
    kept.open()
    value = kept.choose("accept()")
    kept.answered(1)
    kept.keeper.status = 204
    kept.open("other")
    kept.confirmed()
    assert kept.keeper.asked == [value] * (1 + again)


def test_a_choice_made_on_another_host_is_not_taken_back(kept: Kept) -> None:
    """Below a common domain: the mark is this host's, the cookie is that of all."""
    kept.keeper.waiting = FIRST_WAITS
    kept.open()
    value = kept.choose("accept()")
    kept.arrived(1)
    kept.keeper.asked.clear()
    newer = value.replace("1.1111", "1.1000")
    kept.open("b/consentinel.js")
    kept.page.context.add_cookies([{"name": "consentinel", "value": newer, "url": kept.banner.url}])
    kept.open("other")
    kept.confirmed()
    assert (kept.keeper.asked, cookie(kept.page.context)) == ([], newer)


def test_a_choice_in_another_tab_ends_what_this_one_sends(kept: Kept) -> None:
    kept.keeper.waiting = FIRST_WAITS
    kept.open()
    other = kept.page.context.new_page()
    other.goto(kept.banner.url)
    oldest = kept.choose("accept()")
    kept.arrived(1)
    choose(other, "reject()")
    kept.confirmed()
    newest = cookie(kept.page.context)
    kept.answer_late()
    assert cookie(kept.page.context) == newest
    assert kept.keeper.asked == [oldest, newest]


def test_a_page_that_may_come_back_ends_what_it_sends(kept: Kept) -> None:
    kept.keeper.waiting = FIRST_WAITS
    kept.open()
    value = kept.choose("accept()")
    kept.arrived(1)
    kept.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    kept.answer_late()
    assert kept.page.evaluate(MARK) == value
