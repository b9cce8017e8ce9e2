"""axe-core finds nothing in any layer, preset or scheme."""

from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from tests.banner.ui.pages import Visitor, start_site
from tests.conftest import Serve
from tests.support.npm import package_file

pytestmark = [pytest.mark.browser, pytest.mark.npm]
THEME = {
    "accent": "#0b5",
    "background": "#fdf6e3",
    "text": "#073642",
    "radius": "0",
    "font": "Georgia, serif",
}
# The dialog fades in; half seen it has half the contrast.
AXE = """async () => {
  await Promise.all(document.getAnimations().map((one) => one.finished));
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}"""


def violations(page: Page) -> list[Any]:
    """Return what axe-core finds in the page with the banner."""
    page.evaluate(package_file("axe-core", "axe.min.js").read_text("utf-8"))
    found: list[Any] = page.evaluate(AXE)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("preset", ["bar", "modal"])
def test_no_violation(page: Page, serve: Serve, preset: str, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    visitor = Visitor(page).opens(start_site(serve, theme={"preset": preset}).url)
    assert violations(page) == []
    visitor.opens_settings()
    for summary in visitor.dialog.locator("summary").all():
        summary.click()
    visitor.switch("Performance").click()
    assert violations(page) == []
    visitor.button("save").click()
    visitor.corner.wait_for()
    assert violations(page) == []


def test_no_violation_in_a_theme_of_ones_own(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve, theme=THEME).url)
    assert violations(page) == []
    visitor.opens_settings()
    visitor.switch("Performance").click()
    assert violations(page) == []


def test_no_violation_on_a_small_screen_from_right_to_left(page: Page, serve: Serve) -> None:
    page.set_viewport_size({"width": 320, "height": 568})
    visitor = Visitor(page).opens(start_site(serve, language="ar", locales=["ar"]).url)
    assert violations(page) == []
    visitor.button("settings").click()
    visitor.dialog.locator("details").nth(2).wait_for()
    assert violations(page) == []
