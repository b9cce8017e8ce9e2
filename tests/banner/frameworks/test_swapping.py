"""Pages that change without loading: tags that come with the next view are held, and released once."""

from collections import Counter

import pytest
from playwright.sync_api import Page, expect

from tests.banner.frameworks.swapping import FRAMEWORKS, shop, tracker
from tests.conftest import Serve
from tests.support.sites import Site

pytestmark = [pytest.mark.browser, pytest.mark.npm]


@pytest.fixture
def google() -> Site:
    return tracker()


@pytest.fixture(params=FRAMEWORKS)
def first(request: pytest.FixtureRequest, page: Page, google: Site, serve: Serve) -> Page:
    """Return the first page, loaded."""
    site = shop(FRAMEWORKS[request.param], f"http://localhost:{serve(google).port}")
    page.goto(f"http://127.0.0.1:{serve(site).port}/")
    page.wait_for_function("() => window.consentinel && window.own === 1")
    page.evaluate("window.sameDocument = true")
    return page


def go(page: Page, link: str) -> None:
    own = page.evaluate("window.own")
    page.get_by_role("link", name=link).click()
    expect(page.get_by_role("heading", name=link, exact=True)).to_be_visible()
    page.wait_for_function("own => window.own === own + 1", arg=own)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.sameDocument")


def requested(google: Site) -> dict[str, int]:
    return dict(Counter(hit.path for hit in google.log.hits))


def ran(page: Page) -> list[str]:
    return list(page.evaluate("window.ran ?? []"))


def test_nothing_of_a_new_view_is_asked_for_before_consent(first: Page, google: Site) -> None:
    google.log.clear()  # tags in the HTML of the first page may be asked for in standard mode
    go(first, "second")
    assert (requested(google), ran(first)) == ({}, [])
    assert first.evaluate("window.manual") is None
    expect(first.locator("[data-consentinel-action=accept]").first).to_be_visible()


def test_after_consent_what_is_there_runs_once(first: Page, google: Site) -> None:
    go(first, "second")
    google.log.clear()
    first.evaluate("() => consentinel.accept()")
    first.wait_for_function("() => window.ran?.length && window.manual")
    first.wait_for_load_state("networkidle")
    asked = requested(google)
    asked.pop("/first.gif", None)  # of the first page's HTML: given up by the browser, it may come late
    assert (asked, ran(first)) == ({"/second.js": 1, "/second.gif": 1}, ["second"])
    assert first.evaluate("window.manual") == 1
    expect(first.locator("[data-consentinel-action=settings]").first).to_be_visible()


def test_with_consent_each_new_view_runs_its_tags_once(first: Page, google: Site) -> None:
    first.evaluate("() => consentinel.accept()")
    first.wait_for_function("() => window.ran?.length === 1 && window.manual === 1")
    go(first, "second")
    first.wait_for_function("() => window.ran?.length === 2 && window.manual === 2")
    assert ran(first) == ["first", "second"]
    expect(first.locator("[data-consentinel-action=settings]").first).to_be_visible()


def test_after_a_refusal_each_new_view_stays_quiet(first: Page, google: Site) -> None:
    first.evaluate("() => consentinel.reject()")
    google.log.clear()
    go(first, "second")
    assert (requested(google), ran(first)) == ({}, [])
    expect(first.locator("[data-consentinel-action=settings]").first).to_be_visible()
