"""What a page can see of the natives that we stand around."""

import pytest

from tests.banner.block.guarded import Guarded

pytestmark = pytest.mark.browser

TRUE = {
    "text": "/\\[native code\\]/.test(Element.prototype.setAttribute.toString())",
    "name": "Node.prototype.insertBefore.name === 'insertBefore'",
    "length": "Node.prototype.insertBefore.length === 2",
    "instance": "new WebSocket('TRACKER/'.replace('http', 'ws')) instanceof WebSocket",
    "constants": "WebSocket.OPEN === 1 && Audio.prototype === HTMLAudioElement.prototype",
    "subclass": "(() => { class Mine extends EventSource { own() { return 1; } }"
    " const one = new Mine('/none'); one.close(); return one.own() === 1 && one instanceof EventSource; })()",
    "custom element": "(() => { customElements.define('x-a', class extends HTMLElement {});"
    " return document.createElement('x-a').constructor.name !== 'HTMLElement'; })()",
    "its own exceptions": "(() => { try { document.body.appendChild(1); } catch (error) {"
    " return error instanceof TypeError && /appendChild/.test(error.message); } })()",
    "illegal": "(() => { try { Element.prototype.setAttribute.call({}, 'src', 'x'); } catch (error) {"
    " return error.message === 'Illegal invocation'; } })()",
    "storage is storage": "localStorage instanceof Storage && localStorage === window.localStorage"
    " && Object.prototype.toString.call(localStorage) === '[object Storage]'",
    "borrowed method": "(Storage.prototype.setItem.call(localStorage, 'a', '1'), localStorage.a === '1')",
    "keys": "(localStorage.clear(), localStorage.b = '2', Object.keys(localStorage).includes('b')"
    " && 'b' in localStorage && localStorage.length === 1 && delete localStorage.b"
    " && localStorage.length === 0)",
    "style": "(() => { const { style } = document.body; style.backgroundImage = 'none';"
    " return style.backgroundImage === 'none' && style.cssText === 'background-image: none;'"
    " && 'backgroundImage' in style; })()",
}


@pytest.mark.parametrize("claim", TRUE)
def test_it_is_as_without_us(guarded: Guarded, claim: str) -> None:
    guarded.open()
    assert guarded.run(f"return {TRUE[claim]};") is True


def test_a_full_storage_throws_its_own_exception(guarded: Guarded) -> None:
    guarded.open()
    name = guarded.run(
        "try { localStorage.setItem('a', 'x'.repeat(6e6)); } catch (error) { return error.name; }"
    )
    assert name == "QuotaExceededError"


def test_a_click_anywhere_is_nothing_to_us(guarded: Guarded) -> None:
    guarded.open("<button>1</button>")
    guarded.page.get_by_role("button", name="1").click()
    guarded.run("document.dispatchEvent(new Event('click'))")
