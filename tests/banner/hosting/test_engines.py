"""Strict end to end in Firefox and WebKit, and what WebKit does with a cookie that was set by HTTP."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.banner.hosting import servers
from tests.banner.hosting.shop import VECTORS, tracker, write_shop
from tests.conftest import Serve
from tests.support.engines.installed import installed
from tests.support.engines.session import Session
from tests.support.engines.webdriver import EngineError
from tests.support.engines.webkit import WebKitSession
from tests.support.sites import Site

pytestmark = [pytest.mark.engines, pytest.mark.slow]

SERVERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "nginx": (servers.nginx, {}),
    "service worker": (servers.static, {"meta": True, "service_worker": "/consentinel-sw.js"}),
}
READY = "return [window.own, window.inline, !!window.consentinel]"
CLOSED = """
const meta = document.querySelector('meta[data-consentinel]');
return document.readyState === 'complete' && !!meta && !meta.content.startsWith('default-src *')
"""
# What the script sends after an answer, without the cookie that it has written itself by then.
KEEP = """
const consentinel = `consentinel=1.1100.${window.consentinel.state().purposes}.20000`;
await fetch('/consentinel-keep', { method: 'POST', headers: { consentinel } });
return document.cookie;
"""
WAIT_S = 30.0


def wait_until(what: Callable[[], bool]) -> None:
    """Return once `what` is true; AssertionError when that takes too long. Between two pages nothing is."""
    end = time.monotonic() + WAIT_S
    while True:
        with suppress(EngineError):
            if what():
                return
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


@contextmanager
def shop(kind: str, folder: Path, serve: Serve, **more: Any) -> Iterator[tuple[str, Site]]:
    server, options = SERVERS[kind]
    site = tracker()
    files = write_shop(folder / "root", f"http://localhost:{serve(site).port}", **options, **more)
    with server(folder / "server", files, folder / "root") as origin:
        yield origin, site


def answer(session: Session, call: str) -> None:
    """Answer by the API, once the browser has told that it will: the page may be loaded anew at once."""
    session.run(f"window.before = true; setTimeout(() => consentinel.{call}(), 0);")


def choose(session: Session, call: str) -> None:
    """Answer by the API and wait for the page that is loaded after it."""
    answer(session, call)
    wait_until(lambda: session.run("return !window.before && document.readyState === 'complete'") is True)


def requested(site: Site) -> frozenset[str]:
    return frozenset(hit.path.removeprefix("/") for hit in site.log.hits)


@pytest.mark.parametrize("engine", ["firefox", "webkit"])
@pytest.mark.parametrize("kind", SERVERS)
def test_no_choice_accept_withdraw(engine: str, kind: str, serve: Serve, tmp_path: Path) -> None:
    with (
        shop(kind, tmp_path, serve) as (origin, site),
        installed(engine) as browser,
        browser.session() as session,
    ):
        session.goto(f"{origin}/")
        assert session.run(READY) == [True, True, True]
        assert requested(site) == frozenset()
        choose(session, "accept")
        wait_until(lambda: requested(site) == VECTORS)
        wait_until(lambda: session.run("return window.ran") == ["script", "module"])

        choose(session, "withdraw")
        session.goto("about:blank")
        site.log.clear()
        session.goto(f"{origin}/second.html")
        assert session.run(READY) == [True, True, True]
        assert requested(site) == frozenset()


@pytest.mark.parametrize("engine", ["firefox", "webkit"])
def test_an_answer_that_is_gone_closes_the_pages_of_the_worker(
    engine: str, serve: Serve, tmp_path: Path
) -> None:
    with (
        shop("service worker", tmp_path, serve) as (origin, site),
        installed(engine) as browser,
        browser.session() as session,
    ):
        session.goto(f"{origin}/")
        choose(session, "accept")
        session.run("document.cookie = 'consentinel=; Path=/; Max-Age=0'; return 1")
        session.goto(f"{origin}/second.html")
        wait_until(lambda: session.run(CLOSED) is True)
        session.goto("about:blank")
        site.log.clear()
        session.goto(f"{origin}/")
        assert session.run(READY) == [True, True, True]
        assert requested(site) == frozenset()


def test_webkit_keeps_the_lifetime_of_a_cookie_that_was_set_by_http(serve: Serve, tmp_path: Path) -> None:
    with (
        shop("nginx", tmp_path, serve, keep="/consentinel-keep") as (origin, _),
        installed("webkit") as browser,
        browser.session() as session,
    ):
        assert isinstance(session, WebKitSession)
        session.goto(f"{origin}/")
        session.run(KEEP)
        kept = cookie(session, "consentinel")
    assert kept["value"].startswith("1.1100.")
    assert 181 < (kept["expiry"] - time.time()) / 86_400 <= 182


def cookie(session: WebKitSession, name: str) -> Any:
    """Return a cookie with its end, which no page is told."""
    found = httpx2.get(f"{session._url}/cookie/{name}", trust_env=False)
    return found.json()["value"]
