"""A form whose CAPTCHA is held asks for that one service, and is sent exactly once."""

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.banner.release.stand import Stand

pytestmark = pytest.mark.browser

SCRIPT = '<script {} src="http://captcha.localhost:PORT/recaptcha/api.js"></script>'
FORM = '<form method="post" action="/post">{}</form>'
INVISIBLE = (
    '<div class="g-recaptcha" data-sitekey="k" data-size="invisible"></div>'
    '<button name="which" value="first">First</button>'
    '<button name="which" value="second">Second</button>'
)
BY_API = (
    "<script>document.forms[0].addEventListener('submit', async (event) => {"
    "event.preventDefault();"
    "event.target.t.value = await grecaptcha.execute('k', { action: 'send' });"
    "event.target.submit() })</script>"
)
# As the real one: extends what it finds, is ready in a second step, binds buttons, fills widgets.
API = """(() => {
  const api = window.grecaptcha = window.grecaptcha || {};
  const waiting = [];
  api.ready = api.ready || ((callback) => waiting.push(callback));
  setTimeout(() => {
    api.ready = (callback) => callback();
    api.execute = async (key, { action } = {}) => `token of ${key} for ${action}`;
    api.render = () => 0;
    for (const button of document.querySelectorAll('button.g-recaptcha')) {
      button.addEventListener('click', (event) => {
        event.preventDefault();
        window[button.dataset.callback]('token');
      });
    }
    for (const widget of document.querySelectorAll('div.g-recaptcha')) widget.textContent = 'not a robot';
    for (const callback of waiting) callback();
  }, 50);
})()"""


def show(stand: Stand, body: str, **config: Any) -> None:
    show_at_once(stand, body, **config)
    stand.page.wait_for_load_state("networkidle")


def show_at_once(stand: Stand, body: str, **config: Any) -> None:
    stand.tag("captcha", "/recaptcha/api.js", API)
    stand.site.page("/post", "thank you")
    stand.put("/", body, **config)
    stand.page.goto(stand.url(), wait_until="domcontentloaded")


def hold_the_part(stand: Stand) -> list[Route]:
    """Let the part that asks load only when the route given back is continued."""
    loading: list[Route] = []

    def hold(route: Route) -> None:
        loading.append(route)

    stand.page.route("**/consentinel-places.*", hold)
    return loading


def posts(stand: Stand) -> list[str]:
    return [hit.body.decode() for hit in stand.site.log.of("127.0.0.1", "/post")]


def test_a_visible_widget(stand: Stand) -> None:
    show(
        stand,
        SCRIPT.format("async defer")
        + FORM.format(
            '<input name="a" value="1"><div class="g-recaptcha" data-sitekey="k"></div><button>Send</button>'
        ),
    )
    send = stand.page.get_by_role("button", name="Send")
    send.click()
    question = stand.page.get_by_role("group", name="This form needs Captcha")
    expect(question).to_be_visible()
    send.click()
    assert posts(stand) == []
    question.get_by_role("button", name="Allow and continue").click()
    expect(stand.page.get_by_text("not a robot")).to_be_visible()
    expect(question).to_have_count(0)
    with stand.page.expect_navigation():
        send.click()
    assert posts(stand) == ["a=1"]


def test_a_bound_button_sends_by_itself_once_it_may(stand: Stand) -> None:
    show(
        stand,
        "<script>function go(token) { const [form] = document.forms;"
        "form.t.value = token; form.submit() }</script>"
        + SCRIPT.format("async")
        + FORM.format(
            '<input name="t"><button class="g-recaptcha" data-sitekey="k" data-callback="go">Send</button>'
        ),
    )
    stand.page.get_by_role("button", name="Send").click()
    with stand.page.expect_navigation():
        stand.page.get_by_role("button", name="Allow and continue").click()
    assert posts(stand) == ["t=token"]


def test_an_invisible_widget_is_sent_again_by_the_same_button(stand: Stand) -> None:
    show(
        stand,
        SCRIPT.format("async") + FORM.format(INVISIBLE),
    )
    stand.page.get_by_role("button", name="Second").click()
    with stand.page.expect_navigation():
        stand.page.get_by_role("button", name="Allow and continue").click()
    assert posts(stand) == ["which=second"]


