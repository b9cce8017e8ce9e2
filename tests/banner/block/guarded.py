"""The page of these tests, and what left it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.support.banner import built
from tests.support.sites import HTML, Site

TRACKER = "tracker.localhost"
_RULES = [
    {"host": TRACKER, "category": "targeting", "vendor": "tracker"},
    {"cookie": "trk_*", "category": "targeting", "vendor": "tracker"},
    {"cookie": "trk", "category": "targeting", "vendor": "tracker"},
]
# Two answers of the page's own server, one after the other: what was asked for before has left by then.
_SETTLE = """async () => {
  for (const kind of ['img', 'img']) {
    await new Promise((done) => {
      const node = document.createElement(kind);
      node.onload = node.onerror = done;
      node.src = `/own?${Math.random()}`;
      document.body.append(node);
    });
  }
}"""


@cache
def _files(mode: str) -> dict[str, bytes]:
    return built({"site": "http://127.0.0.1/", "mode": mode, "rules": _RULES})


@dataclass
class Guarded:
    """A page of 127.0.0.1; `TRACKER` in what it is given becomes the tracker's address."""

    site: Site
    page: Page
    port: int

    def _filled(self, text: str) -> str:
        return text.replace("TRACKER", f"http://{TRACKER}:{self.port}")

    def open(self, body: str = "", *, policy: str = "", mode: str = "standard") -> None:
        """Open the page with our script, compiled for `mode`, under a Content-Security-Policy."""
        address = f"http://127.0.0.1:{self.port}/"
        for name, content in _files(mode).items():
            self.site.script(f"/{name}", content.decode("utf-8"))
        self.site.script(f"http://{TRACKER}/*", "window.ran = true;").script("/own", "")
        head = '<meta charset="utf-8"><link rel="icon" href="data:,"><script src="/consentinel.js"></script>'
        html = f"<!doctype html><head>{head}</head><body>{self._filled(body)}</body>"
        headers = [("Content-Security-Policy", policy)] if policy else []
        self.site.add("/", html, content_type=HTML, headers=headers)
        self.page.goto(address)

    def run(self, code: str) -> Any:
        """Run the body of a function in the page; return what it returns."""
        return self.page.evaluate(f"async () => {{ {self._filled(code)} }}")

    def left(self) -> list[str]:
        """Return the paths that were asked of the tracker so far."""
        self.page.evaluate(_SETTLE)
        return [hit.path for hit in self.site.log.of(TRACKER)]
