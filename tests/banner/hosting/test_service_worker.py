"""The service worker: it changes the one meta element of pages, and nothing else of anything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.banner.hosting import servers
from tests.banner.hosting.shop import tracker, write_shop
from tests.conftest import Serve

pytestmark = pytest.mark.browser

META = "() => document.querySelector('meta[data-consentinel]')?.content"
# Latin-1, which is no UTF-8
LATIN = b"<!doctype html><meta charset=iso-8859-1>%s<title>\xe4</title><p>\xe4\xf6\xfc"
BIG_BYTES = 300_000
NOTE = """caches.match('/consentinel-state', { cacheName: 'consentinel' })
  .then((note) => note ? note.text() : '')"""
# As if the answer had been given this very moment: the worker believes the note for a while.
WRITE_NOTE = """async (text) => {
  const notes = await caches.open('consentinel');
  await notes.delete('/consentinel-state');
  const headers = { at: `${Date.now()}` };
  if (text) await notes.put('/consentinel-state', new Response(text, { headers }));
}"""
# Kept in the page's name, which lives through a reload.
COUNT_LOADS = "window.name = String(Number(window.name || 0) + 1)"
NOTHING_IS_KEPT = """window.tries = 0;
for (const name of ['put', 'delete']) Cache.prototype[name] = async () => void window.tries++;"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


@pytest.fixture
def origin(root: Path, tmp_path: Path, serve: Serve) -> Iterator[str]:
    files = write_shop(
        root, f"http://localhost:{serve(tracker()).port}", meta=True, service_worker="/consentinel-sw.js"
    )
    with servers.static(tmp_path / "server", files, root) as address:
        yield address


@pytest.fixture
def accepted(page: Page, origin: str) -> Page:
    """Return a page under the worker, with everything granted."""
    page.goto(f"{origin}/", wait_until="load")
    page.wait_for_function("() => window.consentinel")
    with page.expect_event("load"):
        page.evaluate("() => void consentinel.accept()")
    assert page.evaluate(META).startswith("default-src *")
    return page


def our_meta(root: Path) -> str:
    text = (root / "index.html").read_text("utf-8")
    start = text.index("<meta http-equiv")
    return text[start : text.index(">", start) + 1]


