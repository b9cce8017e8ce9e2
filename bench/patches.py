"""What a call costs with our patches, as a ratio to the same call without them, in the same browser by turns.

Everything here is a site's own: addresses and names that no rule knows, which is what a page does all day.
"""

from collections.abc import Iterator, Sequence

from playwright.sync_api import Browser, sync_playwright

from bench.measures import Measure, middle
from consentinel.scanner.demo.loopback import LoopbackServer
from tests.banner.matrix.kit import RULES, kit
from tests.support.browsers import find_chromium, launch_flags
from tests.support.sites import Site

ROUNDS, CALLS = 7, 20_000
# What is measured -> the body of a loop over i, with `e` an element that stands for all of its kind.
OPERATIONS = {
    "setAttribute('class')": "e.setAttribute('class', 'a' + i);",
    "img.src = data:": "img.src = 'data:,' + (i % 9);",
    "appendChild + remove": "e.appendChild(leaf); leaf.remove();",
    "innerHTML": "if (i % 20 === 0) e.innerHTML = '<p class=a>x<b>y</b><i>z</i><u>v</u></p>';",
    "style.color": "e.style.color = i % 2 ? 'red' : 'blue';",
    "localStorage.setItem": "localStorage.setItem('own', i);",
    "document.cookie read": "if (i % 20 === 0) document.cookie;",
    "document.cookie write": "if (i % 20 === 0) document.cookie = 'own=' + i;",
    "new Request(own)": "new Request('/own');",
    "addEventListener": "e.addEventListener('own' + (i % 9), noop);",
}
_RUN = """([body, calls]) => {
  const [e, leaf, img] = ['div', 'b', 'img'].map((tag) => document.createElement(tag));
  const noop = () => {};
  const loop = new Function('e', 'leaf', 'img', 'noop', 'n', `for (let i = 0; i < n; i += 1) { ${body} }`);
  loop(e, leaf, img, noop, calls / 10);
  const start = performance.now();
  loop(e, leaf, img, noop, calls);
  return performance.now() - start;
}"""


def measure_patches() -> Iterator[Measure]:
    """Yield the ratio of each operation: the median over rounds of patched to unpatched time."""
    executable = find_chromium()
    site = Site("http://127.0.0.1/").page("/bare").script("/consentinel.js", _script())
    site.page("/patched", head='<script src="/consentinel.js"></script>')
    with LoopbackServer(site) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=launch_flags())
        try:
            yield from _ratios(browser, f"http://127.0.0.1:{server.port}")
        finally:
            browser.close()


def _script() -> str:
    return kit("standard")["consentinel.js"].decode()


def _ratios(browser: Browser, origin: str) -> Iterator[Measure]:
    bare, patched = (browser.new_page() for _ in range(2))
    bare.goto(f"{origin}/bare")
    patched.goto(f"{origin}/patched")
    for name, body in OPERATIONS.items():
        pairs = [[page.evaluate(_RUN, [body, CALLS]) for page in (bare, patched)] for _ in range(ROUNDS)]
        ratios = [_ratio(pair) for pair in pairs]
        nanoseconds = middle(pair[1] for pair in pairs) / CALLS * 1e6
        yield Measure(
            name=f"patched / bare: {name}",
            value=middle(ratios),
            unit="x",
            how=f"median of {ROUNDS} rounds by turns, {RULES} rules; {nanoseconds:.0f} ns with the patches",
            values=tuple(ratios),
        )


def _ratio(pair: Sequence[float]) -> float:
    bare, patched = pair
    return patched / max(bare, 0.1)  # a clock of 0.1 ms
