"""One small site three times: its second page comes by the History API, by Turbo and by htmx."""

from dataclasses import dataclass
from string import Template

from tests.banner.frameworks.next_build import NPM
from tests.support.banner import built
from tests.support.npm import installed
from tests.support.sites import Site

RULES = [{"host": "localhost", "category": "performance", "vendor": "Tracker"}]

# What every second page brings: two tags to be held, and the site's own script, which has to run at once.
_PARTS = """<h1>$title</h1><img src="$tracker/$name.gif" alt=""><script src="$tracker/$name.js"></script>
<script src="/own.js"></script><script type="text/plain" data-category="performance">
window.manual = (window.manual ?? 0) + 1;</script><a href="$link" $attributes>$other</a>"""

# A router as plain as it gets: scripts that innerHTML brought do not run, so it makes new ones.
_ROUTER = """
addEventListener('click', async (event) => {
  const link = event.target.closest('a[href]');
  if (!link) return;
  event.preventDefault();
  const text = await (await fetch(link.href)).text();
  history.pushState(null, '', link.href);
  const main = document.querySelector('main');
  main.innerHTML = new DOMParser().parseFromString(text, 'text/html').querySelector('main').innerHTML;
  for (const old of main.querySelectorAll('script')) {
    const fresh = document.createElement('script');
    for (const { name, value } of old.attributes) fresh.setAttribute(name, value);
    fresh.textContent = old.textContent;
    old.replaceWith(fresh);
  }
});
"""


@dataclass(frozen=True)
class Framework:
    """How a page gets the next one. library: path in node_modules, '' for the router above."""

    library: str
    attributes: str

    def code(self) -> str:
        return (installed(NPM) / self.library).read_text("utf-8") if self.library else _ROUTER


FRAMEWORKS = {
    "history": Framework("", ""),
    "turbo": Framework("@hotwired/turbo/dist/turbo.es2017-umd.js", ""),
    "htmx": Framework(
        "htmx.org/dist/htmx.min.js",
        'hx-get="$link" hx-target="main" hx-select="main" hx-swap="outerHTML" hx-push-url="true"',
    ),
}


def shop(framework: Framework, tracker: str) -> Site:
    """Return the site: `/` and `/second` are pages of the framework."""
    site = Site("http://127.0.0.1/")
    for name, content in built({"site": site.start, "rules": RULES}).items():
        site.script(f"/{name}", content.decode())
    site.script("/framework.js", framework.code())
    site.script("/own.js", "window.own = (window.own ?? 0) + 1;")
    head = '<script src="/consentinel.js"></script><script src="/framework.js" defer></script>'
    for name, other in (("first", "second"), ("second", "first")):
        link = f"/{other}" if other == "second" else "/"
        attributes = Template(framework.attributes).substitute(link=link)
        body = Template(_PARTS).substitute(
            title=name, name=name, other=other, tracker=tracker, link=link, attributes=attributes
        )
        site.page("/" if name == "first" else "/second", f"<main>{body}</main>", head=head)
    return site


def tracker() -> Site:
    """Return the tracker: a script and a pixel for each page."""
    site = Site("http://localhost/")
    for name in ("first", "second"):
        site.script(f"/{name}.js", f"(window.ran ||= []).push('{name}');")
        site.pixel(f"/{name}.gif")
    return site