def test_a_page_that_calls_the_api_itself(stand: Stand) -> None:
    """Calls while the page loads wait in silence; the one for a submit asks."""
    show(
        stand,
        SCRIPT.format("")
        + "<script>grecaptcha.ready(() => grecaptcha.execute('k', { action: 'view' }))</script>"
        + FORM.format('<input name="t"><button>Send</button>')
        + BY_API,
    )
    question = stand.page.get_by_role("group", name="This form needs Captcha")
    expect(question).to_have_count(0)
    stand.page.get_by_role("button", name="Send").click()
    expect(question).to_be_visible()
    assert posts(stand) == []
    with stand.page.expect_navigation():
        question.get_by_role("button", name="Allow and continue").click()
    assert posts(stand) == ["t=token+of+k+for+send"]


def test_calls_that_waited_are_made_when_consent_comes_otherwise(stand: Stand) -> None:
    show(
        stand,
        SCRIPT.format("") + "<script>const early = grecaptcha;"
        "grecaptcha.enterprise.ready; grecaptcha.ready(async () => {"
        "const first = await grecaptcha.execute('k', { action: 'view' });"
        "window.viewed = [first, await early.execute('k')] })</script>",
    )
    stand.choose("functional")
    stand.page.wait_for_function("window.viewed")
    assert stand.page.evaluate("viewed") == ["token of k for view", "token of k for undefined"]
    assert stand.page.evaluate("grecaptcha !== early")


def test_a_form_waits_for_the_part_that_asks(stand: Stand) -> None:
    loading = hold_the_part(stand)
    show_at_once(stand, SCRIPT.format("") + FORM.format(INVISIBLE))
    stand.page.get_by_role("button", name="Second").click()
    stand.page.wait_for_function("document.activeElement.value === 'second'")
    assert posts(stand) == []
    loading[0].continue_()
    with stand.page.expect_navigation():
        stand.page.get_by_role("button", name="Allow and continue").click()
    assert posts(stand) == ["which=second"]


def test_a_form_of_the_api_asks_as_soon_as_the_part_is_there(stand: Stand) -> None:
    loading = hold_the_part(stand)
    show_at_once(stand, SCRIPT.format("") + FORM.format('<input name="t"><button>Send</button>') + BY_API)
    stand.page.get_by_role("button", name="Send").click()
    loading[0].continue_()
    with stand.page.expect_navigation():
        stand.page.get_by_role("button", name="Allow and continue").click()
    assert posts(stand) == ["t=token+of+k+for+send"]


def test_a_form_is_not_sent_where_nobody_can_ask(stand: Stand) -> None:
    told: list[str] = []
    stand.page.on("console", lambda line: told.append(line.text))
    stand.page.route("**/consentinel-places.*", lambda route: route.abort())
    show(stand, SCRIPT.format("") + FORM.format(INVISIBLE))
    for _ in range(2):
        with stand.page.expect_event("requestfailed"):
            stand.page.get_by_role("button", name="First").click()
    assert posts(stand) == []
    assert [line for line in told if line.startswith("consentinel")] == ["consentinel: a form is held Event"]
    stand.choose("functional")
    with stand.page.expect_navigation():
        stand.page.get_by_role("button", name="First").click()
    assert posts(stand) == ["which=first"]


def test_other_forms_are_sent_as_ever(stand: Stand) -> None:
    show(
        stand,
        SCRIPT.format("") + FORM.format('<input name="q" value="1"><button>Search</button>'),
    )
    with stand.page.expect_navigation():
        stand.page.get_by_role("button", name="Search").click()
    assert posts(stand) == ["q=1"]


def test_in_strict_mode_the_settings_are_offered(stand: Stand) -> None:
    show(
        stand,
        SCRIPT.format("async")
        + FORM.format('<div class="g-recaptcha" data-sitekey="k"></div><button>Send</button>'),
        mode="strict",
    )
    stand.page.get_by_role("button", name="Send").click()
    question = stand.page.get_by_role("group", name="This form needs Captcha")
    expect(question.get_by_role("button")).to_have_text(["Settings"])
    assert posts(stand) == []
