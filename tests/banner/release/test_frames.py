"""What stands in a held frame's place: of the same size, said whose it is, and gone with one click."""

from typing import Any

import pytest
from playwright.sync_api import FrameLocator, expect

from tests.banner.release.stand import Stand

pytestmark = pytest.mark.browser

SHIFTS = """<script>var shifts = 0; new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) shifts += value;
}).observe({ type: 'layout-shift', buffered: true });</script>"""
# Made by a script: Playwright at times loses sight of a frame of the markup, whose navigation is stopped.
MAP = """<script>{
  const frame = document.createElement('iframe');
  Object.assign(frame, { id: 'map', title: 'Map', width: 500, height: 300 });
  frame.src = 'http://maps.localhost:PORT/map';
  document.currentScript.after(frame);
}</script>"""


def show(stand: Stand, body: str = MAP, **config: Any) -> FrameLocator:
    stand.site.page("http://maps.localhost/map", "the map")
    stand.open(f"{SHIFTS}<p>above</p>{body}<p>below</p>", **config)
    return stand.page.frame_locator("#map")


def test_it_says_whose_it_is_and_loads_on_request(stand: Stand) -> None:
    frame = show(stand)
    expect(frame.get_by_role("heading", name="Maps is blocked")).to_be_visible()
    size = stand.page.locator("#map").bounding_box()
    frame.get_by_role("button", name="Allow this service").click()
    expect(frame.get_by_text("the map")).to_be_visible()
    assert stand.page.locator("#map").bounding_box() == size
    assert stand.page.evaluate("shifts") == 0
    assert stand.page.evaluate("document.activeElement.id") == "map"
    assert stand.page.evaluate("consentinel.has('maps') && !consentinel.state().decided")


def test_frames_of_the_markup(stand: Stand) -> None:
    show(
        stand, body='<iframe id="map" width="500" height="300" src="http://maps.localhost:PORT/map"></iframe>'
    )
    stand.page.wait_for_function("document.querySelector('#map').contentDocument?.querySelector('h2')")
    assert stand.page.evaluate("shifts") == 0


def test_the_keyboard_is_enough(stand: Stand) -> None:
    frame = show(stand)
    button = frame.get_by_role("button", name="Allow this service")
    button.focus()
    button.press("Enter")
    expect(frame.get_by_text("the map")).to_be_visible()


def test_a_grant_of_its_category_replaces_it(stand: Stand) -> None:
    frame = show(stand)
    expect(frame.get_by_role("heading")).to_be_visible()
    stand.choose("functional")
    expect(frame.get_by_text("the map")).to_be_visible()


def test_the_settings_are_at_hand(stand: Stand) -> None:
    frame = show(stand)
    frame.get_by_role("button", name="Settings").click()
    expect(stand.page.get_by_role("dialog").get_by_role("heading", name="Settings")).to_be_visible()


def test_in_strict_mode_only_the_settings_help(stand: Stand) -> None:
    frame = show(stand, mode="strict")
    expect(frame.get_by_role("button")).to_have_text(["Settings"])


def test_frames_that_come_later_or_are_made_by_hand(stand: Stand) -> None:
    frame = show(stand, body="")
    stand.page.evaluate(
        """() => document.body.insertAdjacentHTML('beforeend',
          '<iframe id="map" width="500" height="300" data-category="functional" data-src="/own"></iframe>')"""
    )
    expect(frame.get_by_role("heading")).to_be_visible()


def test_nothing_is_drawn_where_nothing_is_to_be_seen(stand: Stand) -> None:
    show(stand, body='<iframe id="map" width="1" height="1" src="http://maps.localhost:PORT/map"></iframe>')
    stand.page.wait_for_load_state("networkidle")
    assert not stand.page.evaluate("document.querySelector('#map').contentDocument?.body.firstChild")
    assert not [hit for hit in stand.site.log.hits if hit.path == "/vendors.js"]


def test_it_has_the_direction_of_its_language_and_the_banners_colours(stand: Stand) -> None:
    style = "<style>:root { --consentinel-accent: rgb(1, 2, 3); direction: rtl }</style>"
    frame = show(stand, body=style + MAP)
    button = frame.get_by_role("button", name="Allow this service")
    expect(button).to_have_css("background-color", "rgb(1, 2, 3)")
    expect(frame.get_by_role("group")).to_have_css("direction", "ltr")
    expect(frame.locator("html")).to_have_attribute("lang", "en")
