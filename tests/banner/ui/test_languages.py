"""Languages: which is chosen, and that every text of each fits on a small screen."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.banner.ui.pages import LANGUAGES, Visitor, start_site
from tests.conftest import Serve

pytestmark = pytest.mark.browser
FITS = """() => {
  const root = document.querySelector('csl-root');
  const shown = (one) => one.getClientRects().length;
  const inside = [...root.shadowRoot.querySelectorAll('dialog[open] *')].filter(shown);
  const buttons = [...root.querySelectorAll(':scope > button:not([slot])')];
  const { left, right } = root.shadowRoot.querySelector('dialog').getBoundingClientRect();
  const out = (one) => {
    const box = one.getBoundingClientRect();
    return one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline' ||
      box.left < left - 1 || box.right > right + 1;
  };
  const broken = (one) => [...one.textContent.matchAll(/\\S+/g)].some(({ 0: word, index }) => {
    const range = document.createRange();
    range.setStart(one.firstChild, index);
    range.setEnd(one.firstChild, index + word.length);
    return range.getClientRects().length > 1;
  });
  return {
    broken: buttons.filter(broken).map((one) => one.textContent),
    overflowing: [...inside, ...buttons].filter(out).map((one) => one.outerHTML.slice(0, 200)),
    heights: [...new Set(buttons.map((one) => Math.round(one.getBoundingClientRect().height)))].length,
  };
}"""


ALL_FIT = {"broken": [], "overflowing": [], "heights": 1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_fits(page: Page, serve: Serve, language: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    site = start_site(serve, language=language, locales=[language], theme={"preset": "modal"})
    visitor = Visitor(page).opens(site.url)
    assert page.evaluate(FITS) == ALL_FIT
    visitor.button("accept").click()
    visitor.corner.click()
    visitor.dialog.locator("details").nth(2).wait_for()
    for width in (320, 390, 600):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate(FITS) == ALL_FIT
    assert "{" not in visitor.dialog.inner_text()
    assert page.locator("csl-root").get_attribute("lang") == language
    assert page.locator("csl-root").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")


@pytest.mark.parametrize(
    ("page_language", "visitors", "title"),
    [
        ("de-AT", "fr-FR", "Ihre Entscheidung zum Datenschutz"),
        ("", "fr-FR", "Vos choix de confidentialité"),
        ("xx", "fr-CA", "Vos choix de confidentialité"),
        ("xx", "ja-JP", "Your privacy choices"),
        ("EN", "de-DE", "Your privacy choices"),
    ],
)
def test_speaks_as_the_page_then_as_the_visitor(
    browser: Browser, serve: Serve, page_language: str, visitors: str, title: str
) -> None:
    with browser.new_context(locale=visitors) as context:
        site = start_site(serve, language=page_language, locales=["en", "de", "fr"])
        visitor = Visitor(context.new_page()).opens(site.url)
        expect(visitor.title).to_have_text(title)


def test_asks_in_the_default_language_where_another_cannot_be_loaded(page: Page, serve: Serve) -> None:
    site = start_site(serve, language="de", locales=["en", "de"])
    site.lose("de")
    expect(Visitor(page).opens(site.url).title).to_have_text("Your privacy choices")


def test_the_operators_words_replace_ours(page: Page, serve: Serve) -> None:
    texts = {"en": {"title": "Cookies <b>& more</b>", "save": "Keep"}}
    visitor = Visitor(page).opens(start_site(serve, texts=texts).url)
    expect(visitor.title).to_have_text("Cookies <b>& more</b>")
    visitor.opens_settings()
    expect(visitor.button("save")).to_have_text("Keep")
