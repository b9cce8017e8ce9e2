"""The banner in pages that are hostile to it, that exchange themselves, or that forbid nearly everything."""

import base64
import hashlib

import pytest
from playwright.sync_api import Page, expect

from tests.banner.ui.pages import BODY, SCRIPT_TAG, Visitor, start_site
from tests.conftest import Serve

pytestmark = pytest.mark.browser
HOSTILE = """<style>
* { all: unset !important; font: 40px cursive !important; color: red !important; z-index: 1 !important }
div, button, csl-root, [slot], [popover] { display: none !important; opacity: 0 !important;
  position: static !important; transform: scale(.1) !important; transition: all 9s !important;
  width: 3px !important; height: 3px !important; pointer-events: none !important;
  visibility: hidden !important }
button::before, button::after, ::backdrop { content: 'x' !important; display: block !important;
  position: fixed !important; inset: 0 !important; background: red !important }
:root { --accent: red; --text: red; --background: red; --font: cursive }
</style>"""
BOXES = """() => [...document.querySelectorAll('csl-root > button')].map((button) => {
  const { x, y, width, height } = button.getBoundingClientRect();
  const { color, backgroundColor, fontSize, opacity } = getComputedStyle(button);
  return [x, y, width, height, color, backgroundColor, fontSize, opacity];
})"""
WATCH = """
window.violations = [];
addEventListener('securitypolicyviolation', ({ violatedDirective: directive, sample }) => {
  violations.push([directive, sample]);
});
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
"""


def test_the_pages_style_does_not_reach_it(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve).url)
    wanted = page.evaluate(BOXES)
    visitor.opens(start_site(serve, head=HOSTILE + SCRIPT_TAG).url)
    assert page.evaluate(BOXES) == wanted
    visitor.opens_settings().button("reject").click()
    expect(visitor.corner).to_be_visible()
    assert visitor.state()["decided"]


def test_takes_colours_from_the_pages_properties(page: Page, serve: Serve) -> None:
    style = "<style>:root{--consentinel-accent:rgb(1, 2, 3);--consentinel-radius:0}</style>"
    visitor = Visitor(page).opens(start_site(serve, head=style + SCRIPT_TAG, theme={"accent": "#0b5"}).url)
    expect(visitor.button("accept")).to_have_css("background-color", "rgb(1, 2, 3)")
    expect(visitor.button("reject")).to_have_css("border-radius", "0px")


