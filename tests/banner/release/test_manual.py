"""Tags that the author has made inert by hand, in our words and in those of other consent tools."""

import pytest

from tests.banner.release.stand import Stand

pytestmark = pytest.mark.browser

CODE = "(window.seen ||= []).push('ran')"


@pytest.mark.parametrize(
    ("attributes", "needed"),
    [
        ('data-category="performance"', ["performance"]),
        ('data-category="Analytics" data-vendor="Perf"', ["performance"]),
        ('data-category="marketing statistics"', ["performance", "targeting"]),
        ('data-cookieconsent="statistics,marketing"', ["performance", "targeting"]),
        ('class="optanon-category-C0002"', ["performance"]),
        ('class="x optanon-category-C0002-C0004"', ["performance", "targeting"]),
        ('data-cookieyes="cookieyes-analytics"', ["performance"]),
        ('data-cookieyes="cookieyes-advertisement"', ["targeting"]),
        ('data-usercentrics="Perf"', ["performance"]),
        ('data-usercentrics="Some Service"', ["functional", "performance", "targeting"]),
        ('data-name="ads" data-type="application/javascript"', ["targeting"]),
        ('data-name="perf" data-type="module"', ["performance"]),
    ],
)
def test_scripts(stand: Stand, attributes: str, needed: list[str]) -> None:
    stand.open(f'<script type="text/plain" {attributes}>{CODE}</script>')
    stand.page.wait_for_function("consentinel.state().pending === 1")
    for upto in range(1, len(needed)):
        stand.choose(*needed[:upto])
    assert stand.seen() == []
    stand.choose(*needed)
    stand.wait("ran")


def test_strictly_necessary_ones_run_at_once(stand: Stand) -> None:
    stand.open(f'<script type="text/plain" data-category="strictly-necessary">{CODE}</script>')
    stand.wait("ran")


@pytest.mark.parametrize(
    "tag",
    [
        '<script type="text/plain" data-category="performance" data-src="URL"></script>',
        '<script type="text/plain" data-category="performance" src="URL"></script>',
        '<script type="text/plain" data-cookieconsent="statistics" data-cookieblock-src="URL"></script>',
        '<script type="text/plain" data-type="text/javascript" data-name="perf" data-src="URL"></script>',
        '<iframe data-category="performance" data-src="URL"></iframe>',
        '<iframe data-cookieconsent="statistics" data-cookieblock-src="URL"></iframe>',
        '<iframe class="optanon-category-C0002" data-src="URL"></iframe>',
        '<iframe data-usercentrics="perf" uc-src="URL"></iframe>',
        '<iframe data-name="perf" data-src="URL"></iframe>',
        '<img data-category="performance" data-src="URL">',
        '<link data-category="performance" rel="stylesheet" data-href="URL">',
        '<template data-purpose="analytics"><p>x</p><script src="URL"></script></template>',
    ],
)
def test_addresses(stand: Stand, tag: str) -> None:
    stand.tag("perf", "/x", "")
    stand.open(tag.replace("URL", "http://perf.localhost:PORT/x"))
    stand.page.wait_for_function("consentinel.state().pending === 1")
    assert stand.asked("perf") == []
    with stand.page.expect_request("**/x"):
        stand.choose("performance")


def test_what_only_looks_like_one_is_left_alone(stand: Stand) -> None:
    stand.open(
        '<img data-category="shoes" data-src="/shoe.jpg"><img data-name="Blue shoe" data-src="/shoe.jpg">'
        '<script type="text/plain" data-name="row">{{ row }}</script>'
        '<script type="text/plain" data-category="shoes">{{ shoe }}</script>'
        '<template data-purpose="row"><b>1</b></template>'
        f'<script type="text/plain" data-category="performance">{CODE}</script>'
    )
    stand.page.wait_for_function("consentinel.state().pending === 1")
    stand.page.evaluate("consentinel.accept()")
    stand.wait("ran")
    assert stand.page.locator("img[src], body > b").count() == 0


def test_the_scripts_of_a_template_run_in_order(stand: Stand) -> None:
    stand.site.script("/lib.js", "(window.seen ||= []).push('lib')")
    stand.open(
        '<template data-purpose="analytics"><script src="/lib.js"></script>'
        f"<script>{CODE}</script><hr></template>"
    )
    stand.choose("performance")
    stand.wait("lib", "ran")
    assert stand.page.locator("hr").count() == 1


def test_a_rule_is_stronger_than_the_author(stand: Stand) -> None:
    stand.tag("ads", "/a.js", CODE)
    stand.open(
        '<script type="text/plain" data-category="performance" data-src="http://ads.localhost:PORT/a.js"></script>'
        '<script type="text/plain" data-category="performance">(window.seen ||= []).push("first")</script>'
    )
    stand.choose("performance")
    stand.wait("first")
    assert stand.asked("ads") == []
    stand.choose("performance", "targeting")
    stand.wait("first", "ran")


def test_of_an_unknown_host_the_author_knows_best(stand: Stand) -> None:
    stand.tag("other", "/a.js", CODE)
    tag = '<script type="text/plain" data-category="performance" data-src="http://other.localhost:PORT/a.js"></script>'
    stand.open(tag, unknown="block")
    stand.choose("performance")
    stand.wait("ran")


def test_a_body_that_is_swapped(stand: Stand) -> None:
    """As Turbo does: a new body, whose scripts are made anew."""
    stand.open("<p>first</p>")
    stand.choose("performance")
    stand.page.evaluate(
        """(code) => {
          const body = new DOMParser().parseFromString(
            `<p>second</p><script type="text/plain" data-category="performance">${code}</script>`,
            'text/html').body;
          const old = body.querySelector('script');
          const script = document.createElement('script');
          script.textContent = old.textContent;
          for (const { name, value } of old.attributes) script.setAttribute(name, value);
          old.replaceWith(script);
          document.body.replaceWith(document.adoptNode(body));
        }""",
        CODE,
    )
    stand.wait("ran")


@pytest.mark.parametrize(
    "tag",
    [
        '<script type="text/plain" data-category="performance" async data-src="URL"></script>',
        '<script type="text/plain" data-cookieyes="cookieyes-analytics" data-src="URL"></script>',
        '<img class="optanon-category-C0002" data-src="URL">',
    ],
)
def test_a_released_tag_is_not_taken_for_a_new_one(stand: Stand, tag: str) -> None:
    stand.tag("perf", "/x", CODE)
    stand.open(tag.replace("URL", "http://perf.localhost:PORT/x"))
    stand.page.wait_for_function("consentinel.state().pending === 1")
    with stand.page.expect_event("requestfinished", lambda request: request.url.endswith("/x")):
        stand.choose("performance")
    stand.page.wait_for_function("consentinel.state().pending === 0")
    stand.page.wait_for_load_state("networkidle")
    assert stand.asked("perf") == ["/x"]
    assert stand.page.evaluate("consentinel.state().pending") == 0