def test_any_encoding_and_any_length_goes_through(accepted: Page, origin: str, root: Path) -> None:
    filler = b"<p>\xe4" * (BIG_BYTES // 4)
    (root / "latin.html").write_bytes(LATIN % our_meta(root).encode() + filler)
    accepted.goto(f"{origin}/latin.html")
    assert accepted.title() == "ä"
    assert accepted.evaluate("document.body.textContent.length") == len("äöü") + BIG_BYTES // 4
    assert accepted.evaluate(META).startswith("default-src *")


def test_a_page_without_our_meta_is_left_alone(accepted: Page, origin: str, root: Path) -> None:
    own = "<meta http-equiv=Content-Security-Policy content=\"img-src 'none'\">"
    text = f"<!doctype html>{own}<meta name=x data-consentinel-category=y><title>plain</title>"
    (root / "plain.html").write_text(text)
    accepted.goto(f"{origin}/plain.html")
    assert accepted.evaluate("document.head.innerHTML") == (
        '<meta http-equiv="Content-Security-Policy" content="img-src \'none\'">'
        '<meta name="x" data-consentinel-category="y"><title>plain</title>'
    )


def test_what_is_no_page_and_errors_go_through(accepted: Page, origin: str) -> None:
    response = accepted.goto(f"{origin}/own.js")
    assert response is not None
    assert response.text() == "window.own = true;"
    missing = accepted.goto(f"{origin}/missing.html")
    assert missing is not None
    assert missing.status == 404


@pytest.mark.parametrize(
    "note",
    [
        "1.1111.00000000.{day}",
        "1.1111.{hash}.{day}.0",
        "1.1111.{hash}.{day}.00-1",
        "1.1111.{hash}.{old}",
        "1.1111.{hash}.{future}",
        "2.1111.{hash}.{day}",
        "1.1111.{hash}.{day};",
        '1.1111.{hash}.{day}" content="default-src *',
        "__proto__",
        "",
    ],
)
def test_a_note_that_is_no_answer_opens_nothing(page: Page, origin: str, note: str) -> None:
    """Not even where our script, which would put it right, does not run."""
    page.goto(f"{origin}/", wait_until="load")
    page.wait_for_function("async () => (await navigator.serviceWorker.ready).active.state === 'activated'")
    page.evaluate(
        """async (note) => {
          const day = Math.floor(Date.now() / 864e5);
          const facts = { hash: consentinel.state().purposes, day, old: day - 183, future: day + 2 };
          const text = note.replace(/{(\\w+)}/g, (_, name) => facts[name]);
          const notes = await caches.open('consentinel');
          await notes.put('/consentinel-state', new Response(text, { headers: { at: `${Date.now()}` } }));
        }""",
        note,
    )
    closed = page.evaluate(META)
    page.route("**/consentinel.js", lambda route: route.abort())
    page.reload(wait_until="load")
    assert page.evaluate(META) == closed
    assert "localhost" not in closed


def test_the_cookie_decides_once_it_is_seen(accepted: Page) -> None:
    """The note is older than the time in which a cookie may be unseen, and the cookie is gone."""
    accepted.evaluate(
        """async () => {
          const notes = await caches.open('consentinel');
          const text = await (await notes.match('/consentinel-state')).text();
          const headers = { at: `${Date.now() - 20000}` };
          await notes.put('/consentinel-state', new Response(text, { headers }));
        }"""
    )
    accepted.context.clear_cookies()
    accepted.reload(wait_until="load")
    # the script that finds the note and the cookie in contradiction loads the page once more
    accepted.wait_for_function(f"((text) => text && !text.startsWith('default-src *'))(({META})())")


def loads_from_now(page: Page) -> None:
    page.evaluate("window.name = ''")
    page.add_init_script(COUNT_LOADS)


def settled(page: Page) -> int:
    """Wait until note and cookie agree, and return how often the page has been loaded for that."""
    page.wait_for_function(
        f"async () => (await {NOTE}) === (document.cookie.match(/consentinel=(.*)/)?.[1] ?? '')"
    )
    page.wait_for_function("sessionStorage.getItem('consentinel.renewed') === null")
    page.wait_for_load_state("networkidle")
    return int(page.evaluate("window.name"))


def test_a_note_of_an_answer_that_is_gone_costs_one_reload(accepted: Page, origin: str) -> None:
    """The cookie was deleted, or has run out."""
    accepted.evaluate(WRITE_NOTE, accepted.evaluate(NOTE))
    accepted.context.clear_cookies()
    loads_from_now(accepted)
    accepted.goto(f"{origin}/second.html")
    accepted.wait_for_function("Number(window.name) > 1")
    assert settled(accepted) == 2
    assert not accepted.evaluate(META).startswith("default-src *")
    accepted.goto(f"{origin}/")
    assert settled(accepted) == 3


def test_an_answer_of_another_host_costs_one_reload(accepted: Page, origin: str) -> None:
    accepted.evaluate(WRITE_NOTE, "")
    loads_from_now(accepted)
    accepted.goto(f"{origin}/second.html")
    accepted.wait_for_function("Number(window.name) > 1")
    assert settled(accepted) == 2
    assert accepted.evaluate(META).startswith("default-src *")


def test_a_note_that_cannot_be_changed_costs_one_reload(accepted: Page, origin: str) -> None:
    accepted.evaluate(WRITE_NOTE, accepted.evaluate(NOTE))
    accepted.context.clear_cookies()
    loads_from_now(accepted)
    accepted.add_init_script(NOTHING_IS_KEPT)
    accepted.goto(f"{origin}/second.html")
    accepted.wait_for_function("Number(window.name) > 1 && window.tries")
    accepted.wait_for_load_state("networkidle")
    assert accepted.evaluate("window.name") == "2"


def test_a_choice_in_the_page_is_no_reason_to_load_it_again(page: Page, origin: str) -> None:
    page.goto(f"{origin}/", wait_until="load")
    page.wait_for_function("() => window.consentinel")
    loads_from_now(page)
    page.evaluate("consentinel.reject()")
    page.goto(f"{origin}/second.html")
    assert settled(page) == 1


def test_a_new_worker_takes_over_without_waiting(accepted: Page, root: Path) -> None:
    worker = root / "consentinel-sw.js"
    worker.write_bytes(worker.read_bytes().replace(b"default-src *", b"default-src http: https:"))
    accepted.evaluate(
        """async () => {
          const taken = new Promise((done) => (navigator.serviceWorker.oncontrollerchange = done));
          await (await navigator.serviceWorker.ready).update();
          await taken;
        }"""
    )
    accepted.reload(wait_until="load")
    assert accepted.evaluate(META).startswith("default-src http: https:")


def test_a_worker_of_the_site_is_not_replaced(page: Page, origin: str, root: Path) -> None:
    """docs/hosting.md: it imports ours."""
    (root / "theirs.js").write_text("importScripts('/consentinel-sw.js');")
    (root / "blank.html").write_text("<!doctype html><title>blank</title>")
    page.goto(f"{origin}/blank.html")
    page.evaluate(
        "() => navigator.serviceWorker.register('/theirs.js').then(() => navigator.serviceWorker.ready)"
    )
    page.goto(f"{origin}/", wait_until="load")
    page.wait_for_function("() => window.consentinel")
    with page.expect_event("load"):
        page.evaluate("() => void consentinel.accept()")
    assert page.evaluate(META).startswith("default-src *")
    workers = (
        "async () => (await navigator.serviceWorker.getRegistrations()).map((it) => it.active.scriptURL)"
    )
    assert page.evaluate(workers) == [f"{origin}/theirs.js"]