@pytest.mark.parametrize(
    ("scheme", "background"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 18, 18)")]
)
def test_has_the_scheme_of_the_theme(page: Page, serve: Serve, scheme: str, background: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    visitor = Visitor(page).opens(start_site(serve, theme={"scheme": scheme}).url)
    expect(visitor.dialog).to_have_css("background-color", background)


@pytest.mark.parametrize("preset", ["bar", "modal"])
@pytest.mark.parametrize("allowed", ["nonce", "hash"])
def test_a_strict_policy_is_kept(page: Page, serve: Serve, preset: str, allowed: str) -> None:
    theme = {"preset": preset}
    script = start_site(serve, theme=theme).files["consentinel.js"]
    digest = base64.b64encode(hashlib.sha384(script).digest()).decode()
    source = {"nonce": "'nonce-n0nce'", "hash": f"'sha384-{digest}' 'self'"}[allowed]
    attribute = {"nonce": 'nonce="n0nce"', "hash": f'integrity="sha384-{digest}"'}[allowed]
    policy = (
        f"default-src 'none'; script-src {source}; style-src 'self'; connect-src 'self'; img-src data:; "
        "require-trusted-types-for 'script'; trusted-types consentinel"
    )
    tag = SCRIPT_TAG.replace("src=", f"{attribute} src=")
    page.add_init_script(WATCH)
    body = BODY.replace(' style="height:2000px"', "")
    site = start_site(serve, head=tag, body=body, theme=theme, headers={"Content-Security-Policy": policy})
    visitor = Visitor(page).opens(site.url).opens_settings()
    visitor.switch("Performance").click()
    visitor.button("save").click()
    expect(visitor.corner).to_be_visible()
    expect(visitor.corner).to_have_css("border-radius", "50%")
    assert page.evaluate("violations") == []


@pytest.mark.parametrize("preset", ["bar", "modal"])
def test_nothing_moves(page: Page, serve: Serve, preset: str) -> None:
    page.add_init_script(WATCH)
    visitor = Visitor(page).opens(start_site(serve, theme={"preset": preset}).url)
    visitor.button("accept").click()
    expect(visitor.corner).to_be_visible()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("shift") == 0


@pytest.mark.parametrize("preset", ["bar", "modal"])
def test_lives_through_a_new_body_and_a_new_document(page: Page, serve: Serve, preset: str) -> None:
    visitor = Visitor(page).opens(start_site(serve, theme={"preset": preset}).url)
    page.evaluate("document.documentElement.replaceChild(document.createElement('body'), document.body)")
    expect(visitor.dialog).to_be_visible()
    page.evaluate("document.documentElement.innerHTML = '<head></head><body><p>New</body>'")
    expect(visitor.dialog).to_be_visible()
    page.evaluate(
        "document.open(), document.write('<!doctype html><title>N</title><p>Newer'), document.close()"
    )
    expect(visitor.dialog).to_be_visible()
    visitor.button("reject").click()
    expect(visitor.dialog).to_have_count(0)
    expect(visitor.corner).to_be_visible()


def test_waits_for_the_body(page: Page, serve: Serve) -> None:
    early = "<script>window.early = [!!document.body, !!document.querySelector('csl-root')]</script>"
    Visitor(page).opens(start_site(serve, head=SCRIPT_TAG + early).url)
    assert page.evaluate("early") == [False, False]
    assert page.evaluate("document.querySelector('csl-root').nextElementSibling === document.body")


def test_asks_nothing_in_a_page_that_nobody_has_seen(page: Page, serve: Serve) -> None:
    page.add_init_script(
        "Object.defineProperty(document, 'prerendering', { value: true, configurable: true })"
    )
    page.goto(start_site(serve).url)
    assert page.locator("csl-root dialog[open]").count() == 0
    page.evaluate("""() => {
      Object.defineProperty(document, 'prerendering', { value: false });
      document.dispatchEvent(new Event('prerenderingchange'));
    }""")
    expect(Visitor(page).dialog).to_be_visible()


def test_is_not_printed(page: Page, serve: Serve) -> None:
    visitor = Visitor(page).opens(start_site(serve).url)
    page.emulate_media(media="print")
    expect(visitor.dialog).to_be_hidden()
    expect(visitor.button("accept")).to_be_hidden()


def test_has_edges_where_colours_are_forced(page: Page, serve: Serve) -> None:
    page.emulate_media(forced_colors="active")
    visitor = Visitor(page).opens(start_site(serve).url)
    button = visitor.button("accept")
    edge, fill = (
        button.evaluate(f"(one) => getComputedStyle(one).{name}")
        for name in ("borderTopColor", "backgroundColor")
    )
    assert edge != fill


@pytest.mark.parametrize("preset", ["bar", "modal"])
@pytest.mark.parametrize(("width", "height"), [(320, 256), (320, 568), (640, 320)])
def test_all_can_be_reached_on_a_small_screen(
    page: Page, serve: Serve, preset: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    visitor = Visitor(page).opens(start_site(serve, theme={"preset": preset}).url)
    for control in (
        *visitor.dialog.get_by_role("link").all(),
        *(visitor.button(a) for a in ("accept", "settings")),
    ):
        control.scroll_into_view_if_needed()
        expect(control).to_be_in_viewport(ratio=0.99)
    assert visitor.dialog.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    assert visitor.dialog.evaluate("(one) => one.offsetHeight < innerHeight")
    visitor.button("reject").click(timeout=2000)
    assert visitor.state()["decided"]
